/// Names a connection that an analyzer follows: a slot and how often it was used.
public struct CoAPConnectionID: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }

    init(slot: Int, generation: UInt32) {
        rawValue = Int64(generation & 0x7FFF_FFFF) << 32 | Int64(slot & 0xFFFF_FFFF)
    }

    var slot: Int { Int(truncatingIfNeeded: rawValue & 0xFFFF_FFFF) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }
}

/// What one end of a connection said of itself: RFC 8323, 5.3, and RFC 8974, 2.2.1. Base values until it says otherwise.
struct CoAPPeer: Sendable {
    /// Whether it sent a message, a CSM, an Abort.
    var hasSent = false
    var hasSentCapabilities = false
    var hasAborted = false
    /// Octets of a message that it can receive (RFC 8323, 5.3.1).
    var maxMessageSize: UInt64 = 1152
    /// Octets of a token that it can receive in a request (RFC 8974, 2.2.1).
    var tokenLimit: UInt64 = 8
}

/// What is remembered of a connection, but for its requests, which stand with all others.
struct CoAPConnection: Sendable {
    var generation: UInt32 = 0
    var isOpen = false
    /// Whether the first octets of both ends were there to be read.
    var isFromStart = false
    /// Whether octets were lost, so that not all that was said is known.
    var hasGap = false
    /// The end that opened the connection, and the other one.
    var initiator = CoAPPeer()
    var acceptor = CoAPPeer()
    /// Neighbours in the order of use; -1 for none.
    var newer: Int32 = -1
    var older: Int32 = -1
}

/// The connections of an analyzer: slots that are used again; the one unused for longest makes room.
struct CoAPConnectionTable: Sendable {
    private(set) var slots: [CoAPConnection] = []
    private var free: [Int32] = []
    private var newest: Int32 = -1
    private var oldest: Int32 = -1
    private let limit: Int
    /// How many were forgotten because the table was full.
    private(set) var evictions: UInt64 = 0

    /// An empty table for at most `limit` connections.
    init(limit: Int) { self.limit = max(1, min(limit, 1 << 24)) }

    /// How many there are.
    var count: Int { slots.count &- free.count }

    subscript(slot: Int) -> CoAPConnection {
        get { slots[slot] }
        _modify { yield &slots[slot] }
    }

    /// Opens a connection.
    mutating func open(isFromStart: Bool) -> CoAPConnectionID {
        if count >= limit, oldest >= 0 {
            close(Int(oldest))
            evictions &+= 1
        }
        var fresh = CoAPConnection()
        fresh.isOpen = true
        fresh.isFromStart = isFromStart
        let slot: Int
        if let reused = free.popLast() {
            slot = Int(reused)
            fresh.generation = slots[slot].generation
            slots[slot] = fresh
        } else {
            slot = slots.count
            slots.append(fresh)
        }
        linkNewest(slot)
        return CoAPConnectionID(slot: slot, generation: slots[slot].generation)
    }

    /// The slot of a connection that is open.
    func find(_ id: CoAPConnectionID) -> Int? {
        let slot = id.slot
        guard id.rawValue >= 0, slot < slots.count, slots[slot].isOpen, slots[slot].generation == id.generation else {
            return nil
        }
        return slot
    }

    /// Closes the connection in a slot, whose names mean nothing from then on.
    mutating func close(_ slot: Int) {
        unlink(slot)
        slots[slot].isOpen = false
        slots[slot].generation = (slots[slot].generation &+ 1) & 0x7FFF_FFFF
        free.append(Int32(truncatingIfNeeded: slot))
    }

    /// Makes a connection the one used last.
    mutating func touch(_ slot: Int) {
        guard newest != Int32(truncatingIfNeeded: slot) else { return }
        unlink(slot)
        linkNewest(slot)
    }

    private mutating func unlink(_ slot: Int) {
        let (newer, older) = (slots[slot].newer, slots[slot].older)
        if newer < 0 { newest = older } else { slots[Int(newer)].older = older }
        if older < 0 { oldest = newer } else { slots[Int(older)].newer = newer }
    }

    private mutating func linkNewest(_ slot: Int) {
        let number = Int32(truncatingIfNeeded: slot)
        slots[slot].newer = -1
        slots[slot].older = newest
        if newest < 0 { oldest = number } else { slots[Int(newest)].newer = number }
        newest = number
    }
}
