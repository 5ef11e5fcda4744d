import Detection
import Events
import Network
import Sigma
import Testing

/// Events that come late, with the time of their own frame: they are counted in the windows they belong to.
@Suite struct LateEventTests {
    private func rules(_ correlations: SigmaDocument...) -> [SigmaDocument] {
        ["a", "b", "c"].map { rule($0, "mqtt", [[test("mqtt.topic|cased", [.string(SigmaString($0))])]]) }
            + correlations
    }

    /// What the engine says of an event: for each hit its measure.
    private func sends(
        _ box: DetectionEngineBox, _ milliseconds: Int64, _ topic: String = "a", user: String? = nil,
        code: Int64? = nil,
        token: UInt64 = 0
    ) -> [Double] {
        let nothing: [UInt8] = []
        box.engine.evaluate(
            FakeEvent(
                .mqtt, 0,
                [
                    "mqtt.topic": [.text(topic)], "mqtt.username": user.map { [.text($0)] } ?? [],
                    "mqtt.reason_code": code.map { [.int($0)] } ?? [],
                ]), context(at: 1000, nanoseconds: milliseconds * 1_000_000), message: nothing.span.bytes, token: token)
        return box.engine.hits.map(\.measure)
    }

    private func tokens(_ box: DetectionEngineBox) -> [UInt64] {
        box.engine.hits.first.map { Array(box.engine.evidenceTokens[$0.evidence]) } ?? []
    }

    @Test("A late event completes a window together with events that were seen before it")
    func completesALaterWindow() {
        let box = DetectionEngineBox(
            rules(correlation("n", .eventCount, of: ["a"], by: [], seconds: 1, [.init(.gte, 3)])))
        #expect(sends(box, 0) == [])
        #expect(sends(box, 900) == [])
        #expect(sends(box, 2500) == [])
        #expect(sends(box, 500) == [3], "0, 0.5 and 0.9 s, although the window of 2.5 s is empty of them")
        #expect(sends(box, 2600) == [])
        #expect(sends(box, 2700) == [3])
    }

    @Test("A late event is in no window that begins after it")
    func isNotCountedWithTheLatest() {
        let box = DetectionEngineBox(
            rules(correlation("n", .eventCount, of: ["a"], by: [], seconds: 1, [.init(.gte, 2)])))
        #expect(sends(box, 5000) == [])
        #expect(sends(box, 3000) == [])
        #expect(sends(box, 5100) == [2])
        #expect(sends(box, 3900) == [2], "with the one at 3 s")
    }

    @Test("The clock was set back where the step is larger than the timespan and than 10 s")
    func aClockThatWasSetBack() {
        for (seconds, step, wanted) in [(1, 9_999, [2.0]), (1, 10_001, []), (60, 59_000, [2]), (60, 61_000, [])]
            as [(Int64, Int64, [Double])]
        {
            let box = DetectionEngineBox(
                rules(correlation("n", .eventCount, of: ["a"], by: [], seconds: seconds, [.init(.gte, 2)])))
            #expect(sends(box, 100_000 - step) == [])
            #expect(sends(box, 100_000) == (seconds * 1000 >= step ? [2] : []))
            #expect(sends(box, 100_000 - step) == wanted, "\(seconds) s, \(step) ms back")
        }
    }

    @Test("Runs of rules are found in order of time, not of arrival")
    func orderedRules() {
        let box = DetectionEngineBox(
            rules(correlation("o", .temporalOrdered, of: ["a", "b", "c"], by: [], seconds: 3, [.init(.gte, 3)])))
        #expect(sends(box, 0, "a", token: 1) == [])
        #expect(sends(box, 2000, "c", token: 2) == [])
        #expect(sends(box, 2500, "b", token: 3) == [], "after c")
        #expect(sends(box, 1000, "b", token: 4) == [3])
        #expect(tokens(box) == [1, 4, 2])
        #expect(sends(box, 2600, "c", token: 5) == [3])
        #expect(tokens(box) == [1, 3, 5])
        #expect(sends(box, 3500, "c", token: 6) == [])
    }

    @Test("Distinct values are counted in the windows in which they were seen")
    func distinctValues() {
        let box = DetectionEngineBox(
            rules(
                correlation("v", .valueCount, of: ["a"], by: [], seconds: 1, [.init(.gte, 3)], field: "mqtt.username")))
        #expect(sends(box, 0, user: "x") == [])
        #expect(sends(box, 800, user: "y") == [])
        #expect(sends(box, 1900, user: "x") == [])
        #expect(sends(box, 2000, user: "y") == [])
        #expect(sends(box, 900, user: "z") == [3], "with x of 0 s, which was seen again since")
        #expect(sends(box, 2100, user: "z") == [3])
    }

    @Test("A value whose sights a late one joins is counted once")
    func distinctValuesAreJoined() {
        let box = DetectionEngineBox(
            rules(
                correlation("v", .valueCount, of: ["a"], by: [], seconds: 2, [.init(.gte, 2)], field: "mqtt.username")))
        for time in [0, 3000, 6000, 1500] as [Int64] { #expect(sends(box, time, user: "x") == [], "at \(time)") }
        #expect(sends(box, 1600, user: "y") == [2])
    }

    @Test(
        "The earliest and the latest match of a row are told, and a late match belongs to the row whose time it is in")
    func rows() {
        let box = DetectionEngineBox([
            rule("r", "mqtt", [[test("mqtt.topic", ["a"])]], suppress: (by: [], nanoseconds: 10_000_000_000))
        ])
        // milliseconds, alert, count, earliest, latest
        let steps: [(Int64, UInt64, Int64, Int64, Int64)] = [
            (50_000, 1, 1, 50_000, 50_000), (48_000, 1, 2, 48_000, 50_000), (59_999, 1, 3, 48_000, 59_999),
            (60_000, 2, 1, 60_000, 60_000), (58_000, 1, 4, 48_000, 59_999), (61_000, 2, 2, 60_000, 61_000),
            (49_000, 3, 1, 49_000, 49_000),
        ]
        for (time, alert, count, earliest, latest) in steps {
            _ = sends(box, time)
            let hit = box.engine.hits[0]
            #expect((hit.alert, hit.count) == (alert, count), "at \(time)")
            let times = [earliest, latest].map { Timestamp(seconds: 1000, nanoseconds: $0 * 1_000_000) }
            #expect([hit.earliest, hit.latest] == times, "at \(time)")
        }
    }

    @Test("A key that comes late counts, and moves the time at which it is missed neither way")
    func absence() throws {
        let text = """
            title: Silent
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0002
            level: medium
            logsource: {product: earshot, category: mqtt}
            detection:
              s: {mqtt.topic: [a, b]}
              condition: s
            earshot:
              absence: {by: [mqtt.topic], timespan: 2s, after: 4}

            """
        let box = DetectionEngineBox(read(text))
        // milliseconds, topic, those that are missed
        let steps: [(Int64, String, [Double])] = [
            (4000, "a", []), (4100, "b", []), (2500, "a", []), (1000, "a", []), (3000, "b", []), (1500, "a", []),
            (16_000, "x", []), (16_001, "x", [4]), (16_101, "x", []),
        ]
        for (index, (time, topic, missed)) in steps.enumerated() {
            #expect(sends(box, time, topic, token: UInt64(index) + 1) == missed, "at \(time)")
            if !missed.isEmpty {
                #expect(tokens(box) == [1])
                let shown = box.engine.missed.map(\.groupKey)
                #expect(shown == ["mqtt.topic=a"])
            }
        }
    }
}
