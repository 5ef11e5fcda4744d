/// `field|modifier|modifier: value or list of values`
extension DocumentReader {
    mutating func fieldTest(_ entry: YAMLMap.Entry) -> FieldTest? {
        let parts = entry.key.value.utf8.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        let field = Located(parts[0], at: entry.key.position)
        let isKeyword = field.value.isEmpty
        if isKeyword, parts.count == 1 {
            error(.badKey, field.position, "the name of the field is empty")
            return nil
        }
        for node in nodes(entry.value) { warnOfComment(node, of: field.value) }
        let modifiers = self.modifiers(parts, of: entry.key)
        let values = self.values(entry.value)
        guard let modifiers, let values, areCompatible(modifiers, isKeyword: isKeyword) else { return nil }
        let isRight = checkValues(values, modifiers, isKeyword: isKeyword, at: entry.value.position)
        return isRight ? FieldTest(field: field, modifiers: modifiers, values: values) : nil
    }

    private func nodes(_ node: YAMLNode) -> [YAMLNode] {
        if case .list(let items) = node.content { items } else { [node] }
    }

    /// Warns where a value is left out and a comment stands in its place: `#` and `#topic` are text to people, and to MQTT, but
    /// not to YAML (1.2.2, clause 6.6), which reads that the field must be absent.
    private mutating func warnOfComment(_ node: YAMLNode, of field: String) {
        guard case .scalar(let scalar) = node.content, scalar.isPlain, scalar.text.isEmpty,
            let rest = source.rest(at: node.position)
        else { return }
        let blanks = rest.prefix { $0 == " " || $0 == "\t" }
        guard blanks.count > 0, rest.dropFirst(blanks.count).first == "#" else { return }
        let subject = field.isEmpty ? "the keyword has" : "`\(field)` has"
        warning(
            .commentValue, SourcePosition(line: node.position.line, column: node.position.column + blanks.count),
            "a comment begins here, so that \(subject) no value and must be absent",
            "put the value in quotes, such as '#', or write null where that is meant")
    }

    private mutating func values(_ node: YAMLNode) -> [Located<SigmaValue>]? {
        guard case .list(let items) = node.content else { return value(node).map { [$0] } }
        guard !items.isEmpty else {
            error(.emptyValue, node.position, "the list of values is empty", "`null` stands for an absent field")
            return nil
        }
        let values = items.compactMap { value($0) }
        return values.count == items.count ? values : nil
    }
}
