import Detection
import Events
import Sigma
import Testing

@Suite struct ValueSemanticsTests {
    static let rows: [SemanticsRow] = [
        SemanticsRow("mqtt.qos", [1], on: [1], true),
        SemanticsRow("mqtt.qos", [1], on: [2], false),
        SemanticsRow("mqtt.qos", ["1"], on: [1], true),
        SemanticsRow("mqtt.qos", ["-1"], on: [-1], true),
        SemanticsRow("mqtt.qos", [1.0], on: [1], true),
        SemanticsRow("mqtt.qos", [0, 1], on: [1], true),
        SemanticsRow("mqtt.qos|gt", [1], on: [1], false),
        SemanticsRow("mqtt.qos|gt", [1], on: [2], true),
        SemanticsRow("mqtt.qos|gte", [1], on: [1], true),
        SemanticsRow("mqtt.qos|lt", [1], on: [1], false),
        SemanticsRow("mqtt.qos|lt", [1], on: [0], true),
        SemanticsRow("mqtt.qos|lte", [1], on: [1], true),
        SemanticsRow("mqtt.qos|lte", [1], on: [2], false),
        SemanticsRow("mqtt.qos|lte", [1], on: [], false),
        SemanticsRow("mqtt.qos|gt", [1.5], on: [2], true),
        SemanticsRow("mqtt.qos|gt", [1.5], on: [1], false),
        SemanticsRow("mqtt.qos|gte", [-1.5], on: [-1], true),
        SemanticsRow("mqtt.qos|gte", [-1.5], on: [-2], false),
        SemanticsRow("mqtt.qos|lt", [1.5], on: [1], true),
        SemanticsRow("mqtt.qos|lt", [1.5], on: [2], false),
        SemanticsRow("mqtt.qos|lt", [1e30], on: [2], true),
        SemanticsRow("mqtt.qos|gt", [1e30], on: [2], false),
        SemanticsRow("mqtt.qos|gt", [-1e30], on: [2], true),
        SemanticsRow("mqtt.qos|lt", [-1e30], on: [2], false),
        SemanticsRow("mqtt.qos|exists", [true], on: [0], true),
        SemanticsRow("mqtt.qos", [nil], on: [], true),
        SemanticsRow("mqtt.reason_code", [135], on: [0, 135], true),
        SemanticsRow("mqtt.reason_code|gte", [128], on: [0, 1], false),
        SemanticsRow("mqtt.reason_code|all", [0, 135], on: [0, 135], true),
        SemanticsRow("mqtt.reason_code|all", [0, 135], on: [0, 134], false),
        SemanticsRow("mqtt.retain", [true], on: [true], true),
        SemanticsRow("mqtt.retain", [true], on: [false], false),
        SemanticsRow("mqtt.retain", [false], on: [false], true),
        SemanticsRow("mqtt.retain", [false], on: [], false),
        SemanticsRow("coap.amplification|gt", [10], on: [10.5], true),
        SemanticsRow("coap.amplification|gt", [10.5], on: [10.5], false),
        SemanticsRow("coap.amplification|gte", ["10.5"], on: [10.5], true),
        SemanticsRow("coap.amplification", [2], on: [2.0], true),
    ]

    @Test("Row", arguments: rows) func row(_ row: SemanticsRow) throws {
        #expect(try row.result() == row.matches)
    }

    /// Fields around the message; the event of the tests goes from 10.0.0.5:50000 to 192.168.1.1:1883.
    @Test(
        "Around",
        arguments: [
            ("source.ip", "10.0.0.5", true), ("source.ip", "10.0.0.50", false),
            ("source.ip|cidr", "10.0.0.0/8", true), ("source.ip|cidr", "10.1.0.0/16", false),
            ("source.ip|cidr", "fe80::/10", false), ("source.ip|cidr", "10.0.0.5", true),
            ("source.ip|startswith", "10.0.", true), ("source.ip|startswith", "0.0.", false),
            ("source.ip", "10.0.*", true), ("source.ip|re", #"\.5$"#, true), ("source.ip|endswith", ".5", true),
            ("server.ip", "192.168.1.1", true), ("network.transport", "TCP", true), ("event.category", "mqtt", true),
            ("network.direction", "to_client", false), ("source.port|gt", "49999", true),
            ("@timestamp|gte", "2023-11-14T22:13:20Z", true), ("@timestamp|gt", "2023-11-14T22:13:20Z", false),
            ("@timestamp|lt", "2023-11-14T23:13:20.000000001+01:00", true), ("@timestamp|gt", "2023-11-14", true),
            ("@timestamp|startswith", "2023-11-14T22", true),
        ])
    func around(_ key: String, _ value: String, _ expected: Bool) {
        let box = DetectionEngineBox([rule("r", "mqtt", [[test(key, [.string(SigmaString(value))])]])])
        #expect(box.diagnostics.isEmpty)
        box.evaluate(FakeEvent(.mqtt, 0, [:]))
        #expect(box.engine.hits.count == (expected ? 1 : 0))
    }

    @Test("IPv6 addresses compare as addresses") func ipv6AddressesCompareAsAddresses() {
        let box = DetectionEngineBox([
            rule("a", "mqtt", [[test("source.ip", ["FE80:0::0001"])]]),
            rule("b", "mqtt", [[test("source.ip|cidr", ["fe80::/10"])]]),
            rule("c", "mqtt", [[test("source.ip|cidr", ["10.0.0.0/8"])]]),
        ])
        box.evaluate(FakeEvent(.mqtt, 0, [:]), context(from: "fe80::1"))
        #expect(box.engine.hits.map(\.rule) == [0, 1])
    }

    @Test("Conditions") func conditions() {
        let a = test("mqtt.qos", [1])
        let b = test("mqtt.clientid", ["x"])
        func matches(_ condition: Condition, _ fields: [String: [FakeValue]]) -> Bool {
            let box = DetectionEngineBox([rule("r", "mqtt", [[a], [b]], condition: condition)])
            box.evaluate(FakeEvent(.mqtt, 0, fields))
            return !box.engine.hits.isEmpty
        }
        let both: [String: [FakeValue]] = ["mqtt.qos": [1], "mqtt.clientid": ["x"]]
        let first: [String: [FakeValue]] = ["mqtt.qos": [1]]
        let (one, two) = (Condition.selection(0), Condition.selection(1))
        #expect(matches(.and([one, two]), both) && !matches(.and([one, two]), first))
        #expect(matches(.or([one, two]), first) && !matches(.or([one, two]), [:]))
        // A test over an absent field is false, so its negation is true.
        #expect(matches(.and([one, .not(two)]), first) && !matches(.and([one, .not(two)]), both))
        #expect(matches(.not(one), [:]))
        #expect(matches(.not(.not(one)), first) && !matches(.not(.and([one, two])), both))
        #expect(matches(.not(.or([.and([one, .not(two)]), two])), [:]))
    }

    @Test("Keywords look into every text") func keywordsLookIntoEveryText() {
        let box = DetectionEngineBox([rule("r", "mqtt", [], keywords: ["Secret", "b?d", 77])])
        func hits(_ fields: [String: [FakeValue]]) -> Int {
            box.evaluate(FakeEvent(.mqtt, 0, fields))
            return box.engine.hits.count
        }
        #expect(hits(["mqtt.msg": ["the secret"]]) == 1)
        #expect(hits(["mqtt.topic": ["a", "SECRETS/x"]]) == 1)
        #expect(hits(["mqtt.clientid": ["abcde"]]) == 1)
        #expect(hits(["mqtt.clientid": ["x77"]]) == 1)
        #expect(hits(["mqtt.clientid": ["sec ret"], "mqtt.qos": [77]]) == 0)
        #expect(hits([:]) == 0)
    }

    @Test("a rule without a category sees the events of all protocols") func ruleWithoutCategoryLooksAtAll() {
        let box = DetectionEngineBox([
            rule("any", nil, [[test("source.ip", ["10.0.0.5"])]]),
            rule(
                "mixed", nil, [[test("mqtt.qos", [1])], [test("coap.uri_path", ["/x"])]],
                condition: .or([.selection(0), .selection(1)])),
            rule("absent", nil, [[test("mqtt.qos|exists", [false])]]),
        ])
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.qos": [1]]))
        #expect(box.engine.hits.map(\.rule) == [0, 1])
        box.evaluate(FakeEvent(.coap, 0, ["coap.uri_path": ["/x"]]))
        #expect(box.engine.hits.map(\.rule) == [0, 1, 2])
    }

    @Test("A field is read once") func aFieldIsReadOnce() {
        let tests = ["a", "b", "c"].map { [test("mqtt.topic|contains|cased", [.string(SigmaString($0))])] }
        let box = DetectionEngineBox(
            tests.indices.map { rule("r\($0)", "mqtt", [tests[$0]], suppress: (by: ["mqtt.topic"], nanoseconds: 1)) })
        let event = FakeEvent(.mqtt, 0, ["mqtt.topic": ["abc"]])
        box.evaluate(event)
        #expect(box.engine.hits.count == 3)
        #expect(event.mostReads == 1)
    }
}
