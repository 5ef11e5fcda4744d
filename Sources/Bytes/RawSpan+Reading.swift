// Bounds-checked loads in network byte order. `RawSpan` has no endian-aware load in Swift 6.3.

extension RawSpan {
    /// The byte at `offset`; traps outside the span.
    public func byte(at offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// Two bytes at `offset`, most significant first; traps outside the span.
    public func uint16(at offset: Int) -> UInt16 {
        unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self).bigEndian
    }

    /// Four bytes at `offset`, most significant first; traps outside the span.
    public func uint32(at offset: Int) -> UInt32 {
        unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self).bigEndian
    }

    /// Eight bytes at `offset`, most significant first; traps outside the span.
    public func uint64(at offset: Int) -> UInt64 {
        unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self).bigEndian
    }

    /// The bytes of `range`, clamped to the span.
    @_lifetime(copy self)
    @inlinable public func slice(_ range: ByteRange) -> RawSpan {
        let clamped = range.clamped(to: byteCount)
        return extracting(clamped.offset..<clamped.end)
    }

    /// Whether both spans hold the same bytes.
    public func elementsEqual(_ other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        for offset in 0..<byteCount where byte(at: offset) != other.byte(at: offset) { return false }
        return true
    }

    /// Whether the span holds exactly the UTF-8 bytes of `text`.
    public func elementsEqual(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { elementsEqual($0.span.bytes) }
    }

    /// Whether the span begins with the UTF-8 bytes of `text`.
    public func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { byteCount >= $0.count && extracting(0..<$0.count).elementsEqual($0.span.bytes) }
    }
}
