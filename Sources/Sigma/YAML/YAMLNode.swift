/// A value of a YAML document with its place in the file.
struct YAMLNode {
    enum Content {
        case scalar(YAMLScalar)
        case list([YAMLNode])
        case map(YAMLMap)
    }

    var content: Content
    var position: SourcePosition

    /// What the value is, for messages.
    var kindName: String {
        switch content {
        case .list: "a list"
        case .map: "a map"
        case .scalar(let scalar):
            switch scalar.meaning {
            case .null: "empty (null)"
            case .bool: "a truth value"
            case .int, .float, .outOfRange: "a number"
            case .string, .ambiguous: "text"
            }
        }
    }
}

/// The entries of a map in the order of the file; each key once.
struct YAMLMap {
    struct Entry {
        var key: Located<String>
        var value: YAMLNode
    }

    var entries: [Entry]

    /// Where a key stands.
    func position(of key: String) -> SourcePosition? { entries.first { $0.key.value == key }?.key.position }

    subscript(_ key: String) -> YAMLNode? { entries.first { $0.key.value == key }?.value }
}
