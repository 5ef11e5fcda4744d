/// A cursor over borrowed bytes, big-endian, that never reads outside its bounds.
///
/// Offsets and ranges that it hands out count from the start of the whole buffer, also from a sub-reader, so that they
/// stay good beside the buffer when the reader is gone. A read that fails leaves the cursor where it was.
public struct ByteReader: ~Escapable {
    /// The whole buffer.
    public let bytes: RawSpan
    /// The offset of the next byte to read.
    public private(set) var position: Int
    /// The offset just behind the last byte that may be read.
    public let end: Int

    /// A reader over all of `bytes`.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) {
        self.bytes = bytes
        position = 0
        end = bytes.byteCount
    }

    /// A reader over `range` of `bytes`; the range is clamped to the buffer.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan, in range: ByteRange) {
        self.bytes = bytes
        let clamped = range.clamped(to: bytes.byteCount)
        end = clamped.end
        position = clamped.offset
    }

    /// How many bytes are left to read.
    public var remaining: Int { end &- position }

    /// Whether every byte was read.
    public var isAtEnd: Bool { position == end }

    /// Reads one byte.
    public mutating func readUInt8() throws(ReadError) -> UInt8 {
        guard remaining >= 1 else { throw ReadError(.outOfBytes, at: position) }
        defer { position &+= 1 }
        return bytes.byte(at: position)
    }

    /// Reads two bytes, most significant first.
    public mutating func readUInt16() throws(ReadError) -> UInt16 {
        guard remaining >= 2 else { throw ReadError(.outOfBytes, at: position) }
        defer { position &+= 2 }
        return bytes.uint16(at: position)
    }

    /// Reads four bytes, most significant first.
    public mutating func readUInt32() throws(ReadError) -> UInt32 {
        guard remaining >= 4 else { throw ReadError(.outOfBytes, at: position) }
        defer { position &+= 4 }
        return bytes.uint32(at: position)
    }

    /// Reads `count` bytes as a range of the whole buffer.
    public mutating func readRange(_ count: Int) throws(ReadError) -> ByteRange {
        guard count >= 0, remaining >= count else { throw ReadError(.outOfBytes, at: position) }
        defer { position &+= count }
        return ByteRange(offset: position, count: count)
    }

    /// Reads all that is left as a range of the whole buffer.
    public mutating func readRest() -> ByteRange {
        defer { position = end }
        return ByteRange(offset: position, count: remaining)
    }

    /// Moves over `count` bytes.
    public mutating func skip(_ count: Int) throws(ReadError) {
        _ = try readRange(count)
    }

    /// The byte `distance` bytes ahead, which stays unread; `nil` behind the end.
    public func peek(_ distance: Int = 0) -> UInt8? {
        guard distance >= 0, distance < remaining else { return nil }
        return bytes.byte(at: position &+ distance)
    }

    /// A reader over the next `count` bytes, which this reader moves over.
    @_lifetime(copy self)
    public mutating func subReader(_ count: Int) throws(ReadError) -> ByteReader {
        let range = try readRange(count)
        return ByteReader(bytes, in: range)
    }
}
