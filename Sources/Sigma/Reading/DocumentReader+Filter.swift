/// `filter` (Sigma filters specification).
extension DocumentReader {
    mutating func filter(_ node: YAMLNode, of document: YAMLMap, at position: SourcePosition) -> SigmaFilter? {
        checkKeys(of: document, Self.filterDocumentKeys, in: "a filter", severity: .warning)
        let title = required("title", in: document, of: "a filter", at: position).flatMap { self.title($0) }
        let id = document["id"].flatMap { uuid($0, "the id") }
        let name = document["name"].flatMap { line($0, "the name") }
        let description = document["description"].flatMap { text($0, "the description", Self.longestDescription) }
        for key in ["date", "author"] { if let node = document[key] { _ = string(node, "the \(key)") } }
        checkUnused(document)
        let logsource = required("logsource", in: document, of: "a filter", at: position)
            .flatMap { self.logsource($0) }
        guard let map = map(node, "`filter`") else { return nil }
        let target = required(
            "rules", in: map, of: "`filter`", at: node.position, hint: "ids or names of rules, or `any`"
        ).flatMap { self.target($0) }
        let detection = detection(map, of: "`filter`", others: ["rules"], at: node.position)
        guard let title, let logsource, let target, let detection else { return nil }
        guard detection.conditions.count <= 1 else {
            error(.wrongType, node.position, "a filter has one condition, not a list of them")
            return nil
        }
        guard let condition = detection.conditions.first else { return nil }
        if !condition.value.hasNot {
            warning(
                .keepingFilter, condition.position, "this filter keeps only the events that its condition selects",
                "to leave these events out, write `not` before the selection")
        }
        return SigmaFilter(
            title: title, id: id, name: name, description: description, logsource: logsource, rules: target,
            selections: detection.selections, condition: condition, file: file, source: chunk.text(in: source),
            position: position)
    }

    private static let filterDocumentKeys = metadataKeys + ["logsource", "filter"]

    /// `rules`: the word `any`, a name, or a list of names.
    private mutating func target(_ node: YAMLNode) -> SigmaFilter.Target? {
        if case .scalar(let scalar) = node.content, scalar.text.lowercased() == "any" { return .any }
        return names(node, "`rules`").map { .rules($0) }
    }
}

extension Condition {
    /// Whether a `not` stands anywhere in it.
    fileprivate var hasNot: Bool {
        switch self {
        case .selection: false
        case .not: true
        case .and(let parts), .or(let parts): parts.contains { $0.hasNot }
        }
    }
}
