extension RawSpan {
    /// The ones' complement sum of the 16-bit words of `range`, in network order, folded to 16 bits; an odd last byte
    /// is padded with 0.
    ///
    /// What lies outside the span does not count.
    ///
    /// Such a sum may be taken over words of any width and in any order of their bytes, as long as the result is put
    /// right (RFC 1071, 2). So the loop adds what it loads, several words at once.
    @inlinable public func onesComplementSum(_ range: ByteRange) -> UInt64 {
        let start = Swift.max(0, Swift.min(range.offset, byteCount))
        let count = Swift.max(0, Swift.min(range.count, byteCount &- start))
        return extracting(start..<(start &+ count)).withUnsafeBytes { buffer in
            let mask: UInt64 = 0xFFFF_FFFF
            var (even, odd): (UInt64, UInt64) = (0, 0)
            var wide = SIMD4<UInt64>.zero
            var offset = 0
            // Four words a turn: a quarter of the tests and steps of the loop.
            while count &- offset >= 32 {
                let one = buffer.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
                wide &+= (one & SIMD4(repeating: mask)) &+ (one &>> SIMD4(repeating: 32))
                offset &+= 32
            }
            even = wide.wrappedSum()
            while count &- offset >= 16 {
                let one = buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                let other = buffer.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
                even &+= (one & mask) &+ (other & mask)
                odd &+= (one &>> 32) &+ (other &>> 32)
                offset &+= 16
            }
            while count &- offset >= 4 {
                even &+= UInt64(buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                offset &+= 4
            }
            if count &- offset >= 2 {
                even &+= UInt64(buffer.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
                offset &+= 2
            }
            if offset < count { even &+= UInt64(UInt16(buffer[offset]).littleEndian) }
            var sum = (even & mask) &+ (even &>> 32) &+ (odd & mask) &+ (odd &>> 32)
            while sum > 0xFFFF { sum = (sum &>> 16) &+ (sum & 0xFFFF) }
            return UInt64(UInt16(truncatingIfNeeded: sum).bigEndian)
        }
    }
}
