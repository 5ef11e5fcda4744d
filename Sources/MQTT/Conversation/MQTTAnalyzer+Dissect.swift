import Bytes
import Events
import Network
import Payload
import Tables

extension MQTTAnalyzer {
    /// Dissects a message, takes it into the conversation and makes it the current event.
    ///
    /// - Parameters:
    ///   - id: its session. A message of one that is closed or was given up is read on its own, as if midstream.
    ///   - message: the message from its first byte, or only its head where it was too long to hold.
    ///   - wholeLength: the length of the whole message in bytes. What lies behind the head is not a violation.
    ///   - context: when and which way it went.
    public mutating func dissect(
        _ id: MQTTSessionID, message: RawSpan, wholeLength: Int, context: EventContext
    ) {
        let index = slot(of: id, context)
        let direction = context.direction
        var notes = MQTTNotes(version: sessions[index].version, direction: direction)
        notes.versionEvidence = sessions[index].versionEvidence
        event = MQTTEvent()
        now = context.timestamp
        event.direction = direction
        event.session = index
        event.message.read(message, wholeLength: max(wholeLength, message.byteCount), &notes)
        if sessions[index].isVersionGuessed, !notes.violations.isEmpty {
            doubtVersion(index, message, wholeLength, &notes)
        }
        counts.messages[Int(event.message.type.rawValue & 15)] &+= 1
        if sessions[index].hasServerEnded, direction == .toClient { reviveAtServer(index) }
        let isReversed = notes.violations.contains(.wrongDirection)
        // Whose it is stays open: it may be the session of any client.
        if sessions[index].connects == 0, event.message.type != .connect {
            directory.noteNameless(at: context.timestamp)
        }
        if direction == .toServer, index != Self.orphan, event.message.type.isCounted {
            event.rate = rates.add(sessions[index].rateKey, at: context.timestamp.nanoseconds)
        }
        if !isReversed { take(index, message, &notes, context.timestamp) }
        if !event.message.type.isPlain { revise(index) }
        // Who breaks the form of a message may as well have lost count, or the boundaries were not where they seemed.
        if event.message.isFatal || isReversed { sessions[index].isPastKnown = false }
        let whole = max(wholeLength, message.byteCount)
        if sessions[index].terms.areStrict { checkTerms(index, message, wholeLength: whole, &notes) }
        let isOver = sessions[index].account(for: &event, &notes, context.timestamp)
        if direction == .toServer, let idle = event.idle, idle > sessions[index].overdueAfter {
            // As far as it was heard.
            let silence = holes.silence(milliseconds: idle, until: context.timestamp)
            if silence > sessions[index].overdueAfter { sessions[index].noteOverdue(&event, &notes) }
        }
        if isOver { forgetClient(index, at: context.timestamp) }
        event.version = notes.version
        event.violations = notes.violations
        if notes.version == .v31, !notes.violations.isEmpty {
            event.violations = notes.violations.demanded31(event.message.type)
        }
        event.carrierViolations = context.carrier.violations
        event.illFormed = notes.illFormed
        event.oddText = notes.oddText
        inspector.clear()
        if inspector.isOn { inspectPayload(message) }
    }

    /// The slot of an open session, or the one for orphans, made anew.
    private mutating func slot(of id: MQTTSessionID, _ context: EventContext) -> Int {
        if let index = sessions.slot(of: id) {
            sessions.touch(index)
            return index
        }
        counts.orphanMessages &+= 1
        sessions[Self.orphan].reset(client: context.client, server: context.server, isFromStart: false)
        return Self.orphan
    }

    /// Takes a message into the conversation.
    private mutating func take(_ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes, _ time: Timestamp) {
        switch event.message.body {
        case .connect(let connect): take(connect, index, bytes, &notes, time)
        case .connack(let connack): take(connack, index, bytes, &notes, time)
        case .publish(let publish): take(publish, index, bytes, &notes, time)
        case .subscribe(let subscribe):
            let identifier = subscribe.properties.number(.subscriptionIdentifier, bytes) ?? 0
            keep(subscribe.filters, subscribe.packetID, identifier: identifier, index, bytes, &notes)
        case .unsubscribe(let unsubscribe): keep(unsubscribe.filters, unsubscribe.packetID, index, bytes, &notes)
        case .subscribeAnswer(let answer): take(answer, index, bytes, &notes)
        case .answer(let answer):
            sessions[index].take(answer, &event, &notes, time, limit: limits.handshakes)
            if sessions[index].hasGrownHandshakes { chargeHandshakes(index) }
        case .disconnect(let disconnect): take(disconnect, index, bytes, &notes)
        case .auth(let auth): take(auth, index, bytes, &notes)
        case .none: break
        }
        // A version told by the shape of a packet holds for the packets after it.
        if sessions[index].version == .unknown, event.message.type != .connect {
            sessions[index].version = notes.version
            sessions[index].versionEvidence = notes.versionEvidence
            sessions[index].isVersionGuessed =
                notes.version == .v5 && event.message.type == .publish && notes.versionEvidence.isProof
        }
    }

    /// Reads a message by 3.x that has a fault by the version that was guessed; without one there the guess was wrong.
    private mutating func doubtVersion(
        _ index: Int, _ bytes: RawSpan, _ wholeLength: Int, _ notes: inout MQTTNotes
    ) {
        var other = MQTTNotes(version: .three, direction: notes.direction)
        let message = MQTTMessage(bytes, wholeLength: max(wholeLength, bytes.byteCount), &other)
        guard other.violations.isEmpty, message.type != .connect else { return }
        event.message = message
        notes = other
        sessions[index].version = .three
        sessions[index].isVersionGuessed = false
    }
}

extension MQTTPacketType {
    /// Whether packets of this type are work for the broker and for others behind it.
    fileprivate var isCounted: Bool { self == .publish || self == .subscribe || self == .unsubscribe }
}
