import Bytes
import Network

/// Where the bytes of a text value lie.
public struct ByteReference: Hashable, Sendable {
    /// Whether the bytes are in the scratch space of the `FieldValues`, else in the message itself.
    public var isScratch: Bool
    /// The place in that buffer.
    public var range: ByteRange
}

/// One value of a field.
///
/// What it stands for is told by the field's type in the registry.
public enum FieldValue: Hashable, Sendable {
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case address(IPAddress)
    case time(Timestamp)
    /// A keyword, a text or bytes.
    case bytes(ByteReference)
}

/// The values that events give for the fields they are asked for: a buffer to be used again for every event.
///
/// An absent field appends nothing; a list appends each member. A value that is part of the message stays there and is
/// referred to; text that is made on the way (a name, a formatted number) goes to scratch space.
/// In the steady state nothing is allocated: both buffers keep their capacity.
public struct FieldValues: Sendable {
    /// All values appended since `removeAll`.
    public private(set) var values: [FieldValue] = []
    @usableFromInline var scratch: [UInt8] = []

    /// Makes a buffer with room for an ordinary event.
    public init() {
        values.reserveCapacity(Self.room)
        scratch.reserveCapacity(Self.scratchRoom)
    }

    /// How many values there are.
    public var count: Int { values.count }

    /// Whether half of the room that it was made with is taken: time to empty it, for whoever need not do so for each
    /// event.
    public var isHalfFull: Bool { values.count >= Self.room / 2 || scratch.count >= Self.scratchRoom / 2 }

    private static let room = 128
    private static let scratchRoom = 4096

    /// Empties the buffer for the next event; capacity stays.
    public mutating func removeAll() {
        // Most fields are absent: asking first is cheaper than emptying what is empty.
        if !values.isEmpty { values.removeAll(keepingCapacity: true) }
        if !scratch.isEmpty { scratch.removeAll(keepingCapacity: true) }
    }

    /// Appends a truth value.
    public mutating func append(_ value: Bool) { values.append(.bool(value)) }

    /// Appends a whole number; beyond `Int64.max` it is clamped.
    ///
    /// Inlinable, so that the conversion is that of the type.
    @inlinable public mutating func append(_ value: some FixedWidthInteger) { append(int: Int64(clamping: value)) }

    /// Appends a whole number.
    public mutating func append(int value: Int64) { values.append(.int(value)) }

    /// Appends a number with a fraction.
    public mutating func append(_ value: Double) { values.append(.float(value)) }

    /// Appends an address.
    public mutating func append(_ value: IPAddress) { values.append(.address(value)) }

    /// Appends a time.
    public mutating func append(_ value: Timestamp) { values.append(.time(value)) }

    /// Appends bytes of the message, which are not copied.
    public mutating func append(message range: ByteRange) {
        values.append(.bytes(ByteReference(isScratch: false, range: range)))
    }

    /// Appends a copy of bytes that lie elsewhere.
    public mutating func append(copying bytes: RawSpan) {
        let start = scratch.count
        scratch.append(copying: bytes)
        appendScratch(from: start)
    }

    /// Appends a literal.
    public mutating func append(text: StaticString) {
        let start = scratch.count
        scratch.append(text: text)
        appendScratch(from: start)
    }

    /// Appends text that `write` makes by appending to the buffer given to it.
    public mutating func append(writing write: (inout [UInt8]) -> Void) {
        let start = scratch.count
        write(&scratch)
        appendScratch(from: start)
    }

    private mutating func appendScratch(from start: Int) {
        let range = ByteRange(offset: start, count: scratch.count &- start)
        values.append(.bytes(ByteReference(isScratch: true, range: range)))
    }

    /// Calls `body` with the bytes of a reference; `message` is the message that the event was made from.
    ///
    /// Inlinable, since else each call would count references to the buffers.
    @inlinable public func withBytes<Result>(
        _ reference: ByteReference, message: RawSpan, _ body: (RawSpan) -> Result
    ) -> Result {
        if reference.isScratch { return body(scratch.span.bytes.slice(reference.range)) }
        return body(message.slice(reference.range))
    }
}
