import Yams

/// The value of a setting as it stands in a file: what a key of any type can be shown and compared as.
public enum SettingValue: Hashable, Sendable {
    /// Nothing is set, and nothing takes its place.
    case none
    case flag(Bool)
    case number(Int)
    case text(String)
    case list([String])
    /// Lists by their names.
    case lists([String: [String]])

    /// The value in one line of YAML; empty for nothing.
    public var yaml: String {
        guard let node else { return "" }
        // The emitter ends with a line feed, and breaks lines unless the width is negative.
        let text = (try? Yams.serialize(node: node, width: -1, allowUnicode: true, sortKeys: true)) ?? ""
        return String(text.split(separator: "\n").first ?? "")
    }

    private var node: Node? {
        switch self {
        case .none: nil
        case .flag(let flag): Node(flag ? "true" : "false")
        case .number(let number): Node("\(number)")
        case .text(let text): Node(text, Tag(.str))
        case .list(let texts): Self.sequence(texts)
        case .lists(let lists):
            .mapping(
                Node.Mapping(lists.map { (Node($0.key), Self.sequence($0.value)) }, Tag(.map), .flow))
        }
    }

    private static func sequence(_ texts: [String]) -> Node {
        .sequence(Node.Sequence(texts.map { Node($0, Tag(.str)) }, Tag(.seq), .flow))
    }
}

extension SettingValue: Encodable {
    /// Writes the plain value: `null` for nothing.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .none: try container.encodeNil()
        case .flag(let flag): try container.encode(flag)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let texts): try container.encode(texts)
        case .lists(let lists): try container.encode(lists)
        }
    }
}
