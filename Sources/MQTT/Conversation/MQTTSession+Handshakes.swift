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
        check(result, packetID, qos: qos, &event, &notes, isAboveQuota: isAboveQuota)
    }

    private func check(
        _ result: Handshakes.Published, _ packetID: UInt16, qos: UInt8, _ event: inout MQTTEvent,
        _ notes: inout MQTTNotes, isAboveQuota: Bool
    ) {
        let isToServer = event.direction == .toServer
        guard isSure(event.direction) else {
            // Whether it was free, or sent before, is not known.
            if result.state == .reused || result.state == .unseen { event.handshake = nil }
            return
        }
        switch result.state {
        case .new: if isToServer, pending.contains(packetID) { noteInUse(isToServer, qos, &notes) }
        case .reused: if !result.wasCarried { noteInUse(isToServer, qos, &notes) }
        case .repeated:
            notes.note(.publishAfterRelease, if: result.wasReleased)
            notes.note(.resentOnSameConnection, if: notes.version == .v5)
        case .resumed:
            notes.note(.publishAfterRelease, if: result.wasReleased)
            // The rules of 4.6 are for the client.
            notes.note(.resendOrder, if: isToServer && result.isOutOfOrder)
        case .unseen:
            if result.wasRefused {
                notes.note(.resentAfterRefusal)
            } else if !isToServer, past == MQTTPast.none {
                // What a server tried to send on an earlier connection need not have reached the wire.
                notes.note(.duplicateOfNothing)
                notes.note(qos == 1 ? .duplicateAtFirstOfQoSOne : .duplicateAtFirstOfQoSTwo)
            }
        default: break
        }
        guard isAboveQuota else { return }
        notes.note(isToServer ? .receiveMaximumOfServer : .receiveMaximumOfClient)
        notes.note(.sendQuotaExceeded)
    }

    private func noteInUse(_ isToServer: Bool, _ qos: UInt8, _ notes: inout MQTTNotes) {
        notes.note(isToServer ? .packetIDInUseByClient : .packetIDInUseByServer)
        notes.note(qos == 1 ? .packetIDInUseByQoSOne : .packetIDInUseByQoSTwo)
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
            let mayRefuse = isRefusal || answer.isReasonUnknown
            guard !(mayRefuse && (type == .pubrel || type == .pubcomp)) else { break }
            notes.note(.answerUnasked)
            noteUnasked(type, &notes)
        case .mismatched:
            notes.note(.pubackForQoSTwo, if: type == .puback)
            notes.note(.pubrecForQoSOne, if: type == .pubrec)
            noteUnasked(type, &notes)
            guard type == .puback || type == .pubrec else { break }
            notes.note(.answerForOtherQoS)
            notes.note(.clientAnswerForOtherQoS, if: event.direction == .toServer)
        default: break
        }
        // The rules of 4.6 are for the client.
        guard result.isOutOfOrder, event.direction == .toServer else { return }
        notes.note(.pubackOrder, if: type == .puback)
        notes.note(.pubrecOrder, if: type == .pubrec)
        notes.note(.pubrelOrder, if: type == .pubrel)
    }

    /// The packets of QoS 2 that follow the PUBREC have rules of their own (4.3.3).
    private func noteUnasked(_ type: MQTTPacketType, _ notes: inout MQTTNotes) {
        notes.note(.pubrelUnasked, if: type == .pubrel)
        notes.note(.pubcompUnasked, if: type == .pubcomp)
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
