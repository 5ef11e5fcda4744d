import Bytes

/// Reads the fields of a protobuf message one behind the other (encoding of Protocol Buffers: tags, varints, lengths).
struct ProtobufFields {
    /// A field.
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes(ByteRange)
        case fixed32(UInt32)
    }

    private(set) var offset: Int
    let end: Int

    /// The fields of a message in a stretch of bytes.
    init(_ range: ByteRange) { (offset, end) = (range.offset, range.end) }

    /// Whether all was read, field by field.
    var isAtEnd: Bool { offset >= end && !isBroken }
    /// Whether something was no field.
    private var isBroken = false

    /// The next field; `nil` where there is none, or none that makes sense.
    mutating func next(_ bytes: RawSpan) -> (number: UInt64, value: Value)? {
        guard offset < end, !isBroken else { return nil }
        let field = read(bytes)
        isBroken = field == nil
        return field
    }

    private mutating func read(_ bytes: RawSpan) -> (number: UInt64, value: Value)? {
        guard let tag = varint(bytes), tag >> 3 > 0, tag >> 3 < 1 << 29 else { return nil }
        switch tag & 7 {
        case 0: return varint(bytes).map { (tag >> 3, .varint($0)) }
        case 1:
            guard end - offset >= 8 else { return nil }
            defer { offset += 8 }
            return (tag >> 3, .fixed64(bytes.uint64(at: offset).byteSwapped))
        case 2:
            guard let length = varint(bytes), length <= UInt64(end - offset) else { return nil }
            defer { offset += Int(length) }
            return (tag >> 3, .bytes(ByteRange(offset: offset, count: Int(length))))
        case 5:
            guard end - offset >= 4 else { return nil }
            defer { offset += 4 }
            return (tag >> 3, .fixed32(bytes.uint32(at: offset).byteSwapped))
        default: return nil
        }
    }

    private mutating func varint(_ bytes: RawSpan) -> UInt64? {
        var (value, shift) = (UInt64(0), UInt64(0))
        while offset < end, shift < 64 {
            let byte = bytes.byte(at: offset)
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }

    /// Whether bytes look like a message: fields to the end, in the order in which they are written, with text among them.
    static func fill(_ bytes: RawSpan, isCut: Bool) -> Bool {
        guard bytes.byteCount >= 4 else { return false }
        var fields = ProtobufFields(ByteRange(offset: 0, count: bytes.byteCount))
        var (count, texts, last) = (0, 0, UInt64(0))
        while let field = fields.next(bytes) {
            guard field.number >= last, field.number <= 2048 else { return false }
            last = field.number
            count += 1
            if case .bytes(let range) = field.value, range.count >= 2, isMeaningful(bytes, range) { texts += 1 }
        }
        return (fields.isAtEnd || isCut) && count >= 2 && (texts > 0 || count >= 4)
    }

    private static func isMeaningful(_ bytes: RawSpan, _ range: ByteRange) -> Bool {
        var isText = true
        for offset in range.offset..<range.end where bytes.byte(at: offset) < 0x20 || bytes.byte(at: offset) == 0x7F {
            isText = false
            break
        }
        if isText, !UTF8Findings(bytes.slice(range)).contains(.illFormed) { return true }
        var inner = ProtobufFields(range)
        var count = 0
        while inner.next(bytes) != nil { count += 1 }
        return inner.isAtEnd && count > 0
    }
}

/// Walks the metrics of a Sparkplug B payload (Sparkplug 3.0, 6.4.1): the name of each with its value.
enum SparkplugWalk {
    /// Walks `bytes`, of which more may be missing where `isCut`.
    static func walk<Visitor: MemberVisitor & ~Copyable>(
        _ bytes: RawSpan, isCut: Bool, _ visitor: inout Visitor
    ) -> WalkVerdict {
        var fields = ProtobufFields(ByteRange(offset: 0, count: bytes.byteCount))
        while let field = fields.next(bytes) {
            switch (field.number, field.value) {
            case (2, .bytes(let metric)): self.metric(metric, bytes, &visitor)
            case (1, .varint), (3, .varint), (4, .bytes), (5, .bytes): continue
            default: return .foreign
            }
        }
        return fields.isAtEnd ? .whole : isCut ? .cut : .foreign
    }

    private static func metric<Visitor: MemberVisitor & ~Copyable>(
        _ range: ByteRange, _ bytes: RawSpan, _ visitor: inout Visitor
    ) {
        var fields = ProtobufFields(range)
        var key = MemberKey.none
        while let field = fields.next(bytes) {
            switch (field.number, field.value) {
            case (1, .bytes(let name)): key = .text(name)
            case (10, .varint(let value)), (11, .varint(let value)):
                visitor.scalar(key, .real(Double(Int64(bitPattern: value))), bytes)
            case (12, .fixed32(let value)): visitor.scalar(key, .real(Double(Float(bitPattern: value))), bytes)
            case (13, .fixed64(let value)): visitor.scalar(key, .real(Double(bitPattern: value)), bytes)
            case (14, .varint(let value)): visitor.scalar(key, .bool(value != 0), bytes)
            case (15, .bytes(let value)): visitor.scalar(key, .string(value), bytes)
            case (16, .bytes(let value)): visitor.scalar(key, .bytes(value), bytes)
            default: continue
            }
        }
    }
}
