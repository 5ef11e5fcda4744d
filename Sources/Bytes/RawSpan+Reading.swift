// Bounds-checked loads, in network byte order where nothing else is said. `RawSpan` has no endian-aware load in Swift 6.3.

extension RawSpan {
    /// The byte at `offset`; traps outside the span.
    @inlinable public func byte(at offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// Two bytes at `offset`, most significant first; traps outside the span.
    @inlinable public func uint16(at offset: Int) -> UInt16 {
        unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self).bigEndian
    }

    /// Four bytes at `offset`, most significant first; traps outside the span.
    @inlinable public func uint32(at offset: Int) -> UInt32 {
        unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self).bigEndian
    }

    /// Eight bytes at `offset`, most significant first; traps outside the span.
    @inlinable public func uint64(at offset: Int) -> UInt64 {
        unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self).bigEndian
    }

    /// The eight bytes at `offset`, least significant first, with zeros for those behind the end; traps where `offset` is outside
    /// the span.
    @inlinable public func word(at offset: Int) -> UInt64 {
        let rest = byteCount &- offset
        if rest >= 8 { return unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian }
        if byteCount >= 8 {
            let last = unsafeLoadUnaligned(fromByteOffset: byteCount &- 8, as: UInt64.self).littleEndian
            return last >> UInt64(truncatingIfNeeded: (8 &- rest) &* 8)
        }
        var word: UInt64 = 0
        var place = byteCount
        while place > offset {
            place &-= 1
            word = word << 8 | UInt64(byte(at: place))
        }
        return word
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
        var offset = 0
        while byteCount &- offset >= 8 {
            if uint64(at: offset) != other.uint64(at: offset) { return false }
            offset &+= 8
        }
        while offset < byteCount {
            if byte(at: offset) != other.byte(at: offset) { return false }
            offset &+= 1
        }
        return true
    }

    /// Whether `wanted` occurs anywhere; eight bytes are looked at together.
    public func holds(_ wanted: UInt8) -> Bool {
        let pattern = UInt64(wanted) &* 0x0101_0101_0101_0101
        var offset = 0
        while byteCount &- offset >= 8 {
            // A byte that is zero after the exclusive or is the one; subtracting 1 from it borrows into its top bit.
            let word = uint64(at: offset) ^ pattern
            if (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0 { return true }
            offset &+= 8
        }
        while offset < byteCount {
            if byte(at: offset) == wanted { return true }
            offset &+= 1
        }
        return false
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
