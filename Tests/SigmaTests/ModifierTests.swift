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
        ("f|neq: x", [.neq], 1),
        ("f|neq: [x, 5]", [.neq], 2),
        ("f|contains|neq: x", [.contains, .neq], 1),
        ("f|re|neq: x", [.re, .neq], 1),
        ("f|cidr|neq: 10.0.0.0/8", [.cidr, .neq], 1),
        ("f|fieldref: g", [.fieldref], 1),
        ("f|fieldref|neq: g", [.fieldref, .neq], 1),
        ("f|fieldref|endswith: g", [.fieldref, .endswith], 1),
        ("f|base64: x", [.base64], 1),
        ("f|base64offset|contains: x", [.base64offset, .contains], 1),
        ("f|wide|base64offset|contains: x", [.wide, .base64offset, .contains], 1),
        ("f|utf16|base64: x", [.utf16, .base64], 1),
        ("f|utf16be|contains: x*y", [.utf16be, .contains], 1),
        ("f|windash|contains|all: [' -a', ' -b']", [.windash, .contains, .all], 2),
        ("f|contains|windash: ' -a'", [.contains, .windash], 1),
        ("f|expand: '%list%'", [.expand], 1),
        ("f|expand|contains: 'a%list%b'", [.expand, .contains], 1),
        ("f|re|expand: '^%list%$'", [.re, .expand], 1),
        ("f|minute: 0", [.minute], 1),
        ("f|hour: [22, 23, 0]", [.hour], 3),
        ("f|day: 31", [.day], 1),
        ("f|week: 52", [.week], 1),
        ("f|month|neq: 12", [.month, .neq], 1),
        ("f|year: 2026", [.year], 1),
        ("f|hour|gte: 22", [.hour, .gte], 1),
        ("'|all': [x, y]", [.all], 2),
        ("'|contains': x", [.contains], 1),
        ("'|re': x.*y", [.re], 1),
    ]

    /// Tests that only this reader takes.
    static let own: [(String, [SigmaModifier], Int)] = [
        ("f|utf16le|contains: x", [.utf16le, .contains], 1),
        ("f|topicfilter: plant/+/state", [.topicfilter], 1),
        ("f|covers: plant/7/state", [.covers], 1),
        ("f|covers|expand: '%topics%'", [.covers, .expand], 1),
        ("f|cidr|expand: '%networks%'", [.cidr, .expand], 1),
    ]

    @Test("Modifiers are read", arguments: good + own) func modifiersAreRead(
        test: String, modifiers: [SigmaModifier], values: Int
    ) throws {
        let read = try #require(fieldTest(test))
        #expect(read.field.value == (read.isKeyword ? "" : "f"))
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
        ("f|foo: x", .unknownModifier), ("'f|': x", .unknownModifier), ("f|windash: 5", .modifierValue),
        ("f|contains|base64: x", .modifierOrder), ("f|base64: 'a*'", .modifierValue), ("f|base64: 5", .modifierValue),
        ("f|fieldref: 'a*'", .modifierValue), ("f|contains|fieldref: a", .modifierOrder),
        ("f|hour: x", .modifierValue), ("f|hour|contains: 3", .modifierClash), ("f|gt|base64: 5", .modifierClash),
        ("f|Contains: x", .unknownModifier), ("f: [[x]]", .wrongType),
        ("f: {a: b}", .wrongType), ("f: yes", .ambiguousValue), ("f: [1e5]", .ambiguousValue),
        ("f: .inf", .numberRange),
        // Ours.
        ("f|expand: 'x'", .noPlaceholder), ("'|gt': 5", .keywordModifier),
        ("f|startswith|endswith: x", .modifierClash), ("f|contains|startswith: x", .modifierClash),
        ("f|re: 5", .modifierValue),
        ("f|re: ''", .modifierValue), ("f|re|contains: a", .modifierClash), ("f|cidr: 10.0.0.1", .badCIDR),
        ("f|exists: [true, false]", .modifierValue), ("f|all: x", .modifierValue), ("f|all: [x]", .modifierValue),
        ("f|all: [x, null]", .modifierValue), ("f|gt|all: [1, 2]", .modifierClash),
        ("f|exists|all: [true, true]", .modifierClash),
        ("f: []", .emptyValue), ("'': x", .badKey), ("f|hour: 24", .modifierValue),
        ("f|week: 0", .modifierValue), ("f|hour|minute: 5", .modifierClash), ("f|re|wide: x", .modifierClash),
        ("f|fieldref|gt: g", .modifierClash), ("f|base64: ''", .modifierValue), ("'|exists': true", .keywordModifier),
        ("'|contains': null", .modifierValue), ("'|all': [x, true]", .wrongType),
        ("f|topicfilter: a/#/b", .badTopic), ("f|topicfilter: a+/b", .badTopic), ("f|covers: a/+", .badTopic),
        ("f|covers|contains: a", .modifierClash), ("f|topicfilter|cased: a", .modifierClash),
        ("f|contains: ''", .modifierValue),
        ("f|contains|contains: x", .duplicateModifier),
    ]

    @Test("Wrong modifiers are named", arguments: bad) func wrongModifiersAreNamed(test: String, code: DiagnosticCode) {
        let text = header + "detection:\n  s:\n    \(test)\n  condition: s\n"
        let (documents, diagnostics) = SigmaReader.read(text: text, file: "test.yml")
        #expect(documents.isEmpty)
        #expect(diagnostics.map(\.code) == [code.rawValue])
    }

    @Test("All modifiers of the specification are known") func allModifiersOfTheSpecificationAreKnown() {
        let appendix = [
            "all", "startswith", "endswith", "contains", "exists", "cased", "neq", "windash", "re", "i", "m", "s",
            "base64", "base64offset", "utf16le", "utf16be", "utf16", "wide", "lt", "lte", "gt", "gte", "minute", "hour",
            "day", "week", "month", "year", "cidr", "expand", "fieldref",
        ]
        #expect(Set(SigmaModifier.allCases.map(\.rawValue)) == Set(appendix + ["topicfilter", "covers"]))
    }

    @Test("The raw text of an expression is kept") func theRawTextOfAnExpressionIsKept() throws {
        let test = try #require(fieldTest(#"f|re: '^a\\.b\*?$'"#))
        guard case .string(let string) = test.values.first?.value else {
            Issue.record("not a string")
            return
        }
        #expect(string.raw == #"^a\\.b\*?$"#)
    }

    @Test("Every part of a test has its place") func everyPartOfATestHasItsPlace() throws {
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
