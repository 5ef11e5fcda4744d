import Bytes

/// A line of text for people, made of parts that an attacker may have written.
///
/// Ill-formed bytes become U+FFFD; characters that a terminal obeys, that end a line, or that turn the direction of
/// writing are shown by their number. The line is cut at a limit, and says so.
struct SafeText {
    private var bytes: [UInt8] = []
    private var left: Int
    private var isCut = false

    /// An empty line of at most `limit` characters.
    init(limit: Int) { left = limit }

    /// The line so far.
    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends text of our own or of a rule.
    mutating func append(_ text: String) {
        append(text.utf8.span.bytes, limit: text.utf8.count, escaping: [])
    }

    /// Appends at most `limit` characters of bytes that were captured.
    ///
    /// - Parameter escaping: ASCII characters that get a backslash in front.
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
            } else if mustShowNumber(character) {
                bytes.append(text: "\\x")
                bytes.append(hexOf: character)
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

/// Whether a character is a control character, a line or paragraph separator, or one of the explicit controls of
/// writing direction (Unicode 15, 23.1 and 23.2).
private func mustShowNumber(_ character: RawSpan) -> Bool {
    let first = character.byte(at: 0)
    switch character.byteCount {
    case 1: return first < 0x20 || first == 0x7F
    case 2: return first == 0xC2 && character.byte(at: 1) < 0xA0 || character.uint16(at: 0) == 0xD89C
    case 3:
        guard first == 0xE2 else { return false }
        switch character.uint16(at: 1) {
        // U+200B to U+200F, U+2028 to U+202E, U+2066 to U+2069.
        case 0x808B...0x808F, 0x80A8...0x80AE, 0x81A6...0x81A9: return true
        default: return false
        }
    default: return false
    }
}
