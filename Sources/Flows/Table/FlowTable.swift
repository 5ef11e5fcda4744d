import Network
import Packets
import Tables

/// The flows that are being followed, found by a seeded hash, in slots that are used again.
///
/// Bounded by `FlowLimits.flows`. Two lists in order of the time last seen say who goes first when the table is full:
/// all flows that are ignored, half-open or closed go before any flow that was found to carry a protocol.
/// Times are capture time. Looking up and inserting take constant time on average and allocate only while the table grows.
public struct FlowTable: ~Copyable {
    /// The limits in force.
    public let limits: FlowLimits
    let hash: SeededHash
    var networks: KnownNetworks
    private var index = HashIndex()
    @usableFromInline var slots: [Flow] = []
    /// Where the search for flows that were silent for too long goes on.
    var sweepHand = 0
    /// The flows that go first; it hands out the slots of all.
    var transient = LRUList()
    /// The flows that outlive those.
    var established = LRUList()
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
    }

    /// How many flows are being followed.
    public var count: Int { transient.count + established.count }

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
        note(key.network)
        var flow = Flow(key: key, hash: hashed, firstSeen: time, lastSeen: time)
        flow.seen = side.bit
        flow.prints[Int(side.rawValue)] = trace.print
        return Hit(slot: insert(flow), side: side, isNew: true)
    }

    /// Puts a flow among those that outlive all others, or back.
    public mutating func setEstablished(_ isEstablished: Bool, slot: Int) {
        guard slots[slot].isEstablished != isEstablished else { return }
        slots[slot].isEstablished = isEstablished
        if isEstablished {
            transient.remove(slot)
            established.add(slot)
        } else {
            established.remove(slot)
            transient.add(slot)
        }
    }

    /// Takes every flow out, oldest first, into `departed`.
    public mutating func removeAll() {
        while let slot = transient.oldest { remove(slot) }
        while let slot = established.oldest { remove(slot) }
    }

    /// Forgets `departed`; capacity stays.
    public mutating func clearDeparted() { departed.removeAll(keepingCapacity: true) }

    /// Gives a flow that has left the table a slot once more, in which nobody finds it, to look at what its streams hold.
    public mutating func lend(_ flow: Flow) -> Int {
        let slot = transient.allocate()
        if slot == slots.count { slots.append(flow) } else { slots[slot] = flow }
        slots[slot].isLive = true
        return slot
    }

    /// Takes the slot back; gives what became of the flow.
    public mutating func takeBack(_ slot: Int) -> Flow {
        setEstablished(false, slot: slot)
        transient.release(slot)
        slots[slot].isLive = false
        return slots[slot]
    }

    @inline(__always)
    func find(_ key: FlowKey, _ hashed: UInt64) -> Int? {
        let tag = UInt32(truncatingIfNeeded: hashed)
        var position = index.start(tag)
        while let slot = index.next(tag, &position) {
            if slots[slot].key == key { return slot }
        }
        return nil
    }

    private mutating func insert(_ flow: Flow) -> Int {
        let slot = transient.allocate()
        if slot == slots.count { slots.append(flow) } else { slots[slot] = flow }
        index.insert(UInt32(truncatingIfNeeded: flow.hash), slot: slot)
        networks.add(flow.key)
        total += 1
        return slot
    }

    /// Takes a flow out.
    mutating func remove(_ slot: Int) {
        setEstablished(false, slot: slot)
        transient.release(slot)
        index.remove(UInt32(truncatingIfNeeded: slots[slot].hash), slot: slot)
        networks.remove(slots[slot].key)
        departed.append(slots[slot])
        slots[slot].isLive = false
    }
}
