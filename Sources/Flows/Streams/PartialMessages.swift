import Bytes
import Packets
import Tables

/// Bytes of a stream that wait for more: the beginning of a message, or what is searched for one; with the frames that
/// they came in.
public struct PartialMessage: PooledBuffer {
    /// The bytes.
    public var bytes: [UInt8] = []
    /// The frames that they came in.
    public var frames = KeptFrames()

    /// Nothing waits.
    public init() {}

    /// Whether nothing waits.
    public var isEmpty: Bool { bytes.isEmpty }

    /// How many bytes wait.
    public var count: Int { bytes.count }

    /// The memory that it takes up, in bytes.
    public var room: Int { bytes.capacity + frames.memory }

    /// Forgets the first `count` bytes, and keeps `frame` if what is left came in it: the bytes from `start` on.
    public mutating func settle(used count: Int, _ frame: FrameRef, from start: Int) {
        let end = bytes.count
        // Most that wait are used up by what comes next.
        if count >= end { return clear() }
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
    public mutating func clear() {
        bytes.clear()
        frames.removeAll()
    }

    /// Gives back the room of a long message that is not needed for the few bytes behind it.
    public mutating func trim() { bytes.trim() }
}

/// The partial messages of all streams: one for a stream that needs one.
struct PartialMessages: ~Copyable {
    private var pool = BufferPool<PartialMessage, StreamName>()

    /// Bytes of memory that hold something, in all streams together.
    var totalBytes: Int { pool.bytes }

    /// Moves the partial message of a stream out, an empty one where it has none.
    ///
    /// `put` takes it back.
    mutating func take(_ stream: borrowing HalfStream) -> PartialMessage { pool.take(stream.held) }

    /// Gives a stream its partial message back, or lets the slot go where nothing is left to hold.
    mutating func put(_ message: consuming PartialMessage, _ stream: inout HalfStream, of name: StreamName) {
        pool.put(message, &stream.held, of: name)
    }

    /// Begins to hold a copy of `bytes`, which came in `frame`; the stream holds nothing yet.
    mutating func hold(_ bytes: RawSpan, _ frame: FrameRef, _ stream: inout HalfStream, of name: StreamName) {
        pool.begin(&stream.held, of: name)
        pool[stream.held].bytes.append(copying: bytes)
        pool[stream.held].frames.keep(frame, upTo: bytes.byteCount)
    }

    /// Notes a frame that brought more of a long message whose beginning a stream holds.
    mutating func passOver(_ frame: FrameRef, _ stream: borrowing HalfStream) {
        if stream.held >= 0 { pool[stream.held].frames.passOver(frame) }
    }

    /// Lets go whatever a stream holds; gives how many bytes that were.
    mutating func drop(_ stream: inout HalfStream) -> Int { pool.drop(&stream.held) }

    /// The stream whose turn it is to give way; `nil` where none holds anything.
    mutating func victim() -> StreamName? { pool.victim() }
}

/// Names one direction of a flow in the table by the end that sends it.
public typealias StreamName = Tables.StreamName<Side>

extension StreamName {
    /// The stream that `side` of the flow in `slot` sends.
    init(_ slot: Int, _ side: Side) { self.init(slot: slot, half: side) }

    /// The end that sends the stream.
    public var side: Side { half }
}
