import Detection
import Events
import Sigma
import Testing

@Suite struct SuppressionTests {
    private static let tests = [[test("mqtt.qos", [1])]]

    private func event(_ client: String?) -> FakeEvent {
        FakeEvent(.mqtt, 0, ["mqtt.qos": [1], "mqtt.clientid": client.map { [.text($0)] } ?? []])
    }

    @Test("without suppress every match is an alert") func withoutSuppressionEachMatchIsAnAlert() {
        let box = DetectionEngineBox([rule("r", "mqtt", Self.tests)])
        for serial in UInt64(1)...3 {
            box.evaluate(event("a"))
            #expect(box.engine.hits.map(\.alert) == [serial])
            #expect(box.engine.hits.allSatisfy { $0.isNew && $0.count == 1 && $0.matched == 1 })
        }
        #expect(box.engine.counters.alerts == 3)
        #expect(box.engine.matchesByRule == [3])
    }

    @Test("A repetition only counts") func aRepetitionOnlyCounts() {
        let box = DetectionEngineBox([
            rule("r", "mqtt", Self.tests, suppress: (by: ["mqtt.clientid"], nanoseconds: 10_000_000_000))
        ])
        // seconds, client, serial, new, count
        let rows: [(Int64, String?, UInt64, Bool, Int64)] = [
            (0, "a", 1, true, 1), (1, "a", 1, false, 2), (2, "b", 2, true, 1), (3, nil, 3, true, 1),
            (4, nil, 3, false, 2), (9, "a", 1, false, 3), (10, "a", 4, true, 1), (11, "a", 4, false, 2),
            // One that comes late belongs to the row whose time it is in.
            (9, "a", 1, false, 4), (12, "b", 5, true, 1), (-100, "b", 6, true, 1),
            // Clients that differ in case only are one, as everywhere in Sigma.
            (-99, "B", 6, false, 2),
        ]
        for (seconds, client, serial, isNew, count) in rows {
            box.evaluate(event(client), context(at: 1000 + seconds))
            let hit = box.engine.hits[0]
            #expect(
                (hit.alert, hit.isNew, hit.count) == (serial, isNew, count), "at \(seconds) by \(client ?? "nobody")")
        }
    }

    @Test("Rules do not share rows") func rulesDoNotShareRows() {
        let documents = ["r", "s"].map {
            rule($0, "mqtt", Self.tests, suppress: (by: [], nanoseconds: 10_000_000_000))
        }
        let box = DetectionEngineBox(documents)
        box.evaluate(event("a"))
        box.evaluate(event("b"))
        #expect(box.engine.hits.map(\.alert) == [1, 2])
        #expect(box.engine.hits.map(\.count) == [2, 2])
    }

    @Test("a full suppression table evicts the oldest and counts it") func aFullTableForgetsTheOldestAndSaysSo() {
        var limits = DetectionLimits()
        limits.suppressions = 2
        let box = DetectionEngineBox(
            [rule("r", "mqtt", Self.tests, suppress: (by: ["mqtt.clientid"], nanoseconds: 10_000_000_000))],
            limits: limits)
        for client in ["a", "b", "a", "c"] { box.evaluate(event(client), context(at: 0)) }
        #expect(box.engine.counters.suppressionsEvicted == 1)
        // "b" was used longest ago.
        box.evaluate(event("a"), context(at: 1))
        #expect(box.engine.hits[0].count == 3)
        box.evaluate(event("b"), context(at: 1))
        #expect(box.engine.hits[0].isNew)
        #expect(box.engine.counters.suppressionsEvicted == 2)
        // A row whose time is over is no loss.
        box.evaluate(event("d"), context(at: 100))
        #expect(box.engine.counters.suppressionsEvicted == 2)
    }

    @Test("Addresses and lists as keys") func addressesAndListsAsKeys() {
        let box = DetectionEngineBox([
            rule("r", "mqtt", Self.tests, suppress: (by: ["source.ip", "mqtt.topic"], nanoseconds: 10_000_000_000))
        ])
        func alert(_ topics: [FakeValue], from source: String = "10.0.0.5") -> UInt64 {
            box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.qos": [1], "mqtt.topic": topics]), context(from: source))
            return box.engine.hits[0].alert
        }
        #expect(alert(["a", "b"]) == 1)
        #expect(alert(["a", "b"]) == 1)
        #expect(alert(["ab"]) == 2)
        #expect(alert(["b", "a"]) == 3)
        #expect(alert(["a", "b"], from: "10.0.0.6") == 4)
        #expect(alert(["a", "b"], from: "::a00:6") == 5)
        #expect(alert(["a", "b", ""]) == 6)
        #expect(alert(["12345678", ""]) != alert(["1234567", "8"]))
    }
}
