import Bytes

/// Walks an object or array of JSON (RFC 8259) once, without recursion; what it takes in memory does not depend on the text.
struct JSONWalk {
    private enum Expected { case value, firstValue, key, firstKey, colon, separator }

    private var offset = 0
    private var depth = 0
    /// For each level whether it is an array, the innermost in the lowest bit.
    private var arrays: UInt64 = 0
    private var key = MemberKey.none
    private let isCut: Bool

    private init(isCut: Bool) { self.isCut = isCut }

    /// Walks `bytes`, of which more may be missing where `isCut`.
    static func walk<Visitor: MemberVisitor & ~Copyable>(
        _ bytes: RawSpan, isCut: Bool, _ visitor: inout Visitor
    ) -> WalkVerdict {
        var walk = JSONWalk(isCut: isCut)
        return walk.run(bytes, &visitor)
    }

    private mutating func run<Visitor: MemberVisitor & ~Copyable>(
        _ bytes: RawSpan, _ visitor: inout Visitor
    ) -> WalkVerdict {
        let count = bytes.byteCount
        var expected = Expected.value
        while true {
            while offset < count, bytes.isBlank(at: offset) { offset &+= 1 }
            guard offset < count else { return ending(depth > 0) }
            let byte = bytes.byte(at: offset)
            switch expected {
            case .separator:
                if depth == 0 { return .foreign }
                offset &+= 1
                if byte == UInt8(ascii: ",") {
                    expected = arrays & 1 == 1 ? .value : .key
                } else if byte == (arrays & 1 == 1 ? UInt8(ascii: "]") : UInt8(ascii: "}")) {
                    if leave(&visitor) { return end(bytes) }
                } else {
                    return .foreign
                }
            case .colon:
                guard byte == UInt8(ascii: ":") else { return .foreign }
                offset &+= 1
                expected = .value
            case .key, .firstKey:
                if byte == UInt8(ascii: "}"), expected == .firstKey {
                    offset &+= 1
                    if leave(&visitor) { return end(bytes) }
                    expected = .separator
                    continue
                }
                guard byte == UInt8(ascii: "\"") else { return .foreign }
                guard let text = string(bytes) else { return broken(bytes) }
                key = .text(text)
                expected = .colon
            case .value, .firstValue:
                if byte == UInt8(ascii: "]"), expected == .firstValue {
                    offset &+= 1
                    if leave(&visitor) { return end(bytes) }
                    expected = .separator
                    continue
                }
                if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                    guard depth < deepestNesting else { return .cut }
                    let isArray = byte == UInt8(ascii: "[")
                    visitor.open(key, isArray: isArray, bytes)
                    key = .none
                    depth &+= 1
                    arrays = arrays << 1 | (isArray ? 1 : 0)
                    offset &+= 1
                    expected = isArray ? .firstValue : .firstKey
                    continue
                }
                guard depth > 0 else { return .foreign }
                guard let scalar = scalar(bytes, byte) else { return broken(bytes) }
                visitor.scalar(key, scalar, bytes)
                if arrays & 1 == 0 { key = .none }
                expected = .separator
            }
        }
    }

    /// Leaves the innermost object or array; true where it was the outermost.
    private mutating func leave<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) -> Bool {
        visitor.close()
        depth &-= 1
        arrays >>= 1
        key = .none
        return depth == 0
    }

    /// What it means that nothing follows.
    private func ending(_ isOpen: Bool) -> WalkVerdict { isOpen && isCut ? .cut : .foreign }

    /// What it means that a value or key could not be read: where the text is cut it may just have no end.
    private func broken(_ bytes: RawSpan) -> WalkVerdict { isCut && offset >= bytes.byteCount ? .cut : .foreign }

    /// Nothing but blanks may follow the outermost value.
    private mutating func end(_ bytes: RawSpan) -> WalkVerdict {
        while offset < bytes.byteCount {
            guard bytes.isBlank(at: offset) else { return .foreign }
            offset &+= 1
        }
        return .whole
    }

    /// The text of a string, whose first quotation mark is next; `nil` where it has no end or holds control characters.
    private mutating func string(_ bytes: RawSpan) -> ByteRange? {
        let start = offset &+ 1
        var place = start
        let count = bytes.byteCount
        while place < count {
            let byte = bytes.byte(at: place)
            if byte == UInt8(ascii: "\"") {
                offset = place &+ 1
                return ByteRange(offset: start, count: place &- start)
            }
            if byte == UInt8(ascii: "\\") { place &+= 1 }
            // Tabs and line ends do not belong there, but are sent.
            if byte < 0x20, byte != 0x09, byte != 0x0A, byte != 0x0D {
                offset = place
                return nil
            }
            place &+= 1
        }
        offset = count
        return nil
    }

    private mutating func scalar(_ bytes: RawSpan, _ first: UInt8) -> Scalar? {
        if first == UInt8(ascii: "\"") { return string(bytes).map { .string($0) } }
        let start = offset
        while offset < bytes.byteCount {
            let byte = bytes.byte(at: offset)
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
                || bytes.isBlank(at: offset)
            {
                break
            }
            offset &+= 1
        }
        let range = ByteRange(offset: start, count: offset &- start)
        let word = bytes.slice(range)
        if first == UInt8(ascii: "-") || (0x30...0x39).contains(first) {
            return isNumber(word) ? .digits(range) : nil
        }
        if word.elementsEqual("true") { return .bool(true) }
        if word.elementsEqual("false") { return .bool(false) }
        if word.elementsEqual("null") { return .null }
        // What other programs take for JSON.
        return word.elementsEqual("NaN") || word.elementsEqual("Infinity") ? .null : nil
    }

    /// Whether a word is a number of JSON; only its characters are looked at.
    private func isNumber(_ word: RawSpan) -> Bool {
        for offset in 0..<word.byteCount {
            switch word.byte(at: offset) {
            case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                continue
            default: return false
            }
        }
        return (0x30...0x39).contains(word.byte(at: word.byteCount &- 1))
    }
}
