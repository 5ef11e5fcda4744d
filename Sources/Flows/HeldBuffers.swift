import Bytes

/// The beginnings of messages that have not arrived whole: one buffer for a stream that needs one.
///
/// Buffers are used again with their capacity. Bounded in total.
struct HeldBuffers: ~Copyable {
    private var buffers: [[UInt8]] = []
    private var free: [Int32] = []
    /// Octets held in all streams together.
    private(set) var totalBytes = 0

    /// Moves the buffer of a stream out, an empty one where it has none. `put` takes it back.
    mutating func take(_ stream: borrowing StreamSide) -> [UInt8] {
        guard stream.held >= 0 else { return [] }
        var buffer: [UInt8] = []
        swap(&buffer, &buffers[Int(stream.held)])
        totalBytes -= buffer.count
        return buffer
    }

    /// Gives a stream its buffer back, or lets the slot go where nothing is left to hold.
    mutating func put(_ buffer: consuming [UInt8], _ stream: inout StreamSide) {
        var buffer = buffer
        if buffer.isEmpty { return release(&stream, keeping: buffer) }
        totalBytes += buffer.count
        swap(&buffers[slot(of: &stream)], &buffer)
    }

    /// Begins to hold a copy of `bytes`; the stream holds nothing yet.
    mutating func hold(_ bytes: RawSpan, _ stream: inout StreamSide) {
        let slot = slot(of: &stream)
        buffers[slot].append(copying: bytes)
        totalBytes += bytes.byteCount
    }

    /// Lets go whatever a stream holds.
    mutating func drop(_ stream: inout StreamSide) -> Int {
        let buffer = take(stream)
        let count = buffer.count
        release(&stream, keeping: buffer)
        return count
    }

    private mutating func release(_ stream: inout StreamSide, keeping buffer: consuming [UInt8]) {
        guard stream.held >= 0 else { return }
        var buffer = buffer
        // It is emptied when it is used again: here the caller may still hold it, and emptying would make a new one.
        if buffer.capacity <= 1 << 16 { swap(&buffers[Int(stream.held)], &buffer) }
        free.append(stream.held)
        stream.held = -1
    }

    private mutating func slot(of stream: inout StreamSide) -> Int {
        if stream.held >= 0 { return Int(stream.held) }
        if let slot = free.popLast() {
            buffers[Int(slot)].removeAll(keepingCapacity: true)
            stream.held = slot
        } else {
            buffers.append([])
            stream.held = Int32(truncatingIfNeeded: buffers.count - 1)
        }
        return Int(stream.held)
    }
}
