/// The attribute `earshot`.
extension DocumentReader {
    mutating func earshot(_ node: YAMLNode, isCorrelation: Bool) -> EarshotExtension? {
        guard let map = map(node, "`earshot`") else { return nil }
        let own = isCorrelation ? [] : ["ratio", "absence"]
        checkKeys(
            of: map, ["summary", "suppress", "distinct", "bytes", "kinds", "escalate", "tests"] + own, in: "`earshot`")
        var result = EarshotExtension()
        result.summary = map["summary"].flatMap { line($0, "the summary") }
        result.suppress = map["suppress"].flatMap { suppression($0) }
        if withTests { result.tests = map["tests"].flatMap { tests($0) } ?? [] }
        row(map, isCorrelation: isCorrelation, into: &result)
        if let absence = map.entries.first(where: { $0.key.value == "absence" }), map["ratio"] != nil {
            error(
                .modifierClash, absence.key.position, "a rule has `ratio` or `absence`, not both",
                "make two rules of it")
        }
        if !isCorrelation {
            result.ratio = map["ratio"].flatMap { ratio($0) }
            result.absence = map["absence"].flatMap { absence($0) }
        }
        return result
    }

    private mutating func suppression(_ node: YAMLNode) -> EarshotExtension.Suppression? {
        guard let map = map(node, "`suppress`") else { return nil }
        checkKeys(of: map, ["by", "for"], in: "`suppress`")
        let fields = required("by", in: map, of: "`suppress`", at: node.position).flatMap { names($0, "`by`") }
        let length = required("for", in: map, of: "`suppress`", at: node.position).flatMap { duration($0, "`for`") }
        guard let fields, let length else { return nil }
        return EarshotExtension.Suppression(fields: fields, nanoseconds: length, position: node.position)
    }

    // MARK: - Kinds of our own

    private mutating func ratio(_ node: YAMLNode) -> EarshotExtension.Ratio? {
        let owner = "`ratio`"
        guard let map = map(node, owner) else { return nil }
        let comparisons = SigmaCorrelation.Comparison.allCases.map(\.rawValue)
        checkKeys(of: map, ["sum", "over", "by", "timespan", "minimum"] + comparisons, in: owner)
        let field = required("sum", in: map, of: owner, at: node.position).flatMap { line($0, "the field") }
        let over = required("over", in: map, of: owner, at: node.position).flatMap { line($0, "the field") }
        let groupBy = map["by"].map { names($0, "`by`") } ?? []
        let timespan = self.timespan(map, owner, at: node.position)
        let entries = map.entries.filter { comparisons.contains($0.key.value) }
        let bounds = entries.compactMap { entry -> EarshotExtension.Bound? in
            guard let comparison = SigmaCorrelation.Comparison(rawValue: entry.key.value) else { return nil }
            return number(entry.value, "`\(entry.key.value)`").map {
                EarshotExtension.Bound(comparison: comparison, threshold: $0)
            }
        }
        if entries.isEmpty {
            error(.missingKey, node.position, "`ratio` needs a bound", "one of: \(list(comparisons))")
        }
        let minimum = required(
            "minimum", in: map, of: owner, at: node.position, hint: "{sum: 1000, over: 1}: what makes it worth a look"
        ).flatMap { self.minimum($0) }
        guard let field, let over, let groupBy, let timespan, let minimum, bounds.count == entries.count,
            !bounds.isEmpty
        else { return nil }
        return EarshotExtension.Ratio(
            field: field, over: over, groupBy: groupBy, timespan: timespan, bounds: bounds,
            minimumSum: minimum.sum, minimumOver: minimum.over, position: node.position)
    }

    private mutating func minimum(_ node: YAMLNode) -> (sum: Double, over: Double)? {
        guard let map = map(node, "`minimum`") else { return nil }
        checkKeys(of: map, ["sum", "over"], in: "`minimum`")
        let sum = required("sum", in: map, of: "`minimum`", at: node.position).flatMap { number($0, "`sum`") }
        let over = required("over", in: map, of: "`minimum`", at: node.position).flatMap { number($0, "`over`") }
        guard let sum, let over else { return nil }
        return (sum, over)
    }

    private mutating func absence(_ node: YAMLNode) -> EarshotExtension.Absence? {
        let owner = "`absence`"
        guard let map = map(node, owner) else { return nil }
        checkKeys(of: map, ["by", "timespan", "after"], in: owner)
        let groupBy = map["by"].map { names($0, "`by`") } ?? []
        let timespan = self.timespan(map, owner, at: node.position)
        let after = required("after", in: map, of: owner, at: node.position).flatMap { node -> Int? in
            guard let value = int(node, "`after`") else { return nil }
            guard (2...1_000_000).contains(value) else {
                error(.badCount, node.position, "`after` must lie between 2 and 1000000")
                return nil
            }
            return Int(value)
        }
        guard let groupBy, let timespan, let after else { return nil }
        return EarshotExtension.Absence(groupBy: groupBy, timespan: timespan, after: after, position: node.position)
    }

    private mutating func timespan(_ map: YAMLMap, _ owner: String, at position: SourcePosition) -> Located<Int64>? {
        required("timespan", in: map, of: owner, at: position).flatMap { node in
            duration(node, "`timespan`").map { Located($0, at: node.position) }
        }
    }

    private mutating func number(_ node: YAMLNode, _ what: String) -> Double? {
        if case .scalar(let scalar) = node.content, case .float(let value) = scalar.meaning { return value }
        return int(node, what).map { Double($0) }
    }
}
