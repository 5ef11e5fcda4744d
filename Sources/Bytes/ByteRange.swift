/// A stretch of bytes inside a buffer that somebody else holds: offset and length, both in bytes.
///
/// A dissected message consists of these. A range says nothing about which buffer it belongs to; whoever keeps the
/// range keeps the buffer beside it.
public struct ByteRange: Hashable, Sendable {
    /// Distance from the start of the buffer, in bytes.
    public var offset: Int
    /// Length in bytes.
    public var count: Int

    /// Makes a range; neither value may be negative.
    public init(offset: Int, count: Int) {
        self.offset = offset
        self.count = count
    }

    /// The range of no bytes at the start of a buffer.
    public static let empty = ByteRange(offset: 0, count: 0)

    /// The offset just behind the last byte.
    public var end: Int { offset &+ count }

    /// Whether the range holds no byte.
    public var isEmpty: Bool { count == 0 }

    /// The part of the range that lies in a buffer of `size` bytes; at the end of the buffer where there is none.
    @inlinable func clamped(to size: Int) -> ByteRange {
        let start = max(0, min(offset, size))
        return ByteRange(offset: start, count: max(0, min(count, size &- start)))
    }
}
