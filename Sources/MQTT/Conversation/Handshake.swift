import Tables

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

extension Handshake: HashCell {
    static var free: Handshake { Handshake() }
    var isFree: Bool { packetID == 0 }
    /// Identifiers are mostly counted up, so that each stands at its home, and there are 65,535 of them: what a sender
    /// chooses makes no search longer than the limit on their number.
    var tag: UInt32 { UInt32(packetID) }
}

/// The hand-shakes of one sender by packet identifier.
extension HashCells<Handshake> {
    /// The position of an identifier, which holds until the next insertion or removal.
    func index(of packetID: UInt16) -> Int? {
        guard count > 0, packetID != 0 else { return nil }
        var position = start(UInt32(packetID))
        while !isFree(position) {
            if self[position].packetID == packetID { return position }
            position = after(position)
        }
        return nil
    }

    /// Adds an identifier that is not there; gives whether there was room.
    ///
    /// 0 is not an identifier.
    mutating func insert(_ handshake: Handshake, limit: Int) -> Bool {
        guard count < limit, handshake.packetID != 0 else { return false }
        insert(handshake)
        return true
    }

    /// Calls `body` with each entry, which it may change but for the identifier.
    mutating func forEach(_ body: (inout Handshake) -> Void) {
        guard count > 0 else { return }
        for position in 0..<capacity where !isFree(position) { body(&self[position]) }
    }
}
