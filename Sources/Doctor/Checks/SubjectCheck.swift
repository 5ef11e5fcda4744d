import Events
import Network
import Packets

/// Whether there is something for the sensor to read.
enum SubjectCheck {
    /// Ports of TLS with a protocol that the sensor knows inside (IANA: secure-mqtt, coaps).
    private static let securePorts: [UInt16: String] = [8883: "MQTT", 5684: "CoAP"]
    /// Ports on which a broker or server surprises nobody: registered, or of WebSocket by habit.
    private static let usualPorts: Set<UInt16> = [1883, 8883, 5683, 5684, 80, 443, 8080, 8083, 8084, 8443, 9001]
    /// So many names behind one address are not one device's.
    private static let manyNames = 10

    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        let services = survey.services.services.sorted {
            ($1.value.messages, $0.key.server.address, $0.key.server.port)
                < ($0.value.messages, $1.key.server.address, $1.key.server.port)
        }
        var encrypted: [(server: Endpoint, name: String, frames: UInt64)] = []
        var secure: [Endpoint: (name: String, frames: UInt64)] = [:]
        for conversation in survey.conversations.all where conversation.encrypted > 0 {
            guard let name = securePorts[conversation.server.port] else { continue }
            let inside = conversation.key.transport == .tcp ? "\(name) over TLS" : "\(name) over DTLS"
            secure[conversation.server] = (inside, (secure[conversation.server]?.frames ?? 0) + conversation.encrypted)
        }
        encrypted = secure.map { ($0.key, $0.value.name, $0.value.frames) }.sorted {
            ($1.frames, $0.server.address) < ($0.frames, $1.server.address)
        }
        let messages = services.reduce(UInt64(0)) { $0 + $1.value.messages }
        let figures = [
            "messages": Double(messages), "servers": Double(services.count),
            "encrypted_servers": Double(encrypted.count),
        ]
        var seen = services.prefix(8).map { line($0.key, $0.value) }
        if services.count > 8 { seen.append("and \(services.count - 8) more servers") }
        for (server, name, frames) in encrypted.prefix(4) {
            seen.append("\(Text.endpoint(server)): \(name), \(Text.count(frames, "frame")): not readable")
        }
        for (key, service) in services {
            guard let names = service.mostNames, names.count >= manyNames else { continue }
            seen.append(
                "\(names.count) different clients of \(Text.endpoint(key.server)) come from "
                    + "\(Text.address(names.address)): a proxy, a gateway or NAT, behind which devices look alike"
            )
        }
        if messages > 0 {
            let list = services.prefix(3).map { "\(displayName($0.key)) at \(Text.endpoint($0.key.server))" }
            return Finding(
                .subject, .ok, "\(Text.count(messages, "message")) read: " + Text.list(list, limit: 3), seen: seen,
                figures: figures)
        }
        if !encrypted.isEmpty {
            return Finding(
                .subject, .warning, "all brokers and servers that were seen are encrypted", seen: seen,
                meaning: "The sensor sees who speaks to whom, and no message.",
                cure: [
                    "Where encryption ends (a load balancer, a gateway), mirror the side behind it; else the port "
                        + "is as good as it gets."
                ], figures: figures)
        }
        return Finding(
            .subject, .warning, "no message of MQTT or CoAP was seen", seen: blind(survey),
            meaning:
                "Either nobody spoke during the sample, or brokers and servers are behind ports that are not mirrored.",
            cure: [
                "Mirror the port of the broker, or those of the gateways; look for longer: earshot doctor "
                    + "--seconds 600. Names of hosts and ports that speak now: tcpdump -n -i \(context.commandName)"
            ], figures: figures)
    }

    private static func displayName(_ key: ServiceTable.Key) -> String {
        "\(key.category.name)" == "mqtt" ? "MQTT" : "CoAP"
    }

    private static func line(_ key: ServiceTable.Key, _ service: ServiceTable.Service) -> String {
        var parts = [
            "\(Text.endpoint(key.server)): \(displayName(key)), \(Text.count(service.messages, "message")), "
                + Text.count(UInt64(clamping: service.clients.count), "client")
        ]
        if service.oscore > 0 {
            parts.append(
                "\(Text.percent(Double(service.oscore) / Double(max(service.messages, 1)))) of it in OSCORE, not "
                    + "readable"
            )
        }
        if !usualPorts.contains(key.server.port) { parts.append("on an unusual port") }
        if service.messagesToServer == 0 { parts.append("only its own messages") }
        if service.messagesToClients == 0 { parts.append("only messages to it") }
        return parts.joined(separator: ", ")
    }

    private static func blind(_ survey: PortSurvey) -> [String] {
        let names = survey.undecoded.filter { ![.arp, .lldp, .icmp, .igmp].contains($0.key) }.sorted {
            ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue)
        }
        guard !names.isEmpty else { return [] }
        return [
            "frames that were not followed: "
                + names.prefix(4).map { "\($0.key.name) \(Text.number($0.value))" }.joined(separator: ", ")
        ]
    }
}
