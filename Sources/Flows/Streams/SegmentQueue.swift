import Bytes
import Network
import Packets

/// TCP segments that came before the bytes in front of them, with the frames that they came in: copies, sorted by sequence
/// number for each stream.
///
/// The pool of segments is shared; slots and their buffers are used again. Bounded for a stream and in total.
struct SegmentQueue: ~Copyable {
    struct Segment: Sendable {
        var sequence = SequenceNumber(0)
        /// The frames that it came in; `payload` is a range of their bytes.
        var frames = KeptFrames()
        var payload = ByteRange.empty
        var arrival = Timestamp.zero
        /// What the other end had sent when this was sent; `nil` where that was seen before.
        var required: SequenceNumber?
        var next: Int32 = -1
        /// The stream it belongs to; `nil` while it is free.
        var owner: StreamName?
    }

    private(set) var segments: [Segment] = []
    private var free: [Int32] = []
    /// Bytes of memory that wait in all streams together.
    private(set) var totalBytes = 0
    /// Bytes of memory that free buffers keep for the next segment.
    private var spareBytes = 0
    private static let spareLimit = 4 << 20
    /// What a segment takes up beside its frames: a flood of segments of one byte fills memory as well.
    private static let overhead = MemoryLayout<Segment>.stride

    /// When all that waits was last looked at.
    private var lookedAt: Timestamp?
    /// Where the search for a stream that has to give way goes on.
    private var hand = 0
    /// The longest stretch of such a search: nobody shall pay for looking at all that waits.
    private static let searchLimit = 64

    /// Whether a segment in a frame of that size may wait, as far as all streams together go.
    func hasTotalRoom(for count: Int, _ limits: FlowLimits) -> Bool {
        totalBytes + KeptFrames.memory(ofFrame: count) + Self.overhead <= limits.queuedBytesTotal
    }

    /// A stream with a segment that has waited longer than `wait` nanoseconds; `nil` where the search found none.
    mutating func nextOverdue(at time: Timestamp, after wait: Int64) -> StreamName? {
        for _ in 0..<min(Self.searchLimit, segments.count) {
            hand = hand + 1 < segments.count ? hand + 1 : 0
            if let owner = segments[hand].owner, time.nanoseconds(since: segments[hand].arrival) >= wait {
                return owner
            }
        }
        return nil
    }

    /// Names every stream with a segment that has waited longer than `wait` nanoseconds, once for each such segment.
    ///
    /// Looks at all that waits, and so not again before `pause` nanoseconds have passed.
    mutating func findOverdue(at time: Timestamp, after wait: Int64, pause: Int64, _ names: inout [StreamName]) {
        if let lookedAt, (0..<pause).contains(time.nanoseconds(since: lookedAt)) { return }
        lookedAt = time
        for segment in segments {
            if let owner = segment.owner, time.nanoseconds(since: segment.arrival) >= wait { names.append(owner) }
        }
    }

    /// Whether a segment of that size may wait in that stream.
    func hasRoom(for count: Int, in stream: HalfStream, _ limits: FlowLimits) -> Bool {
        Int(stream.queuedSegments) < limits.queuedSegmentsPerStream
            && Int(stream.queuedBytes) + count <= limits.queuedBytesPerStream
            && hasTotalRoom(for: count, limits)
    }

    /// What became of a segment that was to wait.
    struct Sorted {
        /// In how many pieces it waits; 0 where all its bytes waited already.
        var pieces = 0
        /// Whether bytes that waited already differ from its own.
        var isConflict = false
    }

    /// Sorts a copy in.
    ///
    /// What came first stands: only bytes that do not wait yet are taken. The limits may be passed by one segment; the
    /// caller then asks `hasRoom` and gives some out. `frame` brought the bytes.
    mutating func insert(
        _ bytes: RawSpan, _ frame: FrameRef, at sequence: SequenceNumber, behind required: SequenceNumber?,
        time: Timestamp, into stream: inout HalfStream, of name: StreamName
    ) -> Sorted {
        var result = Sorted()
        let end = bytes.byteCount
        // Offsets into `bytes`: everything before `done` waits or is compared.
        var done = 0
        var previous: Int32 = -1
        var current = stream.queueHead
        while current >= 0, done < end {
            let start = segments[Int(current)].sequence.distance(from: sequence)
            let stop = start + segments[Int(current)].payload.count
            if stop > done {
                if start >= end { break }
                if start > done {
                    let piece = bytes.extracting(done..<start)
                    previous = link(
                        piece, frame, at: sequence.advanced(by: done), behind: required, time, after: previous, &stream,
                        name)
                    result.pieces += 1
                    done = start
                }
                let again = bytes.extracting(done..<min(stop, end))
                if differs(again, from: Int(current), at: done - start) { result.isConflict = true }
                done = min(stop, end)
            }
            previous = current
            current = segments[Int(current)].next
        }
        if done < end {
            let piece = bytes.extracting(done..<end)
            _ = link(
                piece, frame, at: sequence.advanced(by: done), behind: required, time, after: previous, &stream, name)
            result.pieces += 1
        }
        return result
    }

    private func differs(_ bytes: RawSpan, from segment: Int, at offset: Int) -> Bool {
        let range = ByteRange(offset: segments[segment].payload.offset + offset, count: bytes.byteCount)
        return !segments[segment].frames.hold(bytes, at: range)
    }

    /// Puts a copy behind the segment `previous`, or first where that is -1; returns its place.
    private mutating func link(
        _ bytes: RawSpan, _ frame: FrameRef, at sequence: SequenceNumber, behind required: SequenceNumber?,
        _ time: Timestamp,
        after previous: Int32, _ stream: inout HalfStream, _ name: StreamName
    ) -> Int32 {
        let slot = take()
        let number = Int32(truncatingIfNeeded: slot)
        segments[slot].owner = name
        segments[slot].sequence = sequence
        segments[slot].arrival = time
        segments[slot].required = required
        segments[slot].payload = segments[slot].frames.keep(frame, carrying: bytes)
        if previous >= 0 {
            segments[slot].next = segments[Int(previous)].next
            segments[Int(previous)].next = number
        } else {
            segments[slot].next = stream.queueHead
            stream.queueHead = number
        }
        stream.queuedSegments += 1
        stream.queuedBytes += Int32(truncatingIfNeeded: bytes.byteCount)
        totalBytes += segments[slot].frames.size + Self.overhead
        return number
    }

    /// The first waiting segment's sequence number, the time it came, and what it answers.
    func head(
        of stream: HalfStream
    ) -> (sequence: SequenceNumber, arrival: Timestamp, required: SequenceNumber?)? {
        guard stream.queueHead >= 0 else { return nil }
        let slot = Int(stream.queueHead)
        return (segments[slot].sequence, segments[slot].arrival, segments[slot].required)
    }

    /// A segment that was taken out of the queue.
    struct Taken {
        var sequence: SequenceNumber
        /// The frames that it came in, which the caller gives back with `recycle`; `payload` is a range of their bytes.
        var frames: KeptFrames
        var payload: ByteRange
    }

    /// Takes the first waiting segment out.
    mutating func removeHead(of stream: inout HalfStream) -> Taken? {
        guard stream.queueHead >= 0 else { return nil }
        let slot = Int(stream.queueHead)
        var taken = Taken(sequence: segments[slot].sequence, frames: KeptFrames(), payload: segments[slot].payload)
        swap(&taken.frames, &segments[slot].frames)
        stream.queueHead = segments[slot].next
        stream.queuedSegments -= 1
        stream.queuedBytes -= Int32(truncatingIfNeeded: taken.payload.count)
        totalBytes -= taken.frames.size + Self.overhead
        segments[slot].owner = nil
        free.append(Int32(truncatingIfNeeded: slot))
        return taken
    }

    /// Gives frames back to the pool, with their capacity.
    mutating func recycle(_ frames: consuming KeptFrames) {
        guard let slot = free.last, segments[Int(slot)].frames.memory == 0 else { return }
        guard spareBytes + frames.memory <= Self.spareLimit else { return }
        var frames = frames
        // `take` empties them: here the caller may still hold them, and emptying would make new ones.
        spareBytes += frames.memory
        swap(&segments[Int(slot)].frames, &frames)
    }

    private mutating func take() -> Int {
        if let slot = free.popLast() {
            spareBytes -= segments[Int(slot)].frames.memory
            segments[Int(slot)].frames.removeAll()
            return Int(slot)
        }
        segments.append(Segment())
        return segments.count - 1
    }
}
