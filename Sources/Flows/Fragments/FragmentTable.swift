import Bytes
import Network
import Packets
import Tables

/// Puts the fragments of IPv4 (RFC 791, 3.2) and IPv6 (RFC 8200, 4.5) datagrams together again.
///
/// The first copy of a byte stands: what came later is compared, told and thrown away. RFC 5722 and RFC 8200 (4.5) have
/// receivers give up an IPv6 datagram whose fragments overlap. Not all receivers do, and a sensor that gave it up could be
/// blinded by one forged fragment; so the datagram is delivered, and the overlap told.
///
/// A fragment that makes no sense is dropped alone, for the same reason: its datagram goes on waiting.
///
/// Bounded by `FlowLimits` in datagrams, pieces and memory; the datagram that has waited longest gives way. Times are
/// capture time. Work is linear in the pieces of one datagram and the bytes of one fragment, and there is no allocation
/// once the table has grown. A copy that comes after its datagram was delivered begins another, which will time out.
public struct FragmentTable: ~Copyable {
    /// The limits in force.
    public let limits: FlowLimits
    /// What became of fragments so far.
    public internal(set) var counters = FragmentCounters()
    let datagramLimit: Int
    let pieceLimit: Int
    private let hash: SeededHash
    var index = HashIndex()
    var slots: [FragmentedDatagram] = []
    /// `pieceLimit` for each slot.
    var pieces: [FragmentPiece] = []
    var buffers: FragmentBuffers
    /// Those in IPv4 and in IPv6 in the order they began: apart, since they wait for different times.
    ///
    /// The first one hands out the slots of both.
    var waiting4 = LRUList()
    var waiting6 = LRUList()
    /// Bytes of memory that datagrams wait in.
    public internal(set) var reservedBytes = 0
    /// Bytes of memory that copies of frames take up.
    var frameBytes = 0
    /// Lists of frames that nobody uses, with their capacity.
    var spareFrames: [KeptFrames] = []
    private var arrivals: UInt64 = 0

    /// An empty table.
    public init(limits: FlowLimits, hash: SeededHash) {
        self.limits = limits
        self.hash = hash
        datagramLimit = min(max(limits.fragmentedDatagrams, 1), 1 << 24)
        pieceLimit = min(max(limits.fragmentPieces, 1), 8192)
        buffers = FragmentBuffers(idleLimit: limits.fragmentBytesTotal / 4)
    }

    /// Takes a fragment in.
    ///
    /// Its payload is a range of the bytes of `source`, the frame that it came in; both are copied.
    public mutating func insert(_ fragment: Fragment, from source: FrameRef, at time: Timestamp) -> FragmentVerdict {
        let frame = source.bytes
        counters.fragments += 1
        expire(at: time, atMost: 4)
        if let reason = fragment.defect(frameLength: frame.byteCount) { return drop(reason) }
        let (fragment, isUnaligned) = fragment.trimmed
        if fragment.offset == 0, !fragment.hasMore { return deliverWhole(fragment, frame) }
        let slot = slot(of: fragment, at: time)
        if let reason = contradiction(fragment, slot) { return drop(reason) }
        // Its receiver drops it (RFC 1122, 3.2.1.2), unless the sender leaves the sum to its card.
        if !fragment.hasWrongChecksum { slots[slot].hasRightChecksum = true }
        if fragment.hasWrongChecksum, slots[slot].hasRightChecksum { return drop(.checksum) }

        let (finding, overlap) = compare(fragment, frame, slot)
        var oddities = fragment.oddities.union(overlap)
        if isUnaligned { oddities.insert(.unaligned) }
        slots[slot].marks |= fragment.congestion == 0 ? 1 : 2
        if slots[slot].marks == 3 { oddities.insert(.congestionMix) }
        if finding.isDuplicate { counters.duplicates += 1 }
        counters.count(oddities)
        slots[slot].oddities.formUnion(oddities)
        if oddities.contains(.conflict) { keepRival(fragment, frame, slot) }

        if finding.newPieces > 0 {
            if slots[slot].pieceCount + finding.newPieces > pieceLimit { return drop(.tooManyPieces) }
            guard reserve(slots[slot].store.count + finding.newBytes, slot) else {
                if slots[slot].pieceCount == 0 { remove(slot) }
                return drop(.noRoom)
            }
            place(fragment, frame, slot, finding)
        }
        if !fragment.hasMore { slots[slot].end = fragment.offset + fragment.payload.count }
        if slots[slot].store.count == slots[slot].end { return complete(slot) }
        // A copy of what waits already adds nothing, and neither does its frame.
        if finding.newPieces > 0 || !overlap.isEmpty { keep(source, slot) }
        return .waiting
    }

    /// Takes back the memory of a datagram that was delivered.
    public mutating func recycle(_ buffer: consuming FragmentBuffer) {
        buffers.give(&buffer.bytes)
        spare(&buffer.frames)
    }

    /// Bytes of memory that are kept for later use.
    public var idleBytes: Int { buffers.idleBytes }

    private mutating func drop(_ reason: FragmentDrop) -> FragmentVerdict {
        counters.count(reason)
        return .dropped(reason)
    }

    /// A fragment that is all of its datagram has nothing to do with others of the same name (RFC 6946, 4).
    private mutating func deliverWhole(_ fragment: Fragment, _ frame: RawSpan) -> FragmentVerdict {
        counters.completed += 1
        var bytes = buffers.take(FragmentBuffers.size(for: fragment.payload.count))
        bytes.append(copying: frame.slice(fragment.payload))
        var first = fragment
        first.payload = ByteRange(offset: 0, count: bytes.count)
        return .complete(FragmentBuffer(bytes: bytes, first: first, oddities: [], frames: KeptFrames()))
    }

    /// Finds the datagram of a fragment or begins it.
    private mutating func slot(of fragment: Fragment, at time: Timestamp) -> Int {
        let hashed = fragment.hash(hash)
        let tag = UInt32(truncatingIfNeeded: hashed)
        var position = index.start(tag)
        while let slot = index.next(tag, &position) {
            if slots[slot].hash == hashed, slots[slot].first.isOfDatagram(of: fragment) {
                if !isOverdue(slot, at: time) { return slot }
                counters.timedOut += 1
                remove(slot)
                break
            }
        }
        if counters.datagramsWaiting >= datagramLimit { _ = evictOldest(except: -1) }
        arrivals += 1
        return begin(FragmentedDatagram(first: fragment, hash: hashed, began: time, arrival: arrivals))
    }
}
