import Bytes
import Network
import Packets
import Tables

/// Flows, and for TCP their two streams put in order.
///
/// An in-order segment is handed through without a copy: `accept` says which of its bytes are new. A segment that came
/// too early waits in a bounded queue, with the frames that it came in, until `nextQueued` gives it out. What the owner
/// could not use yet, the beginning of a message, is held for the stream with its frames (`takeHeld`, `putHeld`).
public struct TCPStreams: ~Copyable {
    /// The flows, UDP as well.
    public var table: FlowTable
    /// What happened to segments.
    public internal(set) var counters = StreamCounters()
    let limits: FlowLimits
    var queue = SegmentQueue()
    var held = PartialMessages()
    var history: DeliveredHistory
    var otherReadings: OtherReadings
    /// The first reading of a stream, while the second one goes on.
    var suspended: OtherReadings.Reading?
    /// What was found of tricks since the caller last asked.
    var findings: [SegmentFinding] = []
    /// Whether there is any.
    public var hasFindings: Bool { !findings.isEmpty }
    /// What `findOverdue` found.
    public private(set) var overdue: [StreamName] = []

    /// No flows yet.
    public init(limits: FlowLimits, hash: SeededHash) {
        self.limits = limits
        table = FlowTable(limits: limits, hash: hash)
        history = DeliveredHistory(bytes: limits.historyBytes)
        otherReadings = OtherReadings(byteLimit: limits.heldBytesTotal / 16)
    }

    /// What a segment brought.
    public struct Accepted: Sendable {
        /// The bytes of the frame that come next in the stream; empty where there are none.
        public var deliver = ByteRange.empty
        /// A new connection began on the addresses and ports of an old one; the flow's streams were reset.
        public var isRestart = false
        /// How many bytes behind those in `deliver` were sent but not captured.
        ///
        /// The stream goes on behind them.
        public var missing = 0
        /// The bytes before those in `deliver` are lost.
        public var isGap = false
        /// Whether it is closed by a RST: bytes sent before that may still come.
        public var isReset = false
        /// The connection is closed with this segment.
        public var closes = false
    }

    /// Takes a TCP segment of a flow.
    ///
    /// `payload` is a range of `packet`, which holds `missing` bytes less than were sent. `packet` is the frame, or
    /// what fragments were put together to; `frame` is what brought it. `doubts` is what `doubts(_:_:slot:side:)` said of it.
    public mutating func accept(
        _ header: TCPHeader, payload: ByteRange, missing: Int, of packet: RawSpan, _ frame: FrameRef,
        doubts: SegmentDoubts = [], slot: Int, side: Side, at time: Timestamp
    ) -> Accepted {
        if !doubts.isEmpty,
            let result = acceptDoubted(doubts, header, payload: payload, of: packet, frame, slot, side, time)
        {
            return result
        }
        var result = Accepted()
        if missing == 0 {
            switch table[slot].takeUsual(header, count: payload.count, side) {
            case .empty: return result
            case .next:
                remember(packet.slice(payload), at: header.sequence, slot, side)
                result.deliver = payload
                return result
            case .other: break
            }
        }
        var payload = payload
        if header.flags.contains(.syn) {
            result.isRestart = acceptSYN(header, frame, slot, side)
            if !payload.isEmpty { setSYNDataAside(header, payload, packet, frame, slot, side, time) }
            payload = .empty
        }
        if header.flags.contains(.rst) {
            guard isPlausibleReset(header, slot, side) else {
                counters.outOfWindow += 1
                noteForgedReset(header, frame, doubts, slot, side)
                return result
            }
            table[slot].isClosed = true
            result.closes = true
            result.isReset = true
            return result
        }
        if header.flags.contains(.ack) { settle(by: header.acknowledgement, slot, side.other) }
        let start = header.flags.contains(.syn) ? header.sequence.advanced(by: 1) : header.sequence
        if !table[slot][side].isSynchronised, !payload.isEmpty || header.flags.contains(.fin) {
            table[slot][side].next = start
            table[slot][side].isSynchronised = true
        }
        let sent = payload.count + (header.flags.contains(.syn) ? 0 : missing)
        if header.flags.contains(.fin) { acceptFIN(start, sent, slot, side) }
        if !payload.isEmpty {
            if isRival(start, slot, side) {
                restart(slot, side, at: start)
                result.isRestart = true
            }
            let gaps = counters.gaps
            if missing > 0, !hasQueued(in: slot, side) { table[slot][side].isSettled = true }
            // It was sent after those bytes, and what it carries may answer them. A capture that joins two directions, or takes
            // them from two queues of a card, may show it before.
            let isAhead = header.flags.contains(.ack) && table[slot][side.other].isBehind(header.acknowledgement)
            let required = isAhead ? header.acknowledgement : nil
            result.deliver = acceptPayload(payload, packet, frame, start, behind: required, slot, side, time)
            result.isGap = counters.gaps != gaps
        }
        if missing > 0, table[slot][side].isSynchronised,
            table[slot][side].next == start.advanced(by: payload.count)
        {
            // Nobody will send them again: there is nothing to wait for.
            table[slot][side].next = start.advanced(by: sent)
            counters.lostBytes += UInt64(missing)
            result.missing = missing
        }
        if table[slot][.first].isFinished, table[slot][.second].isFinished, !table[slot].isClosed {
            table[slot].isClosed = true
            result.closes = true
        }
        return result
    }

    /// Remembers bytes that are about to be delivered.
    private mutating func remember(_ bytes: RawSpan, at start: SequenceNumber, _ slot: Int, _ side: Side) {
        let isBoundary = table[slot][side].isAtBoundary
        history.remember(bytes, at: start, beginsMessage: isBoundary, &table[slot][side].newest)
    }

    private mutating func acceptPayload(
        _ payload: ByteRange, _ packet: RawSpan, _ frame: FrameRef, _ start: SequenceNumber,
        behind required: SequenceNumber?, _ slot: Int, _ side: Side, _ time: Timestamp
    ) -> ByteRange {
        let ahead = start.distance(from: table[slot][side].next)
        guard abs(ahead) <= HalfStream.maximumDistance || isNewPlace(start, payload.count, slot, side) else {
            counters.outOfWindow += 1
            return .empty
        }
        if abs(ahead) > HalfStream.maximumDistance {
            giveUp(slot, side, to: start.advanced(by: payload.count), lost: max(0, ahead))
            return payload
        }
        table[slot][side].strays = 0
        if required == nil, hasQueued(in: slot, side) {
            demoteUnanswered(from: start, count: payload.count, slot, side)
        }
        if !table[slot][side].isSettled {
            moveBack(to: start, slot, side)
            enqueue(packet.slice(payload), frame, at: start, behind: required, slot, side, time)
            return .empty
        }
        if ahead <= 0 {
            let fresh = payload.count + ahead
            if ahead < 0 { compare(packet.slice(payload), at: start, [], frame, slot, side) }
            guard fresh > 0 else {
                counters.retransmitted += 1
                return .empty
            }
            if ahead < 0 { counters.overlapping += 1 }
            if required != nil {
                counters.acknowledgedAhead += 1
                enqueue(packet.slice(payload), frame, at: start, behind: required, slot, side, time)
                return .empty
            }
            let deliver = ByteRange(
                offset: payload.offset - ahead,
                count: lengthBeforeQueue(fresh, behind: payload, packet, frame, slot, side, time))
            remember(packet.slice(deliver), at: table[slot][side].next, slot, side)
            table[slot][side].next = table[slot][side].next.advanced(by: deliver.count)
            return deliver
        }
        counters.outOfOrder += 1
        enqueue(packet.slice(payload), frame, at: start, behind: required, slot, side, time)
        return .empty
    }

    /// How many of the last `fresh` bytes of a segment lie in front of what waits.
    ///
    /// The others are sorted in behind it: what waits came first, and stands.
    private mutating func lengthBeforeQueue(
        _ fresh: Int, behind payload: ByteRange, _ packet: RawSpan, _ frame: FrameRef, _ slot: Int, _ side: Side,
        _ time: Timestamp
    ) -> Int {
        guard let head = queue.head(of: table[slot][side].queued) else { return fresh }
        let length = head.sequence.distance(from: table[slot][side].next)
        guard length > 0, length < fresh else { return fresh }
        let rest = ByteRange(offset: payload.end - fresh + length, count: fresh - length)
        enqueue(packet.slice(rest), frame, at: head.sequence, behind: nil, slot, side, time)
        return length
    }

    /// Whether segments far off the stream have followed each other often enough to be the stream itself, after a loss
    /// larger than any window.
    ///
    /// A forged segment or two move nothing.
    private mutating func isNewPlace(_ start: SequenceNumber, _ count: Int, _ slot: Int, _ side: Side) -> Bool {
        let stream = table[slot][side]
        let strays = stream.strays > 0 && stream.strayEnd == start ? stream.strays + 1 : 1
        table[slot][side].strayEnd = start.advanced(by: count)
        table[slot][side].strays = strays < 8 ? strays : 0
        return strays >= 8
    }

    /// Forgets what waits in a stream, which goes on at `next`, or else behind all that waited.
    private mutating func giveUp(_ slot: Int, _ side: Side, to next: SequenceNumber? = nil, lost: Int = 0) {
        while let taken = queue.removeHead(of: &table[slot][side].queued) {
            noteUnparsed(taken.payload.count, slot)
            table[slot][side].next = taken.sequence.advanced(by: taken.payload.count)
            queue.recycle(taken.frames)
        }
        if let next { table[slot][side].next = next }
        counters.gaps += 1
        counters.lostBytes += UInt64(lost)
        table[slot][side].hasUnknownHole = true
        loseBoundary(slot, side)
    }

    /// Lets a segment wait.
    ///
    /// Where the room of all streams is taken, those give way that have waited too long and would know it if anything
    /// more had come of their flows.
    private mutating func enqueue(
        _ bytes: RawSpan, _ frame: FrameRef, at start: SequenceNumber, behind required: SequenceNumber?, _ slot: Int,
        _ side: Side, _ time: Timestamp
    ) {
        while !queue.hasTotalRoom(for: frame.bytes.byteCount, limits),
            let victim = queue.nextOverdue(at: time, after: limits.queueWaitNanoseconds)
        {
            dropDoubted(Int(victim.slot), victim.side)
            if hasQueued(in: Int(victim.slot), victim.side) { giveUp(Int(victim.slot), victim.side) }
        }
        let sorted = queue.insert(
            bytes, frame, at: start, behind: required, time: time,
            into: &table[slot][side].queued, of: StreamName(slot, side))
        // Which of them is read is known once that is read.
        if sorted.isConflict {
            counters.conflicts += 1
            setAside(bytes, frame, at: start, .rival, slot, side, time)
        }
        if sorted.pieces == 0 { counters.retransmitted += 1 }
    }

    private mutating func noteUnparsed(_ count: Int, _ slot: Int) {
        if table[slot].kind.isFollowed { counters.unparsedBytes += UInt64(count) }
    }

    /// Names the streams in which something has waited longer than it should for what comes before it, in `overdue`.
    ///
    /// Costs next to nothing where nothing waits, and looks at all that waits four times a second at most.
    public mutating func findOverdue(at time: Timestamp) {
        overdue.removeAll(keepingCapacity: true)
        guard hasQueued else { return }
        queue.findOverdue(
            at: time, after: limits.queueWaitNanoseconds, pause: limits.queueWaitNanoseconds / 8, &overdue)
    }

    /// Whether bytes of any stream wait for those in front of them.
    public var hasQueued: Bool { queue.totalBytes > 0 }

    /// Holds a copy of bytes, which came in `frame`, against those that were delivered, as far as they are remembered.
    ///
    /// The first copy stands; that there was another is told.
    mutating func compare(
        _ bytes: RawSpan, at start: SequenceNumber, _ doubts: SegmentDoubts, _ frame: FrameRef, _ slot: Int,
        _ side: Side,
        wasWaiting: Bool = false
    ) {
        let stream = table[slot][side]
        // A keep-alive may carry one byte of nothing in the last one's place (RFC 1122, 4.2.3.6).
        if bytes.byteCount == 1, stream.next.distance(from: start) == 1 { return }
        guard let difference = history.difference(bytes, at: start, stream.newest) else { return }
        var doubts = doubts
        // A rival was counted when it came.
        if doubts != .rival { counters.conflicts += 1 }
        if doubts.isEmpty, !wasWaiting, isAcknowledged(start.advanced(by: difference.range.upperBound), slot, side) {
            doubts = .acknowledged
        }
        let isDecoy = !doubts.isSubset(of: .rival)
        var copy: [UInt8] = []
        copy.append(copying: bytes)
        note(
            SegmentFinding(
                kind: isDecoy ? .decoy : .ambiguous, stream: StreamName(slot, side), doubts: doubts, start: start,
                copy: copy, difference: difference.range, read: difference.read, frames: KeptFrames(frame)), slot)
    }

    /// Whether bytes of one stream wait.
    @inlinable public func hasQueued(in slot: Int, _ side: Side) -> Bool { !table[slot][side].queued.isEmpty }

    /// Whether bytes of one stream wait, be it for those in front of them or for what decides on them.
    @inlinable public func hasWaiting(in slot: Int, _ side: Side) -> Bool {
        !table[slot][side].queued.isEmpty || !table[slot][side].doubted.isEmpty
    }

    /// Whether bytes of either stream of a flow wait, be it for those in front of them or for what decides on them.
    @inlinable
    public func hasWaiting(in slot: Int) -> Bool { hasWaiting(in: slot, .first) || hasWaiting(in: slot, .second) }

    /// Whether bytes of either stream of a flow wait for those in front of them.
    @inlinable
    public func hasQueued(in slot: Int) -> Bool { hasQueued(in: slot, .first) || hasQueued(in: slot, .second) }

    /// Bytes that waited for those in front of them.
    public struct QueuedChunk: Sendable {
        /// The frames that they came in, which go back with `recycle`.
        public var frames: KeptFrames
        /// Where the bytes that come next lie in `frames`.
        public var range: ByteRange
        /// How many bytes in front of them are lost.
        public var gap: Int
        /// Whether they answer bytes of the other end that have not been seen.
        public var answersUnseen: Bool
        /// How many of those were given up with them: the other stream goes on behind them.
        public var lostOfOther: Int
    }

    /// Whether the hole in front of what waits in a stream is about to be given up: what is held then has no sequel.
    public func isGapDue(slot: Int, side: Side, at time: Timestamp, force: Bool) -> Bool {
        guard let head = queue.head(of: table[slot][side].queued) else { return false }
        let ahead = head.sequence.distance(from: table[slot][side].next)
        return ahead > 0 && (force || isOverdue(table[slot][side], since: head.arrival, at: time))
    }

    /// The next waiting bytes of a stream, when they are due.
    ///
    /// Due are those that follow in order, and, behind a hole, those that waited too long or have too many behind them;
    /// with `force` all. A hole that is given up is counted.
    public mutating func nextQueued(slot: Int, side: Side, at time: Timestamp, force: Bool = false) -> QueuedChunk? {
        if !table[slot][side].doubted.isEmpty { settleDoubted(slot, side, at: time, force: force) }
        while let head = queue.head(of: table[slot][side].queued) {
            let ahead = head.sequence.distance(from: table[slot][side].next)
            let isDue = force || isOverdue(table[slot][side], since: head.arrival, at: time)
            if !table[slot][side].isSettled {
                guard isDue || table[slot][side].queued.count >= Self.segmentsToSettle else { return nil }
                table[slot][side].isSettled = true
            }
            if ahead > 0, !isDue { return nil }
            let isUnanswered = head.required.map { table[slot][side.other].isBehind($0) } ?? false
            if isUnanswered, !isDue { return nil }
            guard let taken = queue.removeHead(of: &table[slot][side].queued) else { return nil }
            let count = taken.payload.count
            if ahead > 0, isBehindEnd(taken.sequence, slot, side) {
                noteUnread(taken, .afterEnd, slot, side)
                queue.recycle(taken.frames)
                continue
            }
            if isUnanswered, count + ahead > 0, isAnswerToNothing(head, count: count, slot, side, at: time) {
                noteUnread(taken, .acknowledgesUnsent, slot, side)
                queue.recycle(taken.frames)
                continue
            }
            if ahead < 0 {
                compare(
                    taken.frames.slice(taken.payload), at: taken.sequence, taken.doubts, FrameRef(taken.frames), slot,
                    side, wasWaiting: true)
            }
            if count + ahead <= 0 {
                counters.retransmitted += 1
                queue.recycle(taken.frames)
                continue
            }
            let skip = max(0, -ahead)
            let range = ByteRange(offset: taken.payload.offset + skip, count: count - skip)
            remember(taken.frames.slice(range), at: taken.sequence.advanced(by: skip), slot, side)
            table[slot][side].next = taken.sequence.advanced(by: count)
            if ahead > 0 {
                counters.gaps += 1
                counters.lostBytes += UInt64(ahead)
            }
            var lostOfOther = 0
            if isUnanswered, !force, !hasQueued(in: slot, side.other), let required = head.required {
                lostOfOther = lose(upTo: required, slot, side.other)
            }
            return QueuedChunk(
                frames: taken.frames, range: range, gap: max(0, ahead), answersUnseen: isUnanswered,
                lostOfOther: lostOfOther)
        }
        return nil
    }

    /// Gives up bytes that were acknowledged and never seen; gives how many.
    private mutating func lose(upTo next: SequenceNumber, _ slot: Int, _ side: Side) -> Int {
        let count = max(0, next.distance(from: table[slot][side].next))
        counters.gaps += 1
        counters.lostBytes += UInt64(count)
        table[slot][side].next = next
        return count
    }

    private func isOverdue(_ stream: HalfStream, since arrival: Timestamp, at time: Timestamp) -> Bool {
        time.nanoseconds(since: arrival) >= limits.queueWaitNanoseconds
            || !queue.hasRoom(for: 0, in: stream.queued, limits)
    }

    /// Gives the frames of a chunk back.
    public mutating func recycle(_ chunk: consuming QueuedChunk) { queue.recycle(chunk.frames) }

    /// Forgets a half-received message and waits for a boundary that proves itself.
    public mutating func loseBoundary(_ slot: Int, _ side: Side) {
        noteUnparsed(held.drop(&table[slot][side]), slot)
        table[slot][side].framing = .lost(startsSegment: false, searched: 0)
    }

    /// Counts bytes of a followed stream that were not understood.
    public mutating func countUnparsed(_ bytes: Int) { counters.unparsedBytes += UInt64(bytes) }

    /// Lets go of everything that a flow's streams hold, as the flow leaves or begins anew.
    ///
    /// Waiting bytes are counted.
    public mutating func reset(_ slot: Int) {
        var flow = table[slot]
        release(&flow)
        for side in [Side.first, .second] {
            let profile = table[slot][side].profile
            table[slot][side] = HalfStream()
            // A machine goes on to fill in its checksums, or to leave them to its card.
            table[slot][side].profile.traits = profile.traits.intersection(.rightChecksum)
            table[slot][side].profile.checksumPoints = profile.checksumPoints
        }
        table[slot].isClosed = false
    }

    /// Lets go of what the streams of a flow that has left the table still hold.
    public mutating func release(_ flow: inout Flow) {
        releaseBuffers(&flow[.first], isFollowed: flow.kind.isFollowed)
        releaseBuffers(&flow[.second], isFollowed: flow.kind.isFollowed)
    }

    /// Lets go of what the streams of a flow hold that is ignored from now on.
    public mutating func abandon(_ slot: Int) {
        var flow = table[slot]
        releaseBuffers(&flow[.first], isFollowed: false)
        releaseBuffers(&flow[.second], isFollowed: false)
        table[slot] = flow
    }

    private mutating func releaseBuffers(_ stream: inout HalfStream, isFollowed: Bool) {
        if held.drop(&stream) > 0, isFollowed { counters.unfinishedMessages += 1 }
        while let taken = queue.removeHead(of: &stream.doubted) {
            counters.refused += 1
            queue.recycle(taken.frames)
        }
        while let taken = queue.removeHead(of: &stream.queued) {
            if isFollowed { counters.unparsedBytes += UInt64(taken.payload.count) }
            queue.recycle(taken.frames)
        }
    }
}
