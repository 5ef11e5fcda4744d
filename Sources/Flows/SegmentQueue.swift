import Bytes
import Network
import Packets

/// TCP segments that came before the octets in front of them: copies, sorted by sequence number for each stream.
///
/// The pool of segments is shared; slots and their buffers are used again. Bounded for a stream and in total.
struct SegmentQueue: ~Copyable {
    struct Segment: Sendable {
        var sequence = SequenceNumber(0)
        var bytes: [UInt8] = []
        var arrival = Timestamp.zero
        var next: Int32 = -1
    }

    private(set) var segments: [Segment] = []
    private var free: [Int32] = []
    /// Octets that wait in all streams together.
    private(set) var totalBytes = 0

    /// Whether a segment of that size may wait in that stream.
    func hasRoom(for count: Int, in stream: StreamSide, _ limits: FlowLimits) -> Bool {
        Int(stream.queuedSegments) < limits.queuedSegmentsPerStream
            && Int(stream.queuedBytes) + count <= limits.queuedBytesPerStream
            && totalBytes + count <= limits.queuedBytesTotal
    }

    /// Sorts a copy in. The caller has asked `hasRoom`.
    mutating func insert(_ bytes: RawSpan, at sequence: SequenceNumber, time: Timestamp, into stream: inout StreamSide)
    {
        let slot = take()
        segments[slot].sequence = sequence
        segments[slot].arrival = time
        segments[slot].bytes.append(copying: bytes)
        var previous: Int32 = -1
        var current = stream.queueHead
        while current >= 0, segments[Int(current)].sequence.distance(from: sequence) <= 0 {
            previous = current
            current = segments[Int(current)].next
        }
        segments[slot].next = current
        let number = Int32(truncatingIfNeeded: slot)
        if previous >= 0 { segments[Int(previous)].next = number } else { stream.queueHead = number }
        stream.queuedSegments += 1
        stream.queuedBytes += Int32(truncatingIfNeeded: bytes.byteCount)
        totalBytes += bytes.byteCount
    }

    /// The first waiting segment's sequence number and the time it came.
    func head(of stream: StreamSide) -> (sequence: SequenceNumber, arrival: Timestamp)? {
        guard stream.queueHead >= 0 else { return nil }
        let segment = segments[Int(stream.queueHead)]
        return (segment.sequence, segment.arrival)
    }

    /// Takes the first waiting segment out; its buffer moves to the caller, who gives it back with `recycle`.
    mutating func removeHead(of stream: inout StreamSide) -> (sequence: SequenceNumber, bytes: [UInt8])? {
        guard stream.queueHead >= 0 else { return nil }
        let slot = Int(stream.queueHead)
        var bytes: [UInt8] = []
        swap(&bytes, &segments[slot].bytes)
        stream.queueHead = segments[slot].next
        stream.queuedSegments -= 1
        stream.queuedBytes -= Int32(truncatingIfNeeded: bytes.count)
        totalBytes -= bytes.count
        free.append(Int32(truncatingIfNeeded: slot))
        return (segments[slot].sequence, bytes)
    }

    /// Gives a buffer back to the pool, with its capacity.
    mutating func recycle(_ buffer: consuming [UInt8]) {
        guard let slot = free.last, segments[Int(slot)].bytes.capacity == 0, buffer.capacity <= 1 << 16 else { return }
        var buffer = buffer
        // `take` empties it: here the caller may still hold it, and emptying would make a new one.
        swap(&segments[Int(slot)].bytes, &buffer)
    }

    private mutating func take() -> Int {
        if let slot = free.popLast() {
            segments[Int(slot)].bytes.removeAll(keepingCapacity: true)
            return Int(slot)
        }
        segments.append(Segment())
        return segments.count - 1
    }
}
