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
    init(limit: Int) {
        left = limit
        bytes.reserveCapacity(max(0, min(limit, 256)))
    }

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
            let plain = Self.plainLength(text, at: offset, atMost: min(room, left), except: escaping)
            if plain > 0 {
                bytes.append(copying: text.slice(ByteRange(offset: offset, count: plain)))
                room -= plain
                left -= plain
                offset += plain
                continue
            }
            room -= 1
            left -= 1
            let first = text.byte(at: offset)
            if first >= 0x20, first < 0x7F {
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(first)
                offset += 1
                continue
            }
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

    /// How many characters from `start` on are printable ASCII and not in `escaping`.
    private static func plainLength(_ text: RawSpan, at start: Int, atMost most: Int, except escaping: [UInt8]) -> Int {
        let stop = min(text.byteCount, start + most)
        var end = start
        while end < stop {
            let byte = text.byte(at: end)
            guard byte >= 0x20, byte < 0x7F, escaping.isEmpty || !escaping.contains(byte) else { break }
            end &+= 1
        }
        return end - start
    }

    private mutating func cut() {
        if !isCut { bytes.append(text: "\u{2026}") }
        if left == 0 { isCut = true }
    }
}
