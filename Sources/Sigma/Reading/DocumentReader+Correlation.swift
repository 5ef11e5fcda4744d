/// `correlation` (Sigma correlation rules specification).
extension DocumentReader {
    mutating func correlation(
        _ node: YAMLNode, of document: YAMLMap, at position: SourcePosition
    ) -> SigmaCorrelation? {
        checkKeys(of: document, Self.correlationDocumentKeys, in: "a correlation", severity: .warning)
        let metadata = metadata(document, at: position, isCorrelation: true)
        guard let map = map(node, "`correlation`") else { return nil }
        checkKeys(of: map, Self.correlationKeys, in: "`correlation`")
        if let aliases = map.entries.first(where: { $0.key.value == "aliases" }) {
            error(
                .unsupportedCorrelation, aliases.key.position, "`aliases` are not supported by this version",
                "group by fields that have the same name in all of the rules")
        }
        let owner = "`correlation`"
        let kind = required("type", in: map, of: owner, at: node.position).flatMap { correlationKind($0) }
        let rules = required("rules", in: map, of: owner, at: node.position).flatMap { names($0, "`rules`") }
        let groupBy = map["group-by"].map { names($0, "`group-by`") } ?? []
        let timespan = required("timespan", in: map, of: owner, at: node.position).flatMap { node in
            duration(node, "`timespan`").map { Located($0, at: node.position) }
        }
        let generate = generate(map, document)
        let condition = required("condition", in: map, of: owner, at: node.position)
            .flatMap { correlationCondition($0, kind?.value) }
        guard let metadata, let kind, let rules, let groupBy, let timespan, let generate, let condition else {
            return nil
        }
        return SigmaCorrelation(
            metadata: metadata, kind: kind, rules: rules, groupBy: groupBy, timespan: timespan,
            bounds: condition.bounds, field: condition.field, generate: generate)
    }

    private static let correlationDocumentKeys = metadataKeys + ["correlation", "generate"]
    private static let correlationKeys = [
        "type", "rules", "group-by", "timespan", "condition", "generate", "aliases",
    ]
    private static let kinds = SigmaCorrelation.Kind.allCases.map(\.rawValue)
    /// Types of the specification that this version cannot load.
    private static let unsupportedKinds: Set<String> = [
        "temporal", "temporal_ordered", "value_avg", "value_percentile", "value_median",
    ]
    private static let comparisonNames = SigmaCorrelation.Comparison.allCases.map(\.rawValue)

    private mutating func correlationKind(_ node: YAMLNode) -> Located<SigmaCorrelation.Kind>? {
        if case .scalar(let scalar) = node.content, Self.unsupportedKinds.contains(scalar.text) {
            error(
                .unsupportedCorrelation, node.position,
                "correlations of type `\(scalar.text)` are not supported by this version",
                "supported are: \(list(Self.kinds))")
            return nil
        }
        guard let word = choice(node, "a type of correlation", of: Self.kinds) else { return nil }
        return SigmaCorrelation.Kind(rawValue: word.value).map { Located($0, at: word.position) }
    }

    /// `generate` stands beside `correlation` in the specification and below it for pySigma.
    private mutating func generate(_ map: YAMLMap, _ document: YAMLMap) -> Bool? {
        if let inner = map.entries.first(where: { $0.key.value == "generate" }), document["generate"] != nil {
            error(.duplicateKey, inner.key.position, "the key `generate` is given twice", "remove one of them")
            return nil
        }
        guard let node = map["generate"] ?? document["generate"] else { return false }
        return bool(node, "`generate`")
    }

    private mutating func correlationCondition(
        _ node: YAMLNode, _ kind: SigmaCorrelation.Kind?
    ) -> (bounds: [SigmaCorrelation.Bound], field: Located<String>?)? {
        guard let map = map(node, "the condition of a correlation") else { return nil }
        checkKeys(of: map, Self.comparisonNames + ["field"], in: "the condition of a correlation")
        let fieldEntry = map.entries.first { $0.key.value == "field" }
        let field = fieldEntry.flatMap { line($0.value, "the field") }
        if let kind, kind != .eventCount, fieldEntry == nil {
            error(
                .missingKey, node.position, "the condition of a \(kind.rawValue) correlation needs the key `field`",
                "the field whose values are \(kind == .valueCount ? "counted" : "added up")")
        } else if kind == .eventCount, let fieldEntry {
            error(
                .unexpectedField, fieldEntry.key.position,
                "an event_count correlation counts events and has no `field`",
                "to count the values of the field, use the type value_count")
        }
        let bounds = map.entries.compactMap { bound($0, isSum: kind == .valueSum) }
        let expected = map.entries.count { SigmaCorrelation.Comparison(rawValue: $0.key.value) != nil }
        guard bounds.count == expected else { return nil }
        guard !bounds.isEmpty else {
            error(
                .missingKey, node.position, "the condition of a correlation needs a bound",
                "one of: \(list(Self.comparisonNames))")
            return nil
        }
        guard Self.isPossible(bounds) else {
            error(.impossibleCondition, node.position, "no number can meet all bounds of the condition")
            return nil
        }
        return fieldEntry != nil && field == nil ? nil : (bounds, field)
    }

    private mutating func bound(_ entry: YAMLMap.Entry, isSum: Bool) -> SigmaCorrelation.Bound? {
        guard let comparison = SigmaCorrelation.Comparison(rawValue: entry.key.value) else { return nil }
        guard let threshold = int(entry.value, "`\(entry.key.value)`") else { return nil }
        guard threshold >= 0 || isSum else {
            error(.badCount, entry.value.position, "a count is never below 0")
            return nil
        }
        return SigmaCorrelation.Bound(comparison, threshold)
    }

    /// Whether some whole number meets all bounds.
    private static func isPossible(_ bounds: [SigmaCorrelation.Bound]) -> Bool {
        var low = Int64.min
        var high = Int64.max
        for bound in bounds {
            switch bound.comparison {
            case .gt:
                guard bound.threshold < .max else { return false }
                low = max(low, bound.threshold + 1)
            case .gte: low = max(low, bound.threshold)
            case .lt:
                guard bound.threshold > .min else { return false }
                high = min(high, bound.threshold - 1)
            case .lte: high = min(high, bound.threshold)
            case .eq:
                low = max(low, bound.threshold)
                high = min(high, bound.threshold)
            case .neq: continue
            }
        }
        return low < high || (low == high && !bounds.contains(SigmaCorrelation.Bound(.neq, low)))
    }
}
