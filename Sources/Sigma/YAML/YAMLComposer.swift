import Yams

/// Turns the text of one document into nodes, and refuses what a rule has no use for.
///
/// libyaml reads the text, through Yams; this type makes sure that neither can be led astray by it (see `hidesAliases`).
struct YAMLComposer {
    let source: SourceText
    let chunk: DocumentChunk
    let file: String
    /// Lines that count as blank.
    let skipped: Range<Int>
    var diagnostics: [Diagnostic] = []
    private var values = 0

    init(source: SourceText, chunk: DocumentChunk, file: String, passingOver skipped: Range<Int> = 0..<0) {
        self.source = source
        self.chunk = chunk
        self.file = file
        self.skipped = skipped
    }

    /// The root of the document; `nil` if a diagnostic says why not.
    mutating func compose() -> YAMLNode? {
        guard hasOnlyPlainCharacters(), !hasDirective() else { return nil }
        // Yams keeps a pointer to the text while it parses. Only a string too long to be stored inline has a stable one.
        let text = shownText + String(repeating: "\n", count: 16)
        do {
            if Self.mayHaveAliases(text) {
                // A few aliases can stand for more values than any memory holds, and Yams would hash them all where one
                // is a key. With every possible alias made plain text, the anchors can be looked for safely.
                let harmless = try Self.parse(Self.withoutAliases(text))
                if let root = harmless, let anchor = firstAnchor(in: root) {
                    report(.yamlAlias, anchor, "anchors and aliases are not allowed", hint: "write the value out")
                    return nil
                }
            }
            guard let root = try Self.parse(text) else { return nil }
            let node = convert(root, depth: 1)
            return diagnostics.isEmpty ? node : nil
        } catch {
            report(error)
            return nil
        }
    }

    private var shownText: String {
        guard !skipped.isEmpty else { return source.text(lines: chunk.lines) }
        return source.text(lines: chunk.lines.lowerBound..<skipped.lowerBound)
            + String(repeating: "\n", count: skipped.count)
            + source.text(lines: skipped.upperBound..<chunk.lines.upperBound)
    }

    // MARK: - Yams

    private static func parse(_ text: String) throws -> Node? {
        // The encoding is given because the default looks into the environment and prints; the resolver has no rules
        // because this module resolves scalars itself. It takes the nodes, so there is nothing to be constructed; the default
        // constructor is built anew for each parser.
        try Parser(yaml: text, resolver: .basic, constructor: Constructor([:], [:], [:]), encoding: .utf8).singleRoot()
    }

    private static func mayHaveAliases(_ text: String) -> Bool {
        var hasAnchor = false
        var hasAlias = false
        let bytes = text.utf8.span
        for index in bytes.indices.dropLast() {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*"), isNameByte(bytes[index + 1]) else { continue }
            if byte == UInt8(ascii: "&") { hasAnchor = true } else { hasAlias = true }
        }
        return hasAnchor && hasAlias
    }

    /// The text with each `*` before a name replaced by a character for private use, which starts plain text.
    private static func withoutAliases(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        return SourceText.string(
            scalars.indices.lazy.map { index -> Unicode.Scalar in
                guard scalars[index] == "*", index + 1 < scalars.count, scalars[index + 1].isASCII,
                    isNameByte(UInt8(truncatingIfNeeded: scalars[index + 1].value))
                else { return scalars[index] }
                return "\u{E000}"
            })
    }

    /// What libyaml takes into the name of an anchor.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private func firstAnchor(in node: Node) -> SourcePosition? {
        // `Node.anchor` is weak and the parser that owned it is gone: look at the text at the node's place.
        let place = position(node.mark)
        if properties(at: place).contains("&") { return place }
        switch node {
        case .sequence(let list): return list.lazy.compactMap { firstAnchor(in: $0) }.first
        case .mapping(let map):
            return map.lazy.compactMap { firstAnchor(in: $0.key) ?? firstAnchor(in: $0.value) }.first
        case .scalar, .alias: return nil
        }
    }

    // MARK: - Nodes

    private mutating func convert(_ node: Node, depth: Int) -> YAMLNode {
        let place = position(node.mark)
        let empty = YAMLNode(content: .scalar(YAMLScalar(text: "", isPlain: true)), position: place)
        values += 1
        guard values <= SigmaReader.maximumValues else {
            if values == SigmaReader.maximumValues + 1 {
                report(
                    .tooManyValues, place, "the document holds more than \(SigmaReader.maximumValues) values",
                    hint: "split the rule")
            }
            return empty
        }
        guard depth <= SigmaReader.maximumDepth else {
            report(.tooDeep, place, "lists and maps are nested more than \(SigmaReader.maximumDepth) deep")
            return empty
        }
        checkProperties(of: node, at: place)
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            return YAMLNode(content: .scalar(YAMLScalar(text: scalar.string, isPlain: isPlain)), position: place)
        case .sequence(let list):
            var items: [YAMLNode] = []
            for item in list where !isHopeless { items.append(convert(item, depth: depth + 1)) }
            return YAMLNode(content: .list(items), position: place)
        case .mapping(let map):
            return YAMLNode(content: .map(convert(map, depth: depth)), position: place)
        case .alias:
            report(.yamlAlias, place, "aliases are not allowed", hint: "write the value out")
            return empty
        }
    }

    private mutating func convert(_ map: Node.Mapping, depth: Int) -> YAMLMap {
        var result = YAMLMap(entries: [])
        result.entries.reserveCapacity(map.count)
        // Comparing with the few keys of a usual map costs less than hashing them.
        var seen: [String: SourcePosition]? = map.count > Self.fewKeys ? [:] : nil
        for (key, value) in map where !isHopeless {
            let name = convert(key, depth: depth + 1)
            let content = convert(value, depth: depth + 1)
            guard let text = keyText(name) else { continue }
            let first = seen == nil ? result.position(of: text) : seen?.updateValue(name.position, forKey: text)
            if let first {
                reportDuplicate(text, first: first, second: name.position)
            } else {
                result.entries.append(YAMLMap.Entry(key: Located(text, at: name.position), value: content))
            }
        }
        return result
    }

    /// Maps with more keys are searched by hash.
    private static let fewKeys = 16

    private mutating func keyText(_ node: YAMLNode) -> String? {
        guard case .scalar(let scalar) = node.content else {
            report(.badKey, node.position, "a key must be text, but this is \(node.kindName)")
            return nil
        }
        switch scalar.meaning {
        case .string: return scalar.text
        case .ambiguous where scalar.text == "<<":
            report(.yamlAlias, node.position, "merge keys (`<<`) are not allowed", hint: "write the map out")
        case .ambiguous(let oldMeaning):
            report(
                .ambiguousValue, node.position, "YAML 1.1 reads the key `\(scalar.text)` as \(oldMeaning)",
                hint: "put it in quotes")
        case .null, .bool, .int, .float, .outOfRange:
            report(
                .badKey, node.position, "a key must be text, but this is \(node.kindName)",
                hint: scalar.text.isEmpty ? nil : "put it in quotes")
        }
        return nil
    }

    /// After these errors the rest of the document is not worth a look.
    private var isHopeless: Bool {
        values > SigmaReader.maximumValues || diagnostics.count > SigmaReader.maximumDiagnostics
    }

    /// An anchor or a tag, told by the text at the node's place: Yams shows no tag on quoted text.
    private mutating func checkProperties(of node: Node, at place: SourcePosition) {
        let properties = properties(at: place)
        if properties.contains("&") {
            report(.yamlAlias, place, "anchors and aliases are not allowed", hint: "write the value out")
        }
        if properties.contains("!") {
            report(.yamlTag, place, "tags are not allowed", hint: "quotes make text of a value: '5'")
        }
    }

    /// The indicators of the properties at a place: `&` for an anchor, `!` for a tag (YAML 1.2.2, clause 6.9).
    private func properties(at place: SourcePosition) -> [Unicode.Scalar] {
        guard var rest = source.rest(at: place) else { return [] }
        var found: [Unicode.Scalar] = []
        while let first = rest.first, first == "&" || first == "!", found.count < 2 {
            found.append(first)
            rest = rest.drop { $0 != " " && $0 != "\t" }.drop { $0 == " " || $0 == "\t" }
        }
        return found
    }

    func position(_ mark: Mark?) -> SourcePosition {
        guard let mark else { return SourcePosition(line: chunk.lines.lowerBound, column: 1) }
        let line = min(chunk.lines.lowerBound + mark.line - 1, chunk.lines.upperBound - 1)
        // Errors at the end of the text lie on the lines that were added to it.
        let isBehind = chunk.lines.lowerBound + mark.line - 1 > line
        return SourcePosition(line: line, column: isBehind ? (source.line(line)?.count ?? 0) + 1 : mark.column)
    }
}
