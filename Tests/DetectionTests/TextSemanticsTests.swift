import Detection
import Events
import Sigma
import Testing

/// A test of one field against one event. The expectations are Sigma's (specification 2.1, *Modifiers*, *Wildcards*,
/// *Escaping*); pySigma's SQLite backend (2.1) gives the same answers on all of `rows`, but for a number against text,
/// which it does not compare.
struct SemanticsRow: Sendable, CustomTestStringConvertible {
    var key: String
    var values: [SigmaValue]
    var event: [FakeValue]
    var matches: Bool

    init(_ key: String, _ values: [SigmaValue], on event: [FakeValue], _ matches: Bool) {
        self.key = key
        self.values = values
        self.event = event
        self.matches = matches
    }

    var testDescription: String { "\(key): \(values) on \(event)" }

    /// Whether a rule with that test alone matches an event with that field alone.
    func result() throws -> Bool {
        let field = String(key.prefix { $0 != "|" })
        let category: EventCategory = field.hasPrefix("coap") ? .coap : .mqtt
        let box = DetectionEngineBox([rule("r", category == .coap ? "coap" : "mqtt", [[test(key, values)]])])
        try #require(!box.diagnostics.contains { $0.severity == .error }, "\(box.diagnostics)")
        box.evaluate(FakeEvent(category, 0, [field: event]))
        #expect(box.engine.hits.count <= 1)
        return box.engine.hits.count == 1
    }
}

/// Lists of as many texts as are looked for all at once, each met by one event and missed by another.
@Suite struct ManyTextsTests {
    private static let words = ["", "b", "A", "bb", "Ba", "ä", "aaa", "abc", "zzz", "a?c", "longer text", "Zz"]
    /// Texts that most of them miss.
    private static let others = ["", "Ä", "a", "AB", "aab", "b ", "longer tex", "zZ", "c", "12"]

    /// Rules for the values, asked about many events: what costs time is to make them.
    private static func engine(_ modifiers: String, _ values: [String]) throws -> DetectionEngineBox {
        let values = values.map { SigmaValue.string(SigmaString($0)) }
        let box = DetectionEngineBox([rule("r", "mqtt", [[test("mqtt.clientid\(modifiers)", values)]])])
        try #require(!box.diagnostics.contains { $0.severity == .error }, "\(box.diagnostics)")
        return box
    }

    private static func matches(_ box: DetectionEngineBox, _ text: String) -> Bool {
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.clientid": [.text(text)]]))
        return box.engine.hits.count == 1
    }

    @Test("One of many", arguments: ["", "|cased", "|startswith", "|endswith|cased", "|contains|cased"])
    func oneOfMany(_ modifiers: String) throws {
        // Without the first, which is part of every text.
        let texts = (1..<40).map { number in
            let word = Self.words[number % Self.words.count]
            return number < Self.words.count ? word : "\(word)\(number)"
        }
        // Each text by itself is what a list comes to.
        var alone: [[Bool]] = []
        for text in texts {
            let box = try Self.engine(modifiers, [text])
            alone.append(Self.others.map { Self.matches(box, $0) })
        }
        for count in 1...texts.count {
            let box = try Self.engine(modifiers, Array(texts[..<count]))
            for text in texts[..<count] { #expect(Self.matches(box, text), "\(count): \(text)") }
            for (index, text) in Self.others.enumerated() {
                let expected = alone[..<count].contains { $0[index] }
                #expect(Self.matches(box, text) == expected, "\(count): \(text)")
            }
        }
    }
}

@Suite struct TextSemanticsTests {
    static let rows: [SemanticsRow] = [
        // Equality ignores the case of ASCII letters, and only of those.
        SemanticsRow("mqtt.clientid", ["Sensor1"], on: ["sEnsOR1"], true),
        SemanticsRow("mqtt.clientid", ["Sensor1"], on: ["sensor12"], false),
        SemanticsRow("mqtt.clientid", ["Sensor1"], on: ["sensor"], false),
        SemanticsRow("mqtt.clientid", ["ä"], on: ["Ä"], false),
        SemanticsRow("mqtt.clientid", ["ä"], on: ["ä"], true),
        SemanticsRow("mqtt.clientid", ["[@`{"], on: ["{@`["], false),
        SemanticsRow("mqtt.clientid|cased", ["Sensor1"], on: ["sensor1"], false),
        SemanticsRow("mqtt.clientid|cased", ["Sensor1"], on: ["Sensor1"], true),
        SemanticsRow("mqtt.type", ["connect"], on: ["CONNECT"], true),
        // The empty string is a value, not absence.
        SemanticsRow("mqtt.clientid", [""], on: [""], true),
        SemanticsRow("mqtt.clientid", [""], on: ["x"], false),
        SemanticsRow("mqtt.clientid", [""], on: [], false),
        // Lists: any value will do.
        SemanticsRow("mqtt.clientid", ["a", "b"], on: ["b"], true),
        SemanticsRow("mqtt.clientid", ["a", "b"], on: ["c"], false),
        // contains, startswith, endswith
        SemanticsRow("mqtt.msg|contains", ["PASS"], on: ["my password"], true),
        SemanticsRow("mqtt.msg|contains", ["pass"], on: ["pas"], false),
        SemanticsRow("mqtt.msg|contains", [""], on: [""], true),
        SemanticsRow("mqtt.msg|contains", ["aab"], on: ["aaaab"], true),
        SemanticsRow("mqtt.msg|contains|cased", ["Pass"], on: ["my password"], false),
        SemanticsRow("mqtt.msg|contains|cased", ["pass"], on: ["my password"], true),
        SemanticsRow(
            "mqtt.msg|contains", ["NEEDLE"], on: ["a long haystack, longer than a register of the CPU: needle."], true),
        SemanticsRow(
            "mqtt.msg|contains|cased", ["NEEDLE"], on: ["a long haystack, longer than a register of the CPU: needle."],
            false),
        SemanticsRow(
            "mqtt.msg|contains", ["(x+)"], on: ["a long haystack, longer than a register of the CPU: (X+) it is."], true
        ),
        SemanticsRow("mqtt.topic|startswith", ["$sys/"], on: ["$SYS/broker"], true),
        SemanticsRow("mqtt.topic|startswith", ["$sys/"], on: ["a/$SYS/"], false),
        SemanticsRow("mqtt.topic|endswith", ["/set"], on: ["lamp/SET"], true),
        SemanticsRow("mqtt.topic|endswith", ["/set"], on: ["lamp/set/x"], false),
        SemanticsRow("mqtt.topic|endswith", ["long"], on: ["ng"], false),
        // Wildcards and their escapes.
        SemanticsRow("mqtt.topic", ["a/*/c"], on: ["a/b/b/c"], true),
        SemanticsRow("mqtt.topic", ["a/*/c"], on: ["a/c"], false),
        SemanticsRow("mqtt.topic", ["a*"], on: ["A"], true),
        SemanticsRow("mqtt.topic", ["*a"], on: ["xA"], true),
        SemanticsRow("mqtt.topic", ["*"], on: [""], true),
        SemanticsRow("mqtt.topic", ["*"], on: [], false),
        SemanticsRow("mqtt.topic", ["?"], on: ["ä"], true),
        SemanticsRow("mqtt.topic", ["?"], on: ["ab"], false),
        SemanticsRow("mqtt.topic", ["?"], on: [""], false),
        SemanticsRow("mqtt.topic", ["a?c"], on: ["a€c"], true),
        SemanticsRow("mqtt.topic", ["*??"], on: ["€"], false),
        SemanticsRow("mqtt.topic", ["*?€"], on: ["€€"], true),
        SemanticsRow("mqtt.topic", ["*ab*ba*"], on: ["xaba"], false),
        SemanticsRow("mqtt.topic", ["*ab*ba*"], on: ["xabba"], true),
        SemanticsRow("mqtt.topic", ["*ab?"], on: ["ababc"], true),
        SemanticsRow("mqtt.topic", [#"a\*"#], on: ["a*"], true),
        SemanticsRow("mqtt.topic", [#"a\*"#], on: ["ab"], false),
        SemanticsRow("mqtt.topic", [#"a\?b"#], on: ["a?b"], true),
        SemanticsRow("mqtt.topic", [#"a\\*"#], on: [#"a\b"#], true),
        SemanticsRow("mqtt.topic", [#"a\b"#], on: [#"A\B"#], true),
        SemanticsRow("mqtt.topic", ["100%"], on: ["100x"], false),
        SemanticsRow("mqtt.topic", ["a_c"], on: ["abc"], false),
        SemanticsRow("mqtt.topic|contains", ["b*d"], on: ["abcde"], true),
        SemanticsRow("mqtt.topic|contains", ["b?d"], on: ["abccde"], false),
        SemanticsRow("mqtt.topic|startswith", ["?b"], on: ["abc"], true),
        SemanticsRow("mqtt.topic|cased", ["A*c"], on: ["abc"], false),
        SemanticsRow("mqtt.topic|cased", ["a*c"], on: ["abc"], true),
        SemanticsRow("mqtt.topic|cased", ["[a]?"], on: ["[a]b"], true),
        // all
        SemanticsRow("mqtt.msg|contains|all", ["a", "b"], on: ["xbxa"], true),
        SemanticsRow("mqtt.msg|contains|all", ["a", "b"], on: ["xbx"], false),
        // Numbers in a rule compare with decimal text.
        SemanticsRow("mqtt.clientid", [42], on: ["42"], true),
        SemanticsRow("mqtt.clientid", [42], on: ["042"], false),
        SemanticsRow("mqtt.msg|contains", [42], on: ["x42x"], true),
        // Regular expressions: case counts, they match anywhere.
        SemanticsRow("mqtt.msg|re", ["b.d"], on: ["abcde"], true),
        SemanticsRow("mqtt.msg|re", ["B.d"], on: ["abcde"], false),
        SemanticsRow("mqtt.msg|re|i", ["B.D"], on: ["abcde"], true),
        SemanticsRow("mqtt.msg|re", ["^b"], on: ["ab"], false),
        SemanticsRow("mqtt.msg|re", ["^b"], on: ["a\nb"], false),
        SemanticsRow("mqtt.msg|re|m", ["^b"], on: ["a\nb"], true),
        SemanticsRow("mqtt.msg|re", ["a.b"], on: ["a\nb"], false),
        SemanticsRow("mqtt.msg|re|s", ["a.b"], on: ["a\nb"], true),
        SemanticsRow("mqtt.msg|re", ["^$"], on: [""], true),
        SemanticsRow("mqtt.msg|re", [".*"], on: [""], true),
        SemanticsRow("mqtt.msg|re", ["x", "c+"], on: ["abcde"], true),
        SemanticsRow("mqtt.msg|re|all", ["x", "c+"], on: ["abcde"], false),
        SemanticsRow("mqtt.msg|re", [#"^\d{3}$"#], on: ["123"], true),
        SemanticsRow("mqtt.msg|re", [#"a\*"#], on: ["a*"], true),
        // Absence.
        SemanticsRow("mqtt.clientid|exists", [true], on: ["a"], true),
        SemanticsRow("mqtt.clientid|exists", [true], on: [], false),
        SemanticsRow("mqtt.clientid|exists", [false], on: [], true),
        SemanticsRow("mqtt.clientid|exists", [false], on: [""], false),
        SemanticsRow("mqtt.clientid", [nil], on: [], true),
        SemanticsRow("mqtt.clientid", [nil], on: ["a"], false),
        SemanticsRow("mqtt.clientid", [nil, "a"], on: ["a"], true),
        SemanticsRow("mqtt.clientid", [nil, "a"], on: [], true),
        SemanticsRow("mqtt.clientid", [nil, "a"], on: ["b"], false),
    ]

    @Test("Row", arguments: rows) func row(_ row: SemanticsRow) throws {
        #expect(try row.result() == row.matches)
    }

    /// What only this sensor has: fields with several values, and bytes that are not text.
    @Test(
        "Own row",
        arguments: [
            SemanticsRow("mqtt.topic", ["b"], on: ["a", "b"], true),
            SemanticsRow("mqtt.topic", ["ab"], on: ["a", "b"], false),
            SemanticsRow("mqtt.topic|contains|all", ["x", "y"], on: ["1x", "2y"], true),
            SemanticsRow("mqtt.topic|contains|all", ["x", "z"], on: ["1x", "2y"], false),
            SemanticsRow("mqtt.topic|re", ["^2"], on: ["1x", "2y"], true),
            SemanticsRow("mqtt.msg", ["?"], on: [.bytes([0xFF])], true),
            SemanticsRow("mqtt.msg", ["??"], on: [.bytes([0xE2, 0x82])], true),
            SemanticsRow("mqtt.msg", ["?"], on: [.bytes([0xE2, 0x82])], false),
            SemanticsRow("mqtt.msg|contains", ["ok"], on: [.bytes([0xFF, 0x00, 0x4F, 0x4B, 0xFE])], true),
            SemanticsRow("mqtt.msg|re", [#"\x00O"#], on: [.bytes([0xFF, 0x00, 0x4F, 0x4B, 0xFE])], true),
            SemanticsRow("mqtt.prop.correlation_data", ["DEADbeef"], on: [.bytes([0xDE, 0xAD, 0xBE, 0xEF])], true),
            SemanticsRow("mqtt.prop.correlation_data|startswith", ["de"], on: [.bytes([0xDE, 0xAD])], true),
            SemanticsRow("mqtt.prop.correlation_data|cased", ["DE"], on: [.bytes([0xDE])], false),
            SemanticsRow("mqtt.prop.correlation_data|re", ["^(de)+$"], on: [.bytes([0xDE, 0xDE])], true),
            SemanticsRow("coap.opt.etag", ["01", "02"], on: [.bytes([9]), .bytes([2])], true),
        ])
    func ownRow(_ row: SemanticsRow) throws {
        #expect(try row.result() == row.matches)
    }

    /// A long list of texts runs as one pattern; it must not answer otherwise than one by one.
    @Test("Many texts", arguments: ["", "|contains", "|startswith", "|endswith", "|cased", "|contains|cased"])
    func manyTexts(_ modifiers: String) throws {
        let words = ["", "ab", "B*", "*c", "(x)", "a.c", "Ä", "q?z", #"\*"#, "]", "longer than others", "e\nf", "5%"]
        let texts = [
            "", "ab", "AB", "xab", "abx", "bb", "xc", "(X)", "abc", "a.c", "ä", "Ä", "qäz", "*", "a]", "e\nf", "f\n",
        ]
        for text in texts + ["5%", "ab\n", "longer than others", "Longer than othErs!"] {
            let single = try words.contains { word in
                try SemanticsRow("mqtt.msg\(modifiers)", [.string(SigmaString(word))], on: [.text(text)], true).result()
            }
            let values = words.map { SigmaValue.string(SigmaString($0)) }
            let joined = try SemanticsRow("mqtt.msg\(modifiers)", values, on: [.text(text)], true).result()
            #expect(single == joined, "\(text) \(modifiers)")
            if text != "" && !modifiers.contains("contains") && !modifiers.contains("with") { continue }
            let withoutEmpty = Array(values.dropFirst())
            let expected = try words.dropFirst().contains { word in
                try SemanticsRow("mqtt.msg\(modifiers)", [.string(SigmaString(word))], on: [.text(text)], true).result()
            }
            #expect(
                try SemanticsRow("mqtt.msg\(modifiers)", withoutEmpty, on: [.text(text)], true).result() == expected,
                "\(text) \(modifiers)")
        }
    }
}
