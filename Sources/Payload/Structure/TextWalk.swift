import Bytes

/// Finds what text says of the form `key=value` and `key: value`.
enum TextWalk {
    private static var longestKey: Int { 40 }

    /// Walks `bytes`.
    static func walk<Visitor: MemberVisitor & ~Copyable>(_ bytes: RawSpan, _ visitor: inout Visitor) {
        let count = bytes.byteCount
        var offset = 0
        /// Where the word that may become a key begins, and the one before where only blanks stand between.
        var word = 0
        var before = ByteRange.empty
        while offset < count {
            let byte = bytes.byte(at: offset)
            if byte == UInt8(ascii: ":"), bytes.extracting(offset..<count).starts(with: "://") {
                // What stands in an address is no member of the text.
                while offset < count, bytes.byte(at: offset) > 0x20, bytes.byte(at: offset) != UInt8(ascii: "\"") {
                    offset += 1
                }
                word = offset
                continue
            }
            if byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") {
                var key = ByteRange(offset: word, count: offset - word)
                if key.isEmpty, byte == UInt8(ascii: "=") { key = before }
                if !key.isEmpty, key.count <= longestKey, let value = value(bytes, behind: offset, byte) {
                    visitor.scalar(.text(key), scalar(bytes, value), bytes)
                    offset = value.end
                    word = offset
                    continue
                }
                word = offset + 1
            } else if !isKeyByte(byte) {
                if offset > word {
                    before = byte == 0x20 ? ByteRange(offset: word, count: offset - word) : .empty
                    if byte == 0x20, let value = statement(bytes, word, offset) {
                        visitor.scalar(.text(before), scalar(bytes, value), bytes)
                        offset = value.end
                        (word, before) = (offset, .empty)
                        continue
                    }
                } else if byte != 0x20 {
                    before = .empty
                }
                word = offset + 1
            }
            offset += 1
        }
    }

    /// The value of a statement that is nothing but a name and a value, such as `remote_password secret` on a line of its own.
    private static func statement(_ bytes: RawSpan, _ word: Int, _ blank: Int) -> ByteRange? {
        var start = word
        while start > 0, bytes.byte(at: start - 1) == 0x20 { start -= 1 }
        let isFirst = start == 0 || bytes.byte(at: start - 1) == 0x0A || bytes.byte(at: start - 1) == UInt8(ascii: ";")
        guard isFirst, blank - word >= 3 else { return nil }
        var end = blank + 1
        while end < bytes.byteCount, bytes.byte(at: end) > 0x20, bytes.byte(at: end) != UInt8(ascii: ";") {
            // `export name=value`
            if bytes.byte(at: end) == UInt8(ascii: "=") { return nil }
            end += 1
        }
        let isLast = end == bytes.byteCount || bytes.byte(at: end) != 0x20
        return isLast && end > blank + 1 ? ByteRange(offset: blank + 1, count: end - blank - 1) : nil
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF, UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// What stands behind a mark; `nil` where nothing does, or it is part of something else, such as `10:42` or `http://`.
    private static func value(_ bytes: RawSpan, behind mark: Int, _ byte: UInt8) -> ByteRange? {
        var start = mark + 1
        let count = bytes.byteCount
        if byte == UInt8(ascii: ":"), start < count, bytes.byte(at: start) == UInt8(ascii: "/") { return nil }
        while start < count, bytes.byte(at: start) == 0x20 || bytes.byte(at: start) == 0x09 { start += 1 }
        guard start < count else { return nil }
        let quote = bytes.byte(at: start)
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            var end = start + 1
            while end < count, bytes.byte(at: end) != quote, bytes.byte(at: end) != 0x0A { end += 1 }
            return end > start + 1 ? ByteRange(offset: start + 1, count: end - start - 1) : nil
        }
        var end = start
        while end < count {
            switch bytes.byte(at: end) {
            case 0x00...0x20, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "\""),
                UInt8(ascii: "'"), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "<"):
                return end > start ? ByteRange(offset: start, count: end - start) : nil
            default: end += 1
            }
        }
        return end > start ? ByteRange(offset: start, count: end - start) : nil
    }

    private static func scalar(_ bytes: RawSpan, _ range: ByteRange) -> Scalar {
        decimalNumber(bytes.slice(range)) == nil ? .string(range) : .digits(range)
    }
}
