/// `condition` of a correlation: what its count must be.
///
/// More than one bound makes a range (specification, *Condition*: "To define a range, you can use the conjunction 'AND' in
/// the mapping"); pySigma takes only one.
extension DocumentReader {
    typealias CorrelationCondition = (
        bounds: [SigmaCorrelation.Bound], expression: Condition?, fields: [Located<String>], percentile: Int
    )

    private static let comparisonNames = SigmaCorrelation.Comparison.allCases.map(\.rawValue)

    mutating func condition(
        _ correlation: YAMLMap, _ kind: SigmaCorrelation.Kind?, _ rules: [Located<String>], at position: SourcePosition
    ) -> CorrelationCondition? {
        let isTemporal = kind == .temporal || kind == .temporalOrdered
        guard let node = correlation["condition"] else {
            // All events defined by the rules must occur (specification, *Temporal Proximity*).
            if isTemporal { return ([SigmaCorrelation.Bound(.gte, Int64(rules.count))], nil, [], 50) }
            error(.missingKey, position, "`correlation` needs the key `condition`")
            return nil
        }
        if isTemporal, case .scalar = node.content {
            // Without rules there is an error already.
            guard !rules.isEmpty else { return nil }
            return expression(node, over: rules).map { ([], $0, [], 50) }
        }
        guard let map = map(node, "the condition of a correlation") else { return nil }
        checkKeys(of: map, Self.comparisonNames + ["field", "percentile"], in: "the condition of a correlation")
        let fields = conditionFields(map, kind, at: node.position)
        let percentile = percentile(map, kind, at: node.position)
        let bounds = map.entries.compactMap { bound($0, isCount: kind?.isCount ?? true) }
        let expected = map.entries.count { SigmaCorrelation.Comparison(rawValue: $0.key.value) != nil }
        guard bounds.count == expected else { return nil }
        guard !bounds.isEmpty else {
            error(
                .missingKey, node.position, "the condition of a correlation needs a bound",
                "one of: \(list(Self.comparisonNames))")
            return nil
        }
        let hasFractions = bounds.contains { $0.fraction != nil }
        guard kind?.isWhole == false || hasFractions || Self.isPossible(bounds) else {
            error(.impossibleCondition, node.position, "no number can meet all bounds of the condition")
            return nil
        }
        guard let fields, let percentile else { return nil }
        return (bounds, nil, fields, percentile)
    }

    private mutating func conditionFields(
        _ map: YAMLMap, _ kind: SigmaCorrelation.Kind?, at position: SourcePosition
    ) -> [Located<String>]? {
        let entry = map.entries.first { $0.key.value == "field" }
        if let kind, kind.hasField, entry == nil {
            error(
                .missingKey, position, "the condition of a \(kind.rawValue) correlation needs the key `field`",
                "the field whose values are \(kind == .valueCount ? "counted" : "added up")")
        } else if let kind, !kind.hasField, let entry {
            error(
                .unexpectedField, entry.key.position,
                "\(kind == .eventCount ? "an" : "a") \(kind.rawValue) correlation counts "
                    + (kind == .eventCount ? "events" : "rules") + " and has no `field`",
                "to count the values of the field, use the type value_count")
        }
        guard let entry else { return [] }
        guard case .list = entry.value.content else { return line(entry.value, "the field").map { [$0] } }
        guard let fields = names(entry.value, "the fields") else { return nil }
        if let kind, kind.hasField, kind != .valueCount, fields.count > 1 {
            error(
                .unexpectedField, fields[1].position, "a \(kind.rawValue) correlation adds up one field",
                "only value_count takes several: it counts their combinations")
            return nil
        }
        return fields
    }

    private mutating func percentile(
        _ map: YAMLMap, _ kind: SigmaCorrelation.Kind?, at position: SourcePosition
    ) -> Int? {
        guard let entry = map.entries.first(where: { $0.key.value == "percentile" }) else {
            if kind != .valuePercentile { return 50 }
            error(
                .badPercentile, position, "a value_percentile correlation needs the key `percentile`",
                "a whole number from 0 to 100")
            return nil
        }
        guard kind == .valuePercentile else {
            error(.badPercentile, entry.key.position, "only a value_percentile correlation has a `percentile`")
            return nil
        }
        guard let value = int(entry.value, "`percentile`") else { return nil }
        guard (0...100).contains(value) else {
            error(.badPercentile, entry.value.position, "a percentile lies between 0 and 100")
            return nil
        }
        return Int(value)
    }

    private mutating func bound(_ entry: YAMLMap.Entry, isCount: Bool) -> SigmaCorrelation.Bound? {
        guard let comparison = SigmaCorrelation.Comparison(rawValue: entry.key.value) else { return nil }
        if !isCount, case .scalar(let scalar) = entry.value.content, case .float(let number) = scalar.meaning,
            number.isFinite, abs(number) < 9e15
        {
            let below = number.rounded(.down)
            return SigmaCorrelation.Bound(comparison, Int64(below), fraction: below == number ? nil : number)
        }
        guard let threshold = int(entry.value, "`\(entry.key.value)`") else { return nil }
        guard threshold >= 0 || !isCount else {
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

extension SigmaCorrelation.Kind {
    /// Whether what it measures never has a fraction, as far as is known before the type of the field is.
    fileprivate var isWhole: Bool { isCount || self == .valueSum }
}
