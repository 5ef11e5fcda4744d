import Bytes

/// The filters of a SUBSCRIBE or UNSUBSCRIBE, which are gone through where they lie.
public struct MQTTFilterList: Hashable, Sendable {
    /// Where they lie, as far as they could be read.
    public internal(set) var range = ByteRange.empty
    /// How many could be read.
    public internal(set) var count = 0
    /// Whether each is followed by a byte of options, as in SUBSCRIBE.
    public let hasOptions: Bool

    init(hasOptions: Bool) { self.hasOptions = hasOptions }

    /// Calls `body` with each filter and its options (0 where it has none), in wire order.
    public func forEach(_ bytes: RawSpan, _ body: (ByteRange, UInt8) -> Void) {
        var cursor = MessageCursor(position: range.offset, end: range.end, held: bytes.byteCount)
        for _ in 0..<count {
            guard let filter = try? cursor.string(bytes) else { return }
            var options: UInt8 = 0
            if hasOptions {
                guard let byte = try? cursor.byte(bytes) else { return }
                options = byte
            }
            body(filter, options)
        }
    }

    /// Takes in a filter that ends where `cursor` stands.
    mutating func add(upTo cursor: MessageCursor) {
        count &+= 1
        range.count = cursor.position &- range.offset
    }
}
