import Detection
import Events
import Network
import Sigma
import Testing

/// The kinds of correlation of our own, under `earshot` in a rule: `ratio` and `absence`.
@Suite struct OwnMeasureTests {
    private let amplifier = """
        title: Amplifier
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001
        level: high
        logsource: {product: earshot, category: mqtt}
        detection:
          s: {mqtt.type: X}
          condition: s
        earshot:
          summary: "{mqtt.clientid} at {count}"
          ratio:
            sum: mqtt.reason_code
            over: mqtt.qos
            by: [mqtt.clientid]
            timespan: 10s
            gte: 2.5
            minimum: {sum: 20, over: 4}

        """

    private func sends(
        _ box: DetectionEngineBox, _ second: Int64, _ client: String, _ sum: Int64?, _ over: Int64?
    ) -> Double? {
        box.evaluate(
            FakeEvent(
                .mqtt, 0,
                [
                    "mqtt.type": ["X"], "mqtt.clientid": [.text(client)],
                    "mqtt.reason_code": sum.map { [.int($0)] } ?? [],
                    "mqtt.qos": over.map { [.int($0)] } ?? [],
                ]), context(at: second))
        return box.engine.hits.first?.measure
    }

    @Test("A ratio needs both minima") func aRatioNeedsBothMinima() {
        let box = DetectionEngineBox(read(amplifier))
        #expect(box.diagnostics.isEmpty)
        #expect(sends(box, 1, "a", 19, 4) == nil, "19 is below the minimum")
        #expect(sends(box, 2, "a", 1, nil) == 5)
        #expect(sends(box, 3, "b", 100, 3) == nil, "3 is below the minimum")
        #expect(sends(box, 4, "b", nil, 1) == 25)
        #expect(sends(box, 5, "a", nil, 4) == 2.5)
        #expect(sends(box, 6, "a", nil, 1) == nil, "20 over 9")
        #expect(sends(box, 12, "a", 20, nil) == 4.2, "what came before second 2 is out of the window")
    }

    @Test("A ratio is shown with its fraction") func aRatioIsShownWithItsFraction() throws {
        let box = DetectionEngineBox(read(amplifier))
        let event = FakeEvent(
            .mqtt, 0,
            ["mqtt.type": ["X"], "mqtt.clientid": ["eve"], "mqtt.reason_code": [32], "mqtt.qos": [6]])
        box.evaluate(event)
        let hit = try #require(box.engine.hits.first)
        let nothing: [UInt8] = []
        #expect(box.engine.summary(of: hit, event, context(), message: nothing.span.bytes) == "eve at 5.33")
        #expect(box.engine.groupKey(of: hit, event, context(), message: nothing.span.bytes) == "mqtt.clientid=eve")
    }

    private let heartbeat = """
        title: A sensor fell silent
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0002
        level: medium
        logsource: {product: earshot, category: mqtt}
        detection:
          s: {mqtt.type: X}
          condition: s
        earshot:
          summary: "{mqtt.clientid} from {source.ip} has been silent for {timespan}"
          absence: {by: [mqtt.clientid], timespan: 60s, after: 3}

        """

    private func beats(_ box: DetectionEngineBox, _ second: Int64, _ client: String, _ from: String = "10.0.0.5")
        -> [Hit]
    {
        box.evaluate(
            FakeEvent(.mqtt, 0, ["mqtt.type": ["X"], "mqtt.clientid": [.text(client)]]),
            context(at: second, from: from))
        return box.engine.hits
    }

    @Test("an absence rule fires when a regular event stops") func whatCameRegularlyIsMissed() throws {
        let box = DetectionEngineBox(read(heartbeat))
        #expect(box.diagnostics.isEmpty)
        for second in [0, 50, 100] as [Int64] { #expect(beats(box, second, "probe", "10.0.0.7").isEmpty) }
        #expect(beats(box, 90, "once").isEmpty)
        #expect(beats(box, 170, "other").isEmpty, "it may come as late as that")
        let hits = beats(box, 171, "other", "10.9.9.9")
        let hit = try #require(hits.first)
        #expect(hits.count == 1)
        #expect(hit.matched == 3)
        let missed = try #require(hit.missed)
        #expect(box.engine.missed[missed].summary == "probe from 10.0.0.7 has been silent for 1m")
        #expect(box.engine.missed[missed].groupKey == "mqtt.clientid=probe")
        #expect(box.engine.missed[missed].lastSeen.timestamp == Timestamp(seconds: 100, nanoseconds: 0))
        #expect(box.engine.counters.keysMissed == 1)
        #expect(beats(box, 300, "other").isEmpty, "it is missed once, and what came once or twice not at all")
    }

    @Test("after an absence a key must become regular again") func aKeyMustBecomeRegularAgain() {
        let box = DetectionEngineBox(read(heartbeat))
        for second in [0, 70, 140, 210, 280] as [Int64] { #expect(beats(box, second, "slow").isEmpty) }
        for second in [290, 300, 310] as [Int64] { #expect(beats(box, second, "slow").isEmpty) }
        #expect(beats(box, 371, "slow").count == 1, "too late, and only then there again")
        #expect(beats(box, 600, "x").isEmpty)
    }

    @Test("a key that comes late, with a time that is not, is not missed") func aKeyThatWaitedIsNotMissed() {
        let box = DetectionEngineBox(read(heartbeat))
        for second in [0, 50, 100] as [Int64] { #expect(beats(box, second, "probe").isEmpty) }
        // Another host's message comes first: that of second 150 waited for a lost segment.
        #expect(beats(box, 169, "other").isEmpty)
        #expect(beats(box, 150, "probe").isEmpty)
        #expect(beats(box, 220, "other").isEmpty)
        #expect(beats(box, 221, "other").count == 1, "it is missed since then")
    }

    @Test("the last frame stays with a key until it is missed") func theLastFrameStaysWithAKey() throws {
        let box = DetectionEngineBox(read(heartbeat))
        for (second, count) in [(0, 100), (50, 3000), (100, 600), (90, 200)] as [(Int64, Int)] {
            _ = beats(box, second, "probe")
            #expect(box.engine.wantsFrame == (second == 100), "at \(second)")
            let frame = [UInt8](repeating: UInt8(second), count: count)
            box.engine.keep(
                frame.span.bytes,
                LastFrame.Place(
                    number: UInt64(second), timestamp: Timestamp(seconds: second, nanoseconds: 0), linkType: 1,
                    originalLength: count, leftOut: 0))
        }
        let hit = try #require(beats(box, 180, "other").first)
        let last = box.engine.missed[try #require(hit.missed)].lastFrame
        #expect(last.place?.number == 100)
        #expect(last.place?.originalLength == 600)
        #expect(last.bytes == [UInt8](repeating: 100, count: LastFrame.byteLimit))
    }

    @Test("many absences at once are raised in portions") func manyMissedKeysComeInPortions() {
        let box = DetectionEngineBox(read(heartbeat))
        for second in 0..<3 { for client in 0..<100 { _ = beats(box, Int64(second), "c\(client)") } }
        #expect(beats(box, 100, "x").count == 64)
        #expect(beats(box, 100, "x").count == 36)
        #expect(beats(box, 100, "x").isEmpty)
    }

    @Test("Table is bounded and counts") func tableIsBoundedAndCounts() {
        var limits = DetectionLimits()
        limits.absences = 10
        let box = DetectionEngineBox(read(heartbeat), limits: limits)
        for client in 0..<20 { for second in 0..<3 { _ = beats(box, Int64(second), "c\(client)") } }
        #expect(box.engine.counters.groupsEvicted == 10)
        #expect(beats(box, 100, "x").count == 10)
    }

    /// Windows, runs and keys go on after a reload if the text of the rule is the same; else they begin anew.
    @Test("state survives a reload where the rule text is the same", arguments: [true, false])
    func stateGoesOnWithTheSameText(_ isSame: Bool) {
        let box = DetectionEngineBox(read(heartbeat + "---\n" + amplifier))
        for second in [0, 50, 100] as [Int64] { _ = beats(box, second, "probe") }
        _ = sends(box, 101, "a", 19, 4)
        let text = amplifier + "---\n" + heartbeat
        let changed = isSame ? text : text.replacing("level: medium", with: "level: low").replacing("2.5", with: "2.6")
        box.reload(RuleCompiler.compile(read(changed), registry: testRegistry).rules)
        #expect(sends(box, 102, "a", 1, nil) == (isSame ? 5 : nil))
        #expect(beats(box, 171, "x").count == (isSame ? 1 : 0))
    }
}

extension DetectionEngineBox {
    /// Goes on with other rules.
    func reload(_ rules: CompiledRules) {
        var other = DetectionEngine(rules: RuleCompiler.compile([], registry: testRegistry).rules)
        swap(&engine, &other)
        engine = DetectionEngine(rules: rules, continuing: other)
    }
}
