extension RawSpan {
    /// The ones' complement sum of the 16-bit words of `range`, in network order, folded to 16 bits. What is left over of 8 octets does not
    /// count, nor does what lies outside the span.
    ///
    /// A ones' complement sum may be taken over words of any width and in any order of their octets, as long as the
    /// result is put right (RFC 1071, 2). So the loop adds what it loads, and the compiler can take several words at once.
    public func onesComplementSum(_ range: ByteRange) -> UInt64 {
        let clamped = range.clamped(to: byteCount)
        let words = clamped.count / 8
        return extracting(clamped.offset..<(clamped.offset + words * 8)).withUnsafeBytes { octets in
            var (high, low): (UInt64, UInt64) = (0, 0)
            for word in 0..<words {
                let value = octets.loadUnaligned(fromByteOffset: word &* 8, as: UInt64.self)
                high &+= value >> 32
                low &+= value & 0xFFFF_FFFF
            }
            return ones(high, low)
        }
    }

    /// Folds two sums of words in the machine's order to 16 bits and puts those into network order.
    private func ones(_ high: UInt64, _ low: UInt64) -> UInt64 {
        var sum = (high >> 16) &+ (high & 0xFFFF) &+ (low >> 16) &+ (low & 0xFFFF)
        while sum > 0xFFFF { sum = (sum >> 16) &+ (sum & 0xFFFF) }
        return UInt64(UInt16(truncatingIfNeeded: sum).bigEndian)
    }
}
