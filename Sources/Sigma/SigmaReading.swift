/// What a file of rules holds.
public struct SigmaReading: Sendable {
    /// The documents without errors, in the order of the file.
    public var documents: [SigmaDocument] = []
    /// What is known of the documents with errors.
    public var broken: [BrokenDocument] = []
    /// What is wrong or doubtful, of all documents.
    public var diagnostics: [Diagnostic] = []
}

/// A document with errors, which were reported.
///
/// It cannot run, but others may refer to it, and more may be wrong with it.
public struct BrokenDocument: Sendable {
    /// What could be read of it; `nil` where its structure is wrong.
    public var document: SigmaDocument?
    /// What other documents may call it.
    public var identities: Set<String>

    /// A document of which only its names are to be known.
    public init(names: Set<String>) { identities = names }

    /// Finds what the text of a document calls itself, whatever else is wrong with it.
    public init(_ document: SigmaDocument? = nil, text: String) {
        self.document = document
        identities = []
        for line in text.split(whereSeparator: \.isNewline) {
            for key in ["id:", "name:"] where line.hasPrefix(key) {
                let value = line.dropFirst(key.count).prefix { $0 != "#" }
                let first = value.firstIndex { !Self.surrounds($0) } ?? value.endIndex
                let last = value.lastIndex { !Self.surrounds($0) } ?? first
                guard first < value.endIndex else { continue }
                let name = String(value[first...last])
                identities.insert(key == "id:" ? name.lowercased() : name)
            }
        }
    }

    private static func surrounds(_ character: Character) -> Bool {
        character.isWhitespace || character == "'" || character == "\""
    }
}

extension SigmaDocument {
    /// The text of the document, as it stands in the file.
    public var source: String {
        switch self {
        case .rule(let rule): rule.metadata.source
        case .correlation(let correlation): correlation.metadata.source
        case .filter(let filter): filter.source
        }
    }
}
