import Detection
import Events
import Sigma
import Testing

/// What the modifiers of the appendix *Sigma Modifiers* (2.1.0) mean of events, and the two of our own.
@Suite struct ModifierSemanticsTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var key: String
        var values: [SigmaValue]
        var fields: [String: [FakeValue]]
        var expected: Bool
        init(_ key: String, _ values: [SigmaValue], _ fields: [String: [FakeValue]], _ expected: Bool) {
            (self.key, self.values, self.fields, self.expected) = (key, values, fields, expected)
        }
        var testDescription: String { "\(key): \(values) of \(fields)" }
    }

    static let cases: [Case] = [
        // neq: none of the values; an absent field differs from all of them, as in pySigma.
        Case("mqtt.clientid|neq", ["a"], ["mqtt.clientid": ["b"]], true),
        Case("mqtt.clientid|neq", ["a"], ["mqtt.clientid": ["A"]], false),
        Case("mqtt.clientid|neq", ["a", "b"], ["mqtt.clientid": ["b"]], false),
        Case("mqtt.clientid|neq", ["a"], [:], true),
        Case("mqtt.clientid|contains|neq", ["x"], ["mqtt.clientid": ["axb"]], false),
        Case("mqtt.qos|neq", [1], ["mqtt.qos": [2]], true),
        Case("mqtt.qos|neq", [1], ["mqtt.qos": [1]], false),
        Case("mqtt.topic|neq", ["a"], ["mqtt.topic": ["b", "a"]], false),
        // fieldref.
        Case("mqtt.clientid|fieldref", ["mqtt.username"], ["mqtt.clientid": ["Eve"], "mqtt.username": ["eve"]], true),
        Case(
            "mqtt.clientid|fieldref|cased", ["mqtt.username"], ["mqtt.clientid": ["Eve"], "mqtt.username": ["eve"]],
            false),
        Case("mqtt.clientid|fieldref", ["mqtt.username"], ["mqtt.clientid": ["eve"]], false),
        Case("mqtt.clientid|fieldref|neq", ["mqtt.username"], ["mqtt.clientid": ["eve"]], true),
        Case("mqtt.topic|fieldref", ["mqtt.username"], ["mqtt.topic": ["a", "b"], "mqtt.username": ["B"]], true),
        Case(
            "mqtt.topic|fieldref|contains", ["mqtt.username"], ["mqtt.topic": ["x/eve/y"], "mqtt.username": ["Eve"]],
            true),
        Case(
            "mqtt.topic|fieldref|startswith", ["mqtt.username"], ["mqtt.topic": ["a*b"], "mqtt.username": ["a*"]], true),
        Case(
            "mqtt.topic|fieldref|startswith", ["mqtt.username"], ["mqtt.topic": ["axb"], "mqtt.username": ["a*"]], false
        ),
        Case(
            "mqtt.topic|fieldref|endswith", ["mqtt.username"], ["mqtt.topic": ["a/B"], "mqtt.username": ["/b"]], true),
        Case("mqtt.qos|fieldref", ["mqtt.reason_code"], ["mqtt.qos": [1], "mqtt.reason_code": [0, 1]], true),
        Case("source.ip|fieldref", ["destination.ip"], [:], false),
        Case("mqtt.clientid|fieldref", ["source.ip"], ["mqtt.clientid": ["10.0.0.5"]], true),
        Case("mqtt.clientid|fieldref", ["destination.port"], ["mqtt.clientid": ["1883"]], true),
        // Encodings.
        Case("mqtt.msg|base64", ["foobar"], ["mqtt.msg": ["Zm9vYmFy"]], true),
        Case("mqtt.msg|base64offset|contains", ["secret"], ["mqtt.msg": ["eCBzZWNyZXQgeQ=="]], true),
        Case("mqtt.msg|base64offset|contains", ["secret"], ["mqtt.msg": ["eCBzZWNyZXQ"]], true),
        Case("mqtt.msg|base64offset|contains", ["secret"], ["mqtt.msg": ["c2VjcmV1"]], false),
        Case("mqtt.msg|wide|contains", ["cmd"], ["mqtt.msg": [.bytes([1, 0x63, 0, 0x4D, 0, 0x64, 0])]], true),
        Case(
            "mqtt.msg|utf16|startswith", ["cmd"], ["mqtt.msg": [.bytes([0xFF, 0xFE, 0x63, 0, 0x6D, 0, 0x64, 0])]], true),
        Case("mqtt.msg|utf16be|cased", ["cM"], ["mqtt.msg": [.bytes([0, 0x63, 0, 0x6D])]], false),
        Case("mqtt.msg|utf16le", ["é"], ["mqtt.msg": [.bytes([0xE9, 0])]], true),
        Case("mqtt.msg|windash|contains", [" -c"], ["mqtt.msg": ["sh /c x"]], true),
        Case("mqtt.msg|windash|contains", [" -c"], ["mqtt.msg": ["sh \u{2015}c x"]], true),
        Case("mqtt.msg|windash|contains|all", [" -c", " -d"], ["mqtt.msg": ["sh /c -d"]], true),
        Case("mqtt.msg|windash|contains|all", [" -c", " -d"], ["mqtt.msg": ["sh /c -C"]], false),
        // Parts of the time of `context`: Tuesday 2023-11-14T22:13:20Z, ISO week 46.
        Case("@timestamp|minute", [13], [:], true), Case("@timestamp|hour", [21, 22], [:], true),
        Case("@timestamp|day", [14], [:], true), Case("@timestamp|week", [46], [:], true),
        Case("@timestamp|month", [11], [:], true), Case("@timestamp|year", [2023], [:], true),
        Case("@timestamp|year", [2024], [:], false), Case("@timestamp|hour|gte", [23], [:], false),
        Case("@timestamp|hour|lt", [23], [:], true), Case("@timestamp|hour|neq", [22], [:], false),
        // Keywords.
        Case("|all", ["eve", "/x"], ["mqtt.clientid": ["EVE"], "mqtt.topic": ["a/x"]], true),
        Case("|all", ["eve", "/y"], ["mqtt.clientid": ["EVE"], "mqtt.topic": ["a/x"]], false),
        Case("|startswith", ["ev"], ["mqtt.clientid": ["eve"]], true),
        Case("|startswith", ["ve"], ["mqtt.clientid": ["eve"]], false),
        Case("|cased", ["Eve"], ["mqtt.clientid": ["eve"]], false),
        Case("|re", ["^e.e$"], ["mqtt.clientid": ["eve"]], true),
        Case("|re|i", ["^E.E$"], ["mqtt.msg": ["eve"]], true),
        Case("|base64", ["foobar"], ["mqtt.msg": ["x=Zm9vYmFy"]], true),
        Case("|neq", ["eve"], ["mqtt.msg": ["steve"]], false),
        // The examples of MQTT 5.0, 4.7.1 and 4.7.2; topics respect case (4.7.3).
        Case("mqtt.topic|topicfilter", ["sport/tennis/player1/#"], ["mqtt.topic": ["sport/tennis/player1"]], true),
        Case(
            "mqtt.topic|topicfilter", ["sport/tennis/player1/#"], ["mqtt.topic": ["sport/tennis/player1/score/x"]], true
        ),
        Case("mqtt.topic|topicfilter", ["sport/tennis/+"], ["mqtt.topic": ["sport/tennis/player1/ranking"]], false),
        Case("mqtt.topic|topicfilter", ["sport/+"], ["mqtt.topic": ["sport"]], false),
        Case("mqtt.topic|topicfilter", ["sport/+"], ["mqtt.topic": ["sport/"]], true),
        Case("mqtt.topic|topicfilter", ["+/+"], ["mqtt.topic": ["/finance"]], true),
        Case("mqtt.topic|topicfilter", ["/+"], ["mqtt.topic": ["/finance"]], true),
        Case("mqtt.topic|topicfilter", ["+"], ["mqtt.topic": ["/finance"]], false),
        Case("mqtt.topic|topicfilter", ["#"], ["mqtt.topic": ["$SYS/broker"]], false),
        Case("mqtt.topic|topicfilter", ["+/monitor/Clients"], ["mqtt.topic": ["$SYS/monitor/Clients"]], false),
        Case("mqtt.topic|topicfilter", ["$SYS/#"], ["mqtt.topic": ["$SYS/broker"]], true),
        Case("mqtt.topic|topicfilter", ["+/tennis/#"], ["mqtt.topic": ["sport/tennis"]], true),
        Case("mqtt.topic|topicfilter", ["ACCOUNTS"], ["mqtt.topic": ["Accounts"]], false),
        Case("mqtt.topic|topicfilter|neq", ["plant/#"], ["mqtt.topic": ["plant/7"]], false),
        Case("mqtt.topic|covers", ["plant/7/state"], ["mqtt.topic": ["office/#", "plant/+/state"]], true),
        Case("mqtt.topic|covers", ["plant/7/state"], ["mqtt.topic": ["$share/workers/plant/#"]], true),
        Case("mqtt.topic|covers", ["plant/7/state"], ["mqtt.topic": ["plant/+"]], false),
        Case("mqtt.topic|covers", ["$SYS/broker"], ["mqtt.topic": ["#"]], false),
    ]

    @Test("Meaning", arguments: cases) func meaning(_ testCase: Case) {
        let box = DetectionEngineBox([rule("r", "mqtt", [[test(testCase.key, testCase.values)]])])
        #expect(box.diagnostics.filter { $0.severity == .error }.isEmpty)
        box.evaluate(FakeEvent(.mqtt, 0, testCase.fields), context())
        #expect(!box.engine.hits.isEmpty == testCase.expected)
    }

    /// `date -u -d @SECONDS '+%M %H %d %V %m %Y'` of GNU coreutils.
    @Test(
        "Parts of times",
        arguments: [
            (0, "0 0 1 1 1 1970"), (1_767_225_599, "59 23 31 1 12 2025"), (1_767_225_600, "0 0 1 1 1 2026"),
            (1_798_761_600, "0 0 1 53 1 2027"), (1_709_164_800, "0 0 29 9 2 2024"),
            (4_107_542_399, "59 23 28 8 2 2100"),
            (1_795_240_200, "50 5 21 47 11 2026"),
        ])
    func partsOfTimes(seconds: Int64, expected: String) {
        let numbers = expected.split(separator: " ").compactMap { Int64($0) }
        let parts = ["minute", "hour", "day", "week", "month", "year"]
        for (part, number) in zip(parts, numbers) {
            let box = DetectionEngineBox([rule("r", "mqtt", [[test("@timestamp|\(part)", [.int(number)])]])])
            box.evaluate(FakeEvent(.mqtt, 0, [:]), context(at: seconds))
            #expect(box.engine.hits.count == 1, "\(part) of \(seconds) is not \(number)")
        }
    }
}
