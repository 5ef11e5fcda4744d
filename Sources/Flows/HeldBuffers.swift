import Bytes

/// The beginnings of messages that have not arrived whole: one buffer for a stream that needs one.
///
/// Buffers are used again with their capacity. What counts is capacity: that is what memory is taken up by.
struct HeldBuffers: ~Copyable {
    private var buffers: [[UInt8]] = []
    /// The stream that each buffer belongs to.
    private var owners: [StreamName] = []
    /// Whether a stream has the buffer; what a free one holds is left over.
    private var isTaken: [Bool] = []
    private var free: [Int32] = []
    /// Where the search for a stream that has to give way goes on.
    private var hand = 0
    /// Octets of memory that hold something, in all streams together.
    private(set) var totalBytes = 0
    /// Octets of memory that free buffers keep for the next stream.
    private var spareBytes = 0
    private static let spareLimit = 4 << 20

    /// Moves the buffer of a stream out, an empty one where it has none. `put` takes it back.
    mutating func take(_ stream: borrowing StreamSide) -> [UInt8] {
        guard stream.held >= 0 else { return [] }
        var buffer: [UInt8] = []
        swap(&buffer, &buffers[Int(stream.held)])
        totalBytes -= buffer.capacity
        return buffer
    }

    /// Gives a stream its buffer back, or lets the slot go where nothing is left to hold.
    mutating func put(_ buffer: consuming [UInt8], _ stream: inout StreamSide, of name: StreamName) {
        var buffer = buffer
        if buffer.isEmpty { return release(&stream, keeping: buffer) }
        // The room of a long message is not kept for the few octets behind it.
        if buffer.capacity > 4096, buffer.count < buffer.capacity / 4 { buffer = buffer.map { $0 } }
        totalBytes += buffer.capacity
        swap(&buffers[slot(of: &stream, name)], &buffer)
    }

    /// Begins to hold a copy of `bytes`; the stream holds nothing yet.
    mutating func hold(_ bytes: RawSpan, _ stream: inout StreamSide, of name: StreamName) {
        let slot = slot(of: &stream, name)
        buffers[slot].append(copying: bytes)
        totalBytes += buffers[slot].capacity
    }

    /// Lets go whatever a stream holds.
    mutating func drop(_ stream: inout StreamSide) -> Int {
        let buffer = take(stream)
        let count = buffer.count
        release(&stream, keeping: buffer)
        return count
    }

    /// The stream whose turn it is to give way; `nil` where none holds anything.
    mutating func victim() -> StreamName? {
        for _ in buffers.indices {
            hand = hand + 1 < buffers.count ? hand + 1 : 0
            if isTaken[hand], !buffers[hand].isEmpty { return owners[hand] }
        }
        return nil
    }

    private mutating func release(_ stream: inout StreamSide, keeping buffer: consuming [UInt8]) {
        guard stream.held >= 0 else { return }
        var buffer = buffer
        // It is emptied when it is used again: here the caller may still hold it, and emptying would make a new one.
        if buffer.capacity > 0, spareBytes + buffer.capacity <= Self.spareLimit {
            spareBytes += buffer.capacity
            swap(&buffers[Int(stream.held)], &buffer)
        }
        isTaken[Int(stream.held)] = false
        free.append(stream.held)
        stream.held = -1
    }

    private mutating func slot(of stream: inout StreamSide, _ name: StreamName) -> Int {
        if stream.held >= 0 { return Int(stream.held) }
        if let slot = free.popLast() {
            spareBytes -= buffers[Int(slot)].capacity
            buffers[Int(slot)].removeAll(keepingCapacity: true)
            stream.held = slot
            isTaken[Int(slot)] = true
            owners[Int(slot)] = name
        } else {
            buffers.append([])
            owners.append(name)
            isTaken.append(true)
            stream.held = Int32(truncatingIfNeeded: buffers.count - 1)
        }
        return Int(stream.held)
    }
}

/// Names one direction of a flow in the table.
public struct StreamName: Sendable {
    public let slot: Int32
    public let side: Side

    init(_ slot: Int, _ side: Side) {
        self.slot = Int32(truncatingIfNeeded: slot)
        self.side = side
    }
}
