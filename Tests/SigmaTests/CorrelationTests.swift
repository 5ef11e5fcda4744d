import Testing

@testable import Sigma

@Suite struct CorrelationTests {
    private static func text(_ body: String) -> String { correlationHeader + "correlation:\n" + body }

    @Test("Every attribute is read") func everyAttributeIsRead() throws {
        let read = try #require(
            correlation(
                Self.text(
                    """
                      type: value_count
                      rules:
                        - 5638f7c0-ac70-491d-8465-2a65075e0d86
                        - by_name
                      group-by: [source.ip, server.ip]
                      timespan: 15m
                      condition:
                        field: mqtt.username
                        gt: 100
                        lte: 200
                    """)))
        #expect(read.metadata.level.value == .high)
        #expect(read.kind == Located(.valueCount, at: SourcePosition(line: 5, column: 9)))
        #expect(read.rules.map(\.value) == ["5638f7c0-ac70-491d-8465-2a65075e0d86", "by_name"])
        #expect(read.rules.map(\.position.line) == [7, 8])
        #expect(read.groupBy.map(\.value) == ["source.ip", "server.ip"])
        #expect(read.timespan.value == 900_000_000_000)
        #expect(read.fields.map(\.value) == ["mqtt.username"])
        #expect(read.bounds == [.init(.gt, 100), .init(.lte, 200)])
        #expect(!read.generate)
    }

    @Test("The shortest correlation is read") func theShortestCorrelationIsRead() throws {
        let text = """
            title: T
            name: many
            level: low
            correlation: {type: event_count, rules: a, timespan: 1s, condition: {gte: 0}}
            generate: true
            """
        let read = try #require(correlation(text))
        #expect(read.metadata.id == nil)
        #expect(read.rules.map(\.value) == ["a"])
        #expect(read.groupBy.isEmpty)
        #expect(read.generate)
    }

    @Test("A sum may be below zero") func aSumMayBeBelowZero() throws {
        let body = "  {type: value_sum, rules: [a], timespan: 1d, generate: true, condition: {field: f, neq: -5}}\n"
        let read = try #require(correlation(Self.text(body)))
        #expect(read.kind.value == .valueSum)
        #expect(read.bounds == [.init(.neq, -5)])
        #expect(read.generate)
    }

    /// pySigma takes fractions for all kinds; a count has none, so that ours does for numbers.
    @Test("Thresholds of numbers may have fractions") func thresholdsOfNumbersMayHaveFractions() throws {
        let rows: [(String, SigmaCorrelation.Bound)] = [
            ("gte: 5.5", .init(.gte, 5, fraction: 5.5)), ("lt: -0.25", .init(.lt, -1, fraction: -0.25)),
            ("gt: 2.0", .init(.gt, 2)), ("eq: 7", .init(.eq, 7)),
        ]
        for kind in ["value_sum", "value_avg", "value_median"] {
            for (text, bound) in rows {
                let body = "  {type: \(kind), rules: a, timespan: 1h, condition: {field: f, \(text)}}\n"
                #expect(try #require(correlation(Self.text(body))).bounds == [bound])
            }
        }
    }

    @Test("A correlation without level is medium") func aCorrelationWithoutLevelIsMedium() {
        let text = "title: T\nname: n\ncorrelation: {type: temporal, rules: [a, b], timespan: 1s}\n"
        let (documents, diagnostics) = SigmaReader.read(text: text, file: "f")
        guard case .correlation(let read)? = documents.first else {
            Issue.record("not read")
            return
        }
        #expect(read.metadata.level.value == .medium)
        #expect(diagnostics.map { "\($0.code) \($0.severity)" } == ["missing-key warning"])
    }

    /// The specification has the first four kinds; pySigma 1.5.1 takes all of these.
    @Test(
        "Every kind is read",
        arguments: [
            ("{type: temporal, rules: [a, b], timespan: 5m}", SigmaCorrelation.Kind.temporal, [.init(.gte, 2)]),
            ("{type: temporal, rules: [a, b, c], timespan: 1w, condition: {gte: 2}}", .temporal, [.init(.gte, 2)]),
            ("{type: temporal_ordered, rules: [a, b], timespan: 1M}", .temporalOrdered, [.init(.gte, 2)]),
            ("{type: value_avg, rules: a, timespan: 1y, condition: {field: f, lt: 5}}", .valueAvg, [.init(.lt, 5)]),
            ("{type: value_sum, rules: a, timespan: 1y, condition: {field: [f], lt: 5}}", .valueSum, [.init(.lt, 5)]),
            (
                "{type: value_median, rules: a, timespan: 1h, condition: {field: f, lt: -5}}", .valueMedian,
                [.init(.lt, -5)]
            ),
            (
                "{type: value_percentile, rules: a, timespan: 1h, condition: {field: f, gt: 5, percentile: 95}}",
                .valuePercentile, [.init(.gt, 5)]
            ),
        ] as [(String, SigmaCorrelation.Kind, [SigmaCorrelation.Bound])])
    func everyKindIsRead(body: String, kind: SigmaCorrelation.Kind, bounds: [SigmaCorrelation.Bound]) throws {
        let read = try #require(correlation(Self.text("  \(body)\n")))
        #expect(read.kind.value == kind)
        #expect(read.bounds == bounds)
        #expect(read.percentile == (kind == .valuePercentile ? 95 : 50))
    }

    @Test("Aliases are read") func aliasesAreRead() throws {
        let body = """
              type: temporal
              rules: [refused, accepted]
              group-by: [peer]
              timespan: 10s
              aliases:
                peer:
                  refused: destination.ip
                  accepted: source.ip
            """
        let read = try #require(correlation(Self.text(body)))
        #expect(read.aliases.map(\.name.value) == ["peer"])
        #expect(read.aliases.first?.fields.map(\.rule.value) == ["refused", "accepted"])
        #expect(read.aliases.first?.fields.map(\.field.value) == ["destination.ip", "source.ip"])
    }

    /// Truth tables that pySigma 2.0.1 gives over a, b, c and d: bit n is the result where a is bit 0 of n, b bit 1, ...
    @Test(
        "Conditions over rules are those of pySigma",
        arguments: [
            ("a and b and c and d", 32768), ("a and not b", 8738), ("a or b and not c", 44718),
            ("not (a or b) or d", 65297), ("not not a and (b or not c)", 35466), ("a and b and c or d", 65408),
            ("not a and not b or c and d", 61713), ("a AND b AND NOT (c OR d)", 8),
        ] as [(String, UInt64)])
    func conditionsOverRulesAreThoseOfPySigma(condition: String, table: UInt64) throws {
        for kind in ["temporal", "temporal_ordered"] {
            let words = condition.split { !$0.isLetter }.map(String.init)
            let names = ["a", "b", "c", "d"].filter { words.contains($0) }
            let rules = "rules: [\(names.joined(separator: ", "))], "
            // Without a list of rules, it is made of the condition: here they stand in it in their order.
            for list in [rules, ""] {
                let read = try #require(
                    correlation(Self.text("  {type: \(kind), \(list)timespan: 1h, condition: \(condition)}\n")))
                #expect(read.rules.map(\.value) == names)
                #expect(read.bounds.isEmpty)
                let indices = names.map { ["a", "b", "c", "d"].firstIndex(of: $0) ?? 0 }
                let found = (0..<16).reduce(UInt64(0)) { bits, set in
                    let isTrue = read.condition?.holds { set >> indices[$0] & 1 == 1 } ?? false
                    return isTrue ? bits | 1 << UInt64(set) : bits
                }
                #expect(found == table)
            }
        }
    }

    static let broken: [(String, [DiagnosticCode])] = [
        ("{type: event_count, rules: a, timespan: 1h}", [.missingKey]),
        ("{type: event_count, rules: a, condition: {gte: 1}}", [.missingKey]),
        ("{type: event_count, timespan: 1h, condition: {gte: 1}}", [.missingKey]),
        ("{rules: a, timespan: 1h, condition: {gte: 1}}", [.missingKey]),
        ("{type: event_count, rules: [], timespan: 1h, condition: {gte: 1}}", [.emptyValue]),
        ("{type: event_count, rules: [a, a], timespan: 1h, condition: {gte: 1}}", [.duplicateEntry]),
        ("{type: event_count, rules: a, timespan: 500ms, condition: {gte: 1}}", [.badDuration]),
        ("{type: event_count, rules: a, timespan: 60, condition: {gte: 1}}", [.badDuration]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {}}", [.emptyValue]),
        ("{type: event_count, rules: a, timespan: 1h, condition: a and b}", [.wrongType]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {field: f}}", [.unexpectedField, .missingKey]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {gte: -1}}", [.badCount]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {gte: '5'}}", [.wrongType]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {gte: 1.5}}", [.wrongType]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {gte: 99999999999999999999}}", [.numberRange]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {get: 1}}", [.unknownKey, .missingKey]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {gt: 5, lt: 6}}", [.impossibleCondition]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {eq: 5, neq: 5}}", [.impossibleCondition]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {gt: 9223372036854775807}}", [.impossibleCondition]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {eq: 1}, aliases: {x: {a: b}}}", [.badAlias]),
        ("{type: temporal, rules: a, timespan: 1h, aliases: {x: {b: c}}, group-by: x}", [.badAlias]),
        ("{type: temporal, rules: a, timespan: 1h, aliases: {x: y}, group-by: x}", [.wrongType]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {eq: 1}, groupby: x}", [.unknownKey]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {eq: 1}, group-by: {a: b}}", [.wrongType]),
        ("{type: event_count, rules: a, timespan: 1h, condition: {eq: 1}, generate: 'true'}", [.wrongType]),
        ("{type: value_count, rules: a, timespan: 1h, condition: {eq: 1}}", [.missingKey]),
        ("{type: value_sum, rules: a, timespan: 1h, condition: {eq: 1}}", [.missingKey]),
        ("{type: value_count, rules: a, timespan: 1h, condition: {eq: 1, field: []}}", [.emptyValue]),
        ("{type: value_count, rules: a, timespan: 1h, condition: {eq: 1, field: [a, a]}}", [.duplicateEntry]),
        ("{type: value_sum, rules: a, timespan: 1h, condition: {eq: 1, field: [a, b]}}", [.unexpectedField]),
        ("{type: value_sum, rules: a, timespan: 1h, condition: {eq: 1, field: []}}", [.emptyValue]),
        ("{type: temporal, rules: a, timespan: 1h, condition: a and b}", [.unlistedRule]),
        ("{type: temporal, rules: [a, b], timespan: 1h, condition: a}", [.unusedRule]),
        ("{type: temporal, rules: [a, b], timespan: 1h, condition: not a and not b}", [.impossibleCondition]),
        (
            "{type: temporal, rules: [a, b], timespan: 1h, condition: a and not a or b and not b}",
            [.impossibleCondition]
        ),
        ("{type: temporal, rules: [a, b], timespan: 1h, condition: 1 of them}", [.conditionSyntax]),
        ("{type: temporal, rules: [a, b], timespan: 1h, condition: a b}", [.conditionSyntax]),
        ("{type: temporal, rules: [a, b], timespan: 1h, condition: a And b}", [.conditionSyntax]),
        ("{type: temporal, rules: [a, b], timespan: 1h, condition: (a and b}", [.conditionSyntax]),
        ("{type: temporal, rules: [a, b], timespan: 1h, condition: a and b | count() > 5}", [.oldAggregation]),
        ("{type: temporal, rules: [a, b], timespan: 1h, condition: ''}", [.emptyValue]),
        ("{type: temporal, rules: [], timespan: 1h, condition: a}", [.emptyValue]),
        ("{type: temporal, rules: [a, b], timespan: 1h, condition: 5}", [.wrongType]),
        ("{type: temporal, timespan: 1h, condition: ()}", [.conditionSyntax]),
        ("{type: temporal, timespan: 1h, condition: {gte: 1}}", [.missingKey]),
        ("{type: temporal, rules: a, timespan: 1h, condition: {gte: 1, field: f}}", [.unexpectedField]),
        (
            "{type: temporal_ordered, rules: [a, b, c, d, e, f, g, h, i], timespan: 1h, condition: {eq: 1}}",
            [.unsupportedCorrelation]
        ),
        ("{type: value_avg, rules: a, timespan: 1h, condition: {eq: 1}}", [.missingKey]),
        ("{type: value_avg, rules: a, timespan: 1h, condition: {eq: 1, field: f, percentile: 5}}", [.badPercentile]),
        ("{type: value_percentile, rules: a, timespan: 1h, condition: {eq: 1, field: f}}", [.badPercentile]),
        (
            "{type: value_percentile, rules: a, timespan: 1h, condition: {eq: 1, field: f, percentile: 101}}",
            [.badPercentile]
        ),
        ("{type: event_counts, rules: a, timespan: 1h, condition: {eq: 1}}", [.unknownValue]),
        ("[]", [.wrongType]),
    ]

    @Test("Wrong correlations are named", arguments: broken) func wrongCorrelationsAreNamed(
        body: String, expected: [DiagnosticCode]
    ) {
        let (documents, diagnostics) = SigmaReader.read(text: Self.text("  \(body)\n"), file: "f")
        #expect(documents.isEmpty)
        #expect(diagnostics.map(\.code) == expected.map(\.rawValue))
    }
}
