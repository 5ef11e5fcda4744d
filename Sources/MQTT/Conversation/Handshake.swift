/// What a packet means for the hand-shake of its packet identifier (MQTT 3.1.1 and 5.0, 4.3).
public enum MQTTHandshake: UInt8, Sendable {
    /// PUBLISH: the identifier was free.
    case new
    /// The same packet once more on this connection.
    case repeated
    /// The first time on this connection; it was sent on an earlier one of the session.
    case resumed
    /// PUBLISH, not marked as sent again: the identifier was taken.
    case reused
    /// PUBLISH marked as sent again, though it was not seen before.
    case unseen
    /// It answers a packet that was seen, and is the answer that was due.
    case matched
    /// The same with a reason code that says no.
    case refused
    /// An answer to a packet that has yet to come: PUBREL before PUBREC, PUBCOMP before PUBREL.
    case early
    /// An answer of the wrong kind, such as a PUBACK to a PUBLISH of QoS 2.
    case mismatched
    /// It answers nothing.
    case unknown

    /// The keyword that fields show.
    public var name: StaticString {
        switch self {
        case .new: "new"
        case .repeated: "repeated"
        case .resumed: "resumed"
        case .reused: "reused"
        case .unseen: "unseen"
        case .matched: "matched"
        case .refused: "refused"
        case .early: "early"
        case .mismatched: "mismatched"
        case .unknown: "unknown"
        }
    }
}

/// How far the hand-shake of one packet identifier has come.
struct Handshake {
    enum State: UInt8 {
        /// A PUBLISH of QoS 1: PUBACK is due.
        case published1
        /// A PUBLISH of QoS 2: PUBREC is due.
        case published2
        /// PUBREC was seen: PUBREL is due.
        case received
        /// PUBREL was seen: PUBCOMP is due.
        case released
        /// It is over, and the identifier is free; answers to repetitions may still come.
        case answered
    }

    /// 0 where there is none.
    var packetID: UInt16 = 0
    /// Where it stands in the order of what the next packet must follow.
    var sequence: UInt32 = 0
    /// Where its PUBLISH stands among all of the session, in the order in which they were first sent.
    var order: UInt32 = 0
    var state = State.answered
    /// Whether a packet of it was sent twice, or came when it was not due: then the same is true of the answers.
    var isRepeated = false
    /// Whether it was begun on an earlier connection and not taken up on this one.
    var isCarried = false
}

/// The hand-shakes of one sender by packet identifier: open addressing with linear probing.
///
/// Identifiers are mostly counted up, so that each stands at its home. The table grows by doubling up to its limit.
struct HandshakeTable {
    private var slots: [Handshake] = []
    /// How many there are.
    private(set) var count = 0

    private var mask: Int { slots.count &- 1 }

    /// The place of an identifier, which holds until the next insertion or removal.
    func index(of packetID: UInt16) -> Int? {
        guard count > 0, packetID != 0 else { return nil }
        var index = Int(packetID) & mask
        while slots[index].packetID != 0 {
            if slots[index].packetID == packetID { return index }
            index = (index &+ 1) & mask
        }
        return nil
    }

    subscript(index: Int) -> Handshake {
        get { slots[index] }
        set { slots[index] = newValue }
    }

    /// Adds an identifier that is not there; gives whether there was room. 0 is not an identifier.
    mutating func insert(_ handshake: Handshake, limit: Int) -> Bool {
        guard count < limit, handshake.packetID != 0 else { return false }
        if count &* 2 >= slots.count { grow() }
        count &+= 1
        let home = Int(handshake.packetID) & mask
        if slots[home].packetID == 0 { slots[home] = handshake } else { place(handshake) }
        return true
    }

    private mutating func place(_ handshake: Handshake) {
        var index = Int(handshake.packetID) & mask
        while slots[index].packetID != 0 { index = (index &+ 1) & mask }
        slots[index] = handshake
    }

    private mutating func grow() {
        let old = slots
        slots = [Handshake](repeating: Handshake(), count: max(8, old.count &* 2))
        for handshake in old where handshake.packetID != 0 { place(handshake) }
    }

    /// Frees a place and moves back the entries behind it that it kept from their home.
    mutating func remove(at index: Int) {
        count &-= 1
        var hole = index
        var next = (index &+ 1) & mask
        while slots[next].packetID != 0 {
            let distance = (next &- Int(slots[next].packetID)) & mask
            if distance >= (next &- hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next &+ 1) & mask
        }
        slots[hole] = Handshake()
    }

    /// Forgets all; the room of an ordinary table is kept.
    mutating func removeAll() {
        if slots.count > 64 {
            slots = []
        } else if count > 0 {
            for index in slots.indices { slots[index] = Handshake() }
        }
        count = 0
    }

    /// Calls `body` with each entry, which it may change but for the identifier.
    mutating func forEach(_ body: (inout Handshake) -> Void) {
        guard count > 0 else { return }
        for index in slots.indices where slots[index].packetID != 0 { body(&slots[index]) }
    }
}
