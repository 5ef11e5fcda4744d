import Bytes
import Events
import Network
import Tables

extension MQTTAnalyzer {
    /// Resolves the topic alias and keeps account of retained topics.
    mutating func take(
        _ publish: MQTTPublish, _ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes, _ time: Timestamp
    ) {
        if sessions[index].isSilent { endSilence(index) }
        if let packetID = publish.packetID, packetID != 0, publish.qos < 3 {
            sessions[index].take(publish, packetID, &event, &notes, time, limit: limits.handshakes)
            if event.handshake == .reused { counts.handshakesAbandoned &+= 1 }
            if sessions[index].hasGrownHandshakes { chargeHandshakes(index) }
        } else if publish.packetID == nil, publish.qos > 0 {
            // It was cut off before its identifier: what answers it answers something unknown.
            sessions[index].hasGap = true
        }
        guard let topic = publish.topic else { return }
        event.topic = topic.isEmpty ? .none : .message
        if let alias = publish.properties.topicAlias, !event.message.isFatal {
            useAlias(alias, topic, index, bytes, &notes)
        }
        if event.direction == .toClient, sessions[index].isEverySubscribeSeen {
            noteUncovered(index, bytes.slice(topic))
        }
        if event.direction == .toServer, topic.count > 8, bytes.byte(at: topic.offset) == UInt8(ascii: "s") {
            noteBirth(bytes.slice(topic), index)
        }
        guard publish.isRetained, let length = publish.payloadLength else { return }
        if case .alias(let alias) = event.topic {
            // A copy of the reference: the table is changed while the topic is read.
            let known = sessions[index].topic(alias, event.direction) ?? []
            event.retained = retain(known.span.bytes, isEmpty: length == 0, index)
            if event.direction == .toClient { checkDollar(known.span.bytes, index, &notes) }
        } else {
            event.retained = retain(bytes.slice(topic), isEmpty: length == 0, index)
            if event.direction == .toClient {
                checkDollar(bytes.slice(topic), index, &notes)
            } else if bytes.slice(topic).isStateOfBridge {
                sessions[index].isBridge = true
            }
        }
    }

    /// The first to publish the birth of a node of Sparkplug owns it, where its death is nobody's will that was seen.
    private mutating func noteBirth(_ topic: RawSpan, _ index: Int) {
        guard SparkplugTopic(topic)?.isBirth == true, let key = sessions[index].clientIDKey else { return }
        let name = hash.willKey(topic, sessions[index].server)
        if let owner = directory.willOwner(name), isForeign(owner, index, key) { return }
        directory.setWillOwner(name, owner(index, key))
    }

    /// Counts topics of deliveries that no filter takes in which the client was seen to ask for: whatever hid the question, this
    /// is what comes of it.
    ///
    /// `topic` is empty where an alias stands for it.
    private mutating func noteUncovered(_ index: Int, _ topic: RawSpan) {
        if case .alias(let alias) = event.topic {
            let known = sessions[index].topic(alias, .toClient) ?? []
            noteUncovered(index, known: known.span.bytes)
        } else {
            noteUncovered(index, known: topic)
        }
    }

    private mutating func noteUncovered(_ index: Int, known topic: RawSpan) {
        guard topic.byteCount > 0 else { return }
        if sessions[index].widest == .all, topic.byte(at: 0) != UInt8(ascii: "$") { return }
        // What was ended may still come (3.10.4), and the server may deliver before it has answered (3.8.4).
        guard sessions[index].subscriptions.match(topic) == .none, sessions[index].pending.matches(topic) == false
        else {
            return
        }
        let name = UInt32(truncatingIfNeeded: hash.hash(topic))
        if !sessions[index].uncovered.contains(name), sessions[index].uncovered.count < MQTTSession.uncoveredLimit {
            sessions[index].uncovered.append(name)
        }
        event.uncovered = sessions[index].uncovered.count
    }

    /// No filter that begins with a wildcard takes in a topic that begins with `$` (4.7.2).
    ///
    /// Retained messages show it first: they come at once when somebody subscribes.
    private func checkDollar(_ topic: RawSpan, _ index: Int, _ notes: inout MQTTNotes) {
        guard topic.byteCount > 0, topic.byte(at: 0) == UInt8(ascii: "$"), sessions[index].areSubscriptionsKnown
        else { return }
        notes.note(.dollarTopicMatched, if: sessions[index].subscriptions.matchesByWildcardOnly(topic))
    }

    /// MQTT 5.0, 3.3.2.3.4.
    private mutating func useAlias(
        _ alias: UInt16, _ topic: ByteRange, _ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes
    ) {
        if event.direction == .toServer {
            if let maximum = sessions[index].toServer.aliasMaximum, alias > maximum {
                notes.note(.topicAliasAboveServerMaximum)
                notes.note(maximum == 0 ? .topicAliasToServerUnwanted : .topicAliasAboveServerLimit)
            }
        } else {
            if let maximum = sessions[index].toClient.aliasMaximum, alias > maximum {
                notes.note(.topicAliasAboveClientMaximum)
                notes.note(maximum == 0 ? .topicAliasToClientUnwanted : .topicAliasAboveClientLimit)
            }
        }
        guard alias > 0 else { return }
        guard topic.isEmpty else {
            let text = bytes.slice(topic)
            let isKept =
                event.direction == .toServer
                ? sessions[index].toServer.aliases.set(alias, text, limits)
                : sessions[index].toClient.aliases.set(alias, text, limits)
            if !isKept { counts.topicAliasesDropped &+= 1 }
            chargeAliases(index)
            return
        }
        if sessions[index].topic(alias, event.direction) != nil {
            event.topic = .alias(alias)
        } else {
            let hasDropped =
                event.direction == .toServer
                ? sessions[index].toServer.aliases.hasDropped
                : sessions[index].toClient.aliases.hasDropped
            notes.note(.topicAliasUnknown, if: sessions[index].isComplete && !hasDropped)
        }
    }

    private mutating func retain(_ topic: RawSpan, isEmpty: Bool, _ index: Int) -> MQTTRetained {
        let isDelivery = event.direction == .toClient
        if isDelivery { sessions[index].retainedCount &+= 1 }
        guard topic.byteCount > 0 else { return isDelivery ? .delivery : isEmpty ? .clear : .set }
        let key = hash.topicKey(topic, sessions[index].server)
        let known = directory.useRetained(key)
        if let owner = known.owner {
            retainedOwner = owner
            event.hasRetainedOwner = true
        }
        if isDelivery {
            if !known.isKnown, !isEmpty { directory.retain(key, nil) }
            return .delivery
        }
        if isEmpty {
            directory.clearRetained(key)
            return .clear
        }
        // Who does not say who it is cannot be told from others.
        directory.retain(key, sessions[index].clientIDKey.map { owner(index, $0) })
        return known.isKnown ? .replace : .set
    }
}
