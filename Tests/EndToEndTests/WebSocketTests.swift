import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// MQTT over WebSocket as real brokers, servers and clients speak it, captured on the loopback interface.
@Suite(.serialized, .needs(WebSocketPeers.obstacle))
struct WebSocketTests {
    @Test("Paho and mosquitto") func pahoAndMosquitto() throws {
        let broker = try Broker(users: nil, isWebSocket: true)
        let exchange = try Exchange(port: broker.port, ["paho", "\(broker.port)"])
        try exchange.check()
        // paho opens its connection with a proven key and the right subprotocol.
        #expect(exchange.decoded.allSatisfy { $0.carriers == ["websocket"] })
        #expect(exchange.decoded.contains { $0.topics == ["plant/long/value"] && $0.length == 60_021 })
        #expect(exchange.decoded.allSatisfy { $0.version == 5 })
    }

    /// With a window that is shared, without, of 512 bytes, and messages in fragments that hold parts of packets.
    @Test("Compressed", arguments: ["context", "fresh", "small", "fragments"]) func compressed(_ way: String) throws {
        let port = try Loopback.freePort()
        let exchange = try Exchange(port: port, ["deflate", "\(port)", way])
        try exchange.check()
        #expect(exchange.decoded.filter { $0.topics == ["plant/7/value"] }.count == 40)
    }
}

/// What the tests of this file need.
enum WebSocketPeers {
    static let python = Program.root + "/.build/python/bin/python"

    /// Why they cannot run here; `nil` where they can.
    static let obstacle: String? = {
        if let obstacle = Sensor.obstacle { return obstacle }
        guard Program.find("tshark") != nil else { return "not installed: tshark" }
        let made = try? run(
            "/bin/sh", [Program.root + "/scripts/python-env.sh", Program.root + "/.build/python"], limit: 180)
        return made?.status == 0 ? nil : "no Python environment: \(made?.errorText ?? "it took too long")"
    }()
}

/// An exchange of packets between real ends, what they say of it, and what the capture shows.
private struct Exchange {
    let said: [String: Int]
    let decoded: [Message]
    private let recording: Recording
    private let port: Int

    struct Message: Decodable {
        let type: String
        let carriers: [String]?
        let violations: [String]?
        let topics: [String]?
        let length: Int?
        let version: Int?

        enum CodingKeys: String, CodingKey {
            case type = "mqtt.type"
            case carriers = "network.protocol"
            case violations = "violation.id"
            case topics = "mqtt.topic"
            case length = "mqtt.len"
            case version = "mqtt.ver"
        }
    }

    init(port: Int, _ arguments: [String]) throws {
        self.port = port
        recording = try Recording("tcp port \(port)")
        let script = Program.root + "/Tests/EndToEndTests/Clients/websocket.py"
        let client = try run(WebSocketPeers.python, [script] + arguments, limit: 60)
        try #require(client.status == 0, "\(client.errorText)")
        said = try JSONDecoder().decode([String: Int].self, from: Data(client.output))
        let outcome = try earshot("decode", try recording.end())
        try #require(outcome.status == 0, "\(outcome.errorText)")
        decoded = try outcome.lines.map { try JSONDecoder().decode(Message.self, from: Data($0.utf8)) }
    }

    /// The sensor saw what the client says, nothing was lost or broken, and tshark sees as many frames.
    func check() throws {
        #expect(counted(decoded.map(\.type)) == said)
        #expect(decoded.allSatisfy { $0.violations == nil }, "\(counted(decoded.flatMap { $0.violations ?? [] }))")
        let store = recording.folder.file("alerts.db")
        _ = try earshot("replay", "--quiet", "--db", store, recording.capture)
        let stats = try JSONDecoder().decode(
            Stats.self, from: Data(try earshot("stats", "--db", store, "--json").output))
        #expect(stats.unparsed == 0)
        #expect(stats.carried["opened"] == 1)
        #expect(stats.violations.isEmpty)
        let tshark = try run(
            Program.find("tshark") ?? "tshark",
            [
                "-r", recording.capture, "-d", "tcp.port==\(port),http", "-Y", "websocket", "-T", "fields", "-e",
                "websocket.opcode",
            ])
        let codes = tshark.lines.flatMap { $0.split(separator: ",").compactMap { Int($0) } }
        #expect(stats.carried["data_frames"] == codes.filter { $0 < 8 }.count)
        #expect(stats.carried["control_frames"] ?? 0 == codes.filter { $0 >= 8 }.count)
        print("websocket: \(said.values.reduce(0, +)) packets, \(codes.count) frames; \(stats.carried)")
    }

    private struct Stats: Decodable {
        let unparsed: Int
        let carried: [String: Int]
        let violations: [String: Int]

        enum CodingKeys: String, CodingKey {
            case unparsed = "unparsed_bytes"
            case carried = "websocket"
            case violations
        }
    }
}
