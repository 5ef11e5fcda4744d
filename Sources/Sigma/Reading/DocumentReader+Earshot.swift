/// The attribute `earshot`.
extension DocumentReader {
    mutating func earshot(_ node: YAMLNode) -> EarshotExtension? {
        guard let map = map(node, "`earshot`") else { return nil }
        checkKeys(of: map, ["summary", "suppress", "tests"], in: "`earshot`")
        var result = EarshotExtension()
        result.summary = map["summary"].flatMap { line($0, "the summary") }
        result.suppress = map["suppress"].flatMap { suppression($0) }
        result.tests = map["tests"].flatMap { tests($0) } ?? []
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
}
