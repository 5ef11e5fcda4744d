extension Diagnostic {
    /// The diagnostic as text for a terminal or a log: severity and code, message, place, the line with a mark under
    /// the place, and the hint.
    ///
    /// It ends without a line feed.
    ///
    /// What would move the cursor or reorder the text is shown as a visible stand-in, so that a hostile rule file
    /// cannot disturb the terminal.
    ///
    /// - Parameter source: the text of the file; without it the line is left out.
    /// - Returns: some lines.
    public func render(source: String?) -> String {
        var lines = ["\(severity.rawValue)[\(VisibleText(code).text)]: \(VisibleText(message).text)"]
        var margin = ""
        if let position {
            let number = String(position.line)
            margin = String(repeating: " ", count: number.count)
            lines.append("\(margin)--> \(VisibleText(file).text):\(position.line):\(position.column)")
            if let line = source.flatMap({ SourceText($0).line(position.line) }) {
                let excerpt = Excerpt(line, column: position.column)
                lines.append("\(margin) |")
                lines.append(Self.withoutTrailingSpace("\(number) | \(excerpt.text)"))
                lines.append("\(margin) | \(String(repeating: " ", count: excerpt.indent))^")
            }
        } else {
            lines.append("--> \(VisibleText(file).text)")
        }
        if let hint { lines.append("\(margin)\(margin.isEmpty ? "" : " ")= help: \(VisibleText(hint).text)") }
        return lines.joined(separator: "\n")
    }

    private static func withoutTrailingSpace(_ text: String) -> String {
        var text = text[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

/// The part of a line around a column, and how far to the right the mark under it stands.
private struct Excerpt {
    var text: String
    /// Columns of the terminal left of the mark.
    var indent: Int

    /// How many characters of a long line are shown on either side of the place.
    private static let reach = 70

    init(_ line: ArraySlice<Unicode.Scalar>, column: Int) {
        let place = min(max(column - 1, 0), line.count)
        let first = place > 2 * Self.reach ? place - Self.reach : 0
        let last = min(line.count, max(place + Self.reach, 2 * Self.reach))
        let before = VisibleText(line.dropFirst(first).prefix(place - first))
        let after = VisibleText(line.dropFirst(place).prefix(last - place))
        let start = first > 0 ? "..." : ""
        text = start + before.text + after.text + (last < line.count ? "..." : "")
        indent = start.count + before.width
    }
}
