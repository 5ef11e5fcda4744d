import Network
import Tables

/// What one side has sent with QoS 1 and 2 and what became of it (MQTT 3.1.1 and 5.0, 4.3.2 and 4.3.3).
struct Handshakes {
    var table = HashCells<Handshake>()
    /// How many were not kept: then an answer to what is not known here may be right all the same.
    private(set) var dropped: UInt32 = 0
    /// The most packets that may be unanswered at once: the other side's Receive Maximum (MQTT 5.0, 4.9).
    var quota = Int32.max
    /// How many packets of this connection wait for their last answer.
    private(set) var unanswered: Int32 = 0
    /// How many of QoS 2 were not released by a PUBREL.
    private(set) var unreleased: Int32 = 0
    /// How many were given up for others of the same identifier.
    private(set) var abandoned: UInt32 = 0
    /// When the first that is unanswered was sent, or the last answer came.
    private(set) var progress = Timestamp.zero
    private var published: UInt32 = 0
    private var received: UInt32 = 0
    /// The last in each of the orders that 4.6 demands; 0 before the first.
    private var lastPuback: UInt32 = 0
    private var lastPubrec: UInt32 = 0
    private var lastPubrel: UInt32 = 0
    /// The order of the last that was taken up from an earlier connection; 0 before the first.
    private var lastResent: UInt32 = 0
    /// The packet identifier that was refused last; 0 where it is in use again.
    private var lastRefused: UInt16 = 0

    /// Whether the table took more memory since this was last set to `false`.
    var hasGrown = false

    /// What a PUBLISH means.
    struct Published {
        var state: MQTTHandshake
        /// Whether the PUBREL of the same identifier was sent before.
        var wasReleased = false
        /// Whether an earlier connection left the same identifier.
        var wasCarried = false
        /// Whether it was sent before and refused.
        var wasRefused = false
        /// Whether it is sent again after one that was first sent later.
        var isOutOfOrder = false
    }

    /// What an answer means.
    struct Answered {
        var state: MQTTHandshake
        /// Whether it came after the answer to a later packet.
        var isOutOfOrder = false

        init(_ state: MQTTHandshake, isOutOfOrder: Bool = false) {
            self.state = state
            self.isOutOfOrder = isOutOfOrder
        }
    }

    /// Whether one was not kept.
    var hasDropped: Bool { dropped > 0 }

    /// Whether there are more unanswered packets than the other side allows.
    var isAboveQuota: Bool { unanswered > quota }

    /// Forgets all.
    mutating func reset() {
        table.removeAll(keeping: 64)
        dropped = 0
        abandoned = 0
        published = 0
        received = 0
        beginConnection()
    }

    /// Goes on with what an earlier connection of the session left.
    mutating func resume() {
        table.forEach { $0.isCarried = true }
        beginConnection()
    }

    private mutating func beginConnection() {
        quota = .max
        unanswered = 0
        unreleased = 0
        lastResent = 0
        // Whoever was cut off may not have heard of the refusal.
        lastRefused = 0
        lastPuback = 0
        lastPubrec = 0
        lastPubrel = 0
    }

    /// How many hand-shakes are not over.
    mutating func unfinished() -> UInt32 {
        var count: UInt32 = 0
        table.forEach { if $0.state != .answered { count += 1 } }
        return count
    }

    /// Takes in a PUBLISH of QoS 1 or 2.
    mutating func publish(
        _ packetID: UInt16, qos: UInt8, isDuplicate: Bool, _ time: Timestamp, limit: Int
    ) -> Published {
        guard let index = table.index(of: packetID) else {
            count(qos, time)
            let handshake = Handshake(
                packetID: packetID, sequence: published, order: published,
                state: qos == 1 ? .published1 : .published2, isRepeated: isDuplicate)
            keep(handshake, limit)
            let wasRefused = packetID == lastRefused
            if wasRefused { lastRefused = 0 }
            return Published(state: isDuplicate ? .unseen : .new, wasRefused: wasRefused)
        }
        return publishAgain(index, qos: qos, isDuplicate: isDuplicate, time)
    }

    /// The same of an identifier that is known.
    private mutating func publishAgain(
        _ index: Int, qos: UInt8, isDuplicate: Bool, _ time: Timestamp
    ) -> Published {
        var known = table[index]
        defer { table[index] = known }
        let (state, wasCarried) = (known.state, known.isCarried)
        known.isCarried = false
        if isDuplicate, state != .answered {
            known.isRepeated = true
            var isOutOfOrder = false
            if wasCarried {
                let isOwn = state == .published1 || state == .published2
                isOutOfOrder = isOwn && follows(known.order, &lastResent)
                count(qos, time)
                known.sequence = published
            }
            return Published(
                state: wasCarried ? .resumed : .repeated, wasReleased: state == .released, isOutOfOrder: isOutOfOrder)
        }
        // What it takes the place of waits no more.
        if state != .answered, !wasCarried { finish(state) }
        count(qos, time)
        known.state = qos == 1 ? .published1 : .published2
        known.sequence = published
        known.order = published
        guard state != .answered else { return Published(state: .new) }
        abandoned &+= 1
        known.isRepeated = true
        return Published(state: .reused, wasCarried: wasCarried)
    }

    private mutating func count(_ qos: UInt8, _ time: Timestamp) {
        if unanswered == 0 { progress = time }
        unanswered &+= 1
        published &+= 1
        if qos == 2 { unreleased &+= 1 }
    }

    /// Takes in a PUBACK of the other side.
    mutating func puback(_ packetID: UInt16, isRefusal: Bool, _ time: Timestamp) -> Answered {
        guard let index = table.index(of: packetID) else { return Answered(.unknown) }
        let known = table[index]
        switch known.state {
        case .published1:
            let isLate = !known.isRepeated && !known.isCarried && follows(known.sequence, &lastPuback)
            end(index, known, time)
            if isRefusal { lastRefused = packetID }
            return Answered(isRefusal ? .refused : .matched, isOutOfOrder: isLate)
        case .answered: return Answered(.matched)
        case .published2, .received, .released:
            table[index].isRepeated = true
            return Answered(known.isRepeated || known.isCarried ? .matched : .mismatched)
        }
    }

    /// Takes in a PUBREC of the other side.
    mutating func pubrec(_ packetID: UInt16, isRefusal: Bool, _ time: Timestamp, limit: Int) -> Answered {
        guard let index = table.index(of: packetID) else {
            // Lawful or not, it is answered by a PUBREL.
            if !isRefusal { keepStranger(packetID, .received, limit) }
            return Answered(.unknown)
        }
        let known = table[index]
        switch known.state {
        case .published2:
            let isLate = !known.isRepeated && !known.isCarried && follows(known.sequence, &lastPubrec)
            if isRefusal {
                unreleased = max(0, unreleased &- 1)
                end(index, known, time)
                lastRefused = packetID
                return Answered(.refused, isOutOfOrder: isLate)
            }
            received &+= 1
            table[index].state = .received
            table[index].sequence = received
            progress = time
            return Answered(.matched, isOutOfOrder: isLate)
        case .answered: return Answered(.matched)
        case .received, .released:
            table[index].isRepeated = true
            return Answered(.repeated)
        case .published1:
            table[index].isRepeated = true
            return Answered(known.isRepeated || known.isCarried ? .matched : .mismatched)
        }
    }

    /// Takes in a PUBREL of this side.
    mutating func pubrel(_ packetID: UInt16, limit: Int) -> Answered {
        guard let index = table.index(of: packetID) else {
            keepStranger(packetID, .released, limit)
            // A client may send one although it was refused, and gets its PUBCOMP.
            return Answered(packetID == lastRefused ? .refused : .unknown)
        }
        let known = table[index]
        switch known.state {
        case .received, .published2:
            if !known.isCarried { unreleased = max(0, unreleased &- 1) }
            table[index].state = .released
            table[index].isCarried = false
            if known.state == .published2 {
                table[index].isRepeated = true
                return Answered(known.isRepeated || known.isCarried ? .matched : .early)
            }
            let isLate = !known.isRepeated && !known.isCarried && follows(known.sequence, &lastPubrel)
            return Answered(known.isCarried ? .resumed : .matched, isOutOfOrder: isLate)
        case .released:
            table[index].isCarried = false
            table[index].isRepeated = true
            return Answered(known.isCarried ? .resumed : .repeated)
        case .answered: return Answered(.matched)
        case .published1:
            table[index].isRepeated = true
            return Answered(known.isRepeated || known.isCarried ? .matched : .mismatched)
        }
    }

    /// Takes in a PUBCOMP of the other side.
    mutating func pubcomp(_ packetID: UInt16, isRefusal: Bool, _ time: Timestamp) -> Answered {
        guard let index = table.index(of: packetID) else { return Answered(.unknown) }
        let known = table[index]
        switch known.state {
        case .released:
            end(index, known, time)
            return Answered(isRefusal ? .refused : .matched)
        case .answered: return Answered(.matched)
        case .received:
            table[index].isRepeated = true
            return Answered(known.isRepeated || known.isCarried ? .matched : .early)
        case .published1, .published2:
            table[index].isRepeated = true
            return Answered(known.isRepeated || known.isCarried ? .matched : .mismatched)
        }
    }

    /// An answer that nothing asked for may be answered in turn.
    private mutating func keepStranger(_ packetID: UInt16, _ state: Handshake.State, _ limit: Int) {
        keep(Handshake(packetID: packetID, state: state, isRepeated: true, isCarried: true), limit)
    }

    private mutating func keep(_ handshake: Handshake, _ limit: Int) {
        let capacity = table.capacity
        if !table.insert(handshake, limit: limit) { dropped &+= 1 }
        if table.capacity != capacity { hasGrown = true }
    }

    /// Gives back the memory; gives whether anything was forgotten that may be asked for.
    mutating func giveUp() -> Bool {
        let lost = table.count
        table = HashCells()
        dropped &+= UInt32(truncatingIfNeeded: lost)
        unanswered = 0
        unreleased = 0
        return lost > 0
    }

    private mutating func end(_ index: Int, _ known: Handshake, _ time: Timestamp) {
        unanswered = max(0, unanswered &- 1)
        progress = time
        if known.isRepeated { table[index].state = .answered } else { table.remove(at: index) }
    }

    private mutating func finish(_ state: Handshake.State) {
        unanswered = max(0, unanswered &- 1)
        if state == .published2 || state == .received { unreleased = max(0, unreleased &- 1) }
    }

    /// Whether `sequence` comes before the one that was last in that order; the later of both is last from now on.
    private func follows(_ sequence: UInt32, _ last: inout UInt32) -> Bool {
        let isLater = last == 0 || Int32(bitPattern: sequence &- last) > 0
        if isLater { last = sequence }
        return !isLater
    }
}
