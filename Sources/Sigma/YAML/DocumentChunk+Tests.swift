extension DocumentChunk {
    /// The key `tests` of `earshot`, and the lines below it that are its value; `nil` where they are not plainly to be seen.
    ///
    /// It is told by how lines are indented alone, before YAML reads them, and so can be wrong: inside of a quotation that
    /// goes over several lines, for one. Whoever leaves the lines out must look whether YAML has the key at that place too.
    func tests(in source: SourceText) -> (key: SourcePosition, lines: Range<Int>)? {
        guard let owner = lines.first(where: { Self.line($0, of: source, isKey: "earshot:", behind: 0) }) else {
            return nil
        }
        var indent: Int?
        for number in owner + 1..<lines.upperBound {
            guard let own = Self.indent(of: number, in: source) else { continue }
            if own == 0 { return nil }
            let wanted = indent ?? own
            indent = wanted
            guard own == wanted, Self.line(number, of: source, isKey: "tests:", behind: wanted) else { continue }
            let end = endOfValue(below: number, indent: wanted, in: source)
            let key = SourcePosition(line: number, column: wanted + 1)
            return end > number + 1 ? (key, number + 1..<end) : nil
        }
        return nil
    }

    /// The first line that does not belong to the value of a key, which is indented more, or is a list beside it.
    private func endOfValue(below key: Int, indent: Int, in source: SourceText) -> Int {
        var end = key + 1
        for number in key + 1..<lines.upperBound {
            guard let own = Self.indent(of: number, in: source) else { continue }
            let isItem = source.line(number)?.dropFirst(own).first == "-"
            guard own > indent || (own == indent && isItem) else { break }
            end = number + 1
        }
        return end
    }

    /// How far a line is indented; `nil` for a blank one and for one with nothing but a comment.
    private static func indent(of number: Int, in source: SourceText) -> Int? {
        guard let line = source.line(number) else { return nil }
        let text = line.drop { $0 == " " }
        guard let first = text.first, first != "#" else { return nil }
        return line.count - text.count
    }

    /// Whether a line holds nothing but a key, so many spaces behind its beginning.
    private static func line(_ number: Int, of source: SourceText, isKey key: String, behind indent: Int) -> Bool {
        guard let line = source.line(number), line.prefix(indent).allSatisfy({ $0 == " " }) else { return false }
        let text = line.dropFirst(indent)
        let scalars = key.unicodeScalars
        return text.starts(with: scalars) && text.dropFirst(scalars.count).allSatisfy { $0 == " " }
    }
}

extension YAMLNode {
    /// Whether the document has the key `tests` of `earshot` at that place, without a value.
    func isEmptyTests(at place: SourcePosition) -> Bool {
        guard case .map(let document) = content, case .map(let earshot)? = document["earshot"]?.content else {
            return false
        }
        return earshot.entries.contains { entry in
            guard entry.key.value == "tests", entry.key.position == place,
                case .scalar(let scalar) = entry.value.content
            else { return false }
            return scalar.isPlain && scalar.text.isEmpty
        }
    }
}
