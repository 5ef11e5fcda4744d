/// What the values of any document have in common.
extension DocumentReader {
    /// The value of a key that must be there.
    mutating func required(
        _ key: String, in map: YAMLMap, of owner: String, at position: SourcePosition, hint: String? = nil
    ) -> YAMLNode? {
        if let value = map[key] { return value }
        error(.missingKey, position, "\(owner) needs the key `\(key)`", hint)
        return nil
    }

    /// Reports the keys that are not known, with the nearest one that is.
    mutating func checkKeys(
        of map: YAMLMap, _ known: [String], in owner: String, severity: Diagnostic.Severity = .error
    ) {
        for key in map.entries.map(\.key) where !known.contains(key.value) {
            let nearest = nearestName(to: key.value, among: known)
            let hint = nearest.map { "did you mean `\($0)`?" } ?? "known are: \(list(known))"
            let message = "`\(key.value)` is not a key of \(owner)"
            switch severity {
            case .error: error(.unknownKey, key.position, message, hint)
            case .warning:
                warning(
                    .unknownKey, key.position, message,
                    nearest == nil ? "it is ignored; attributes of Earshot stand under `earshot`" : hint)
            }
        }
    }

    mutating func map(_ node: YAMLNode, _ what: String) -> YAMLMap? {
        guard case .map(let map) = node.content else {
            error(.wrongType, node.position, "\(what) must be a map, but this is \(node.kindName)")
            return nil
        }
        guard !map.entries.isEmpty else {
            error(.emptyValue, node.position, "\(what) is an empty map")
            return nil
        }
        return map
    }

    /// Text that is not empty.
    ///
    /// Dates and the words of YAML 1.1 for truth count as text.
    mutating func string(_ node: YAMLNode, _ what: String) -> String? {
        guard case .scalar(let scalar) = node.content, case let meaning = scalar.meaning, meaning != .null else {
            var hint: String?
            if case .map = node.content { hint = "text with a colon and a space in it needs quotes" }
            error(.wrongType, node.position, "\(what) must be text, but this is \(node.kindName)", hint)
            return nil
        }
        switch meaning {
        case .string, .ambiguous: break
        default:
            error(.wrongType, node.position, "\(what) must be text, but this is \(node.kindName)", "put it in quotes")
            return nil
        }
        guard scalar.text.contains(where: { !$0.isWhitespace }) else {
            error(.emptyValue, node.position, "\(what) is empty")
            return nil
        }
        return scalar.text
    }

    /// Text on one line that is fit to be shown anywhere.
    mutating func line(_ node: YAMLNode, _ what: String) -> Located<String>? {
        guard let text = string(node, what) else { return nil }
        for scalar in text.unicodeScalars {
            // Asking Unicode's tables is for the few that are not printable ASCII.
            if (0x20..<0x7F).contains(scalar.value) { continue }
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator:
                error(.badText, node.position, "\(what) must be one line without control characters")
                return nil
            default: continue
            }
        }
        return Located(text, at: node.position)
    }

    /// A list of lines; where `orOne`, a single one stands for a list of one.
    mutating func lines(_ node: YAMLNode, _ what: String, orOne: Bool = false) -> [Located<String>]? {
        if orOne, case .scalar = node.content { return line(node, "each of \(what)").map { [$0] } }
        guard case .list(let items) = node.content else {
            error(.wrongType, node.position, "\(what) must be a list, but this is \(node.kindName)", "write [value]")
            return nil
        }
        let read = items.compactMap { line($0, "each of \(what)") }
        return read.count == items.count ? read : nil
    }

    /// A list of lines that is not empty and names nothing twice.
    mutating func names(_ node: YAMLNode, _ what: String) -> [Located<String>]? {
        guard let names = lines(node, what, orOne: true) else { return nil }
        guard !names.isEmpty else {
            error(.emptyValue, node.position, "\(what) is an empty list")
            return nil
        }
        var seen: Set<String> = []
        for name in names where !seen.insert(name.value).inserted {
            error(.duplicateEntry, name.position, "`\(name.value)` is named twice", "remove one of them")
            return nil
        }
        return names
    }

    mutating func int(_ node: YAMLNode, _ what: String) -> Int64? {
        if case .scalar(let scalar) = node.content, case .int(let value) = scalar.meaning { return value }
        if case .scalar(let scalar) = node.content, scalar.meaning == .outOfRange {
            error(.numberRange, node.position, "\(what) does not fit into 64 bits")
            return nil
        }
        error(.wrongType, node.position, "\(what) must be a whole number, but this is \(node.kindName)")
        return nil
    }

    mutating func bool(_ node: YAMLNode, _ what: String) -> Bool? {
        if case .scalar(let scalar) = node.content, case .bool(let value) = scalar.meaning { return value }
        error(.wrongType, node.position, "\(what) must be `true` or `false`, but this is \(node.kindName)")
        return nil
    }

    /// One of several words.
    mutating func choice(_ node: YAMLNode, _ what: String, of words: [String]) -> Located<String>? {
        guard let text = string(node, what) else { return nil }
        guard words.contains(text) else {
            let nearest = nearestName(to: text, among: words)
            error(
                .unknownValue, node.position, "`\(text)` is not \(what)",
                nearest.map { "did you mean `\($0)`?" } ?? "one of: \(list(words))")
            return nil
        }
        return Located(text, at: node.position)
    }

    mutating func duration(_ node: YAMLNode, _ what: String) -> Int64? {
        if case .scalar(let scalar) = node.content, scalar.meaning == .string || scalar.isPlain,
            let value = nanoseconds(ofDuration: scalar.text)
        {
            return value
        }
        error(
            .badDuration, node.position, "\(what) must be a whole number above 0 followed by s, m, h, d, w, M or y",
            "for example 30s, 15m, 2h or 7d")
        return nil
    }

    func list(_ names: [String]) -> String { names.joined(separator: ", ") }

    /// The place of a character inside a scalar, where the file shows the scalar letter by letter; else where it begins.
    func position(ofCharacter offset: Int, in text: String, at start: SourcePosition) -> SourcePosition {
        guard var rest = source.rest(at: start) else { return start }
        let isQuoted = rest.first == "'" || rest.first == "\""
        if isQuoted { rest = rest.dropFirst() }
        guard rest.starts(with: text.unicodeScalars) else { return start }
        return SourcePosition(line: start.line, column: start.column + offset + (isQuoted ? 1 : 0))
    }
}
