import Bytes
import Network
import Packets

/// Flows, and for TCP their two streams put in order.
///
/// An in-order segment is handed through without a copy: `accept` says which of its octets are new. A segment that came
/// too early waits in a bounded queue until `nextQueued` gives it out. What the owner could not use yet, the beginning
/// of a message, is held in a buffer of the stream (`takeHeld`, `putHeld`).
public struct TCPStreams: ~Copyable {
    /// The flows, UDP as well.
    public var table: FlowTable
    /// What happened to segments.
    public private(set) var counters = StreamCounters()
    private let limits: FlowLimits
    private var queue = SegmentQueue()
    private var held = HeldBuffers()

    /// No flows yet.
    public init(limits: FlowLimits, hash: SeededHash) {
        self.limits = limits
        table = FlowTable(limits: limits, hash: hash)
    }

    /// What a segment brought.
    public struct Accepted: Sendable {
        /// The octets of the frame that come next in the stream; empty where there are none.
        public var deliver = ByteRange.empty
        /// A new connection began on the addresses and ports of an old one; the flow's streams were reset.
        public var isRestart = false
        /// The connection is closed with this segment.
        public var closes = false
    }

    /// Takes a TCP segment of a flow; `packet.payload` is a range of `frame`.
    public mutating func accept(
        _ packet: borrowing Packet, frame: RawSpan, slot: Int, side: Side, at time: Timestamp
    ) -> Accepted {
        accept(
            packet.tcp, payload: packet.payload, missing: packet.missing, frame: frame, slot: slot, side: side,
            at: time)
    }

    /// The same by the parts of the packet, for a caller who would have to copy the packet to lend it.
    public mutating func accept(
        _ header: TCPHeader, payload: ByteRange, missing: Int, frame: RawSpan, slot: Int, side: Side,
        at time: Timestamp
    ) -> Accepted {
        var result = Accepted()
        if header.flags.isDisjoint(with: [.syn, .fin, .rst]), !table[slot].isEnding {
            // Most segments are of this kind: octets that come next, or nothing but an acknowledgement.
            if payload.isEmpty { return result }
            if table[slot][side].advance(from: header.sequence, by: payload.count) {
                result.deliver = payload
                return result
            }
        }
        if header.flags.contains(.syn) { result.isRestart = acceptSYN(header, slot, side) }
        if header.flags.contains(.rst) {
            table[slot].isClosed = true
            result.closes = true
            return result
        }
        let start = header.flags.contains(.syn) ? header.sequence.advanced(by: 1) : header.sequence
        if !table[slot][side].isSynchronised, !payload.isEmpty || header.flags.contains(.fin) {
            table[slot][side].next = start
            table[slot][side].isSynchronised = true
        }
        let sent = payload.count + missing
        if header.flags.contains(.fin), !table[slot][side].hasFIN {
            table[slot][side].hasFIN = true
            table[slot][side].finSequence = start.advanced(by: sent)
        }
        if !payload.isEmpty {
            result.deliver = acceptPayload(payload, frame, start, slot, side, time)
        }
        if table[slot][.first].isFinished, table[slot][.second].isFinished, !table[slot].isClosed {
            table[slot].isClosed = true
            result.closes = true
        }
        return result
    }

    private mutating func acceptSYN(_ header: TCPHeader, _ slot: Int, _ side: Side) -> Bool {
        let first = header.sequence.advanced(by: 1)
        let stream = table[slot][side]
        var isRestart = false
        if stream.isSynchronised {
            if stream.hasSYN ? stream.initial == first : (0...(1 << 20)).contains(stream.next.distance(from: first)) {
                return false
            }
            isRestart = true
            reset(slot)
        }
        table[slot][side].isSynchronised = true
        table[slot][side].hasSYN = true
        table[slot][side].initial = first
        table[slot][side].next = first
        return isRestart
    }

    private mutating func acceptPayload(
        _ payload: ByteRange, _ frame: RawSpan, _ start: SequenceNumber, _ slot: Int, _ side: Side, _ time: Timestamp
    ) -> ByteRange {
        let ahead = start.distance(from: table[slot][side].next)
        if ahead <= 0 {
            let fresh = payload.count + ahead
            guard fresh > 0 else {
                counters.retransmitted += 1
                return .empty
            }
            if ahead < 0 { counters.overlapping += 1 }
            table[slot][side].next = start.advanced(by: payload.count)
            return ByteRange(offset: payload.offset - ahead, count: fresh)
        }
        guard ahead <= maximumDistanceAhead else {
            counters.outOfWindow += 1
            return .empty
        }
        counters.outOfOrder += 1
        queue.insert(frame.slice(payload), at: start, time: time, into: &table[slot][side])
        return .empty
    }

    /// A segment further ahead than this is no part of the stream: the largest window is 1 GiB (RFC 7323, 2.3), but a
    /// device with more than 16 MiB in flight is not one of those that we watch.
    private var maximumDistanceAhead: Int { 1 << 24 }

    /// Whether octets of any stream wait for those in front of them.
    public var hasQueued: Bool { queue.totalBytes > 0 }

    /// Octets that waited for those in front of them.
    public struct QueuedChunk: Sendable {
        /// A buffer that goes back with `recycle`.
        public var buffer: [UInt8]
        /// How many octets of it were delivered before.
        public var skip: Int
        /// How many octets in front of it are lost; the stream's message boundaries are lost with them.
        public var gap: Int
    }

    /// The next waiting octets of a stream, when they are due.
    ///
    /// Due are those that follow in order, and, behind a hole, those that waited too long or have too many behind them;
    /// with `force` all. A hole that is given up is counted.
    public mutating func nextQueued(slot: Int, side: Side, at time: Timestamp, force: Bool = false) -> QueuedChunk? {
        while let head = queue.head(of: table[slot][side]) {
            let ahead = head.sequence.distance(from: table[slot][side].next)
            if ahead > 0, !force, !isOverdue(table[slot][side], since: head.arrival, at: time) { return nil }
            guard let (sequence, bytes) = queue.removeHead(of: &table[slot][side]) else { return nil }
            if bytes.count + ahead <= 0 {
                counters.retransmitted += 1
                queue.recycle(bytes)
                continue
            }
            table[slot][side].next = sequence.advanced(by: bytes.count)
            if ahead > 0 {
                counters.gaps += 1
                counters.lostBytes += UInt64(ahead)
                loseBoundary(slot, side)
            }
            return QueuedChunk(buffer: bytes, skip: max(0, -ahead), gap: max(0, ahead))
        }
        return nil
    }

    private func isOverdue(_ stream: StreamSide, since arrival: Timestamp, at time: Timestamp) -> Bool {
        time.nanoseconds(since: arrival) >= limits.queueWaitNanoseconds
            || !queue.hasRoom(for: 0, in: stream, limits)
    }

    /// Gives the buffer of a chunk back.
    public mutating func recycle(_ chunk: consuming QueuedChunk) { queue.recycle(chunk.buffer) }

    /// Forgets a half-received message and waits for a boundary that proves itself.
    public mutating func loseBoundary(_ slot: Int, _ side: Side) {
        counters.unparsedBytes += UInt64(held.drop(&table[slot][side]))
        table[slot][side].skip = 0
        table[slot][side].wholeLength = 0
        table[slot][side].isLost = true
    }

    /// Counts octets of a followed stream that were not understood.
    public mutating func countUnparsed(_ bytes: Int) { counters.unparsedBytes += UInt64(bytes) }

    /// Lets go of everything that a flow's streams hold, as the flow leaves or begins anew. Waiting octets are counted.
    public mutating func reset(_ slot: Int) {
        var flow = table[slot]
        release(&flow)
        table[slot][.first] = StreamSide()
        table[slot][.second] = StreamSide()
        table[slot].isClosed = false
    }

    /// Lets go of what the streams of a flow that has left the table still hold.
    public mutating func release(_ flow: inout Flow) {
        releaseBuffers(&flow[.first])
        releaseBuffers(&flow[.second])
    }

    private mutating func releaseBuffers(_ stream: inout StreamSide) {
        if held.drop(&stream) > 0 { counters.unfinishedMessages += 1 }
        while let (_, bytes) = queue.removeHead(of: &stream) { queue.recycle(bytes) }
    }

    /// Moves the held beginning of a message out of a stream, an empty buffer where there is none.
    public mutating func takeHeld(_ slot: Int, _ side: Side) -> [UInt8] { held.take(table[slot][side]) }

    /// Puts a buffer back that `takeHeld` gave.
    public mutating func putHeld(_ buffer: consuming [UInt8], _ slot: Int, _ side: Side) {
        held.put(buffer, &table[slot][side])
    }

    /// Begins to hold a copy of `bytes`, the beginning of a message. `false` where no more may be held in total; then
    /// nothing was kept.
    public mutating func hold(_ bytes: RawSpan, _ slot: Int, _ side: Side) -> Bool {
        guard held.totalBytes + bytes.byteCount <= limits.heldBytesTotal else {
            counters.heldRefused += 1
            return false
        }
        held.hold(bytes, &table[slot][side])
        return true
    }
}

/// What happened to TCP segments.
public struct StreamCounters: Sendable {
    /// Segments whose octets had all come before.
    public var retransmitted: UInt64 = 0
    /// Segments some of whose octets had come before.
    public var overlapping: UInt64 = 0
    /// Segments that came before the octets in front of them.
    public var outOfOrder: UInt64 = 0
    /// Segments too far ahead to belong to the stream.
    public var outOfWindow: UInt64 = 0
    /// Holes that were never filled.
    public var gaps: UInt64 = 0
    /// Octets in those holes.
    public var lostBytes: UInt64 = 0
    /// Octets of followed streams that were not understood.
    public var unparsedBytes: UInt64 = 0
    /// Messages whose end never came.
    public var unfinishedMessages: UInt64 = 0
    /// Beginnings of messages that could not be held because the limit of all held octets was reached.
    public var heldRefused: UInt64 = 0

    /// Zeros.
    public init() {}
}
