import Testing

@testable import Sigma

@Suite struct ScalarTests {
    /// What YAML 1.2.2 (clause 10.3.2) and PyYAML, which pySigma reads rules with, agree on.
    static let agreed: [(String, YAMLScalar.Meaning)] = [
        ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null), ("nUll", .string),
        ("true", .bool(true)), ("True", .bool(true)), ("TRUE", .bool(true)), ("tRue", .string), ("false", .bool(false)),
        ("False", .bool(false)), ("FALSE", .bool(false)), ("yEs", .string), ("y", .string), ("n", .string),
        ("0", .int(0)), ("5", .int(5)), ("-5", .int(-5)), ("+5", .int(5)), ("0x1F", .int(31)),
        ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)), ("1.5", .float(1.5)),
        ("1.", .int(1)),
        ("-1.5", .float(-1.5)), (".5", .float(0.5)), ("+1.5", .float(1.5)), ("1.5e+5", .int(150_000)), ("1.0", .int(1)),
        ("1.5e-1", .float(0.15)), ("-.nan", .string), ("1:60", .string), ("0:30", .string), ("00:30", .string),
        ("2026-1-2", .string), ("10.0.0.1", .string), ("1.2.3", .string), ("5a", .string), ("--", .string),
        ("a:b", .string), ("0x", .string), ("0b", .string), ("0o", .string), ("1e", .string), (".", .string),
        ("..", .string), ("._1", .string), ("+", .string), ("_1", .string), ("fe80::1", .string),
        ("home/+/temp", .string),
        ("0xZZ", .string), ("09.5", .float(9.5)),
    ]

    /// Where they do not: YAML 1.2.2 against PyYAML.
    static let disputed = [
        // Text against a truth value.
        "yes", "Yes", "YES", "no", "on", "On", "off", "OFF",
        // A number against another number or text.
        "007", "08", "0o17", "1e5", "12e03", "1e+5", "1.5e5", "-.5", "+.5",
        // Text against a number.
        "-0x1F", "0b11", "1_000", "1__0", "1_", "0_7", "1.5_0", ".1_000", "1.5_e+10", "-1_000", "12:30", "10:20:30",
        "00:30.5",
        // Text against a date or a key with a meaning of its own.
        "2026-11-21", "2026-11-21T10:00:00Z", "2026-11-21 10:00:00", "=", "<<",
    ]

    static let outOfRange = [
        "9223372036854775808", "-9223372036854775809", "0xFFFFFFFFFFFFFFFF", ".inf", "-.inf", "+.inf", ".Inf", ".nan",
        ".NaN",
        String(repeating: "9", count: 401), "1.0e+999",
    ]

    @Test("Plain scalars are resolved", arguments: agreed) func plainScalarsAreResolved(
        text: String, meaning: YAMLScalar.Meaning
    ) {
        #expect(YAMLScalar(text: text, isPlain: true).meaning == meaning)
        #expect(YAMLScalar(text: text, isPlain: false).meaning == .string)
    }

    @Test("scalars that YAML 1.1 and 1.2 read differently are refused", arguments: disputed)
    func disputedScalarsAreNotGuessed(text: String) {
        guard case .ambiguous = YAMLScalar(text: text, isPlain: true).meaning else {
            Issue.record("\(text) was taken for \(YAMLScalar(text: text, isPlain: true).meaning)")
            return
        }
    }

    @Test("Numbers that do not fit are refused", arguments: outOfRange) func numbersThatDoNotFitAreRefused(text: String)
    {
        #expect(YAMLScalar(text: text, isPlain: true).meaning == .outOfRange)
    }

    @Test("Values keep their types") func valuesKeepTheirTypes() throws {
        let values = try #require(
            fieldTest(#"f: [5, '5', 5.5, true, 'true', null, 'null', '', "a\tb", plain text, 0x1F]"#)?.values)
        #expect(
            values.map(\.value) == [
                .int(5), .string(SigmaString("5")), .float(5.5), .bool(true), .string(SigmaString("true")), .null,
                .string(SigmaString("null")), .string(SigmaString("")), .string(SigmaString("a\tb")),
                .string(SigmaString("plain text")), .int(31),
            ])
    }
}
