/// The lines of one YAML document of a file.
///
/// A line that begins with `---` or `...` followed by white space or nothing always ends the document before it, whatever
/// that was in the middle of (YAML 1.2.2, clause 9.1.2). So documents can be told apart before any of them is parsed, and
/// a broken one does not hide the others.
struct DocumentChunk {
    /// Numbers of its lines.
    ///
    /// The first may be the `---` line, which can carry content.
    var lines: Range<Int>

    /// Finds the documents of a file, without those that hold only blank lines and comments.
    static func all(of source: SourceText) -> [DocumentChunk] {
        var chunks: [DocumentChunk] = []
        var start = 1
        for number in 1...source.lineCount {
            guard let marker = source.line(number).flatMap(Marker.init) else { continue }
            chunks.append(DocumentChunk(lines: start..<number))
            start = marker == .start ? number : number + 1
        }
        chunks.append(DocumentChunk(lines: start..<source.lineCount + 1))
        return chunks.filter { $0.hasContent(in: source) }
    }

    /// The text of the document without the marker line and without blank lines around it.
    func text(in source: SourceText) -> String {
        var lines = lines
        while let first = lines.first, let line = source.line(first), Marker.isBare(line) || Self.isBlank(line) {
            lines = lines.dropFirst()
        }
        while let last = lines.last, let line = source.line(last), Self.isBlank(line) { lines = lines.dropLast() }
        return source.text(lines: lines)
    }

    private func hasContent(in source: SourceText) -> Bool {
        lines.contains { number in
            guard let line = source.line(number) else { return false }
            let text = (Marker(line) == nil ? line : line.dropFirst(3)).drop { $0 == " " || $0 == "\t" }
            return !text.isEmpty && text.first != "#"
        }
    }

    private static func isBlank(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        line.allSatisfy { $0 == " " || $0 == "\t" }
    }

    private enum Marker {
        case start, end

        init?(_ line: ArraySlice<Unicode.Scalar>) {
            let rest = line.dropFirst(3)
            guard rest.isEmpty || rest.first == " " || rest.first == "\t" else { return nil }
            if line.prefix(3).elementsEqual("---".unicodeScalars) {
                self = .start
            } else if line.prefix(3).elementsEqual("...".unicodeScalars) {
                self = .end
            } else {
                return nil
            }
        }

        static func isBare(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
            Marker(line) == .start && DocumentChunk.isBlank(line.dropFirst(3))
        }
    }
}
