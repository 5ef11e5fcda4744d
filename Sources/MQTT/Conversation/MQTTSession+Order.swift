import Events
import Network

extension MQTTSession {
    /// Notes what a message says by its place in the conversation, and when it came; `true` where it ends the session.
    mutating func account(for event: inout MQTTEvent, _ notes: inout MQTTNotes, _ time: Timestamp) -> Bool {
        event.age = connectedAt.map { milliseconds(from: $0, to: time) }
        if event.direction == .toServer {
            let isOver = checkOrderToServer(event.message.type, &notes)
            event.idle = toServer.note(time, event.message.type)
            return isOver
        }
        let isOver = checkOrderToClient(event.message.type, &notes)
        event.idle = toClient.note(time, event.message.type)
        return isOver
    }

    /// Notes packets that come too early or too late (3.1.0 and 3.14.4 of MQTT 3.1.1 and 5.0).
    private mutating func checkOrderToServer(_ type: MQTTPacketType, _ notes: inout MQTTNotes) -> Bool {
        let isFirst = toServer.messages == 0
        notes.note(.connectNotFirst, if: isFirst && isKnownFromStart && type != .connect)
        notes.note(.packetAfterDisconnect, if: toServer.hasDisconnected)
        if connacks == 0, type != .connect { noteHaste(type, &notes) }
        guard type == .disconnect else { return false }
        toServer.hasDisconnected = true
        return true
    }

    /// A client need not wait for the CONNACK (3.1.4), unless it asked for an authentication (MQTT 5.0, 3.1.2.11.9).
    private mutating func noteHaste(_ type: MQTTPacketType, _ notes: inout MQTTNotes) {
        guard type != .auth else { return }
        isClientAhead = true
        notes.note(.packetDuringAuth, if: isComplete && hasAuthMethod && type != .disconnect)
    }

    /// Notes that the client was silent for longer than its keep alive allows.
    ///
    /// A long packet may have been under way all the time.
    func noteOverdue(_ event: inout MQTTEvent, _ notes: inout MQTTNotes) {
        guard isComplete, event.message.remainingLength < Self.shortPacket else { return }
        event.isOverdue = true
        notes.note(.keepAliveExceeded)
        notes.note(.serverKeepAliveExceeded, if: terms.isKeepAliveOfServer)
        notes.note(.serverKeepAliveIgnored, if: terms.isKeepAliveOfServer)
    }

    /// Bytes that go into one segment on any path (RFC 9293, 3.7.1).
    private static let shortPacket = 512

    /// The same for the server (3.2.0 of MQTT 3.1.1 and 5.0, 3.14.4 of 5.0).
    private mutating func checkOrderToClient(_ type: MQTTPacketType, _ notes: inout MQTTNotes) -> Bool {
        let isEarly = toClient.messages == 0 && (isKnownFromStart || isComplete)
        let mayComeFirst = type == .connack || type == .auth && notes.version == .v5
        notes.note(.connackNotFirst, if: isEarly && !mayComeFirst)
        notes.note(.packetAfterDisconnect, if: toClient.hasDisconnected)
        if isRefused, isComplete, !(type == .connack && connacks == 1) {
            notes.note(.packetAfterRefusal)
            notes.note(.packetAfterIDRefused, if: isIDRefused)
        }
        guard type == .disconnect, notes.version == .v5 else { return false }
        notes.note(.disconnectBeforeConnack, if: isComplete && connacks == 0)
        toClient.hasDisconnected = true
        return true
    }

    /// Whether everything that was said on the connection was seen.
    private var isKnownFromStart: Bool { isFromStart && !hasGap }
}

extension MQTTSide {
    /// Counts a message; gives the milliseconds since the one before it.
    fileprivate mutating func note(_ time: Timestamp, _ type: MQTTPacketType) -> Int64? {
        let idle = lastSeen.map { milliseconds(from: $0, to: time) }
        lastSeen = time
        messages &+= 1
        if type == .publish { publishes &+= 1 } else if type == .pingreq { pings &+= 1 }
        return idle
    }
}

/// Whole milliseconds; 0 where time ran backwards.
private func milliseconds(from earlier: Timestamp, to later: Timestamp) -> Int64 {
    max(0, later.nanoseconds(since: earlier)) / 1_000_000
}
