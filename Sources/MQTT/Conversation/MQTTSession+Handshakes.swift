import Events
import Network

/// The hand-shakes of QoS 1 and 2 (MQTT 3.1.1 and 5.0, 4.3).
///
/// What counts as a violation is held against all that both sides sent; after a gap, midstream, and where something was
/// not kept, nothing does. What is as it should be, which is nearly all, asks for no more than a look into one table.
extension MQTTSession {
    /// Takes in a PUBLISH of QoS 1 or 2.
    mutating func take(
        _ publish: MQTTPublish, _ packetID: UInt16, _ event: inout MQTTEvent, _ notes: inout MQTTNotes,
        _ time: Timestamp, limit: Int
    ) {
        let (qos, isDuplicate) = (publish.qos, publish.isDuplicate)
        let result: Handshakes.Published
        let isAboveQuota: Bool
        if event.direction == .toServer {
            result = toServer.handshakes.publish(packetID, qos: qos, isDuplicate: isDuplicate, time, limit: limit)
            isAboveQuota = toServer.handshakes.isAboveQuota
        } else {
            result = toClient.handshakes.publish(packetID, qos: qos, isDuplicate: isDuplicate, time, limit: limit)
            isAboveQuota = toClient.handshakes.isAboveQuota
        }
        event.handshake = result.state
        if result.state == .new, !isAboveQuota, pending.isEmpty { return }
        check(result, packetID, &event, &notes, isAboveQuota: isAboveQuota)
    }

    private func check(
        _ result: Handshakes.Published, _ packetID: UInt16, _ event: inout MQTTEvent, _ notes: inout MQTTNotes,
        isAboveQuota: Bool
    ) {
        let isToServer = event.direction == .toServer
        guard isSure(event.direction) else {
            // Whether it was free, or sent before, is not known.
            if result.state == .reused || result.state == .unseen { event.handshake = nil }
            return
        }
        switch result.state {
        case .new: notes.note(.packetIDInUseByClient, if: isToServer && pending.contains(packetID))
        case .reused:
            notes.note(isToServer ? .packetIDInUseByClient : .packetIDInUseByServer, if: !result.wasCarried)
        case .repeated:
            notes.note(.publishAfterRelease, if: result.wasReleased)
            notes.note(.resentOnSameConnection, if: notes.version == .v5)
        case .resumed: notes.note(.publishAfterRelease, if: result.wasReleased)
        case .unseen: notes.note(.duplicateOfNothing, if: !isToServer)
        default: break
        }
        notes.note(isToServer ? .receiveMaximumOfServer : .receiveMaximumOfClient, if: isAboveQuota)
    }

    /// Takes in a PUBACK, PUBREC, PUBREL or PUBCOMP.
    mutating func take(
        _ answer: MQTTAnswer, _ event: inout MQTTEvent, _ notes: inout MQTTNotes, _ time: Timestamp, limit: Int
    ) {
        guard let packetID = answer.packetID, packetID != 0 else { return }
        let type = event.message.type
        let isRefusal = (answer.reasonCode ?? 0) >= 0x80
        // A PUBREL is of the side that published, the others answer it.
        let sender = type == .pubrel ? event.direction : event.direction.reversed
        let result: Handshakes.Answered
        if sender == .toServer {
            result = toServer.handshakes.take(type, packetID, isRefusal, time, limit)
        } else {
            result = toClient.handshakes.take(type, packetID, isRefusal, time, limit)
        }
        event.handshake = result.state
        if result.state == .matched, !result.isOutOfOrder { return }
        guard isSure(sender) else {
            if result.state == .unknown || result.state == .early || result.state == .mismatched {
                event.handshake = nil
            }
            return
        }
        switch result.state {
        case .unknown:
            // 0x92 says just that, and answers what was unknown (MQTT 5.0, 3.6.2.1 and 3.7.2.1).
            notes.note(.answerUnasked, if: !(isRefusal && (type == .pubrel || type == .pubcomp)))
        case .mismatched:
            notes.note(.pubackForQoSTwo, if: type == .puback)
            notes.note(.pubrecForQoSOne, if: type == .pubrec)
        default: break
        }
        // The rules of 4.6 are for the client.
        guard result.isOutOfOrder, event.direction == .toServer else { return }
        notes.note(.pubackOrder, if: type == .puback)
        notes.note(.pubrecOrder, if: type == .pubrec)
        notes.note(.pubrelOrder, if: type == .pubrel)
    }

    /// Whether all hand-shakes that a side began are known.
    private func isSure(_ side: Direction) -> Bool {
        isWhole && !(side == .toServer ? toServer.handshakes.hasDropped : toClient.handshakes.hasDropped)
    }
}

extension Handshakes {
    /// Takes in an answer of that type.
    fileprivate mutating func take(
        _ type: MQTTPacketType, _ packetID: UInt16, _ isRefusal: Bool, _ time: Timestamp, _ limit: Int
    ) -> Answered {
        switch type {
        case .puback: puback(packetID, isRefusal: isRefusal, time)
        case .pubrec: pubrec(packetID, isRefusal: isRefusal, time, limit: limit)
        case .pubrel: pubrel(packetID, limit: limit)
        default: pubcomp(packetID, isRefusal: isRefusal, time)
        }
    }
}
