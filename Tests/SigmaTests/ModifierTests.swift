import Testing

@testable import Sigma

@Suite struct ModifierTests {
    /// Tests that pySigma 1.5.1 takes as well.
    static let good: [(String, [SigmaModifier], Int)] = [
        ("f: x", [], 1),
        ("f: [x, y]", [], 2),
        ("f: null", [], 1),
        ("f: [null, x]", [], 2),
        ("f|contains: x", [.contains], 1),
        ("f|startswith: x", [.startswith], 1),
        ("f|endswith: x", [.endswith], 1),
        ("f|contains|all: [x, y]", [.contains, .all], 2),
        ("f|all|contains: [x, y]", [.all, .contains], 2),
        ("f|all: [x, y]", [.all], 2),
        ("f|cased: X", [.cased], 1),
        ("f|cased|contains: X", [.cased, .contains], 1),
        ("f|contains|cased: X", [.contains, .cased], 1),
        ("f|contains|cased|all: [X, Y]", [.contains, .cased, .all], 2),
        ("f|re: 'a.*\\*'", [.re], 1),
        ("f|re|i: a", [.re, .i], 1),
        ("f|re|i|m|s: a", [.re, .i, .m, .s], 1),
        ("f|re|all: [a, b]", [.re, .all], 2),
        ("f|cidr: 10.0.0.0/8", [.cidr], 1),
        ("f|cidr: ['fe80::/10', '10.0.0.0/8']", [.cidr], 2),
        ("f|cidr|all: [10.0.0.0/8, 10.0.0.0/9]", [.cidr, .all], 2),
        ("f|exists: true", [.exists], 1),
        ("f|exists: false", [.exists], 1),
        ("f|gt: 5", [.gt], 1),
        ("f|gte: 5.5", [.gte], 1),
        ("f|lt: -5", [.lt], 1),
        ("f|lte: 0", [.lte], 1),
        ("f|gt: [1, 2]", [.gt], 2),
    ]

    @Test(arguments: good) func modifiersAreRead(test: String, modifiers: [SigmaModifier], values: Int) throws {
        let read = try #require(fieldTest(test))
        #expect(read.field.value == "f")
        #expect(read.modifiers.map(\.value) == modifiers)
        #expect(read.values.count == values)
    }

    /// Tests with an error. pySigma takes those marked `ours`.
    static let bad: [(String, DiagnosticCode)] = [
        ("f|contains: 5", .modifierValue), ("f|contains: null", .modifierValue), ("f|contains: true", .modifierValue),
        ("f|contains: [x, 5]", .modifierValue), ("f|cased: 5", .modifierValue), ("f|i: a", .modifierOrder),
        ("f|i|re: a", .modifierOrder), ("f|all|re: [a, b]", .modifierOrder), ("f|contains|re: a", .modifierClash),
        ("f|cased|re: a", .modifierClash), ("f|re|cased: a", .modifierClash), ("f|cidr: 10.0.0.1/8", .badCIDR),
        ("f|cidr: 300.0.0.0/8", .badCIDR), ("f|cidr: 5", .badCIDR),
        ("f|all|cidr: [10.0.0.0/8, 11.0.0.0/8]", .modifierOrder),
        ("f|exists: 'yes'", .modifierValue), ("f|contains|exists: true", .modifierClash),
        ("f|exists|contains: true", .modifierClash), ("f|gt: '5'", .modifierValue), ("f|gt|lt: 5", .modifierClash),
        ("f|foo: x", .unknownModifier), ("'f|': x", .unknownModifier), ("f|windash: x", .unsupportedModifier),
        ("f|neq: x", .unsupportedModifier), ("f|Contains: x", .unknownModifier), ("f: [[x]]", .wrongType),
        ("f: {a: b}", .wrongType), ("f: yes", .ambiguousValue), ("f: [1e5]", .ambiguousValue),
        ("f: .inf", .numberRange),
        // Ours.
        ("f|startswith|endswith: x", .modifierClash), ("f|contains|startswith: x", .modifierClash),
        ("f|re: 5", .modifierValue),
        ("f|re: ''", .modifierValue), ("f|re|contains: a", .modifierClash), ("f|cidr: 10.0.0.1", .badCIDR),
        ("f|exists: [true, false]", .modifierValue), ("f|all: x", .modifierValue), ("f|all: [x]", .modifierValue),
        ("f|all: [x, null]", .modifierValue), ("f|gt|all: [1, 2]", .modifierClash),
        ("f|exists|all: [true, true]", .modifierClash),
        ("f: []", .emptyValue), ("'|all': [x, y]", .keywordModifier), ("'': x", .badKey),
        ("f|contains: ''", .modifierValue),
        ("f|contains|contains: x", .duplicateModifier),
    ]

    @Test(arguments: bad) func wrongModifiersAreNamed(test: String, code: DiagnosticCode) {
        let text = header + "detection:\n  s:\n    \(test)\n  condition: s\n"
        let (documents, diagnostics) = SigmaReader.read(text: text, file: "test.yml")
        #expect(documents.isEmpty)
        #expect(diagnostics.map(\.code) == [code.rawValue])
    }

    /// Every modifier of the specification is either taken or named as not supported.
    @Test func allModifiersOfTheSpecificationAreKnown() {
        let appendix = [
            "all", "startswith", "endswith", "contains", "exists", "cased", "neq", "windash", "re", "i", "m", "s",
            "base64",
            "base64offset", "utf16le", "utf16be", "utf16", "wide", "lt", "lte", "gt", "gte", "minute", "hour", "day",
            "week",
            "month", "year", "cidr", "expand", "fieldref",
        ]
        for name in appendix where SigmaModifier(rawValue: name) == nil {
            #expect(codes(header + "detection:\n  s:\n    f|\(name): x\n  condition: s\n") == ["unsupported-modifier"])
        }
        for modifier in SigmaModifier.allCases { #expect(appendix.contains(modifier.rawValue)) }
    }

    @Test func theRawTextOfAnExpressionIsKept() throws {
        let test = try #require(fieldTest(#"f|re: '^a\\.b\*?$'"#))
        guard case .string(let string) = test.values.first?.value else {
            Issue.record("not a string")
            return
        }
        #expect(string.raw == #"^a\\.b\*?$"#)
    }

    @Test func everyPartOfATestHasItsPlace() throws {
        let test = try #require(fieldTest("'mqtt.topic|contains|all': ['x', 'y']"))
        #expect(test.field.position == SourcePosition(line: 7, column: 5))
        #expect(
            test.modifiers.map(\.position) == [
                SourcePosition(line: 7, column: 17), SourcePosition(line: 7, column: 26),
            ])
        #expect(
            test.values.map(\.position) == [SourcePosition(line: 7, column: 33), SourcePosition(line: 7, column: 38)])
    }
}
