import Detection
import Events
import Network

extension EventContext {
    /// Reads what surrounds a message from an event's JSON; what is missing there is zero or absent.
    init(json object: [String: JSONValue]) throws(RecordedEvent.BadEvent) {
        func text(_ field: CommonField) -> String? { Self.value(field, object)?.text }
        func endpoint(_ ip: CommonField, _ port: CommonField) throws(RecordedEvent.BadEvent) -> Endpoint {
            var address = IPAddress(v4: 0)
            if let given = text(ip) {
                guard let read = IPAddress(given) else {
                    throw RecordedEvent.BadEvent(message: "'\(given)' is not an address")
                }
                address = read
            }
            guard case .int(let number)? = Self.value(port, object) else { return Endpoint(address, 0) }
            return Endpoint(address, UInt16(clamping: number))
        }
        var time = Timestamp.zero
        if let given = text(.timestamp) {
            guard let read = Timestamp(rfc3339: given) else {
                throw RecordedEvent.BadEvent(message: "'\(given)' is not a time such as 2026-11-21T09:30:00Z")
            }
            time = read
        }
        var frame: UInt64 = 0
        if case .int(let number)? = Self.value(.frameNumber, object) { frame = UInt64(clamping: number) }
        // What the sensor says of itself went over no wire, but may be about a server.
        let hasDestination = text(.destinationIP) != nil
        self.init(
            timestamp: time, frameNumber: frame, source: try endpoint(.sourceIP, .sourcePort),
            destination: hasDestination
                ? try endpoint(.destinationIP, .destinationPort) : try endpoint(.serverIP, .serverPort),
            sourceMAC: text(.sourceMAC).flatMap { MACAddress(text: $0) },
            destinationMAC: text(.destinationMAC).flatMap { MACAddress(text: $0) },
            transport: text(.transport) == "udp" ? .udp : .tcp,
            direction: text(.direction) == "to_client" ? .toClient : .toServer)
        for item in Self.value(.vlanID, object)?.items ?? [] {
            if case .int(let number) = item { vlans.append(UInt16(clamping: number)) }
        }
        for item in Self.value(.tunnel, object)?.items ?? [] {
            if let tunnel = Tunnel.allCases.first(where: { $0.name.description == item.text }) {
                tunnels.append(tunnel)
            }
        }
        for item in Self.value(.anomaly, object)?.items ?? [] {
            let known = NetworkAnomalies.names.first { $0.name.description == item.text }
            if let known { anomalies.insert(known.anomaly) }
        }
        for item in Self.value(.carrier, object)?.items ?? [] {
            if let layer = ProxyLayer.allCases.first(where: { $0.name.description == item.text }) {
                carrier.proxies.append(layer)
            } else if item.text == "websocket" {
                carrier.isWebSocket = true
            }
        }
        carrier.proxiedIP = text(.proxiedIP).flatMap { IPAddress($0) }
        if !carrier.proxies.isEmpty, text(.clientIP) != nil {
            let client = try endpoint(.clientIP, .clientPort)
            if client != self.client { carrier.client = client }
        }
    }

    private static func value(_ field: CommonField, _ object: [String: JSONValue]) -> JSONValue? {
        Protocols.registry.field(field.id).flatMap { object[$0.info.name] }
    }
}

extension MACAddress {
    /// Reads `aa:bb:cc:dd:ee:ff`.
    fileprivate init?(text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        var value: UInt64 = 0
        for part in parts {
            guard part.utf8.count == 2, let byte = UInt8(part, radix: 16) else { return nil }
            value = value << 8 | UInt64(byte)
        }
        self.init(value)
    }
}
