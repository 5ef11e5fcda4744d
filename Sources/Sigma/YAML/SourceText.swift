/// The text of a file as characters (Unicode scalars) and lines, so that a place can be looked up in constant time.
///
/// A line ends with LF, CR or CR LF (YAML 1.2.2, clause 5.4). Columns count characters, as libyaml counts them.
struct SourceText {
    private let text: String
    let scalars: [Unicode.Scalar]
    /// Where each line begins; the first after a byte order mark.
    private let lineStarts: [Int]
    /// The same in bytes of UTF-8, and where the text ends.
    private let byteStarts: [Int]

    init(_ text: String) {
        var text = text
        text.makeContiguousUTF8()
        let bytes = text.utf8.span
        var scalars = Array(repeating: " " as Unicode.Scalar, count: bytes.count)
        var places = scalars.mutableSpan
        var starts = [0]
        var last: UInt8 = 0
        var isASCII = true
        // Nearly all rules are ASCII, where a character is a byte; decoding them one by one costs several times as much.
        for index in bytes.indices {
            let byte = bytes[index]
            if byte >= 0x80 {
                isASCII = false
                break
            }
            if last == UInt8(ascii: "\n") || (last == UInt8(ascii: "\r") && byte != UInt8(ascii: "\n")) {
                starts.append(index)
            }
            places[index] = Unicode.Scalar(byte)
            last = byte
        }
        if isASCII {
            if last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { starts.append(bytes.count) }
            lineStarts = starts
            byteStarts = starts + [bytes.count]
        } else {
            scalars = Array(text.unicodeScalars)
            (lineStarts, byteStarts) = Self.starts(of: scalars)
        }
        self.text = text
        self.scalars = scalars
    }

    /// Where the lines of any text begin, in characters and in bytes.
    private static func starts(of scalars: [Unicode.Scalar]) -> (lines: [Int], bytes: [Int]) {
        let isMarked = scalars.first == "\u{FEFF}"
        var starts = [isMarked ? 1 : 0]
        var offset = 0
        var byteStarts = [isMarked ? UTF8.width("\u{FEFF}") : 0]
        for index in scalars.indices {
            offset += UTF8.width(scalars[index])
            let isReturn = scalars[index] == "\r" && (index + 1 == scalars.count || scalars[index + 1] != "\n")
            if scalars[index] == "\n" || isReturn {
                starts.append(index + 1)
                byteStarts.append(offset)
            }
        }
        return (starts, byteStarts + [offset])
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
        let start = text.utf8.index(text.utf8.startIndex, offsetBy: byteStarts[first - 1])
        let end = text.utf8.index(text.utf8.startIndex, offsetBy: byteStarts[lines.upperBound - 1])
        return String(text[start..<end])
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
