import Network
import Packets

/// The flows that are being followed: seeded open addressing over slots that are used again.
///
/// Bounded by `FlowLimits.flows`. Two lists in order of the time last seen say who goes first when the table is full:
/// all flows that are ignored, half-open or closed go before any flow that was found to carry a protocol.
/// Times are capture time. Looking up and inserting take constant time on average and allocate only while the table grows.
public struct FlowTable: ~Copyable {
    /// The limits in force.
    public let limits: FlowLimits
    let hash: SeededHash
    var networks: KnownNetworks
    /// Where slots are found; the size is a power of two, at most half full.
    private var index: [Place]
    @usableFromInline var slots: [Flow] = []
    private var freeSlots: [Int32] = []
    /// Where the search for flows that were silent for too long goes on.
    var sweepHand = 0
    var transient = FlowList()
    var established = FlowList()
    /// Flows that left the table since the caller last looked; the caller empties it.
    public internal(set) var departed: [Flow] = []
    /// How many flows there were in all.
    public private(set) var total: UInt64 = 0
    /// How many were evicted because the table was full.
    public internal(set) var evicted: UInt64 = 0
    /// How many were forgotten after silence.
    public internal(set) var expired: UInt64 = 0

    /// An empty table.
    public init(limits: FlowLimits, hash: SeededHash) {
        self.limits = limits
        self.hash = hash
        networks = KnownNetworks(hash: hash)
        index = Array(repeating: .empty, count: 1024)
    }

    /// An entry of the index: a slot, -1 for none, and the low half of its hash, from which its home follows without a
    /// look into the slot, which lies elsewhere in memory.
    private struct Place: Sendable {
        var slot: Int32
        var low: UInt32

        static let empty = Place(slot: -1, low: 0)

        init(slot: Int32, low: UInt32) {
            self.slot = slot
            self.low = low
        }

        init(_ slot: Int, hash: UInt64) {
            self.init(slot: Int32(truncatingIfNeeded: slot), low: UInt32(truncatingIfNeeded: hash))
        }
    }

    /// The place that a hash would have alone.
    private func home(_ low: UInt32) -> Int { Int(low) & (index.count - 1) }

    /// How many flows are being followed.
    public var count: Int { slots.count - freeSlots.count }

    /// The slots that hold a flow, in no particular order of time.
    public var liveSlots: [Int] { slots.indices.filter { slots[$0].isLive } }

    /// What a packet meant to the table.
    public struct Hit: Sendable {
        /// The slot of the flow, good until the next call of `track`.
        public var slot: Int
        /// The end that sent the packet.
        public var side: Side
        /// Whether the flow is new.
        public var isNew: Bool
        /// Whether it is a datagram that came before, in another network: a copy that a mirror took on its way.
        public var isCopy = false
    }

    /// The flow in a slot.
    ///
    /// Inlinable, since else every look at one field of it would copy the whole flow.
    @inlinable public subscript(slot: Int) -> Flow {
        _read { yield slots.span[slot] }
        _modify { yield &slots[slot] }
    }

    /// Finds the flow of a packet or begins it, and notes when it was seen.
    public mutating func track(_ packet: borrowing Packet, at time: Timestamp) -> Hit {
        let (key, fromFirst) = FlowKey.of(packet)
        return track(key, fromFirst: fromFirst, FlowTrace(header: packet.tcp), at: time)
    }

    /// The same by the key of the packet, for a caller who would have to copy the packet to lend it.
    public mutating func track(_ key: FlowKey, fromFirst: Bool, _ trace: FlowTrace, at time: Timestamp) -> Hit {
        let side: Side = fromFirst ? .first : .second
        let hashed = key.hash(hash)
        if let slot = find(key, hashed) {
            touch(slot, at: time)
            slots[slot].seen |= side.bit
            if trace.print != 0 { slots[slot].prints[Int(side.rawValue)] = trace.print }
            return Hit(slot: slot, side: side, isNew: false)
        }
        if networks.areSeveral || networks.networks.first != key.network, let slot = joined(key, side, trace) {
            touch(slot, at: time)
            slots[slot].seen |= side.bit
            let isCopy = trace.print != 0 && slots[slot].prints[Int(side.rawValue)] == trace.print
            if trace.print != 0 { slots[slot].prints[Int(side.rawValue)] = trace.print }
            return Hit(slot: slot, side: side, isNew: false, isCopy: isCopy)
        }
        expire(before: time)
        if count >= limits.flows { evictOne() }
        networks.note(key.network)
        var flow = Flow(key: key, hash: hashed, firstSeen: time, lastSeen: time)
        flow.seen = side.bit
        flow.prints[Int(side.rawValue)] = trace.print
        return Hit(slot: insert(flow), side: side, isNew: true)
    }

    /// Puts a flow among those that outlive all others, or back.
    public mutating func setEstablished(_ isEstablished: Bool, slot: Int) {
        guard slots[slot].isEstablished != isEstablished else { return }
        unlink(slot)
        slots[slot].isEstablished = isEstablished
        link(slot)
    }

    /// Takes every flow out, oldest first, into `departed`.
    public mutating func removeAll() {
        while transient.oldest >= 0 { remove(Int(transient.oldest)) }
        while established.oldest >= 0 { remove(Int(established.oldest)) }
    }

    /// Forgets `departed`; capacity stays.
    public mutating func clearDeparted() { departed.removeAll(keepingCapacity: true) }

    func find(_ key: FlowKey, _ hashed: UInt64) -> Int? {
        let mask = index.count - 1
        let low = UInt32(truncatingIfNeeded: hashed)
        var position = home(low)
        while true {
            let slot = Int(index[position].slot)
            if slot < 0 { return nil }
            if index[position].low == low, slots[slot].key == key { return slot }
            position = (position + 1) & mask
        }
    }

    private mutating func insert(_ flow: Flow) -> Int {
        if (count + 1) * 2 > index.count { growIndex() }
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = Int(free)
            slots[slot] = flow
        } else {
            slot = slots.count
            slots.append(flow)
        }
        place(slot)
        link(slot)
        total += 1
        return slot
    }

    private mutating func place(_ slot: Int) {
        let mask = index.count - 1
        let place = Place(slot, hash: slots[slot].hash)
        var position = home(place.low)
        while index[position].slot >= 0 { position = (position + 1) & mask }
        index[position] = place
    }

    private mutating func growIndex() {
        index = Array(repeating: .empty, count: index.count * 2)
        for slot in slots.indices where slots[slot].isLive { place(slot) }
    }

    /// Takes a flow out and closes the hole in its run of the index, so that no tombstones are left.
    mutating func remove(_ slot: Int) {
        unlink(slot)
        let mask = index.count - 1
        var hole = home(UInt32(truncatingIfNeeded: slots[slot].hash))
        while index[hole].slot != Int32(truncatingIfNeeded: slot) { hole = (hole + 1) & mask }
        var position = (hole + 1) & mask
        while index[position].slot >= 0 {
            // Moves back whatever its home position allows.
            if (position - home(index[position].low)) & mask >= (position - hole) & mask {
                index[hole] = index[position]
                hole = position
            }
            position = (position + 1) & mask
        }
        index[hole] = .empty
        departed.append(slots[slot])
        slots[slot].isLive = false
        freeSlots.append(Int32(truncatingIfNeeded: slot))
    }
}
