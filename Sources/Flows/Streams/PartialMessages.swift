import Bytes
import Packets

/// Bytes of a stream that wait for more: the beginning of a message, or what is searched for one; with the frames that
/// they came in.
public struct PartialMessage: Sendable {
    /// The bytes.
    public var bytes: [UInt8] = []
    /// The frames that they came in.
    public var frames = KeptFrames()

    /// Nothing waits.
    public init() {}

    /// Whether nothing waits.
    public var isEmpty: Bool { bytes.isEmpty }

    /// The memory that it takes up, in bytes.
    public var memory: Int { bytes.capacity + frames.memory }

    /// Forgets the first `count` bytes, and keeps `frame` if what is left came in it: the bytes from `start` on.
    public mutating func settle(used count: Int, _ frame: FrameRef, from start: Int) {
        let end = bytes.count
        if count > 0 {
            bytes.removeFirst(count)
            frames.removeFirst(min(count, start))
        }
        if end > max(start, count) { frames.keep(frame, upTo: bytes.count) }
    }

    /// Forgets all but the first `count` bytes; the frames of the others stay, since they belong to the same message.
    public mutating func cut(to count: Int) {
        if bytes.count > count { bytes.removeLast(bytes.count - count) }
    }

    /// Forgets everything; capacity stays.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        frames.removeAll()
    }
}

/// The partial messages of all streams: one for a stream that needs one.
///
/// Buffers are used again with their capacity. What counts is capacity: that is what memory is taken up by.
struct PartialMessages: ~Copyable {
    private var messages: [PartialMessage] = []
    /// The stream that each belongs to.
    private var owners: [StreamName] = []
    /// Whether a stream has it; what a free one holds is left over.
    private var isTaken: [Bool] = []
    private var free: [Int32] = []
    /// Where the search for a stream that has to give way goes on.
    private var hand = 0
    /// Bytes of memory that hold something, in all streams together.
    private(set) var totalBytes = 0
    /// Bytes of memory that free buffers keep for the next stream.
    private var spareBytes = 0
    private static let spareLimit = 4 << 20

    /// Moves the partial message of a stream out, an empty one where it has none.
    ///
    /// `put` takes it back.
    mutating func take(_ stream: borrowing HalfStream) -> PartialMessage {
        var message = PartialMessage()
        guard stream.held >= 0 else { return message }
        swap(&message, &messages[Int(stream.held)])
        totalBytes -= message.memory
        return message
    }

    /// Gives a stream its partial message back, or lets the slot go where nothing is left to hold.
    mutating func put(_ message: consuming PartialMessage, _ stream: inout HalfStream, of name: StreamName) {
        var message = message
        if message.isEmpty { return release(&stream, keeping: message) }
        // The room of a long message is not kept for the few bytes behind it.
        let capacity = message.bytes.capacity
        if capacity > 4096, message.bytes.count < capacity / 4 { message.bytes = message.bytes.map { $0 } }
        totalBytes += message.memory
        swap(&messages[slot(of: &stream, name)], &message)
    }

    /// Begins to hold a copy of `bytes`, which came in `frame`; the stream holds nothing yet.
    mutating func hold(_ bytes: RawSpan, _ frame: FrameRef, _ stream: inout HalfStream, of name: StreamName) {
        let slot = slot(of: &stream, name)
        messages[slot].bytes.append(copying: bytes)
        messages[slot].frames.keep(frame, upTo: bytes.byteCount)
        totalBytes += messages[slot].memory
    }

    /// Notes a frame that brought more of a long message whose beginning a stream holds.
    mutating func passOver(_ frame: FrameRef, _ stream: borrowing HalfStream) {
        guard stream.held >= 0 else { return }
        totalBytes -= messages[Int(stream.held)].memory
        messages[Int(stream.held)].frames.passOver(frame)
        totalBytes += messages[Int(stream.held)].memory
    }

    /// Lets go whatever a stream holds; gives how many bytes that were.
    mutating func drop(_ stream: inout HalfStream) -> Int {
        let message = take(stream)
        let count = message.bytes.count
        release(&stream, keeping: message)
        return count
    }

    /// The stream whose turn it is to give way; `nil` where none holds anything.
    mutating func victim() -> StreamName? {
        for _ in messages.indices {
            hand = hand + 1 < messages.count ? hand + 1 : 0
            if isTaken[hand], !messages[hand].isEmpty { return owners[hand] }
        }
        return nil
    }

    private mutating func release(_ stream: inout HalfStream, keeping message: consuming PartialMessage) {
        guard stream.held >= 0 else { return }
        var message = message
        // It is emptied when it is used again: here the caller may still hold it, and emptying would make a new one.
        if message.memory > 0, spareBytes + message.memory <= Self.spareLimit {
            spareBytes += message.memory
            swap(&messages[Int(stream.held)], &message)
        }
        isTaken[Int(stream.held)] = false
        free.append(stream.held)
        stream.held = -1
    }

    private mutating func slot(of stream: inout HalfStream, _ name: StreamName) -> Int {
        if stream.held >= 0 { return Int(stream.held) }
        if let slot = free.popLast() {
            spareBytes -= messages[Int(slot)].memory
            messages[Int(slot)].removeAll()
            stream.held = slot
            isTaken[Int(slot)] = true
            owners[Int(slot)] = name
        } else {
            messages.append(PartialMessage())
            owners.append(name)
            isTaken.append(true)
            stream.held = Int32(truncatingIfNeeded: messages.count - 1)
        }
        return Int(stream.held)
    }
}

/// Names one direction of a flow in the table.
public struct StreamName: Sendable {
    /// The place of the flow in the table.
    public let slot: Int32
    /// The end that sends the stream.
    public let side: Side

    init(_ slot: Int, _ side: Side) {
        self.slot = Int32(truncatingIfNeeded: slot)
        self.side = side
    }
}
