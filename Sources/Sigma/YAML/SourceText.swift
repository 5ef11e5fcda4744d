/// The text of a file as characters (Unicode scalars) and lines, so that a place can be looked up in constant time.
///
/// A line ends with LF, CR or CR LF (YAML 1.2.2, clause 5.4). Columns count characters, as libyaml counts them.
struct SourceText {
    let scalars: [Unicode.Scalar]
    /// Where each line begins; the first after a byte order mark.
    private let lineStarts: [Int]

    init(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        var starts = [scalars.first == "\u{FEFF}" ? 1 : 0]
        for index in scalars.indices {
            let isReturn = scalars[index] == "\r" && (index + 1 == scalars.count || scalars[index + 1] != "\n")
            if scalars[index] == "\n" || isReturn { starts.append(index + 1) }
        }
        self.scalars = scalars
        lineStarts = starts
    }

    var lineCount: Int { lineStarts.count }

    /// A line without its end, counted from 1.
    func line(_ number: Int) -> ArraySlice<Unicode.Scalar>? {
        guard number >= 1, number <= lineStarts.count else { return nil }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] : scalars.count
        while end > start, scalars[end - 1] == "\n" || scalars[end - 1] == "\r" { end -= 1 }
        return scalars[start..<end]
    }

    /// The characters from a place to the end of its line; `nil` if there is no such place.
    func rest(at position: SourcePosition) -> ArraySlice<Unicode.Scalar>? {
        guard let line = line(position.line), position.column >= 1, position.column <= line.count + 1 else {
            return nil
        }
        return line.dropFirst(position.column - 1)
    }

    /// The lines with these numbers, with their ends.
    func text(lines: Range<Int>) -> String {
        guard let first = lines.first, first >= 1, lines.upperBound <= lineStarts.count + 1 else { return "" }
        let end = lines.upperBound <= lineStarts.count ? lineStarts[lines.upperBound - 1] : scalars.count
        return Self.string(scalars[lineStarts[first - 1]..<end])
    }

    static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        // By way of UTF-8: a `UnicodeScalarView` goes through several generic layers for each character it is given.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(scalars.underestimatedCount)
        for scalar in scalars {
            if scalar.isASCII { bytes.append(UInt8(truncatingIfNeeded: scalar.value)) } else { bytes += scalar.utf8 }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
