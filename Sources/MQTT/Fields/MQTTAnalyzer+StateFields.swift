import Bytes
import Events
import Network
import Tables

extension MQTTAnalyzer {
    /// Appends the values of a field of the conversation.
    borrowing func readState(_ field: MQTTField, _ bytes: RawSpan, _ values: inout FieldValues) {
        let index = event.session
        let type = event.message.type
        switch field {
        case .sessionExpiry: if hasConnect { values.append(sessions[index].terms.expiry) }
        case .sessionKeepAlive: if hasConnect { values.append(sessions[index].terms.keepAlive) }
        case .sessionOverdue:
            let isHeld = event.direction == .toServer && sessions[index].overdueAfter != .max
            if isHeld, sessions[index].isComplete, event.idle != nil { values.append(event.isOverdue) }
        case .sessionWill: if hasConnect { values.append(sessions[index].hasWill) }
        case .sessionAuthMethod: append(sessions[index].authMethod, &values)
        case .sessionPast:
            if type == .connack, let past = sessions[index].past { values.append(text: past.name) }
        case .sessionChanged:
            if type == .connect || type == .connack {
                sessions[index].changes?.forEach { values.append(text: $0) }
            }
        case .sessionPublished: values.append(sessions[index].toServer.publishes)
        case .sessionDelivered: values.append(sessions[index].toClient.publishes)
        case .sessionRetained: values.append(sessions[index].retainedCount)
        case .sessionFilters: values.append(sessions[index].filterCount)
        case .sessionSubscriptions: values.append(sessions[index].subscriptions.count)
        case .previousEnd, .previousDuration, .previousSince, .previousAddress, .previousUnfinished:
            if event.hasPrevious, let previous { read(field, previous, &values) }
        case .clientSessions, .clientSilent:
            guard type == .connect || type == .connack, let known = directory.address(addressKey(index)) else { return }
            values.append(field == .clientSessions ? known.open : known.silent)
        case .clientRate: if event.rate >= Self.leastRate { values.append(event.rate) }
        default: readExchange(field, bytes, &values)
        }
    }

    /// Whether the CONNECT of the session was seen.
    private var hasConnect: Bool { !sessions[event.session].isMidstream }

    private func read(_ field: MQTTField, _ previous: ClientRecord, _ values: inout FieldValues) {
        switch field {
        case .previousEnd: if let ending = previous.ending { values.append(text: ending.name) }
        case .previousDuration: values.append(previous.duration)
        case .previousSince: values.append(max(0, now.nanoseconds(since: previous.endedAt)) / 1_000_000)
        case .previousAddress: values.append(previous.address)
        default: values.append(previous.unfinished)
        }
    }

    private borrowing func readExchange(_ field: MQTTField, _ bytes: RawSpan, _ values: inout FieldValues) {
        let index = event.session
        switch field {
        case .ackMatched: appendIsMatched(&values)
        case .handshake: if let state = event.handshake { values.append(text: state.name) }
        case .inflight, .inflightUnreleased, .inflightStalled: appendInflight(field, &values)
        case .grantedQoS: appendGrantedQoS(bytes, &values)
        case .refusedTopic: appendRefusedTopics(bytes, &values)
        case .deliveryFilter:
            guard event.direction == .toClient else { return }
            withTopic(bytes) { topic in
                sessions[index].subscriptions.forEachMatch(topic) { values.append(copying: $0) }
            }
        case .deliveryUncovered: if event.uncovered > 0 { values.append(event.uncovered) }
        case .deliveryMatched: append(isDeliveryMatched(bytes), &values)
        case .retainedClientID, .retainedAddress, .retainedForeign:
            if event.hasRetainedOwner, let owner = retainedOwner {
                let isForeign = field == .retainedForeign
                read(owner, isForeign: isForeign, isAddress: field == .retainedAddress, &values)
            }
        case .retainedConnected, .retainedIdle:
            if event.hasRetainedOwner, event.direction == .toServer, let owner = retainedOwner {
                readConnection(of: owner, field, &values)
            }
        case .willOwnerConnected:
            if event.direction == .toServer, let owner = willOwner(bytes) { readConnection(of: owner, field, &values) }
        case .willOwnerClientID, .willOwnerForeign:
            guard let owner = willOwner(bytes) else { return }
            read(owner, isForeign: field == .willOwnerForeign, isAddress: false, &values)
        case .willOutlives: appendWillOutlives(bytes, &values)
        case .authState: if let state = event.auth { values.append(text: state.name) }
        case .authCount: if event.auth != nil { values.append(sessions[index].authCount) }
        case .incomplete: if event.message.isCutShort { values.append(true) }
        case .passwordDigest:
            if let code = passwordDigest(bytes) { values.append { code.write(to: &$0) } }
        case .passwordPast:
            // A CONNECT in the session of somebody who was let in changes nothing.
            let isOther = event.connectCount > 1 && sessions[index].isAccepted == true
            guard event.message.type == .connack || event.message.type == .connect, !isOther else { return }
            if let past = sessions[index].passwordPast { values.append(text: past.name) }
        default: break
        }
    }

    /// That of the CONNECT, made when it is asked for; of other messages that of their session, where it is kept.
    private func passwordDigest(_ bytes: RawSpan) -> KeyedDigest.Code? {
        guard let connect else { return sessions[event.session].passwordDigest }
        guard let password = connect.password else { return nil }
        return passwordKey?.code(bytes.slice(password))
    }

    private func append(_ text: [UInt8], _ values: inout FieldValues) {
        if !text.isEmpty { values.append(copying: text.span.bytes) }
    }

    private func appendIsMatched(_ values: inout FieldValues) {
        switch event.handshake {
        case .matched, .refused, .repeated, .resumed: if event.message.type != .publish { values.append(true) }
        case .early, .mismatched, .unknown: values.append(false)
        case .new, .reused, .unseen, nil: break
        }
    }

    /// What the sender of the PUBLISH packets waits for.
    private func appendInflight(_ field: MQTTField, _ values: inout FieldValues) {
        guard event.handshake != nil else { return }
        let sender: Direction
        switch event.message.type {
        case .publish, .pubrel: sender = event.direction
        case .puback, .pubrec, .pubcomp: sender = event.direction.reversed
        default: return
        }
        let side = sender == .toServer ? sessions[event.session].toServer : sessions[event.session].toClient
        switch field {
        case .inflight: values.append(side.handshakes.unanswered)
        case .inflightUnreleased: values.append(side.handshakes.unreleased)
        default:
            guard side.handshakes.unanswered > 0 else { return }
            values.append(holes.silence(from: side.handshakes.progress, to: now))
        }
    }

    /// Whether a subscription takes in the topic of a delivery; `nil` where not all that could are known.
    private func isDeliveryMatched(_ bytes: RawSpan) -> Bool? {
        guard event.direction == .toClient else { return nil }
        let index = event.session
        var result: Bool?
        withTopic(bytes) { topic in
            let match = sessions[index].subscriptions.match(topic)
            // The server may deliver before it has answered the SUBSCRIBE (3.8.4).
            let pending = match == .matched ? true : sessions[index].pending.matches(topic)
            let isKnown = sessions[index].isWhole && !sessions[index].subscriptions.hasDropped
            result = pending == true ? true : pending == false && match == .none && isKnown ? false : nil
        }
        return result
    }

    private func read(_ owner: TopicOwner, isForeign: Bool, isAddress: Bool, _ values: inout FieldValues) {
        if isForeign {
            guard event.direction == .toServer, let key = sessions[event.session].clientIDKey else { return }
            values.append(self.isForeign(owner, event.session, key))
        } else if isAddress {
            values.append(owner.address)
        } else {
            values.append(copying: owner.clientID.span.bytes)
        }
    }

    /// Whether the owner of a topic is connected, and when it was heard.
    private func readConnection(of owner: TopicOwner, _ field: MQTTField, _ values: inout FieldValues) {
        guard let record = directory.client(owner.clientKey) else { return }
        let session = record.isLive ? sessions.slot(of: record.session) : nil
        guard field == .retainedIdle else { return values.append(session != nil) }
        guard let session, let heard = sessions[session].toServer.lastSeen else { return }
        values.append(max(0, now.nanoseconds(since: heard)) / 1_000_000)
    }

    /// Whose will has the topic of a PUBLISH.
    private func willOwner(_ bytes: RawSpan) -> TopicOwner? {
        var owner: TopicOwner?
        withTopic(bytes) { owner = directory.willOwner(hash.willKey($0, sessions[event.session].server)) }
        return owner
    }

    /// A will whose delay is longer than the session is published when the session ends (MQTT 5.0, 3.1.3.2.2).
    private func appendWillOutlives(_ bytes: RawSpan, _ values: inout FieldValues) {
        guard let connect, event.version == .v5, connect.willTopic != nil else { return }
        let delay = connect.willProperties.number(.willDelayInterval, bytes) ?? 0
        let expiry = connect.properties.number(.sessionExpiryInterval, bytes) ?? 0
        values.append(delay > expiry)
    }
}
