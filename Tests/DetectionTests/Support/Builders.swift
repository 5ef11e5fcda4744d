import Detection
import Events
import Network
import Testing

@testable import Sigma

extension SigmaValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(SigmaString(value)) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(floatLiteral value: Double) { self = .float(value) }
    public init(nilLiteral: ()) { self = .null }
}

/// A place that tells pieces of a document apart.
func at(_ line: Int, _ column: Int = 1) -> SourcePosition { SourcePosition(line: line, column: column) }

func located<Value>(_ value: Value, _ line: Int = 1) -> Located<Value> { Located(value, at: at(line)) }

/// `field|modifier|...: values`; the test stands on line 10, its values on the lines after.
func test(_ key: String, _ values: [SigmaValue]) -> FieldTest {
    let parts = key.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    return FieldTest(
        field: located(parts[0], 10),
        modifiers: parts.dropFirst().compactMap { SigmaModifier(rawValue: $0) }.map { located($0, 10) },
        values: values.enumerated().map { located($1, 11 + $0) })
}

func metadata(
    id: String?, name: String? = nil, title: String, tags: [String] = [], fields: [String] = [],
    summary: String? = nil, suppress: (by: [String], nanoseconds: Int64)? = nil
) -> SigmaMetadata {
    var earshot = EarshotExtension()
    earshot.summary = summary.map { located($0, 30) }
    earshot.suppress = suppress.map {
        EarshotExtension.Suppression(
            fields: $0.by.map { located($0, 31) }, nanoseconds: $0.nanoseconds, position: at(31))
    }
    return SigmaMetadata(
        title: located(title, 1), id: id.map { located($0, 2) }, name: name.map { located($0, 3) }, tags: tags,
        fields: fields.map { located($0, 20) }, level: located(.medium, 4), earshot: earshot, file: "test.yml",
        source: "", position: at(1))
}

/// A rule with one selection for each list of tests, all joined by `and` unless a condition is given.
func rule(
    _ id: String?, _ category: String? = "mqtt", _ selections: [[FieldTest]], condition: Condition? = nil,
    keywords: [SigmaValue]? = nil, product: String? = "earshot", name: String? = nil, tags: [String] = [],
    fields: [String] = [], summary: String? = nil, suppress: (by: [String], nanoseconds: Int64)? = nil
) -> SigmaDocument {
    var named = selections.enumerated().map { Selection(name: located("s\($0)"), body: .all($1)) }
    if let keywords {
        named.append(
            Selection(name: located("words"), body: .keywords(keywords.map { located($0, 15) }, position: at(14))))
    }
    return .rule(
        SigmaRule(
            metadata: metadata(
                id: id, name: name, title: "Rule \(id ?? "")", tags: tags, fields: fields, summary: summary,
                suppress: suppress),
            logsource: SigmaRule.LogSource(
                product: product.map { located($0, 5) }, category: category.map { located($0, 6) }, service: nil,
                position: at(5)),
            selections: named,
            conditions: [located(condition ?? .and(named.indices.map { .selection($0) }), 16)]))
}

func correlation(
    _ id: String?, _ kind: SigmaCorrelation.Kind, of rules: [String], by group: [String], seconds: Int64,
    _ bounds: [SigmaCorrelation.Bound], field: String? = nil, fields: [String] = [], generate: Bool = false,
    name: String? = nil,
    summary: String? = nil, suppress: (by: [String], nanoseconds: Int64)? = nil,
    aliases: [(String, [(String, String)])] = [], percentile: Int = 50
) -> SigmaDocument {
    .correlation(
        SigmaCorrelation(
            metadata: metadata(
                id: id, name: name, title: "Correlation \(id ?? "")", summary: summary, suppress: suppress),
            kind: located(kind, 40), rules: rules.map { located($0, 41) }, groupBy: group.map { located($0, 42) },
            aliases: aliases.map { alias in
                SigmaCorrelation.Alias(
                    name: located(alias.0), fields: alias.1.map { (rule: located($0.0), field: located($0.1)) })
            },
            timespan: located(seconds * 1_000_000_000, 43), bounds: bounds,
            fields: (field.map { [$0] } ?? fields).map { located($0, 45) },
            percentile: percentile, generate: generate))
}

extension DetectionLimits {
    /// The usual limits, and as many rows of one rule as there are: for tests that count rows.
    static var withoutCeiling: DetectionLimits {
        var limits = DetectionLimits()
        limits.rowsAnHour = .max
        return limits
    }
}

/// An engine that closures of a test can share.
final class DetectionEngineBox {
    var engine: DetectionEngine
    let diagnostics: [Diagnostic]

    init(
        _ documents: [SigmaDocument], discriminators: [Discriminator] = [],
        limits: DetectionLimits = .withoutCeiling, seed: UInt64 = 1, placeholders: Placeholders = Placeholders()
    ) {
        let result = RuleCompiler.compile(
            documents, placeholders: placeholders, registry: testRegistry, discriminators: discriminators)
        diagnostics = result.diagnostics
        engine = DetectionEngine(rules: result.rules, limits: limits, hash: SeededHash(seed: seed))
    }
}

/// The documents of a rule file, which must be right.
func read(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> [SigmaDocument] {
    let (documents, diagnostics) = SigmaReader.read(text: text, file: "test.yml")
    let errors = diagnostics.filter { $0.severity == .error }.map { $0.render(source: text) }
    #expect(errors.isEmpty, sourceLocation: sourceLocation)
    return documents
}
