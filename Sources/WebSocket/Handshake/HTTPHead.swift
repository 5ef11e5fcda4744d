import Bytes

/// The head of an HTTP/1.1 message: a first line, fields, an empty line (RFC 9112, 2.1).
///
/// Read as generously as servers read it: a line may end in LF alone (2.2), a field may be folded (5.2), space may stand
/// before the colon.
enum HTTPHead {
    /// The length of the head with its empty line; `nil` where that has not come.
    ///
    /// `lineStart` is where the first line begins that was not whole; the next search, in the same bytes and more,
    /// goes on from there.
    static func length(_ bytes: RawSpan, from lineStart: inout Int) -> Int? {
        for offset in lineStart..<max(lineStart, bytes.byteCount) where bytes.byte(at: offset) == UInt8(ascii: "\n") {
            let line = bytes.extracting(lineStart..<offset)
            // Empty lines before the first one are passed over (2.2).
            if isEmpty(line), lineStart > 0 { return offset + 1 }
            lineStart = offset + 1
        }
        return nil
    }

    /// Whether a byte ends a line, or stands before the one that does.
    static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") }

    private static func isEmpty(_ line: RawSpan) -> Bool {
        line.byteCount == 0 || line.byteCount == 1 && line.byte(at: 0) == UInt8(ascii: "\r")
    }

    /// The first line without its end.
    static func firstLine(_ head: RawSpan) -> ByteRange {
        var end = 0
        while end < head.byteCount, head.byte(at: end) != UInt8(ascii: "\n") { end += 1 }
        if end > 0, head.byte(at: end - 1) == UInt8(ascii: "\r") { end -= 1 }
        return ByteRange(offset: 0, count: end)
    }

    /// Calls `body` with the name and the value of each field, as ranges of the head.
    ///
    /// A folded value is one range.
    static func forEachField(_ head: RawSpan, _ body: (_ name: ByteRange, _ value: ByteRange) -> Void) {
        var start = lineEnd(head, from: 0)
        while start < head.byteCount {
            var end = lineEnd(head, from: start)
            while end < head.byteCount, isBlank(head.byte(at: end)) { end = lineEnd(head, from: end) }
            if let colon = offset(of: UInt8(ascii: ":"), in: head, start..<end) {
                body(trimmed(head, start..<colon), trimmed(head, (colon + 1)..<end))
            }
            start = end
        }
    }

    /// The offset behind the line that begins at `start`.
    private static func lineEnd(_ head: RawSpan, from start: Int) -> Int {
        var offset = start
        while offset < head.byteCount {
            offset += 1
            if head.byte(at: offset - 1) == UInt8(ascii: "\n") { break }
        }
        return offset
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func isSpace(_ byte: UInt8) -> Bool {
        isBlank(byte) || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
    }

    private static func offset(of byte: UInt8, in head: RawSpan, _ range: Range<Int>) -> Int? {
        for offset in range where head.byte(at: offset) == byte { return offset }
        return nil
    }

    /// The part of a range that neither begins nor ends with space.
    static func trimmed(_ head: RawSpan, _ range: Range<Int>) -> ByteRange {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isSpace(head.byte(at: start)) { start += 1 }
        while end > start, isSpace(head.byte(at: end - 1)) { end -= 1 }
        return ByteRange(offset: start, count: end - start)
    }

    /// Calls `body` with each member of a list that `separator` parts, quoted strings kept whole (RFC 9110, 5.6).
    static func forEachMember(
        _ head: RawSpan, _ list: ByteRange, separator: UInt8, _ body: (ByteRange) -> Void
    ) {
        var start = list.offset
        var isQuoted = false
        for offset in list.offset..<list.end {
            let byte = head.byte(at: offset)
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard byte == separator, !isQuoted else { continue }
            let member = trimmed(head, start..<offset)
            if !member.isEmpty { body(member) }
            start = offset + 1
        }
        let member = trimmed(head, start..<list.end)
        if !member.isEmpty { body(member) }
    }

    /// Whether a list has a member, compared without case.
    static func list(_ head: RawSpan, _ list: ByteRange, has wanted: StaticString) -> Bool {
        var isThere = false
        forEachMember(head, list, separator: UInt8(ascii: ",")) { member in
            if equals(head, member, wanted) { isThere = true }
        }
        return isThere
    }

    /// Whether a range holds a text, compared without case.
    ///
    /// `wanted` is in lower case.
    static func equals(_ head: RawSpan, _ range: ByteRange, _ wanted: StaticString) -> Bool {
        wanted.withUTF8Buffer { expected in
            guard range.count == expected.count else { return false }
            for index in 0..<expected.count {
                let byte = head.byte(at: range.offset + index)
                let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
                if lower != expected[index] { return false }
            }
            return true
        }
    }
}
