import Bytes
import Network

/// Writes an event as one flat JSON object (RFC 8259): keys as in the registry, lists as arrays, absent fields left out.
///
/// Text is shown as UTF-8, each byte that is not part of a well-formed sequence as U+FFFD; what is not `isTerminalSafe` is
/// escaped, so that an object is always one line of valid UTF-8 and nothing in it moves, hides or reorders what a terminal
/// shows.
public struct EventJSON: Sendable {
    private let perCategory: [[Member]]
    /// The names of all fields as they stand in the object: quoted, with the colon.
    private let keys: [UInt8]
    private let showsSecrets: Bool

    /// What is needed of a field's row of the registry, without references.
    private struct Member {
        let id: FieldID
        /// Whether the field is that of every category, so that the context may answer for it.
        let isCommon: Bool
        let isList: Bool
        let isSecret: Bool
        let isHexadecimal: Bool
        /// The place of its name in `keys`.
        let key: ByteRange
    }

    private var values = FieldValues()

    /// A writer of all fields of `registry`, or of those in `only`.
    ///
    /// - Parameters:
    ///   - registry: the fields that there are.
    ///   - only: names of the fields that are written; `nil` for all.
    ///   - showsSecrets: whether passwords are written; else `<n bytes>` stands in their place.
    public init(registry: FieldRegistry, only: Set<String>? = nil, showsSecrets: Bool = false) {
        var keys: [UInt8] = []
        let last = registry.categories.last.map { Int($0.rawValue) } ?? -1
        perCategory = (0...max(0, last)).map { number in
            guard let category = registry.categories.first(where: { Int($0.rawValue) == number }) else { return [] }
            return registry.fields(of: category).filter { only?.contains($0.info.name) ?? true }.map { entry in
                let start = keys.count
                appendJSONString(entry.info.name, to: &keys)
                keys.append(UInt8(ascii: ":"))
                return Member(
                    id: entry.id, isCommon: entry.category == nil, isList: entry.info.isList,
                    isSecret: entry.info.isSecret, isHexadecimal: entry.info.type == .bytes,
                    key: ByteRange(offset: start, count: keys.count - start))
            }
        }
        self.keys = keys
        self.showsSecrets = showsSecrets
    }

    /// Appends the object for an event, without a line feed.
    public mutating func write(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        to text: inout [UInt8]
    ) {
        text.append(UInt8(ascii: "{"))
        var isFirst = true
        let category = Int(event.category.rawValue)
        for index in perCategory[category].indices {
            let member = perCategory[category][index]
            values.removeAll()
            if member.isCommon { context.read(member.id, category: event.category, into: &values) }
            if values.count == 0 { event.read(member.id, message: message, into: &values) }
            guard values.count > 0 else { continue }
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            text.append(copying: keys.span.bytes.slice(member.key))
            writeValues(member, message: message, hiding: showsSecrets ? nil : event.secrets, to: &text)
        }
        text.append(UInt8(ascii: "}"))
    }

    private func writeValues(
        _ member: Member, message: RawSpan, hiding secrets: SecretPlaces?, to text: inout [UInt8]
    ) {
        guard member.isList else {
            return write(values.values[0], member, message: message, hiding: secrets, to: &text)
        }
        text.append(UInt8(ascii: "["))
        for index in values.values.indices {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            write(values.values[index], member, message: message, hiding: secrets, to: &text)
        }
        text.append(UInt8(ascii: "]"))
    }

    private func write(
        _ value: FieldValue, _ member: Member, message: RawSpan, hiding secrets: SecretPlaces?, to text: inout [UInt8]
    ) {
        switch value {
        case .bool(let flag): text.append(text: flag ? "true" : "false")
        case .int(let number): text.append(decimal: number)
        case .float(let number): text.append(contentsOf: (number.isFinite ? number.description : "null").utf8)
        case .address(let address): quoted(&text) { address.write(to: &$0) }
        case .time(let time): quoted(&text) { time.write(to: &$0) }
        case .bytes(let reference):
            if let secrets, !reference.isScratch, secrets.touches(reference.range) {
                // Hexadecimal cannot show what is left out: none of it is shown.
                if member.isHexadecimal {
                    return quoted(&text) {
                        $0.append(text: "<")
                        $0.append(decimal: reference.range.count)
                        $0.append(text: " bytes>")
                    }
                }
                return writeHiding(secrets, reference.range, message: message, to: &text)
            }
            values.withBytes(reference, message: message) { bytes in
                if member.isSecret && !showsSecrets {
                    quoted(&text) {
                        $0.append(text: "<")
                        $0.append(decimal: bytes.byteCount)
                        $0.append(text: bytes.byteCount == 1 ? " byte>" : " bytes>")
                    }
                } else if member.isHexadecimal {
                    quoted(&text) { $0.append(hexOf: bytes) }
                } else {
                    appendJSONString(bytes, to: &text)
                }
            }
        }
    }

    /// Writes a part of a message with `<n bytes>` in place of each secret in it.
    private func writeHiding(
        _ secrets: SecretPlaces, _ range: ByteRange, message: RawSpan, to text: inout [UInt8]
    ) {
        var shown: [UInt8] = []
        secrets.copy(message, range, to: &shown)
        appendJSONString(shown.span.bytes, to: &text)
    }

    private func quoted(_ text: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
        text.append(UInt8(ascii: "\""))
        write(&text)
        text.append(UInt8(ascii: "\""))
    }
}

/// Appends a quoted JSON string.
public func appendJSONString(_ string: String, to text: inout [UInt8]) {
    appendJSONString(string.utf8.span.bytes, to: &text)
}

/// Appends a quoted JSON string; ill-formed bytes become U+FFFD, one for each.
public func appendJSONString(_ bytes: RawSpan, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    var offset = 0
    while offset < bytes.byteCount {
        let plain = plainLength(bytes, at: offset)
        if plain > 0 {
            text.append(copying: bytes.slice(ByteRange(offset: offset, count: plain)))
            offset += plain
            continue
        }
        let byte = bytes.byte(at: offset)
        let length = utf8SequenceLength(bytes, at: offset)
        if length == 0 {
            text.append(text: "\u{FFFD}")
        } else if length > 1 {
            let scalar = scalar(bytes, at: offset, length: length)
            if isTerminalSafe(scalar) {
                text.append(copying: bytes.slice(ByteRange(offset: offset, count: length)))
            } else {
                appendEscaped(scalar, to: &text)
            }
        } else {
            appendEscaped(byte, to: &text)
        }
        offset += max(1, length)
    }
    text.append(UInt8(ascii: "\""))
}

/// How many characters from `offset` on are ASCII and stand for themselves in a JSON string.
private func plainLength(_ bytes: RawSpan, at offset: Int) -> Int {
    var end = offset
    while end < bytes.byteCount {
        let byte = bytes.byte(at: end)
        guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { break }
        end &+= 1
    }
    return end &- offset
}

/// The scalar of a well-formed sequence of two to four bytes.
private func scalar(_ bytes: RawSpan, at offset: Int, length: Int) -> Unicode.Scalar {
    var value = UInt32(bytes.byte(at: offset)) & (0x7F >> UInt32(length))
    for index in 1..<length { value = value << 6 | UInt32(bytes.byte(at: offset + index) & 0x3F) }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
}

/// Appends `\uNNNN`, two of them for a scalar beyond 16 bits (RFC 8259, 7).
private func appendEscaped(_ scalar: Unicode.Scalar, to text: inout [UInt8]) {
    for unit in Unicode.UTF16.encode(scalar) ?? .init() {
        text.append(text: "\\u")
        text.append(hex: UInt8(truncatingIfNeeded: unit >> 8))
        text.append(hex: UInt8(truncatingIfNeeded: unit))
    }
}

private func appendEscaped(_ byte: UInt8, to text: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): text.append(text: "\\\"")
    case UInt8(ascii: "\\"): text.append(text: "\\\\")
    case 0x0A: text.append(text: "\\n")
    case 0x0D: text.append(text: "\\r")
    case 0x09: text.append(text: "\\t")
    case 0..<0x20, 0x7F:
        text.append(text: "\\u00")
        text.append(hex: byte)
    default: text.append(byte)
    }
}
