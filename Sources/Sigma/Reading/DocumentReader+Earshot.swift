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

    private mutating func tests(_ node: YAMLNode) -> [EarshotExtension.RuleTest]? {
        guard case .list(let items) = node.content else {
            error(.wrongType, node.position, "`tests` must be a list, but this is \(node.kindName)")
            return nil
        }
        return items.compactMap { test($0) }
    }

    private mutating func test(_ node: YAMLNode) -> EarshotExtension.RuleTest? {
        guard let map = map(node, "a test") else { return nil }
        checkKeys(of: map, ["capture", "alerts"], in: "a test")
        let capture = required("capture", in: map, of: "a test", at: node.position).flatMap { line($0, "the capture") }
        let alerts = required("alerts", in: map, of: "a test", at: node.position).flatMap { count($0) }
        guard let capture, let alerts else { return nil }
        return EarshotExtension.RuleTest(capture: capture.value, alerts: alerts, position: node.position)
    }

    private mutating func count(_ node: YAMLNode) -> Int? {
        guard let value = int(node, "the number of alerts") else { return nil }
        guard let count = Int(exactly: value), (0...1_000_000).contains(count) else {
            error(.badCount, node.position, "the number of alerts must lie between 0 and 1000000")
            return nil
        }
        return count
    }
}
