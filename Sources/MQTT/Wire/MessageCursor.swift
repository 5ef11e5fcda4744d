import Bytes

/// Why reading a message stopped.
enum MQTTStop: Error {
    /// A field of fixed size does not fit in what the enclosing length leaves.
    case fieldMissing
    /// A length prefix points behind the end of what encloses the string.
    case stringTooLong
    /// The property length points behind the end of the packet.
    case propertiesTooLong
    /// The packet ends where the property length should be.
    case propertiesMissing
    /// A variable byte integer goes on after its fourth byte.
    case integerTooLong
    /// The rest of the message is not held. Not a fault of the message.
    case behindHead
}

/// A place in a message, from which fields are read in wire order.
///
/// It knows two ends: where the message says that it ends, and where the held bytes end. A field that crosses the first is
/// a fault, one that crosses only the second is not. The bytes are passed to each call, so that the cursor is a plain
/// value of integers.
struct MessageCursor {
    /// The offset of the next byte.
    private(set) var position: Int
    /// Where the enclosing length ends; may lie behind the held bytes.
    let end: Int
    /// Where the held bytes end: at most `end`.
    let held: Int

    init(position: Int, end: Int, held: Int) {
        self.position = position
        self.end = max(position, end)
        self.held = max(position, min(held, self.end))
    }

    /// How many bytes the enclosing length leaves.
    var remaining: Int { end &- position }

    /// Whether the enclosing length is used up.
    var isAtEnd: Bool { position == end }

    private func check(_ count: Int, _ stop: MQTTStop = .fieldMissing) throws(MQTTStop) {
        guard end &- position >= count else { throw stop }
        guard held &- position >= count else { throw .behindHead }
    }

    mutating func byte(_ bytes: RawSpan) throws(MQTTStop) -> UInt8 {
        try check(1)
        defer { position &+= 1 }
        return bytes.byte(at: position)
    }

    mutating func uint16(_ bytes: RawSpan) throws(MQTTStop) -> UInt16 {
        try check(2)
        defer { position &+= 2 }
        return bytes.uint16(at: position)
    }

    mutating func uint32(_ bytes: RawSpan) throws(MQTTStop) -> UInt32 {
        try check(4)
        defer { position &+= 4 }
        return bytes.uint32(at: position)
    }

    /// A two-byte length and as many bytes (MQTT 3.1.1, 1.5.3; MQTT 5.0, 1.5.4 and 1.5.6).
    mutating func string(_ bytes: RawSpan) throws(MQTTStop) -> ByteRange {
        try check(2)
        let count = Int(bytes.uint16(at: position))
        guard end &- position &- 2 >= count else { throw .stringTooLong }
        guard held &- position &- 2 >= count else { throw .behindHead }
        defer { position &+= 2 &+ count }
        return ByteRange(offset: position &+ 2, count: count)
    }

    /// A variable byte integer (MQTT 5.0, 1.5.5) and whether it took no more bytes than it needs.
    mutating func variableInteger(_ bytes: RawSpan) throws(MQTTStop) -> (value: Int, isMinimal: Bool) {
        switch VariableByteInteger(bytes, at: position, end: held) {
        case .value(let value, let length, let isMinimal):
            position &+= length
            return (value, isMinimal)
        case .incomplete: throw held < end ? MQTTStop.behindHead : MQTTStop.fieldMissing
        case .tooLong: throw MQTTStop.integerTooLong
        }
    }

    /// A cursor over the next `count` bytes, which this one moves over; `stop` is thrown where they do not fit.
    mutating func part(_ count: Int, else stop: MQTTStop) throws(MQTTStop) -> MessageCursor {
        guard count >= 0, remaining >= count else { throw stop }
        defer { position &+= count }
        return MessageCursor(position: position, end: position &+ count, held: min(held, position &+ count))
    }

    /// Moves to the end and gives what lies between: the held part and the length that the message claims.
    mutating func rest() -> (held: ByteRange, count: Int) {
        defer { position = end }
        let start = min(position, held)
        return (ByteRange(offset: start, count: max(0, held &- position)), end &- position)
    }
}
