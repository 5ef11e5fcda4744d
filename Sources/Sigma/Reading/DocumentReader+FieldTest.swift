/// `field|modifier|modifier: value or list of values`
extension DocumentReader {
    mutating func fieldTest(_ entry: YAMLMap.Entry) -> FieldTest? {
        let parts = entry.key.value.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let field = Located(parts[0], at: entry.key.position)
        let isKeyword = field.value.isEmpty
        if isKeyword, parts.count == 1 {
            error(.badKey, field.position, "the name of the field is empty")
            return nil
        }
        let modifiers = self.modifiers(parts, of: entry.key)
        let values = self.values(entry.value)
        guard let modifiers, let values, areCompatible(modifiers, isKeyword: isKeyword) else { return nil }
        let isRight = checkValues(values, modifiers, isKeyword: isKeyword, at: entry.value.position)
        return isRight ? FieldTest(field: field, modifiers: modifiers, values: values) : nil
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
