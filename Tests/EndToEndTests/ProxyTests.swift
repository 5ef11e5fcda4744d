import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// MQTT through proxies, as real clients ask them and a real broker answers behind them, captured on the loopback interface.
@Suite(.serialized, .needs(Proxy.obstacle))
struct ProxyTests {
    @Test("mosquitto_pub through SOCKS 5", arguments: ["", "me:secret@"])
    func mosquittoThroughSOCKS(_ login: String) throws {
        let seen = try Seen { port, broker in
            let url = "socks5h://\(login)127.0.0.1:\(port)"
            return try run(
                Program.find("mosquitto_pub") ?? "mosquitto_pub",
                ["-h", "127.0.0.1", "-p", "\(broker)", "--proxy", url, "-i", "pump-7", "-t", "plant/7", "-m", "21.5"])
        }
        seen.check("socks", client: "pump-7")
    }

    @Test("Curl through CONNECT and SOCKS", arguments: ["http", "socks4", "socks4a", "socks5", "socks5h"])
    func curlThroughAProxy(_ kind: String) throws {
        let seen = try Seen { port, broker in
            try run(
                Program.find("curl") ?? "curl",
                [
                    "-s", "-S", "--noproxy", "", "-x", "\(kind)://me:secret@127.0.0.1:\(port)", "--proxy-anyauth",
                    "-m", "10", "-d", "21.5", "mqtt://127.0.0.1:\(broker)/plant/7",
                ])
        }
        seen.check(kind == "http" ? "http-connect" : "socks", client: nil)
    }

    /// A front that speaks for somebody, and one that takes that off again before the broker.
    @Test("The PROXY protocol between two fronts", arguments: [1, 2]) func proxyProtocol(_ version: Int) throws {
        let front = try Loopback.freePort()
        let seen = try Seen(strip: true) { port, _ in
            let header = try Proxy(["header", "\(version)", "\(front)", "\(port)"])
            defer { withExtendedLifetime(header) {} }
            return try run(
                Program.find("mosquitto_pub") ?? "mosquitto_pub",
                ["-h", "127.0.0.1", "-p", "\(front)", "-i", "pump-7", "-t", "plant/7", "-m", "21.5"])
        }
        seen.check("proxy-protocol", client: "pump-7")
        #expect(seen.messages.filter { $0.isFromClient(of: seen.port) }.allSatisfy { $0.proxied == "192.0.2.7" })
    }
}

/// The little proxy of `Tests/Peers`.
private final class Proxy {
    private let process: Background

    /// Why it cannot be tested here; `nil` where it can.
    static let obstacle: String? = {
        if let obstacle = Sensor.obstacle { return obstacle }
        let wanted = ["curl", "mosquitto_pub", "python3"].filter { Program.find($0) == nil }
        return wanted.isEmpty ? nil : "not installed: \(wanted.joined(separator: ", "))"
    }()

    /// Starts it and waits until it listens.
    init(_ arguments: [String]) throws {
        process = try Background(
            Program.find("python3") ?? "python3", [Program.root + "/Tests/Peers/proxy.py"] + arguments)
        try process.waitForErrorText("ready")
    }

    /// Waits until all of a connection was passed on.
    func waitForClose() throws { try process.waitForErrorText("closed") }
}

/// What the sensor reads of a capture between a client and a proxy, and what the broker behind that says.
private struct Seen {
    struct Message: Decodable {
        let type: String
        let client: String?
        let topics: [String]?
        let layers: [String]?
        let proxied: String?
        let port: Int
        let violations: [String]?
        let isMidstream: Bool?

        enum CodingKeys: String, CodingKey {
            case type = "mqtt.type"
            case client = "mqtt.clientid"
            case topics = "mqtt.topic"
            case layers = "network.protocol"
            case proxied = "network.proxied_ip"
            case port = "destination.port"
            case violations = "violation.id"
            case isMidstream = "mqtt.session.midstream"
        }

        func isFromClient(of proxy: Int) -> Bool { port == proxy }
    }

    let port: Int
    let messages: [Message]

    /// Lets a client talk through a proxy, whose port and that of the broker it is told.
    init(strip: Bool = false, _ talk: (Int, Int) throws -> Outcome) throws {
        let broker = try Broker(users: nil)
        port = try Loopback.freePort()
        let proxy = try Proxy(strip ? ["strip", "\(port)", "\(broker.port)"] : ["front", "\(port)"])
        defer { withExtendedLifetime(proxy) {} }
        let recording = try Recording("tcp port \(port)")
        let outcome = try talk(port, broker.port)
        try #require(outcome.status == 0, "\(outcome.errorText)")
        try proxy.waitForClose()
        let decoded = try earshot("decode", try recording.end())
        try #require(decoded.status == 0, "\(decoded.errorText)")
        messages = try decoded.lines.map { try JSONDecoder().decode(Message.self, from: Data($0.utf8)) }
    }

    /// The whole conversation behind the hand-shake, with the name of that.
    func check(_ layer: String, client: String?) {
        #expect(messages.map(\.type) == ["CONNECT", "CONNACK", "PUBLISH", "DISCONNECT"])
        #expect(messages.allSatisfy { $0.layers == [layer] && $0.violations == nil && $0.isMidstream != true })
        #expect(messages.first { $0.type == "PUBLISH" }?.topics == ["plant/7"])
        if let client { #expect(messages.first?.client == client) }
    }
}
