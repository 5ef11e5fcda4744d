import Bytes

/// Walks elements, attributes and text of XML once; names that do not close each other are no XML.
struct XMLWalk {
    private var offset = 0
    private var depth = 0
    private var names = InlineArray<48, ByteRange>(repeating: .empty)
    private let isCut: Bool

    private init(isCut: Bool) { self.isCut = isCut }

    /// Walks `bytes`, of which more may be missing where `isCut`.
    static func walk<Visitor: MemberVisitor & ~Copyable>(
        _ bytes: RawSpan, isCut: Bool, _ visitor: inout Visitor
    ) -> WalkVerdict {
        var walk = XMLWalk(isCut: isCut)
        return walk.run(bytes, &visitor)
    }

    private mutating func run<Visitor: MemberVisitor & ~Copyable>(
        _ bytes: RawSpan, _ visitor: inout Visitor
    ) -> WalkVerdict {
        var hasRoot = false
        while offset < bytes.byteCount {
            let start = offset
            while offset < bytes.byteCount, bytes.byte(at: offset) != UInt8(ascii: "<") { offset += 1 }
            let text = ByteRange(offset: start, count: offset - start)
            let trimmed = bytes.slice(text).trimmedRange
            if !trimmed.isEmpty {
                guard depth > 0 else { return .foreign }
                visitor.scalar(
                    .text(names[depth - 1]),
                    .string(ByteRange(offset: start + trimmed.offset, count: trimmed.count)), bytes)
            }
            guard offset < bytes.byteCount else { break }
            let rest = bytes.extracting(offset..<bytes.byteCount)
            if rest.starts(with: "<!--") {
                guard pass(bytes, "-->") else { return missing }
            } else if rest.starts(with: "<![CDATA[") {
                guard depth > 0 else { return .foreign }
                guard pass(bytes, "]]>") else { return missing }
            } else if rest.starts(with: "<?") {
                guard pass(bytes, "?>") else { return missing }
            } else if rest.starts(with: "<!") {
                guard pass(bytes, ">") else { return missing }
            } else if rest.starts(with: "</") {
                offset += 2
                let name = name(bytes)
                guard depth > 0, bytes.slice(name).elementsEqual(bytes.slice(names[depth - 1])) else {
                    return missing
                }
                guard pass(bytes, ">") else { return missing }
                depth -= 1
                visitor.close()
                if depth == 0 { hasRoot = true }
            } else {
                if depth == 0, hasRoot { return .foreign }
                offset += 1
                let name = name(bytes)
                guard !name.isEmpty else { return missing }
                guard depth < deepestNesting else { return .cut }
                visitor.open(.text(name), isArray: false, bytes)
                guard let isEmpty = attributes(bytes, &visitor) else { return missing }
                if isEmpty {
                    visitor.close()
                    if depth == 0 { hasRoot = true }
                } else {
                    names[depth] = name
                    depth += 1
                }
            }
        }
        if depth > 0 || !hasRoot { return isCut ? .cut : .foreign }
        return .whole
    }

    /// Something is not as it should be: where the text is cut and read to its end, it may just be missing.
    private var missing: WalkVerdict { isCut && offset > 0 && depth > 0 ? .cut : .foreign }

    /// Passes over all up to and with `mark`.
    private mutating func pass(_ bytes: RawSpan, _ mark: StaticString) -> Bool {
        while offset < bytes.byteCount {
            if bytes.extracting(offset..<bytes.byteCount).starts(with: mark) {
                offset += mark.utf8CodeUnitCount
                return true
            }
            offset += 1
        }
        return false
    }

    private mutating func name(_ bytes: RawSpan) -> ByteRange {
        let start = offset
        while offset < bytes.byteCount {
            switch bytes.byte(at: offset) {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF, UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: ":"):
                offset += 1
            default: return ByteRange(offset: start, count: offset - start)
            }
        }
        return ByteRange(offset: start, count: offset - start)
    }

    /// The attributes of an element, up to the end of its tag.
    ///
    /// - Returns: whether the element is empty (`/>`); `nil` where the tag has no end or is none.
    private mutating func attributes<Visitor: MemberVisitor & ~Copyable>(
        _ bytes: RawSpan, _ visitor: inout Visitor
    ) -> Bool? {
        while offset < bytes.byteCount {
            let byte = bytes.byte(at: offset)
            if bytes.isBlank(at: offset) {
                offset += 1
            } else if byte == UInt8(ascii: ">") {
                offset += 1
                return false
            } else if byte == UInt8(ascii: "/") {
                offset += 1
                guard offset < bytes.byteCount, bytes.byte(at: offset) == UInt8(ascii: ">") else { return nil }
                offset += 1
                return true
            } else {
                let name = name(bytes)
                guard !name.isEmpty, offset + 1 < bytes.byteCount, bytes.byte(at: offset) == UInt8(ascii: "=") else {
                    return nil
                }
                let quote = bytes.byte(at: offset + 1)
                guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
                offset += 2
                let start = offset
                while offset < bytes.byteCount, bytes.byte(at: offset) != quote { offset += 1 }
                guard offset < bytes.byteCount else { return nil }
                visitor.scalar(.text(name), .string(ByteRange(offset: start, count: offset - start)), bytes)
                offset += 1
            }
        }
        return nil
    }
}
