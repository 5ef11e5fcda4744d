import Testing

@testable import Sigma

@Suite struct ConditionTests {
    private static let names = ["a", "b", "c", "d"]
    private static let selections = ["selection_a", "selection_b", "filter", "_hidden", "sel-x", "other_selection"]

    /// Truth tables that pySigma 1.5.1 gives over a, b, c and d: bit n is the result where a is bit 0 of n, b bit 1, ...
    static let precedence: [(String, UInt64)] = [
        ("a", 43690), ("not a", 21845), ("a and b", 34952), ("a or b", 61166), ("a or b and c", 60138),
        ("a and b or c", 63736), ("not a and b", 17476), ("not a or b", 56797), ("not (a or b)", 4369),
        ("not (a and b) or c", 63479), ("(a or b) and c", 57568), ("a or b or c and d", 65262),
        ("a and b and c or d", 65408), ("a or not b and c", 47802), ("not not a", 43690), ("not a and not b", 4369),
        ("a and not b or c and not d", 8946), ("((a))", 43690), ("(a or b) and (c or d)", 61152),
        ("not (not a and b) or c", 64507), ("a and (b or c and (d or a))", 43176), ("not a or b and not c or d", 65373),
    ]

    /// The same over selection_a, selection_b, filter, _hidden, sel-x and other_selection.
    static let quantifiers: [(String, UInt64)] = [
        ("1 of them", 18_446_744_073_709_551_358), ("all of them", 9_259_400_833_873_739_776),
        ("any of them", 18_446_744_073_709_551_358), ("1 of selection*", 17_216_961_135_462_248_174),
        ("all of selection_*", 9_838_263_505_978_427_528), ("1 of *selection*", 18_446_744_073_423_220_462),
        ("all of *selection*", 9_838_263_503_687_778_304), ("1 of *_a", 12_297_829_382_473_034_410),
        ("all of s*_b", 14_757_395_258_967_641_292), ("1 of sel*", 18_446_725_308_997_431_022),
        ("1 of _*", 18_374_966_859_414_961_920), ("all of _hid*", 18_374_966_859_414_961_920),
        ("1 of filter", 17_361_641_481_138_401_520), ("1 of selection* and not filter", 1_012_762_419_733_073_422),
        ("not 1 of selection*", 1_229_782_938_247_303_441),
        ("all of selection* or 1 of filter*", 17_940_362_863_843_014_904),
        ("1 of *", 18_446_744_073_709_551_358), ("all of *", 9_259_400_833_873_739_776),
        ("1 of s*n*a", 12_297_829_382_473_034_410), ("all of *e*", 9_259_400_833_873_739_776),
    ]

    @Test("Precedence is that of pySigma", arguments: precedence) func precedenceIsThatOfPySigma(
        text: String, table: UInt64
    ) throws {
        #expect(try Self.truthTable(text, Self.names) == table)
    }

    @Test("Quantifiers are those of pySigma", arguments: quantifiers) func quantifiersAreThoseOfPySigma(
        text: String, table: UInt64
    ) throws {
        #expect(try Self.truthTable(text, Self.selections) == table)
    }

    /// Where a condition is wrong, and with which code. pySigma refuses all of these, some with another reason.
    static let broken: [(String, DiagnosticCode, Int)] = [
        ("", .conditionSyntax, 0), ("  ", .conditionSyntax, 0), ("a and", .conditionSyntax, 5),
        ("and a", .conditionSyntax, 0),
        ("a b", .conditionSyntax, 2), ("a not b", .conditionSyntax, 2), ("(a", .conditionSyntax, 0),
        ("a)", .conditionSyntax, 1), ("()", .conditionSyntax, 1), ("a (b)", .conditionSyntax, 2),
        ("1 of", .conditionSyntax, 4), ("1 of nothing*", .unmatchedPattern, 5), ("2 of them", .conditionSyntax, 0),
        ("all", .conditionSyntax, 0), ("a AND b", .conditionSyntax, 2), ("NOT a", .conditionSyntax, 0),
        ("a | count() > 5", .oldAggregation, 2), ("a & b", .conditionSyntax, 2), ("not", .conditionSyntax, 3),
        ("x", .unknownSelection, 0), ("a and (b or  xy)", .unknownSelection, 13), ("1 of (a)", .conditionSyntax, 5),
        ("a or", .conditionSyntax, 4), ("them", .conditionSyntax, 0), ("a*", .conditionSyntax, 0),
        ("notepad", .unknownSelection, 0), ("a and \u{E9}", .conditionSyntax, 6),
    ]

    @Test("Broken conditions are named", arguments: broken) func brokenConditionsAreNamed(
        text: String, code: DiagnosticCode, offset: Int
    ) {
        var parser = ConditionParser(text, over: Self.names)
        let problem = #expect(throws: ConditionParser.Problem.self) { try parser.parse() }
        #expect(problem?.code == code)
        #expect(problem?.offset == offset)
    }

    /// pySigma would read `not` + `epad`; the specification knows words.
    @Test("Words are not cut in two") func wordsAreNotCutInTwo() throws {
        var parser = ConditionParser("notepad and organ or android", over: ["notepad", "organ", "android"])
        #expect(try parser.parse() == .or([.and([.selection(0), .selection(1)]), .selection(2)]))
    }

    @Test("Chains are flat") func chainsAreFlat() throws {
        var parser = ConditionParser("a or b or not (c and d)", over: Self.names)
        #expect(try parser.parse() == .or([.selection(0), .selection(1), .not(.and([.selection(2), .selection(3)]))]))
        #expect(parser.used == [0, 1, 2, 3])
    }

    @Test("Nesting is bounded") func nestingIsBounded() throws {
        let deepest = SigmaReader.maximumDepth
        for (open, close) in [("(", ")"), ("not ", "")] {
            func text(_ depth: Int) -> String {
                String(repeating: open, count: depth) + "a" + String(repeating: close, count: depth)
            }
            var good = ConditionParser(text(deepest), over: Self.names)
            #expect(throws: Never.self) { try good.parse() }
            var bad = ConditionParser(text(deepest + 1), over: Self.names)
            #expect(throws: ConditionParser.Problem.self) { try bad.parse() }
        }
    }

    @Test("patterns in a condition take no exponential time") func patternsDoNotTakeExponentialTime() {
        let pattern = String(repeating: "*a", count: 1000) + "b"
        #expect(!ConditionParser.pattern(pattern, fits: String(repeating: "a", count: 2000)))
    }

    private static func truthTable(_ text: String, _ names: [String]) throws -> UInt64 {
        var parser = ConditionParser(text, over: names)
        let condition = try parser.parse()
        return (0..<(1 << names.count)).reduce(0) { table, number in
            table | (holds(condition, number) ? 1 << UInt64(number) : 0)
        }
    }

    private static func holds(_ condition: Condition, _ number: Int) -> Bool {
        switch condition {
        case .selection(let index): number >> index & 1 == 1
        case .not(let inner): !holds(inner, number)
        case .and(let parts): parts.allSatisfy { holds($0, number) }
        case .or(let parts): parts.contains { holds($0, number) }
        }
    }
}
