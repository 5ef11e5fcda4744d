import Events
import Network

/// The hand-shakes of QoS 1 and 2 (MQTT 3.1.1 and 5.0, 4.3).
///
/// What counts as a violation is held against all that both sides sent; after a gap, midstream, and where something was
/// not kept, nothing does.
extension MQTTAnalyzer {
    /// Takes in a PUBLISH of QoS 1 or 2.
    mutating func publish(
        _ publish: MQTTPublish, _ packetID: UInt16, _ index: Int, _ notes: inout MQTTNotes, _ time: Timestamp
    ) {
        let limit = limits.handshakes
        let isSure = isSure(index, event.direction)
        let isToServer = event.direction == .toServer
        let isTaken = isToServer && table.sessions[index].pending.contains(packetID)
        let (state, wasReleased, wasCarried) =
            isToServer
            ? table.sessions[index].toServer.handshakes.publish(
                packetID, qos: publish.qos, isDuplicate: publish.isDuplicate, time, limit: limit)
            : table.sessions[index].toClient.handshakes.publish(
                packetID, qos: publish.qos, isDuplicate: publish.isDuplicate, time, limit: limit)
        event.handshake = state
        if state == .new {
            notes.note(.packetIDInUseByClient, if: isTaken && isSure)
        } else {
            guard isSure else {
                // Whether it was free, or sent before, is not known.
                if state == .reused || state == .unseen { event.handshake = nil }
                return
            }
            if state == .reused {
                counts.handshakesAbandoned &+= 1
                notes.note(isToServer ? .packetIDInUseByClient : .packetIDInUseByServer, if: !wasCarried)
            }
            notes.note(.publishAfterRelease, if: wasReleased)
            notes.note(.resentOnSameConnection, if: state == .repeated && notes.version == .v5)
            notes.note(.duplicateOfNothing, if: state == .unseen && !isToServer)
        }
        guard isSure, notes.version == .v5 else { return }
        if isToServer {
            notes.note(.receiveMaximumOfServer, if: table.sessions[index].toServer.handshakes.isAboveQuota)
        } else {
            notes.note(.receiveMaximumOfClient, if: table.sessions[index].toClient.handshakes.isAboveQuota)
        }
    }

    /// Takes in a PUBACK, PUBREC, PUBREL or PUBCOMP.
    mutating func take(_ answer: MQTTAnswer, _ index: Int, _ notes: inout MQTTNotes, _ time: Timestamp) {
        guard let packetID = answer.packetID, packetID != 0 else { return }
        let type = event.message.type
        let limit = limits.handshakes
        let isRefusal = (answer.reasonCode ?? 0) >= 0x80
        // A PUBREL is of the side that published, the others answer it.
        let sender = type == .pubrel ? event.direction : event.direction.reversed
        let isSure = isSure(index, sender)
        let state: MQTTHandshake
        let isLate: Bool
        if sender == .toServer {
            state = table.sessions[index].toServer.handshakes.take(type, packetID, isRefusal, time, limit)
            isLate = table.sessions[index].toServer.handshakes.isOutOfOrder
        } else {
            state = table.sessions[index].toClient.handshakes.take(type, packetID, isRefusal, time, limit)
            isLate = table.sessions[index].toClient.handshakes.isOutOfOrder
        }
        event.handshake = state
        guard isSure else {
            if state == .unknown || state == .early || state == .mismatched { event.handshake = nil }
            return
        }
        switch state {
        case .unknown:
            // 0x92 says just that, and answers what was unknown (MQTT 5.0, 3.6.2.1 and 3.7.2.1).
            notes.note(.answerUnasked, if: !(isRefusal && (type == .pubrel || type == .pubcomp)))
        case .mismatched:
            notes.note(.pubackForQoSTwo, if: type == .puback)
            notes.note(.pubrecForQoSOne, if: type == .pubrec)
        default: break
        }
        // The rules of 4.6 are for the client.
        guard isLate, event.direction == .toServer else { return }
        notes.note(.pubackOrder, if: type == .puback)
        notes.note(.pubrecOrder, if: type == .pubrec)
        notes.note(.pubrelOrder, if: type == .pubrel)
    }

    /// Whether all hand-shakes that a side began are known.
    private func isSure(_ index: Int, _ side: Direction) -> Bool {
        table.sessions[index].isWhole
            && !(side == .toServer
                ? table.sessions[index].toServer.handshakes.hasDropped
                : table.sessions[index].toClient.handshakes.hasDropped)
    }
}

extension Handshakes {
    /// Takes in an answer of that type.
    fileprivate mutating func take(
        _ type: MQTTPacketType, _ packetID: UInt16, _ isRefusal: Bool, _ time: Timestamp, _ limit: Int
    ) -> MQTTHandshake {
        switch type {
        case .puback: puback(packetID, isRefusal: isRefusal, time)
        case .pubrec: pubrec(packetID, isRefusal: isRefusal, time, limit: limit)
        case .pubrel: pubrel(packetID, limit: limit)
        default: pubcomp(packetID, isRefusal: isRefusal, time)
        }
    }
}
