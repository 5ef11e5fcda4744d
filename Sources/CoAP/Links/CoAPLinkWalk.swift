import Bytes

/// A link of a document in CoRE Link Format (RFC 6690, 2), as ranges over the document.
struct CoAPLink: Hashable, Sendable {
    /// What stands between the angle brackets.
    var target: ByteRange
    /// The attributes behind it, encoded.
    var attributes: ByteRange
}

/// A walk over the links of a document: integers over bytes that somebody else holds.
///
/// It ends at the end of the document or where it is no link format.
struct CoAPLinkWalk: Sendable {
    private var position: Int

    /// A walk from the start.
    init() { position = 0 }

    /// Reads the next link.
    mutating func next(_ text: RawSpan) -> CoAPLink? {
        skipSpace(text)
        guard position < text.byteCount, text.byte(at: position) == UInt8(ascii: "<") else { return nil }
        let start = position &+ 1
        guard let close = text.firstOffset(of: UInt8(ascii: ">"), from: start) else { return nil }
        position = close &+ 1
        let attributes = position
        var isQuoted = false
        while position < text.byteCount {
            let byte = text.byte(at: position)
            if isQuoted, byte == UInt8(ascii: "\\") {
                position &+= 2
                continue
            }
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: ","), !isQuoted { break }
            position &+= 1
        }
        let end = min(position, text.byteCount)
        position = end &+ 1
        return CoAPLink(
            target: ByteRange(offset: start, count: close &- start),
            attributes: ByteRange(offset: attributes, count: end &- attributes))
    }

    private mutating func skipSpace(_ text: RawSpan) {
        while position < text.byteCount, text.byte(at: position) <= 0x20 { position &+= 1 }
    }
}

/// An attribute of a link: `;name=value`, `;name="value"` or `;name` (RFC 6690, 2).
struct CoAPLinkAttribute: Hashable, Sendable {
    var name: ByteRange
    /// The value without its quotation marks; empty where there is none.
    var value: ByteRange
}

/// A walk over the attributes of a link.
struct CoAPLinkAttributeWalk: Sendable {
    private var position: Int
    private let end: Int

    /// A walk over the attributes of `link`.
    init(_ link: CoAPLink) {
        position = link.attributes.offset
        end = link.attributes.end
    }

    /// Reads the next attribute; `nil` at the end.
    mutating func next(_ text: RawSpan) -> CoAPLinkAttribute? {
        let end = min(end, text.byteCount)
        while position < end, isSeparator(text.byte(at: position)) { position &+= 1 }
        guard position < end else { return nil }
        let start = position
        while position < end, !isSeparator(text.byte(at: position)), text.byte(at: position) != UInt8(ascii: "=") {
            position &+= 1
        }
        let name = ByteRange(offset: start, count: position &- start)
        guard position < end, text.byte(at: position) == UInt8(ascii: "=") else {
            return CoAPLinkAttribute(name: name, value: .empty)
        }
        position &+= 1
        return CoAPLinkAttribute(name: name, value: value(text, end))
    }

    private mutating func value(_ text: RawSpan, _ end: Int) -> ByteRange {
        guard position < end, text.byte(at: position) == UInt8(ascii: "\"") else {
            let start = position
            while position < end, text.byte(at: position) != UInt8(ascii: ";") { position &+= 1 }
            return ByteRange(offset: start, count: position &- start)
        }
        position &+= 1
        let start = position
        while position < end, text.byte(at: position) != UInt8(ascii: "\"") {
            position &+= text.byte(at: position) == UInt8(ascii: "\\") ? 2 : 1
        }
        let close = min(position, end)
        position = close &+ 1
        return ByteRange(offset: start, count: close &- start)
    }

    private func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ";") || byte <= 0x20 }
}

extension RawSpan {
    /// Where `byte` first stands from `start` on.
    func firstOffset(of byte: UInt8, from start: Int = 0) -> Int? {
        var offset = max(0, start)
        while offset < byteCount {
            if self.byte(at: offset) == byte { return offset }
            offset &+= 1
        }
        return nil
    }
}
