import Detection
import Events
import Sigma
import Testing

/// Correlations of correlations, and names that stand for different fields.
@Suite struct ChainTests {
    private let rules = """
        title: Refused
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001
        name: refused
        level: low
        logsource: {product: earshot, category: mqtt}
        detection:
          s: {mqtt.type: CONNACK, mqtt.reason_code: 5}
          condition: s
        ---
        title: Accepted
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0002
        name: accepted
        level: low
        logsource: {product: earshot, category: mqtt}
        detection:
          s: {mqtt.type: CONNACK, mqtt.reason_code: 0}
          condition: s
        ---
        title: Many refused
        name: many
        level: low
        correlation:
          type: event_count
          rules: [refused]
          group-by: [mqtt.username]
          timespan: 10m
          condition: {gte: 3}
        ---
        title: Guessed
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0003
        level: high
        correlation:
          type: temporal_ordered
          rules: [many, accepted]
          group-by: [mqtt.username]
          timespan: 10m

        """

    private func run(_ box: DetectionEngineBox, _ second: Int64, _ code: Int64, _ user: String) -> [String] {
        box.evaluate(
            FakeEvent(
                .mqtt, 0, ["mqtt.type": ["CONNACK"], "mqtt.reason_code": [.int(code)], "mqtt.username": [.text(user)]]),
            context(at: second))
        return box.engine.hits.map { box.engine.rules.rules[$0.rule].title }
    }

    /// The example of the specification: many failed logins, then one that succeeds, by the same user.
    @Test("A correlation feeds another") func aCorrelationFeedsAnother() {
        let box = DetectionEngineBox(read(rules))
        #expect(box.diagnostics.isEmpty)
        #expect(run(box, 1, 5, "eve").isEmpty)
        #expect(run(box, 2, 0, "eve").isEmpty)
        #expect(run(box, 3, 5, "eve").isEmpty)
        #expect(run(box, 4, 5, "eve").isEmpty, "the inner correlation raises nothing of its own")
        #expect(run(box, 5, 0, "bob").isEmpty)
        #expect(run(box, 6, 0, "EVE") == ["Guessed"])
        #expect(box.engine.matchesByRule == [3, 3, 1, 1])
        #expect(run(box, 605, 0, "eve").isEmpty, "more than the timespan after the third refusal")
    }

    @Test("generate: true lets the inner rules of a chain raise alerts") func generateLetsTheInnerOnesSpeak() {
        let text = rules.replacing("name: many", with: "name: many\ngenerate: true") + "generate: true\n"
        let box = DetectionEngineBox(read(text))
        #expect(run(box, 1, 5, "eve") == ["Refused"])
        #expect(run(box, 2, 5, "eve") == ["Refused"])
        #expect(run(box, 3, 5, "eve") == ["Refused", "Many refused"])
        #expect(run(box, 4, 0, "eve") == ["Accepted", "Guessed"])
    }

    /// The example of the specification, *Field Name Aliases*.
    @Test("aliases join events by fields of different names") func aliasesNameDifferentFields() {
        let box = DetectionEngineBox([
            rule("error", "coap", [[test("coap.code", ["5.00"])]], name: "internal_error"),
            rule("connect", "mqtt", [[test("mqtt.type", ["CONNECT"])]], name: "new_connection"),
            correlation(
                "both", .temporal, of: ["internal_error", "new_connection"], by: ["internal", "remote"], seconds: 10,
                [.init(.gte, 2)],
                aliases: [
                    ("internal", [("internal_error", "destination.ip"), ("new_connection", "source.ip")]),
                    ("remote", [("internal_error", "source.ip"), ("new_connection", "destination.ip")]),
                ]),
        ])
        #expect(box.diagnostics.isEmpty)
        box.evaluate(FakeEvent(.coap, 0, ["coap.code": ["5.00"]]), context(at: 1, from: "10.0.0.1", to: "10.0.0.2"))
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.type": ["CONNECT"]]), context(at: 2, from: "10.0.0.1", to: "10.0.0.2"))
        #expect(box.engine.hits.isEmpty)
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.type": ["CONNECT"]]), context(at: 3, from: "10.0.0.2", to: "10.0.0.1"))
        #expect(box.engine.hits.map(\.matched) == [2])
    }

    /// A parent means by a name what the correlation below meant by it.
    @Test("Aliases reach up") func aliasesReachUp() {
        let box = DetectionEngineBox([
            rule("up", "mqtt", [[test("mqtt.type", ["UP"])]]), rule("down", "mqtt", [[test("mqtt.type", ["DOWN"])]]),
            correlation(
                "inner", .eventCount, of: ["up", "down"], by: ["peer"], seconds: 10, [.init(.gte, 2)],
                aliases: [("peer", [("up", "destination.ip"), ("down", "source.ip")])]),
            correlation("outer", .eventCount, of: ["inner"], by: ["peer"], seconds: 10, [.init(.gte, 2)]),
        ])
        #expect(box.diagnostics.isEmpty)
        func send(_ type: String, _ second: Int64, _ from: String, _ to: String) -> [Int64] {
            box.evaluate(
                FakeEvent(.mqtt, 0, ["mqtt.type": [.text(type)]]), context(at: second, from: from, to: to))
            return box.engine.hits.map(\.matched)
        }
        #expect(send("UP", 1, "10.0.0.1", "10.0.0.9") == [])
        #expect(send("DOWN", 2, "10.0.0.9", "10.0.0.1") == [])
        #expect(send("DOWN", 3, "10.0.0.8", "10.0.0.1") == [])
        #expect(send("UP", 4, "10.0.0.2", "10.0.0.9") == [2])
    }

    @Test("an event that matches two rules of a correlation counts once") func anEventThatMatchesTwoRulesCountsOnce() {
        let box = DetectionEngineBox([
            rule("a", "mqtt", [[test("mqtt.qos", [1])]]), rule("b", "mqtt", [[test("mqtt.retain", [true])]]),
            correlation("c", .eventCount, of: ["a", "b"], by: [], seconds: 10, [.init(.gte, 2)]),
        ])
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.qos": [1], "mqtt.retain": [true]]), context(at: 1))
        #expect(box.engine.hits.isEmpty)
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.qos": [1]]), context(at: 1))
        #expect(box.engine.hits.map(\.matched) == [2])
    }
}
