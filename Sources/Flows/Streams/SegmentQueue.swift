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
        /// What speaks against it.
        var doubts: SegmentDoubts = []
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
    func hasRoom(for count: Int, in list: WaitingSegments, _ limits: FlowLimits) -> Bool {
        Int(list.count) < limits.queuedSegmentsPerStream
            && Int(list.bytes) + count <= limits.queuedBytesPerStream
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
        time: Timestamp, into list: inout WaitingSegments, of name: StreamName
    ) -> Sorted {
        var result = Sorted()
        let end = bytes.byteCount
        // Offsets into `bytes`: everything before `done` waits or is compared.
        var done = 0
        var previous: Int32 = -1
        var current = list.head
        while current >= 0, done < end {
            let start = segments[Int(current)].sequence.distance(from: sequence)
            let stop = start + segments[Int(current)].payload.count
            if stop > done {
                if start >= end { break }
                if start > done {
                    let piece = bytes.extracting(done..<start)
                    previous = link(
                        piece, frame, at: sequence.advanced(by: done), behind: required, time, after: previous, &list,
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
                piece, frame, at: sequence.advanced(by: done), behind: required, time, after: previous, &list, name)
            result.pieces += 1
        }
        return result
    }

    private func differs(_ bytes: RawSpan, from segment: Int, at offset: Int) -> Bool {
        let range = ByteRange(offset: segments[segment].payload.offset + offset, count: bytes.byteCount)
        return !segments[segment].frames.hold(bytes, at: range)
    }

    /// Puts a copy behind the segment `previous`, or first where that is -1; returns its place.
    mutating func link(
        _ bytes: RawSpan, _ frame: FrameRef, at sequence: SequenceNumber, behind required: SequenceNumber?,
        _ time: Timestamp,
        after previous: Int32, _ list: inout WaitingSegments, _ name: StreamName, doubts: SegmentDoubts = []
    ) -> Int32 {
        let slot = take()
        let number = Int32(truncatingIfNeeded: slot)
        segments[slot].owner = name
        segments[slot].sequence = sequence
        segments[slot].arrival = time
        segments[slot].required = required
        segments[slot].doubts = doubts
        segments[slot].payload = segments[slot].frames.keep(frame, carrying: bytes)
        if previous >= 0 {
            segments[slot].next = segments[Int(previous)].next
            segments[Int(previous)].next = number
        } else {
            segments[slot].next = list.head
            list.head = number
        }
        list.count += 1
        list.bytes += Int32(truncatingIfNeeded: bytes.byteCount)
        totalBytes += segments[slot].frames.size + Self.overhead
        return number
    }

    /// The first waiting segment's sequence number, the time it came, and what it answers.
    func head(
        of list: WaitingSegments
    ) -> (sequence: SequenceNumber, arrival: Timestamp, required: SequenceNumber?)? {
        guard list.head >= 0 else { return nil }
        let slot = Int(list.head)
        return (segments[slot].sequence, segments[slot].arrival, segments[slot].required)
    }

    /// A segment that was taken out of the queue.
    struct Taken {
        var sequence: SequenceNumber
        /// The frames that it came in, which the caller gives back with `recycle`; `payload` is a range of their bytes.
        var frames: KeptFrames
        var payload: ByteRange
        /// What speaks against it.
        var doubts: SegmentDoubts
    }

    /// Takes the first waiting segment out.
    mutating func removeHead(of list: inout WaitingSegments) -> Taken? {
        guard list.head >= 0 else { return nil }
        let slot = Int(list.head)
        var taken = Taken(
            sequence: segments[slot].sequence, frames: KeptFrames(), payload: segments[slot].payload,
            doubts: segments[slot].doubts)
        swap(&taken.frames, &segments[slot].frames)
        unlinkHead(of: &list)
        totalBytes -= taken.frames.size + Self.overhead
        segments[slot].owner = nil
        free.append(Int32(truncatingIfNeeded: slot))
        return taken
    }

    private func unlinkHead(of list: inout WaitingSegments) {
        let slot = Int(list.head)
        list.head = segments[slot].next
        list.count -= 1
        list.bytes -= Int32(truncatingIfNeeded: segments[slot].payload.count)
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

/// Segments of a stream that wait, sorted by sequence number: the head of a list in the pool, and how much it holds.
@usableFromInline
struct WaitingSegments: Sendable {
    /// The first one in the pool; -1 for none.
    @usableFromInline var head: Int32 = -1
    /// How many there are.
    var count: Int32 = 0
    /// The bytes of payload in them.
    var bytes: Int32 = 0

    /// Whether nothing waits.
    @inlinable var isEmpty: Bool { head < 0 }
}

// Segments that wait aside, since their receiver may not have taken them.
extension SegmentQueue {
    /// What has to be known of a segment to decide on it.
    struct Aside {
        var sequence: SequenceNumber
        var count: Int
        var arrival: Timestamp
        var doubts: SegmentDoubts
    }

    /// The first segment that waits aside.
    func aside(_ list: WaitingSegments) -> Aside? {
        guard list.head >= 0 else { return nil }
        let segment = segments[Int(list.head)]
        return Aside(
            sequence: segment.sequence, count: segment.payload.count, arrival: segment.arrival, doubts: segment.doubts)
    }

    /// Sorts a copy in, whatever else waits for the same bytes.
    mutating func setAside(
        _ bytes: RawSpan, _ frame: FrameRef, at sequence: SequenceNumber, doubts: SegmentDoubts, time: Timestamp,
        in list: inout WaitingSegments, of name: StreamName
    ) {
        let previous = place(of: sequence, in: list)
        _ = link(bytes, frame, at: sequence, behind: nil, time, after: previous, &list, name, doubts: doubts)
    }

    /// Moves the first segment of one list to its place in another; gives where it came from.
    mutating func admitHead(of list: inout WaitingSegments, into other: inout WaitingSegments) -> Provenance {
        let number = list.head
        unlinkHead(of: &list)
        link(Int(number), after: place(of: segments[Int(number)].sequence, in: other), &other)
        segments[Int(number)].doubts = []
        return segments[Int(number)].frames.lastProvenance ?? .none
    }

    /// Moves the segments of a list that overlap a range, and answer what the other end has not sent, to their places in the
    /// list of what waits aside; gives how many.
    mutating func demote(
        from start: SequenceNumber, count: Int, in list: inout WaitingSegments, to aside: inout WaitingSegments,
        where isUnseen: (SequenceNumber) -> Bool
    ) -> Int {
        var moved = 0
        var previous: Int32 = -1
        var current = list.head
        while current >= 0 {
            let (number, next) = (Int(current), segments[Int(current)].next)
            let offset = segments[number].sequence.distance(from: start)
            if offset >= count { break }
            let length = segments[number].payload.count
            if offset + length > 0, let required = segments[number].required, isUnseen(required) {
                if previous >= 0 { segments[Int(previous)].next = next } else { list.head = next }
                list.count -= 1
                list.bytes -= Int32(truncatingIfNeeded: length)
                segments[number].required = nil
                segments[number].doubts = .acknowledgesUnsent
                link(number, after: place(of: segments[number].sequence, in: aside), &aside)
                moved += 1
            } else {
                previous = current
            }
            current = next
        }
        return moved
    }

    /// Of the segments at the head of a list that begin alike and end before `limit`, lets the one go first that least speaks
    /// against.
    mutating func preferLeastDoubted(upTo limit: SequenceNumber, in list: inout WaitingSegments) {
        guard list.count > 1 else { return }
        let start = segments[Int(list.head)].sequence
        var (best, before) = (list.head, Int32(-1))
        var (previous, current) = (list.head, segments[Int(list.head)].next)
        while current >= 0, segments[Int(current)].sequence == start {
            let segment = segments[Int(current)]
            let fits = start.advanced(by: segment.payload.count).distance(from: limit) <= 0
            if fits, segment.doubts != .rival, segment.doubts.weight < segments[Int(best)].doubts.weight {
                (best, before) = (current, previous)
            }
            (previous, current) = (current, segments[Int(current)].next)
        }
        guard before >= 0 else { return }
        segments[Int(before)].next = segments[Int(best)].next
        segments[Int(best)].next = list.head
        list.head = best
    }

    /// Puts a segment that is in no list behind the segment `previous`, or first where that is -1.
    private mutating func link(_ number: Int, after previous: Int32, _ list: inout WaitingSegments) {
        if previous >= 0 {
            segments[number].next = segments[Int(previous)].next
            segments[Int(previous)].next = Int32(truncatingIfNeeded: number)
        } else {
            segments[number].next = list.head
            list.head = Int32(truncatingIfNeeded: number)
        }
        list.count += 1
        list.bytes += Int32(truncatingIfNeeded: segments[number].payload.count)
    }

    /// The last segment of a list that does not begin behind `sequence`; -1 where there is none.
    private func place(of sequence: SequenceNumber, in list: WaitingSegments) -> Int32 {
        var previous: Int32 = -1
        var current = list.head
        while current >= 0, segments[Int(current)].sequence.distance(from: sequence) <= 0 {
            previous = current
            current = segments[Int(current)].next
        }
        return previous
    }
}
