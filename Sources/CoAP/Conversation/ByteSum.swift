import Bytes

/// Sums over bytes that tell a copy from something else; not proof against those who seek two inputs with one sum.
enum ByteSum {
    /// Over all bytes.
    static func of(_ bytes: RawSpan) -> UInt32 {
        var sum = UInt64(bytes.byteCount)
        add(bytes, 0, bytes.byteCount, to: &sum)
        return UInt32(truncatingIfNeeded: sum ^ sum >> 32)
    }

    /// Over the length and what stands at either end: for each message, at a cost that does not grow with it.
    static func ofEnds(_ bytes: RawSpan) -> UInt32 {
        let count = bytes.byteCount
        guard count > 32 else { return of(bytes) }
        var sum = UInt64(count)
        add(bytes, 0, 24, to: &sum)
        add(bytes, count &- 8, count, to: &sum)
        return UInt32(truncatingIfNeeded: sum ^ sum >> 32)
    }

    private static func add(_ bytes: RawSpan, _ start: Int, _ end: Int, to sum: inout UInt64) {
        var offset = start
        while end &- offset >= 32 {
            sum = (sum << 7 | sum >> 57) ^ bytes.uint64(at: offset) ^ turned(bytes.uint64(at: offset &+ 8))
            sum = (sum << 9 | sum >> 55) ^ bytes.uint64(at: offset &+ 16) ^ turned(bytes.uint64(at: offset &+ 24))
            offset &+= 32
        }
        while end &- offset >= 8 {
            sum = (sum << 7 | sum >> 57) ^ bytes.uint64(at: offset)
            offset &+= 8
        }
        if end &- offset >= 4 {
            sum = (sum << 7 | sum >> 57) ^ UInt64(bytes.uint32(at: offset))
            offset &+= 4
        }
        while offset < end {
            sum = (sum << 7 | sum >> 57) ^ UInt64(bytes.byte(at: offset))
            offset &+= 1
        }
    }

    private static func turned(_ word: UInt64) -> UInt64 { word << 23 | word >> 41 }
}
