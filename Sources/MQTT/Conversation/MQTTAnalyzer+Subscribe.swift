import Bytes
import Events
import Tables

extension MQTTAnalyzer {
    /// Keeps the filters of a SUBSCRIBE or UNSUBSCRIBE until it is answered.
    mutating func keep(
        _ list: MQTTFilterList, _ packetID: UInt16?, identifier: UInt32 = 0, _ index: Int, _ bytes: RawSpan,
        _ notes: inout MQTTNotes
    ) {
        if list.hasOptions {
            sessions[index].filterCount &+= list.count
            if sessions[index].isSilent { endSilence(index) }
        }
        guard let packetID, !event.message.isFatal else { return }
        let session = sessions[index].isWhole
        let isTaken = sessions[index].isInUse(packetID)
        notes.note(.packetIDInUseByClient, if: session && isTaken)
        // In 3.1 it may be the same once more, and both may be answered (MQTT V3.1, 4.2).
        if isTaken, notes.version == .v31 { sessions[index].pending.noteRepeated() }
        sessions[index].pending.add(
            list, packetID, identifier: identifier, bytes, isWhole: !event.message.isCutShort && list.count > 0, limits,
            &counts)
        chargePending(index)
        if identifier > 0 { sessions[index].terms.noteSubscriptionID() }
    }

    /// Finds what a SUBACK or UNSUBACK answers and learns what was granted.
    mutating func take(_ answer: MQTTSubscribeAnswer, _ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes) {
        guard let packetID = answer.packetID else { return }
        let isUnsubscribe = event.message.type == .unsuback
        guard sessions[index].pending.take(packetID, isUnsubscribe: isUnsubscribe, into: &answered) else {
            let isSure = sessions[index].isComplete && !sessions[index].pending.hasDropped
            if isSure { event.handshake = .unknown }
            notes.note(isUnsubscribe ? .unsubackUnasked : .subackUnasked, if: isSure)
            notes.note(.unsubackIDUnknown, if: isUnsubscribe && isSure && packetID != 0)
            if !isUnsubscribe { sessions[index].subscriptions.noteUnseen() }
            return
        }
        chargePending(index)
        event.handshake = .matched
        if !isUnsubscribe, answered.keptCount != answered.filterCount {
            sessions[index].subscriptions.noteDropped()
        }
        guard let codes = answer.codes else {
            // Before 5.0 an UNSUBACK has no codes: it is a yes.
            if isUnsubscribe { endSubscriptions(index, nil, bytes) }
            return
        }
        if let asked = answered.filterCount, let given = answer.codeCount, asked != given {
            notes.note(isUnsubscribe ? .unsubackCount : .subackCount)
        }
        guard !isUnsubscribe else { return endSubscriptions(index, codes, bytes) }
        event.hasAnswered = true
        for position in 0..<min(codes.count, answered.classes.count)
        where bytes.byte(at: codes.offset + position) < 0x80 {
            guard let granted = MQTTWildcard(rawValue: answered.classes[position]) else { continue }
            sessions[index].widest = max(sessions[index].widest ?? .none, granted)
        }
        addSubscriptions(index, codes, bytes)
    }

    private mutating func addSubscriptions(_ index: Int, _ codes: ByteRange, _ bytes: RawSpan) {
        let limits = limits
        let identifier = answered.identifier
        var dropped: UInt64 = 0
        answered.forEachFilter { position, filter in
            guard position < codes.count else { return }
            let code = bytes.byte(at: codes.offset + position)
            guard code < 3 else { return }
            if !sessions[index].subscriptions.set(filter, qos: code, identifier: identifier, limits) {
                dropped &+= 1
            }
        }
        counts.subscriptionsDropped &+= dropped
        chargeSubscriptions(index)
    }

    /// An UNSUBACK ends what it does not refuse; `codes` is `nil` where there are none.
    private mutating func endSubscriptions(_ index: Int, _ codes: ByteRange?, _ bytes: RawSpan) {
        answered.forEachFilter { position, filter in
            if let codes {
                guard position < codes.count, bytes.byte(at: codes.offset + position) < 0x80 else { return }
            }
            sessions[index].subscriptions.end(filter)
        }
    }
}

extension MQTTSession {
    /// Whether the client has something in flight under a packet identifier.
    fileprivate func isInUse(_ packetID: UInt16) -> Bool {
        if pending.contains(packetID) { return true }
        guard let place = toServer.handshakes.table.index(of: packetID) else { return false }
        let known = toServer.handshakes.table[place]
        // What an earlier connection left, and what was sent twice, may be over.
        return known.state != .answered && !known.isCarried && !known.isRepeated
    }
}
