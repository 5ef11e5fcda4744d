extension [UInt8] {
    /// Appends a copy of `bytes`, each of them exclusive-or the next of the four bytes of `key`, most significant first.
    ///
    /// - Parameters:
    ///   - bytes: what is copied.
    ///   - key: as it stands on the wire, in network byte order; 0 copies only.
    ///   - phase: which byte of the key the first one meets, counted modulo 4.
    public mutating func append(copying bytes: RawSpan, maskedBy key: UInt32, phase: Int) {
        let start = count
        append(copying: bytes)
        guard key != 0 else { return }
        let turn = UInt32(truncatingIfNeeded: (phase & 3) * 8)
        let turned = key << turn | key >> (32 &- turn)
        let word = (UInt64(turned) << 32 | UInt64(turned)).bigEndian
        withUnsafeMutableBytes { buffer in
            var offset = start
            while buffer.count &- offset >= 8 {
                let plain = buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ word
                buffer.storeBytes(of: plain, toByteOffset: offset, as: UInt64.self)
                offset &+= 8
            }
            var rest = word
            while offset < buffer.count {
                buffer[offset] ^= UInt8(truncatingIfNeeded: UInt64(littleEndian: rest))
                rest = UInt64(littleEndian: UInt64(littleEndian: rest) >> 8)
                offset &+= 1
            }
        }
    }
}
