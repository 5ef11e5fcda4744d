extension YAMLComposer {
    /// Refuses tabs, and characters that do not print or that make a line read otherwise than it is.
    ///
    /// libyaml ends a line at U+0085, U+2028 and U+2029 too, which no editor counts; the control characters for the
    /// direction of text can make a rule look like another one.
    mutating func hasOnlyPlainCharacters() -> Bool {
        for number in chunk.lines where !skipped.contains(number) {
            guard let line = source.line(number) else { continue }
            for index in line.indices where !Self.isPlain(line[index].value) {
                let position = SourcePosition(line: number, column: index - line.startIndex + 1)
                if line[index] == "\t" {
                    report(
                        .yamlTab, position, "there is a tab in the text",
                        hint: "indent with spaces; inside a value write \"\\t\" in double quotes")
                } else {
                    let value = String(line[index].value, radix: 16, uppercase: true)
                    let name = "U+" + String(repeating: "0", count: max(0, 4 - value.count)) + value
                    report(
                        .yamlCharacter, position, "the character \(name) is not allowed in a rule file",
                        hint: "write it as an escape in double quotes, such as \"\\x00\" or \"\\u0000\"")
                }
                return false
            }
        }
        return true
    }

    /// `%YAML` and `%TAG` stand before the document; the marker after them would cut them off.
    mutating func hasDirective() -> Bool {
        for number in chunk.lines {
            guard let line = source.line(number) else { continue }
            let text = line.drop { $0 == " " }
            if text.isEmpty || text.first == "#" { continue }
            guard line.first == "%" else { return false }
            report(
                .yamlDirective, SourcePosition(line: number, column: 1), "YAML directives are not allowed",
                hint: "remove the line")
            return true
        }
        return false
    }

    private static func isPlain(_ value: UInt32) -> Bool {
        switch value {
        case 0x20...0x7E, 0xA0...0x200A, 0x2010...0x2027, 0x202F...0x205F, 0x2070...0xD7FF: true
        // U+200C and U+200D join letters in several scripts and build emoji.
        case 0x200C, 0x200D: true
        // U+E000 to U+F8FF are for private use.
        case 0xF900...0xFEFE, 0xFF00...0xFFFD, 0x10000...0xEFFFD: true
        default: false
        }
    }
}
