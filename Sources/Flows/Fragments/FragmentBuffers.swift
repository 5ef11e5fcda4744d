/// Memory for fragments, used again: buffers in sizes that are powers of two, so that a small datagram never sits in
/// the memory of a large one, whatever came before.
struct FragmentBuffers: ~Copyable {
    private static let leastShift = 11
    private static let greatestShift = 16

    /// Buffers that nobody uses, by size.
    private var free: [[[UInt8]]] = Array(repeating: [], count: greatestShift - leastShift + 1)
    /// Bytes that nobody uses.
    private(set) var idleBytes = 0
    /// Bytes that are kept at most for later use; the rest is freed.
    private let idleLimit: Int

    init(idleLimit: Int) { self.idleLimit = idleLimit }

    /// The size of the buffer for `count` bytes, which are 65,535 at most.
    static func size(for count: Int) -> Int {
        var size = 1 << leastShift
        while size < count { size *= 2 }
        return size
    }

    /// An empty buffer with room for `size` bytes, one of the sizes above.
    mutating func take(_ size: Int) -> [UInt8] {
        let shift = min(max(size.trailingZeroBitCount, Self.leastShift), Self.greatestShift)
        if let buffer = free[shift - Self.leastShift].popLast() {
            idleBytes -= 1 << shift
            return buffer
        }
        var buffer: [UInt8] = []
        buffer.reserveCapacity(1 << shift)
        return buffer
    }

    /// Keeps a buffer for later use, unless enough are kept, and leaves an empty array in its place.
    ///
    /// A parameter that is taken in place has no second owner, for whom clearing it would make a copy.
    mutating func give(_ buffer: inout [UInt8]) {
        // The allocator rounds up a little: the size is the power of two below.
        let shift = Int.bitWidth - 1 - buffer.capacity.leadingZeroBitCount
        guard shift >= Self.leastShift, shift <= Self.greatestShift, idleBytes + 1 << shift <= idleLimit else { return }
        buffer.removeAll(keepingCapacity: true)
        idleBytes += 1 << shift
        var kept: [UInt8] = []
        swap(&kept, &buffer)
        free[shift - Self.leastShift].append(kept)
    }
}
