import Bytes
import Network

/// The fields around every message; names of the Elastic Common Schema.
public enum CommonField: UInt16, CaseIterable, Sendable {
    case timestamp, category, frameNumber
    case sourceIP, sourcePort, destinationIP, destinationPort, sourceMAC, destinationMAC
    case clientIP, clientPort, serverIP, serverPort
    case transport, direction, communityID, vlanID, tunnel, anomaly, carrier, proxiedIP

    /// The number of the field in the registry.
    public var id: FieldID { FieldID(rawValue: rawValue) }

    /// Those that follow from the ends of a message, its direction and what carried it.
    public static let settled: [FieldID] = [
        category, sourceIP, sourcePort, destinationIP, destinationPort, clientIP, clientPort, serverIP, serverPort,
        transport, direction, communityID, anomaly, carrier, proxiedIP,
    ].map(\.id)

    /// These fields as the first block of the registry.
    public static let block = FieldBlock(base: 0, category: nil, fields: allCases.map(\.info))

    private var info: FieldInfo {
        switch self {
        case .timestamp: FieldInfo("@timestamp", .time, "capture time of the frame that completed the message")
        case .category:
            FieldInfo(
                "event.category", .keyword, "mqtt, coap, network, sensor or policy: what logsource.category selects")
        case .frameNumber: FieldInfo("frame.number", .int, "the frame that completed the message, from 1, per source")
        case .sourceIP: FieldInfo("source.ip", .ip, "sender, innermost IP header")
        case .sourcePort: FieldInfo("source.port", .int, "port of the sender")
        case .destinationIP: FieldInfo("destination.ip", .ip, "receiver, innermost IP header")
        case .destinationPort: FieldInfo("destination.port", .int, "port of the receiver")
        case .sourceMAC: FieldInfo("source.mac", .keyword, "sender on the link, where the link has addresses")
        case .destinationMAC: FieldInfo("destination.mac", .keyword, "receiver on the link")
        case .clientIP:
            FieldInfo("client.ip", .ip, "the end that asks; behind one of the setting proxies, the end it speaks for")
        case .clientPort: FieldInfo("client.port", .int, "port of the end that asks")
        case .serverIP: FieldInfo("server.ip", .ip, "the broker or CoAP server")
        case .serverPort: FieldInfo("server.port", .int, "port of the broker or CoAP server")
        case .transport: FieldInfo("network.transport", .keyword, "tcp or udp")
        case .direction: FieldInfo("network.direction", .keyword, "to_server or to_client")
        case .communityID: FieldInfo("network.community_id", .keyword, "Community ID v1 with seed 0")
        case .vlanID: FieldInfo("network.vlan.id", .int, list: true, "VLAN identifiers, outermost first")
        case .anomaly:
            FieldInfo(
                "network.anomaly", .keyword, list: true,
                "what was odd on the way: fragment_overlap; fragment_conflict and fragment_ambiguous: fragments differ, and each copy is read, or their ECN marks do not go together; segment_ambiguous: segments differ. Of the category network: segment_decoy, forged_reset, urgent_data and websocket_budget (compressed messages too long to be read), too"
            )
        case .tunnel: FieldInfo("network.tunnel", .keyword, list: true, "encapsulations taken off, outermost first")
        case .carrier:
            FieldInfo(
                "network.protocol", .keyword, list: true,
                "what carried the message over its transport, outermost first: http-connect, socks, proxy-protocol, websocket"
            )
        case .proxiedIP:
            FieldInfo(
                "network.proxied_ip", .ip,
                "the client by a PROXY header whose sender is not among the setting proxies: anybody can write it")
        }
    }
}

extension EventContext {
    /// Appends the values of a field around the message; nothing for a field that is not one of these.
    public func read(_ field: FieldID, category: EventCategory, into values: inout FieldValues) {
        guard let field = CommonField(rawValue: field.rawValue) else { return }
        // What the sensor says of itself went over no wire.
        if category == .sensor, !hasField(ofSensor: field) { return }
        switch field {
        case .timestamp: values.append(timestamp)
        case .category: values.append(text: category.name)
        case .frameNumber: values.append(frameNumber)
        case .sourceIP: values.append(source.address)
        case .sourcePort: values.append(source.port)
        case .destinationIP: values.append(destination.address)
        case .destinationPort: values.append(destination.port)
        case .sourceMAC: append(sourceMAC, to: &values)
        case .destinationMAC: append(destinationMAC, to: &values)
        case .clientIP: values.append(client.address)
        case .clientPort: values.append(client.port)
        case .serverIP: values.append(server.address)
        case .serverPort: values.append(server.port)
        case .transport: values.append(text: transport.name)
        case .direction: values.append(text: direction == .toServer ? "to_server" : "to_client")
        case .communityID: values.append { CommunityID(source, destination, transport).write(to: &$0) }
        case .vlanID: for index in 0..<vlans.count { values.append(vlans[index]) }
        case .tunnel: append(tunnels, to: &values)
        case .anomaly:
            if anomalies.isEmpty { return }
            for (anomaly, name) in NetworkAnomalies.names where anomalies.contains(anomaly) {
                values.append(text: name)
            }
        case .carrier:
            for index in 0..<carrier.proxies.count {
                if let layer = carrier.proxies[index] { values.append(text: layer.name) }
            }
            if carrier.isWebSocket { values.append(text: "websocket") }
        case .proxiedIP: if let address = carrier.proxiedIP { values.append(address) }
        }
    }

    private func hasField(ofSensor field: CommonField) -> Bool {
        switch field {
        case .timestamp, .category: true
        case .serverIP: server.address != .unspecified
        default: false
        }
    }

    private func append(_ path: TunnelPath, to values: inout FieldValues) {
        for index in 0..<path.count {
            if let tunnel = path[index] { values.append(text: tunnel.name) }
        }
    }

    private func append(_ address: MACAddress?, to values: inout FieldValues) {
        guard let address else { return }
        values.append { address.write(to: &$0) }
    }
}
