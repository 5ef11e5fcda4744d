import Detection
import Events
import Sigma
import Testing

/// Conditions over the rules of temporal correlations, and counts of rules in order that are not simply enough.
@Suite struct RulesConditionTests {
    /// Seconds, client, and the rules that match.
    private static let events: [(Int64, String, [String])] = [
        (0, "x", ["a"]), (1, "x", ["b"]), (2, "y", ["b"]), (3, "y", ["a"]), (4, "x", ["c"]), (8, "y", ["b"]),
        (9, "x", ["a"]), (11, "x", ["c"]), (12, "y", ["c"]), (20, "x", ["c"]), (21, "x", ["b"]), (22, "x", ["a"]),
        (30, "y", ["a"]), (40, "y", ["b"]), (41, "y", ["b"]), (42, "x", ["b", "c"]),
    ]

    private static let most: [Int64] = [1, 3, 4, 8, 9, 11, 12, 21, 22, 40, 42]

    /// When the correlation over a window of ten seconds is raised, as pySigma's SQLite backend (2.1.1) computes it.
    /// It takes no ranges: the last row is that of `eq: 2`.
    static let table: [(kind: String, condition: String, raised: [Int64])] = [
        ("temporal", "a and b and c", [4, 9, 11, 12, 22]), ("temporal", "a and b or c and b", most),
        ("temporal", "(a or b) and c", [4, 9, 11, 12, 21, 22, 42]),
        ("temporal", "a and b or b and c or a and c", most), ("temporal", "{eq: 2}", [1, 3, 8, 21, 40, 42]),
        ("temporal", "{lt: 2}", [0, 2, 20, 30, 41]), ("temporal_ordered", "a and b and c", [4, 9, 12]),
        ("temporal_ordered", "a and b or c and b", [1, 4, 8, 9, 11, 12, 40]),
        ("temporal_ordered", "(a or b) and c", [4, 9, 11, 12]),
        ("temporal_ordered", "a and b or b and c or a and c", [1, 4, 8, 9, 11, 12, 40]),
        ("temporal_ordered", "{eq: 2}", [1, 8, 40]), ("temporal_ordered", "{lte: 2}", [0, 1, 2, 8, 20, 30, 40, 41]),
        ("temporal_ordered", "{neq: 2}", [0, 2, 4, 9, 12, 20, 30, 41]),
        ("temporal_ordered", "{lt: 2}", [0, 2, 20, 30, 41]), ("temporal_ordered", "{gte: 3}", [4, 9, 12]),
        ("temporal_ordered", "{gt: 1, lte: 2}", [1, 8, 40]),
    ]

    @Test("temporal conditions mean what pySigma means", arguments: table) func presenceIsThatOfPySigma(
        kind: String, condition: String, raised: [Int64]
    ) {
        #expect(Self.raised(kind, condition) == raised)
    }

    /// The window that `not` looks at ends with the event; pySigma's SQLite backend waits for one that begins with it.
    @Test(
        "not in a temporal condition looks at the window before",
        arguments: [
            ("temporal", "a and b and not c", [1, 3, 8, 40]), ("temporal", "c and not b", [20]),
            ("temporal", "a and not (b or c)", [0, 30]), ("temporal", "NOT a AND (b or c)", [2, 20, 21, 41, 42]),
            ("temporal", "b or not (a or c)", [1, 2, 3, 4, 8, 9, 11, 12, 21, 22, 40, 41, 42]),
            ("temporal_ordered", "a and b and not c", [1, 8, 40]),
            ("temporal_ordered", "not a and b and c", []),
            (
                "temporal_ordered", "b and c or not (a or c)",
                [
                    2, 4, 9, 11, 12, 41,
                ]
            ),
        ] as [(String, String, [Int64])])
    func absenceIsThatOfTheWindowBefore(kind: String, condition: String, raised: [Int64]) {
        #expect(Self.raised(kind, condition) == raised)
    }

    private static func raised(_ kind: String, _ condition: String) -> [Int64] {
        // Every rule of the list stands in the condition; a number is one of all rules.
        let words = condition.split { !$0.isLetter }.map(String.init)
        let isNumber = condition.hasPrefix("{")
        let rules = ["a", "b", "c"].filter { isNumber || words.contains($0) }
        let text =
            ruleTexts + """
                title: T
                name: t
                level: low
                correlation:
                  type: \(kind)
                  rules: [\(rules.joined(separator: ", "))]
                  group-by: mqtt.clientid
                  timespan: 10s
                  condition: \(condition)
                """
        let box = DetectionEngineBox(read(text))
        #expect(box.diagnostics.isEmpty)
        return events.compactMap { second, client, rules in
            box.evaluate(
                FakeEvent(
                    .mqtt, 0,
                    ["mqtt.clientid": [.text(client)], "mqtt.topic": rules.map { .text($0) }]), context(at: second))
            return box.engine.hits.contains { box.engine.rules.rules[$0.rule].isCorrelation } ? second : nil
        }
    }

    private static let ruleTexts = ["a", "b", "c"].enumerated().map { number, name in
        """
        title: Rule \(name)
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f000\(number)
        name: \(name)
        level: low
        logsource: {product: earshot, category: mqtt}
        detection: {s: {mqtt.topic|cased: \(name)}, condition: s}
        ---

        """
    }.joined()

    @Test("Rules named twice are one") func rulesNamedTwiceAreOne() {
        let id = "5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0000"
        let text =
            Self.ruleTexts + """
                title: T
                name: t
                level: low
                correlation: {type: temporal, rules: [a, \(id), b], timespan: 10s, condition: '\(id) and a and not b'}
                """
        let box = DetectionEngineBox(read(text))
        #expect(box.diagnostics.isEmpty)
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.topic": ["a"]]), context(at: 1))
        #expect(box.engine.hits.map(\.matched) == [1])
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.topic": ["b"]]), context(at: 2))
        #expect(box.engine.hits.isEmpty)
    }

    /// Each `or` of a pair doubles the terms of the condition.
    @Test("Conditions with too many runs are refused") func conditionsWithTooManyRunsAreRefused() {
        let names = (0..<20).map { "r\($0)" }
        let rules = names.enumerated().map { number, name in
            """
            title: Rule \(name)
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0\(100 + number)
            name: \(name)
            level: low
            logsource: {product: earshot, category: mqtt}
            detection: {s: {mqtt.topic|cased: \(name)}, condition: s}
            ---

            """
        }.joined()
        for (pairs, isRefused) in [(3, false), (10, true)] {
            let used = Array(names.prefix(2 * pairs))
            let condition = (0..<pairs).map { "(r\(2 * $0) or r\(2 * $0 + 1))" }.joined(separator: " and ")
            let text =
                rules + """
                    title: T
                    name: t
                    level: low
                    correlation:
                      type: temporal_ordered
                      rules: [\(used.joined(separator: ", "))]
                      timespan: 10s
                      condition: \(condition)
                    """
            let found = DetectionEngineBox(read(text)).diagnostics
            #expect(found.map(\.code) == (isRefused ? ["too-many-runs"] : []))
        }
    }

    @Test("Sums of whole numbers meet thresholds with fractions") func sumsOfWholeNumbersMeetThresholdsWithFractions() {
        let base = rule("base", "mqtt", [[test("mqtt.type", ["CONNACK"])]])
        let bounds: [SigmaCorrelation.Bound] = [.init(.gte, 5, fraction: 5.5), .init(.lt, 8, fraction: 8.25)]
        let box = DetectionEngineBox([
            base,
            correlation("s", .valueSum, of: ["base"], by: [], seconds: 10, bounds, field: "mqtt.reason_code"),
            correlation(
                "a", .valueAvg, of: ["base"], by: [], seconds: 10, [.init(.gt, 2, fraction: 2.5)],
                field: "mqtt.reason_code"),
        ])
        // The sums are 2, 5, 8 and 9, the means 2, 2.5, 2 2/3 and 2.25.
        let found = [2, 3, 3, 1].map { (code: Int64) in
            box.evaluate(FakeEvent(.mqtt, 2, ["mqtt.type": ["CONNACK"], "mqtt.reason_code": [.int(code)]]))
            return box.engine.hits.map(\.rule)
        }
        #expect(found == [[], [], [1, 2], []])
    }

    @Test("a reload keeps partial matches", arguments: ["temporal", "temporal_ordered"]) func reloadingKeepsWhatMatched(
        kind: String
    ) {
        let text =
            Self.ruleTexts + """
                title: T
                name: t
                level: low
                correlation: {type: \(kind), rules: [a, b, c], timespan: 10s, condition: a and b and not c}
                """
        let documents = read(text)
        let box = DetectionEngineBox(documents)
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.topic": ["a"]]), context(at: 1))
        box.reload(RuleCompiler.compile(documents, registry: testRegistry).rules)
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.topic": ["b"]]), context(at: 2))
        #expect(box.engine.hits.map(\.rule) == [3])
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.topic": ["c"]]), context(at: 3))
        #expect(box.engine.hits.isEmpty)
        #expect(box.engine.counters.stateBytes > 0)
    }

    @Test("Many rules in order are followed") func manyRulesInOrderAreFollowed() {
        let names = (0..<40).map { "r\($0)" }
        let rules = names.map { rule($0, "mqtt", [[test("mqtt.topic|cased", [.string(SigmaString($0))])]]) }
        let box = DetectionEngineBox(
            rules + [correlation("c", .temporalOrdered, of: names, by: [], seconds: 100, [.init(.gte, 40)])])
        for (second, name) in names.enumerated() {
            box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.topic": [.text(name)]]), context(at: Int64(second)))
            #expect(box.engine.hits.map(\.matched) == (second == 39 ? [40] : []))
        }
    }

    /// Sixty times as many events as a window keeps one by one.
    @Test("large thresholds are counted in coalesced buckets") func largeThresholdsAreCountedInLots() {
        let base = rule("base", "mqtt", [[test("mqtt.type", ["CONNACK"])]])
        let box = DetectionEngineBox([
            base, correlation("c", .eventCount, of: ["base"], by: [], seconds: 100, [.init(.gt, 99_999)]),
        ])
        let fields: [String: [FakeValue]] = ["mqtt.type": ["CONNACK"]]
        let step: Int64 = 500_000
        var first: Int?
        for number in 1...100_200 {
            box.evaluate(FakeEvent(.mqtt, 2, fields), context(at: 0, nanoseconds: Int64(number) * step))
            if first == nil, !box.engine.hits.isEmpty { first = number }
        }
        // All of them lie within the fifty seconds since the first.
        #expect(first == 100_000)
        #expect(box.engine.hits.first?.matched == 100_200)
        #expect(box.engine.hits.first?.isEstimate == true)
        // 1/1024 of the window may have left too early, and nothing that is older than the window is counted.
        let later = 100_200 * step + 80_000_000_000
        box.evaluate(FakeEvent(.mqtt, 2, fields), context(at: 0, nanoseconds: later))
        #expect(box.engine.hits.isEmpty)
        #expect(box.engine.counters.stateBytes < 1 << 20)
    }
}
