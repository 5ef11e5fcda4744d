import Bytes
import Events
import Network
import Payload
import Tables

extension MQTTField {
    /// The row of a field of what is told of a connection beside its packets.
    var connectionInfo: FieldInfo {
        switch self {
        case .connectionState:
            FieldInfo(
                "mqtt.connection.state", .keyword,
                "CONNECTION: syn_only, refused, half_open (the client did not go on); silent, partial or trickle for 10, "
                    + "30, 60 or 600 s; oversized (announced length), foreign (not MQTT), idle (let in, no topic), closed, stalled (in the "
                    + "midst of a later packet at two of these times)"
            )
        case .connectionDuration:
            FieldInfo("mqtt.connection.duration", .int, "CONNECTION: milliseconds since its SYN")
        case .connectionBytes: FieldInfo("mqtt.connection.bytes", .int, "CONNECTION: bytes that the client has sent")
        case .connectionAnnounced:
            FieldInfo(
                "mqtt.connection.announced", .int,
                "CONNECTION: length of the first packet in bytes, as its fixed header says")
        case .connectionForeign:
            FieldInfo("mqtt.connection.foreign", .keyword, "CONNECTION: what came instead: tls, http, ssh, unknown")
        case .connectionPending:
            FieldInfo(
                "mqtt.connection.pending", .int,
                "CONNECTION: connections of this address that stand open at this broker without a first packet")
        default: FieldInfo("mqtt.connection.pings", .int, "CONNECTION: PINGREQ packets of the client so far")
        }
    }
}

/// Connections beside their packets.
extension MQTTAnalyzer {
    /// Makes what is told of a connection the current event.
    ///
    /// A session that is open is told where the broker let the client in and nobody subscribed or published on it.
    public mutating func report(_ report: ConnectionReport, _ handle: Int64, _ context: EventContext) -> Bool {
        let known = handle >= 0 ? sessions.slot(of: MQTTSessionID(rawValue: handle)) : nil
        if report.state == .open {
            guard let known, sessions[known].isAccepted == true, sessions[known].isComplete, sessions[known].isSilent
            else { return false }
        } else if known == nil {
            sessions[Self.orphan].reset(client: context.client, server: context.server, isFromStart: false)
        }
        event = MQTTEvent()
        inspector.clear()
        event.session = known ?? Self.orphan
        event.message.type = .connection
        event.direction = .toServer
        event.connection = report
        now = context.timestamp
        return true
    }

    /// Appends the values of a field of what is told of a connection.
    borrowing func read(_ field: MQTTField, _ report: ConnectionReport, _ values: inout FieldValues) {
        let index = event.session
        switch field {
        case .type: values.append(text: event.message.type.name)
        case .connectionState: values.append(text: report.state.name)
        case .connectionDuration: values.append(report.duration / 1_000_000)
        case .connectionBytes: values.append(report.clientBytes)
        case .connectionAnnounced: append(report.announcedLength, &values)
        case .connectionForeign: if let name = report.foreignName { values.append(text: name) }
        case .connectionPending: values.append(report.pending)
        case .connectionPings: if report.state == .open { values.append(sessions[index].toServer.pings) }
        case .clientID: appendClientID(&values)
        case .userName: appendUserName(&values)
        case .version: append(sessions[index].version.level, &values)
        case .accepted: append(sessions[index].isAccepted, &values)
        case .anonymous: if !sessions[index].isMidstream { values.append(sessions[index].isAnonymous) }
        case .sessionKeepAlive: if !sessions[index].isMidstream { values.append(sessions[index].terms.keepAlive) }
        case .clientSessions, .clientSilent:
            guard let known = directory.address(addressKey(index)) else { return }
            values.append(field == .clientSessions ? known.open : known.silent)
        default: break
        }
    }
}
