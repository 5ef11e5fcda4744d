import Bytes

/// Sums over bytes that tell a copy from something else; not proof against those who seek two inputs with one sum.
enum ByteSum {
    /// Over all bytes.
    static func of(_ bytes: RawSpan) -> UInt32 {
        var sum = UInt64(bytes.byteCount)
        add(bytes, 0, bytes.byteCount, to: &sum)
        return folded(sum)
    }

    /// Over the length and what stands at either end: for each message, at a cost that does not grow with it.
    static func ofEnds(_ bytes: RawSpan) -> UInt32 {
        let count = bytes.byteCount
        guard count > 32 else { return of(bytes) }
        var sum = UInt64(count)
        add(bytes, 0, 24, to: &sum)
        add(bytes, count &- 8, count, to: &sum)
        return folded(sum)
    }

    /// Each step multiplies, so that what a word adds depends on where it stands: equal parts do not cancel each other.
    private static func add(_ bytes: RawSpan, _ start: Int, _ end: Int, to sum: inout UInt64) {
        var offset = start
        if end &- offset >= 32 {
            // Two chains: the processor works on both at once.
            var other = factor
            while end &- offset >= 16 {
                sum = step(sum, bytes.uint64(at: offset))
                other = step(other, bytes.uint64(at: offset &+ 8))
                offset &+= 16
            }
            sum = step(sum, other)
        }
        while end &- offset >= 8 {
            sum = step(sum, bytes.uint64(at: offset))
            offset &+= 8
        }
        if end &- offset >= 4 {
            sum = step(sum, UInt64(bytes.uint32(at: offset)))
            offset &+= 4
        }
        while offset < end {
            sum = step(sum, UInt64(bytes.byte(at: offset)))
            offset &+= 1
        }
    }

    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func step(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        let product = (sum ^ word) &* factor
        return product ^ product >> 29
    }

    /// The upper half of a product: each bit of it depends on all that came before.
    private static func folded(_ sum: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: (sum &* factor) >> 32) }
}
