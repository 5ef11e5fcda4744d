import Detection
import Events
import Sigma
import Testing

/// What is said of documents with errors, where, and with which hint.
@Suite struct DiagnosticTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var documents: [SigmaDocument]
        /// `code severity line`, and what the hint or the message must hold.
        var expected: [(String, String)]
        var loaded: [String] = []

        var testDescription: String { name }
    }

    private static func one(_ key: String, _ values: [SigmaValue], _ expected: (String, String)) -> Case {
        let category = key.hasPrefix("coap") ? "coap" : "mqtt"
        return Case(
            name: "\(key) \(values)", documents: [rule("r", category, [[test(key, values)]])], expected: [expected])
    }

    private static let good = [[test("mqtt.qos", [1])]]

    static let cases: [Case] = [
        one("mqtt.topik", ["x"], ("unknown-field error 10", "mqtt.topic")),
        one("mqtt.qos", ["one"], ("type-mismatch error 11", "a number")),
        one("mqtt.qos", [1, true], ("type-mismatch error 12", "a number")),
        one("mqtt.qos", [1.5], ("type-mismatch error 11", "whole")),
        one("mqtt.qos", ["1*"], ("type-mismatch error 11", "number")),
        one("mqtt.qos|contains", ["1"], ("type-mismatch error 10", "not text")),
        one("mqtt.qos|re", ["1"], ("type-mismatch error 10", "not text")),
        one("mqtt.qos|cased", ["1"], ("type-mismatch error 10", "not text")),
        one("mqtt.retain", ["true"], ("type-mismatch error 11", "without quotes")),
        one("mqtt.retain", [1], ("type-mismatch error 11", "without quotes")),
        one("mqtt.retain|gt", [1], ("not-a-number error 11", "bool")),
        one("mqtt.clientid", [true], ("type-mismatch error 11", "quote")),
        one("coap.code", [2.05], ("type-mismatch error 11", "quote")),
        one("mqtt.msg|gt", [5], ("not-a-number error 11", "text")),
        one("source.ip|lte", ["10.0.0.1"], ("not-a-number error 11", "ip")),
        one("source.ip", ["10.0.0"], ("type-mismatch error 11", "address")),
        one("source.ip", ["10.0.0.0/8"], ("type-mismatch error 11", "source.ip|cidr")),
        one("source.ip|cidr", ["10.0.0.0/33"], ("bad-cidr error 11", "10.0.0.0/33")),
        one("mqtt.clientid|cidr", ["10.0.0.0/8"], ("type-mismatch error 11", "addresses")),
        one("@timestamp|gt", ["yesterday"], ("type-mismatch error 11", "time")),
        one("mqtt.qos|exists", ["yes"], ("type-mismatch error 11", "true or false")),
        one("mqtt.qos|exists", [true, false], ("type-mismatch error 11", "true or false")),
        one("mqtt.msg|contains|startswith", ["x"], ("modifier-combination error 10", "contains|startswith")),
        one("mqtt.msg|re|cased", ["x"], ("modifier-combination error 10", "re|cased")),
        one("mqtt.msg|i", ["x"], ("modifier-combination error 10", "i")),
        // The reasons are Vectorscan's.
        one("mqtt.msg|re", ["(a)\\1"], ("bad-regex error 11", "Back-references")),
        one("mqtt.msg|re", ["a", "a(?=b)"], ("bad-regex error 12", "Zero-width assertions")),
        one("mqtt.msg|re", ["(a"], ("bad-regex error 11", "parenthesis")),
        Case(
            name: "foreign field", documents: [rule("r", "coap", good)],
            expected: [("foreign-field error 10", "belongs to mqtt")]),
        Case(
            name: "product", documents: [rule("r", "mqtt", good, product: "windows")],
            expected: [("unknown-product error 5", "earshot")]),
        Case(name: "no product", documents: [rule("r", "mqtt", good, product: nil)], expected: [], loaded: ["r"]),
        Case(
            name: "category", documents: [rule("r", "mqt", good)],
            expected: [("unknown-category error 6", "did you mean mqtt")]),
        Case(name: "no id", documents: [rule(nil, "mqtt", good)], expected: [("missing-id error 1", "id")]),
        Case(
            name: "twice the same id", documents: [rule("r", "mqtt", good), rule("r", "mqtt", good)],
            expected: [("duplicate-id error 2", "test.yml:1")], loaded: ["r"]),
        Case(
            name: "twice the same name",
            documents: [rule("a", "mqtt", good, name: "n"), rule("b", "mqtt", good, name: "n")],
            expected: [("duplicate-name error 3", "test.yml:1")], loaded: ["a"]),
        Case(
            name: "fields", documents: [rule("r", "mqtt", good, fields: ["mqtt.client"])],
            expected: [("unknown-field warning 20", "mqtt.clientid")], loaded: ["r"]),
        Case(
            name: "placeholder", documents: [rule("r", "mqtt", good, summary: "{mqtt.clientid} {mqtt.qoz}")],
            expected: [("unknown-placeholder error 30", "{mqtt.qos}")]),
        Case(
            name: "count of one event", documents: [rule("r", "mqtt", good, summary: "{count}")],
            expected: [("unknown-placeholder error 30", "only a correlation")]),
        Case(
            name: "suppress", documents: [rule("r", "mqtt", good, suppress: (by: ["source.ipp"], nanoseconds: 1))],
            expected: [("unknown-field error 31", "source.ip")]),
        Case(
            name: "suppress for no time",
            documents: [rule("r", "mqtt", good, suppress: (by: ["source.ip"], nanoseconds: 0))],
            expected: [("bad-duration error 31", "more than nothing")]),
        Case(
            name: "regex that splits characters",
            documents: [
                rule("a", "mqtt", [[test("mqtt.msg|re", ["ä|ö", "[ä]", "ö+", #"\[ä"#, "(?:ö)+"])]])
            ], expected: [("byte-regex warning 12", "class"), ("byte-regex warning 13", "class")], loaded: ["a"]),
        Case(
            name: "sum with the largest bounds",
            documents: [
                rule("first", "mqtt", good),
                correlation(
                    "c", .valueSum, of: ["first"], by: [], seconds: 1, [.init(.lt, .max), .init(.gt, .min)],
                    field: "mqtt.qos"),
            ], expected: [], loaded: ["first", "c"]),
        Case(
            name: "topic without case", documents: [rule("r", "mqtt", [[test("mqtt.topic", ["#", "Home/+"])]])],
            expected: [("case-insensitive-topic warning 12", "cased")], loaded: ["r"]),
        Case(
            name: "topic with case",
            documents: [
                rule("a", "mqtt", [[test("mqtt.topic|cased", ["Home"])]]),
                rule("b", "mqtt", [[test("mqtt.topic|re", ["Home"])]]),
                rule("c", "mqtt", [[test("mqtt.topic", ["+/#"])]]),
            ], expected: [], loaded: ["a", "b", "c"]),
        Case(
            name: "correlation of an unknown rule",
            documents: [
                rule("first", "mqtt", good, name: "login"),
                correlation("c", .eventCount, of: ["logon"], by: [], seconds: 60, [.init(.gte, 3)]),
            ], expected: [("unknown-rule error 41", "login")], loaded: ["first"]),
        Case(
            name: "correlation of a broken rule",
            documents: [
                rule("first", "mqtt", [[test("mqtt.nothing", [1])]]),
                correlation("c", .eventCount, of: ["first"], by: [], seconds: 60, [.init(.gte, 3)]),
            ], expected: [("unknown-field error 10", "mqtt.nothing"), ("broken-rule error 41", "first")]),
        Case(
            name: "correlations that refer to each other",
            documents: [
                rule("first", "mqtt", good),
                correlation("c", .eventCount, of: ["e"], by: [], seconds: 60, [.init(.gte, 3)]),
                correlation("d", .eventCount, of: ["c"], by: [], seconds: 60, [.init(.gte, 3)]),
                correlation("e", .eventCount, of: ["first", "d"], by: [], seconds: 60, [.init(.gte, 3)]),
                correlation("f", .eventCount, of: ["f"], by: [], seconds: 60, [.init(.gte, 3)]),
            ],
            expected: [
                ("broken-rule error 41", "e could not"), ("circular-correlation error 41", "refers back"),
                ("broken-rule error 41", "d could not"), ("circular-correlation error 41", "refers back"),
            ], loaded: ["first"]),
        Case(
            name: "correlation with wrong fields",
            documents: [
                rule("first", "mqtt", good),
                correlation("c", .eventCount, of: ["first"], by: ["source.pi"], seconds: 60, [.init(.gte, 3)]),
                correlation("d", .valueCount, of: ["first"], by: ["coap.code"], seconds: 60, [.init(.gte, 3)]),
                correlation("e", .valueSum, of: ["first"], by: [], seconds: 60, [.init(.gte, 3)], field: "mqtt.msg"),
                correlation("f", .eventCount, of: [], by: [], seconds: 0, []),
                correlation(
                    "g", .eventCount, of: ["first"], by: [], seconds: 1, [.init(.gte, 1 << 50)]),
            ],
            expected: [
                ("unknown-field error 42", "source.ip"), ("foreign-field error 42", "belongs to coap"),
                ("no-field error 40", "field"), ("type-mismatch error 45", "only numbers"),
                ("no-rules error 1", "no rule"), ("no-condition error 40", "nothing"),
                ("bad-duration error 43", "more than nothing"), ("threshold-too-large error 40", "1099511627776"),
            ], loaded: ["first"]),
        Case(
            name: "correlation known by name",
            documents: [
                correlation(nil, .eventCount, of: ["n"], by: [], seconds: 60, [.init(.gte, 3)], name: "many"),
                rule("first", "mqtt", good, name: "n"),
            ], expected: [], loaded: ["many", "first"]),
    ]

    @Test("Diagnostics", arguments: cases) func diagnostics(_ testCase: Case) {
        let (rules, found) = RuleCompiler.compile(testCase.documents, registry: testRegistry)
        #expect(
            found.map { "\($0.code) \($0.severity) \($0.position?.line ?? 0)" } == testCase.expected.map(\.0))
        for (diagnostic, expected) in zip(found, testCase.expected) {
            #expect("\(diagnostic.message) \(diagnostic.hint ?? "")".contains(expected.1))
            #expect(diagnostic.file == "test.yml")
        }
        #expect(rules.rules.map(\.id) == testCase.loaded)
    }

    @Test("Metadata and techniques") func metadataAndTechniques() {
        let (rules, _) = RuleCompiler.compile(
            [
                rule("b", "mqtt", Self.good, tags: ["attack.collection", "attack.ics.t0802", "attack.t1110.001"]),
                rule("a", nil, Self.good, tags: ["attack.t0802", "cve.2021-1"]),
            ], registry: testRegistry)
        #expect(rules.rules.map(\.id) == ["b", "a"])
        #expect(rules.rules[0].techniques == ["T0802", "T1110.001"])
        #expect(rules.techniques == ["T0802", "T1110.001"])
        #expect(rules.rules[0].category == .mqtt && rules.rules[1].category == nil)
        #expect(rules.rules[0].title == "Rule b" && rules.rules[0].file == "test.yml")
        #expect(rules.fields == ["mqtt.qos"])
    }

    /// A rule that no event can meet works, but not as meant.
    @Test("rules that cannot match anything are reported") func rulesThatNothingCanReachAreNamed() {
        let types = Discriminator(
            category: .mqtt, field: FieldID(rawValue: 700), codes: ["CONNECT": [1], "SUBSCRIBE": Array(2...255) + [0]])
        let box = DetectionEngineBox(
            [
                rule("a", "mqtt", [[test("mqtt.type", ["SUBSCRIB"])]]),
                rule("b", nil, [[test("mqtt.qos", [1]), test("coap.code", ["0.01"])]]),
                rule("c", "mqtt", [[test("mqtt.type", ["connect"])], [test("mqtt.type", ["SUBSCRIBE"])]]),
                rule("d", "mqtt", [[test("mqtt.type|neq", ["SUBSCRIB"])]]),
            ], discriminators: [types])
        #expect(
            box.diagnostics.map { "\($0.code) \($0.severity)" }
                == Array(repeating: "unreachable-rule warning", count: 3))
        #expect(box.diagnostics.first?.hint == "no message has the type subscrib; did you mean SUBSCRIBE?")
        #expect(box.engine.rules.rules.map(\.id) == ["a", "b", "c", "d"])
    }
}
