/// `correlation` (Sigma correlation rules specification).
extension DocumentReader {
    mutating func correlation(
        _ node: YAMLNode, of document: YAMLMap, at position: SourcePosition
    ) -> SigmaCorrelation? {
        checkKeys(of: document, Self.correlationDocumentKeys, in: "a correlation", severity: .warning)
        let metadata = metadata(document, at: position, isCorrelation: true)
        guard let map = map(node, "`correlation`") else { return nil }
        checkKeys(of: map, Self.correlationKeys, in: "`correlation`")
        let owner = "`correlation`"
        let kind = required("type", in: map, of: owner, at: node.position).flatMap { correlationKind($0) }
        let rules = rules(map, kind?.value, at: node.position)
        let groupBy = map["group-by"].map { names($0, "`group-by`") } ?? []
        let aliases = map["aliases"].map { self.aliases($0) } ?? []
        let timespan = required("timespan", in: map, of: owner, at: node.position).flatMap { node in
            duration(node, "`timespan`").map { Located($0, at: node.position) }
        }
        let generate = generate(map, document)
        let condition = condition(map, kind?.value, rules ?? [], at: node.position)
        guard let rules, let groupBy, let aliases else { return nil }
        // Something is put in for what is wrong, so that the names in the rest can be looked up all the same.
        let isWhole = kind != nil && condition != nil
        let known = kind.flatMap { isWhole ? $0 : nil } ?? Located(.eventCount, at: node.position)
        let correlation = SigmaCorrelation(
            metadata: metadata, kind: known, rules: rules, groupBy: groupBy, aliases: aliases,
            timespan: timespan ?? Located(1, at: node.position), bounds: condition?.bounds ?? [],
            condition: condition?.expression, fields: condition?.fields ?? [], percentile: condition?.percentile ?? 50,
            generate: generate ?? false)
        if isWhole { check(correlation) }
        return correlation
    }

    private static let correlationDocumentKeys = metadataKeys + ["correlation", "generate"]
    private static let correlationKeys = [
        "type", "rules", "group-by", "timespan", "condition", "generate", "aliases",
    ]
    private static let kinds = SigmaCorrelation.Kind.allCases.map(\.rawValue)

    private mutating func correlationKind(_ node: YAMLNode) -> Located<SigmaCorrelation.Kind>? {
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

    // MARK: - Aliases

    private mutating func aliases(_ node: YAMLNode) -> [SigmaCorrelation.Alias]? {
        guard let map = map(node, "`aliases`") else { return nil }
        let aliases = map.entries.compactMap { entry -> SigmaCorrelation.Alias? in
            guard let fields = self.map(entry.value, "the alias `\(entry.key.value)`") else { return nil }
            let read = fields.entries.compactMap { entry in
                line(entry.value, "the field").map { (rule: entry.key, field: $0) }
            }
            return read.count == fields.entries.count ? SigmaCorrelation.Alias(name: entry.key, fields: read) : nil
        }
        return aliases.count == map.entries.count ? aliases : nil
    }

    /// Checks that aliases are of use, and that the kind can do what is asked of it.
    private mutating func check(_ correlation: SigmaCorrelation) {
        let rules = correlation.rules.map(\.value)
        for alias in correlation.aliases {
            for rule in alias.fields.map(\.rule) where !rules.contains(rule.value) {
                let nearest = nearestName(to: rule.value, among: rules)
                error(
                    .badAlias, rule.position, "`\(rule.value)` is not among the rules of the correlation",
                    nearest.map { "did you mean `\($0)`?" } ?? "there are: \(list(rules))")
            }
            let uses = correlation.groupBy.map(\.value) + correlation.fields.map(\.value)
            if !uses.contains(alias.name.value) {
                error(
                    .badAlias, alias.name.position, "the alias `\(alias.name.value)` is not used",
                    "name it in `group-by`, or remove it")
            }
        }
        if correlation.kind.value == .temporalOrdered { checkRuns(correlation) }
    }

    /// Checks that the runs of a temporal_ordered correlation can be followed.
    private mutating func checkRuns(_ correlation: SigmaCorrelation) {
        let count = correlation.rules.count
        guard count <= SigmaReader.maximumOrderedRules else {
            error(
                .badCount, correlation.kind.position,
                "a temporal_ordered correlation refers to at most \(SigmaReader.maximumOrderedRules) rules")
            return
        }
        guard correlation.condition == nil else { return }
        guard correlation.asksForAtLeast else {
            // Any set of rules can be the one that matched.
            guard count > 8 else { return }
            error(
                .unsupportedCorrelation, correlation.kind.position,
                "with more than 8 rules, the condition of a temporal_ordered correlation can only be `gt` or `gte`",
                "leave the condition out if all of the rules must match")
            return
        }
        let needed = correlation.neededRules
        guard needed > 0, needed < count, needed * count > SigmaReader.maximumOrderedRuns else { return }
        error(
            .unsupportedCorrelation, correlation.kind.position,
            "runs of \(needed) out of \(count) rules are too many to follow",
            "their product can be \(SigmaReader.maximumOrderedRuns); leave the condition out if all must match")
    }
}
