import Bytes

/// Text for people, made of parts that an attacker may have written.
///
/// Ill-formed bytes become U+FFFD. Nothing is escaped: each output does that in its own way, once. The text is cut at a
/// limit, and says so.
struct BoundedText {
    private var bytes: [UInt8] = []
    private var left: Int
    private var isCut = false

    /// An empty text of at most `limit` characters.
    init(limit: Int) { left = limit }

    /// The text so far.
    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends text of our own or of a rule.
    mutating func append(_ text: String) {
        append(text.utf8.span.bytes, limit: text.utf8.count, escaping: [])
    }

    /// Appends at most `limit` characters of bytes that were captured.
    ///
    /// ASCII characters in `escaping` get a backslash in front.
    mutating func append(_ text: RawSpan, limit: Int, escaping: [UInt8]) {
        var offset = 0
        var room = limit
        while offset < text.byteCount {
            guard room > 0, left > 0 else { return cut() }
            let first = text.byte(at: offset)
            if first >= 0x20, first < 0x7F {
                if escaping.contains(first) { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(first)
                room -= 1
                left -= 1
                offset += 1
                continue
            }
            room -= 1
            left -= 1
            let length = utf8SequenceLength(text, at: offset)
            let character = text.slice(ByteRange(offset: offset, count: max(1, length)))
            if length == 0 {
                bytes.append(text: "\u{FFFD}")
            } else {
                bytes.append(copying: character)
            }
            offset += max(1, length)
        }
    }

    private mutating func cut() {
        if !isCut { bytes.append(text: "\u{2026}") }
        if left == 0 { isCut = true }
    }
}
