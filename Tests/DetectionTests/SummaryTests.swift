import Detection
import Events
import Sigma
import Testing

@Suite struct SummaryTests {
    private func summary(
        _ template: String?, _ fields: [String: [FakeValue]], message: [UInt8] = []
    ) -> String {
        let box = DetectionEngineBox([rule("r", "mqtt", [[test("mqtt.qos", [1])]], summary: template)])
        #expect(box.diagnostics.isEmpty)
        let event = FakeEvent(.mqtt, 0, fields.merging(["mqtt.qos": [1]]) { $1 })
        box.engine.evaluate(event, context(), message: message.span.bytes)
        guard let hit = box.engine.hits.first else { return "no hit" }
        return box.engine.summary(of: hit, event, context(), message: message.span.bytes)
    }

    /// What is hostile stays: outputs escape it, once (`terminalSafe`).
    @Test(
        "Placeholders",
        arguments: [
            (nil, "Rule r"),
            ("plain", "plain"),
            ("{mqtt.clientid} from {source.ip}:{source.port}", "dev from 10.0.0.5:50000"),
            ("{mqtt.topic}.", "a/b, c."),
            ("<{mqtt.username}>", "<->"),
            ("{mqtt.passwd}", "<6 bytes>"),
            ("{mqtt.prop.correlation_data} {mqtt.retain}", "00ff true"),
            ("{@timestamp}", "2023-11-14T22:13:20.000000Z"),
            ("{mqtt.msg}", "a\nb\u{1B}[31m\u{9B}\u{FFFD}\u{202E}ä"),
            ("open {", "open {"),
        ])
    func placeholders(_ template: String?, _ expected: String) {
        let text = summary(
            template,
            [
                "mqtt.clientid": ["dev"], "mqtt.topic": ["a/b", "c"], "mqtt.passwd": ["hunter"], "mqtt.retain": [true],
                "mqtt.prop.correlation_data": [.bytes([0, 255])],
                "mqtt.msg": [.bytes(Array("a\nb\u{1B}[31m\u{9B}".utf8) + [0xFF] + Array("\u{202E}ä".utf8))],
            ])
        #expect(text == expected)
    }

    @Test(
        "Empty texts",
        arguments: [
            ("{mqtt.clientid} at {source.ip}", "a client without id at 10.0.0.5"),
            ("client id {mqtt.clientid}, user {mqtt.username}", "client id '', user ''"),
            ("{mqtt.passwd}", "<1 byte>"),
        ])
    func emptyTexts(_ template: String, _ expected: String) {
        let fields: [String: [FakeValue]] = ["mqtt.clientid": [""], "mqtt.username": [""], "mqtt.passwd": ["x"]]
        #expect(summary(template, fields) == expected)
        #expect(summary("{mqtt.clientid} at {source.ip}", [:]) == "- at 10.0.0.5")
    }

    @Test("Length is bounded") func lengthIsBounded() {
        let long = String(repeating: "ä", count: 400)
        let one = summary("{mqtt.clientid}|", ["mqtt.clientid": [.text(long)]])
        #expect(one == String(repeating: "ä", count: 120) + "…|")
        let many = summary("{mqtt.topic}", ["mqtt.topic": Array(repeating: .text("0123456789"), count: 100)])
        #expect(many.count == 501 && many.hasSuffix("…"))
        #expect(summary(String(repeating: "x", count: 600), [:]).count == 501)
    }

    @Test("Correlations have count and timespan") func correlationsHaveCountAndTimespan() {
        let box = DetectionEngineBox([
            rule("base", "mqtt", [[test("mqtt.qos", [1])]]),
            correlation(
                "c", .eventCount, of: ["base"], by: ["mqtt.clientid"], seconds: 300, [.init(.gte, 2)],
                summary: "{count} of {mqtt.clientid} in {timespan}", suppress: (by: [], nanoseconds: 1)),
        ])
        var seen: [String] = []
        for second in Int64(0)..<4 {
            let event = FakeEvent(.mqtt, 0, ["mqtt.qos": [1], "mqtt.clientid": ["x"]])
            box.evaluate(event, context(at: second))
            for hit in box.engine.hits {
                seen.append(
                    box.engine.summary(of: hit, event, context(at: second), message: [UInt8]().span.bytes))
            }
        }
        #expect(seen == ["2 of x in 5m", "more than 2 of x in 5m", "more than 2 of x in 5m"])
    }

    @Test("Group keys") func groupKeys() {
        func key(_ fields: [String: [FakeValue]], _ by: [String]?) -> String? {
            let suppress = by.map { (by: $0, nanoseconds: Int64(1)) }
            let box = DetectionEngineBox([rule("r", "mqtt", [[test("mqtt.qos", [1])]], suppress: suppress)])
            let event = FakeEvent(.mqtt, 0, fields.merging(["mqtt.qos": [1]]) { $1 })
            box.evaluate(event)
            guard let hit = box.engine.hits.first else { return "no hit" }
            return box.engine.groupKey(of: hit, event, context(), message: [UInt8]().span.bytes)
        }
        #expect(key([:], nil) == nil)
        #expect(key([:], []) == "")
        #expect(key(["mqtt.clientid": ["x"]], ["source.ip", "mqtt.clientid"]) == "source.ip=10.0.0.5|mqtt.clientid=x")
        #expect(key([:], ["mqtt.clientid"]) == "mqtt.clientid=-")
        #expect(key(["mqtt.clientid": [#"a|b\"#]], ["mqtt.clientid"]) == #"mqtt.clientid=a\|b\\"#)
        #expect(key(["mqtt.passwd": ["abc"]], ["mqtt.passwd"]) == "mqtt.passwd=<3 bytes>")
        #expect(key(["mqtt.topic": ["a", "b"]], ["mqtt.topic", "mqtt.qos"]) == "mqtt.topic=a,b|mqtt.qos=1")
    }
}
