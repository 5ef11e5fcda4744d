/// A stretch of bytes inside a buffer that somebody else holds: offset and length, both in bytes.
///
/// A dissected message consists of these. A range says nothing about which buffer it belongs to; whoever keeps the
/// range keeps the buffer beside it.
public struct ByteRange: BitwiseCopyable, Hashable, Sendable {
    // Dissected messages hold many ranges and are copied: no buffer is longer than 32 bits can tell.
    @usableFromInline var offset32: UInt32
    @usableFromInline var count32: UInt32

    /// Distance from the start of the buffer, in bytes.
    @inlinable public var offset: Int {
        get { Int(offset32) }
        set { offset32 = UInt32(clamping: newValue) }
    }
    /// Length in bytes.
    @inlinable public var count: Int {
        get { Int(count32) }
        set { count32 = UInt32(clamping: newValue) }
    }

    /// Makes a range; neither value may be negative or beyond 32 bits.
    @inlinable public init(offset: Int, count: Int) {
        offset32 = UInt32(clamping: offset)
        count32 = UInt32(clamping: count)
    }

    /// The range of no bytes at the start of a buffer.
    public static let empty = ByteRange(offset: 0, count: 0)

    /// The offset just behind the last byte.
    @inlinable public var end: Int { offset &+ count }

    /// Whether the range holds no byte.
    @inlinable public var isEmpty: Bool { count32 == 0 }

    /// The part of the range that lies in a buffer of `size` bytes; at the end of the buffer where there is none.
    @inlinable func clamped(to size: Int) -> ByteRange {
        let start = max(0, min(offset, size))
        return ByteRange(offset: start, count: max(0, min(count, size &- start)))
    }
}
