import Alerts
import Bytes
import Detection
import Engine
import Events
import Foundation
import Network
import Packets
import Testing

@testable import Sensor

/// A plant of twenty presses that publish a temperature each, a panel that reads them and sets valves, and a thief.
let plantPolicy = """
    schema: 1
    servers:
      - {server: 'mqtt 10.0.0.5:1883'}
    clients:
      - {client: 'press-{n}', protocol: mqtt, networks: [10.0.0.0/24], numbers: [1-20], keep_alive: [60], roles: [publishes]}
      - {client: panel, protocol: mqtt, roles: [subscribes, commander]}
      - {client: thief, protocol: mqtt, state: deny}
    topics:
      - {topic: 'plant/{n}/temp', server: 'mqtt 10.0.0.5:1883', publishers: ['press-{n}'], single: true, formats: [number], retained: false, values: [15, 30], run: 5, size: [1, 100], pace: [1, 60]}
      - {topic: 'valve/{n}/set', publishers: [panel]}
    filters:
      - {filter: 'plant/+/temp', readers: [panel]}
    commands:
      - {client: panel, topics: ['valve/{n}/set']}
    heartbeats:
      - {topic: 'plant/{n}/temp', server: 'mqtt 10.0.0.5:1883', silence: 30}

    """

/// Holds events against a policy; says what deviates.
struct PolicyWatch: ~Copyable {
    var monitor: DetectionSink
    var time = Timestamp(seconds: 1_767_225_600, nanoseconds: 0)
    let collector = Rows()

    /// The rows that came, as kind and client.
    final class Rows { var kinds: [String] = [] }

    init(_ text: String = plantPolicy) throws {
        // A rule for each deviation, which never adds to a row.
        let rule = """
            title: Deviation
            id: 6b1f0c1e-52f4-4b3e-9a2f-0d6c8a1b7e55
            logsource: {product: earshot, category: policy}
            detection:
              selection: {policy.kind: '*'}
              condition: selection
            level: low
            """
        let rules = RuleSet(files: [RuleFiles.File(path: "rule.yml", text: rule)])
        #expect(rules.errors.isEmpty)
        let rows = collector
        monitor = DetectionSink(rules: rules.compiled, limits: DetectionLimits(), hash: SeededHash(seed: 1)) { change in
            guard case .insert(let alert) = change else { return }
            let event = (try? JSONSerialization.jsonObject(with: Data(alert.event.utf8))) as? [String: Any] ?? [:]
            rows.kinds.append("\(event["policy.kind"] ?? "") \(event["policy.client"] ?? "")")
        }
        let file = try #require(PolicyFile.read(text, path: "p").file)
        monitor.watch(file, bytes: 1 << 20, hash: SeededHash(seed: 1))
    }

    /// Takes an event of a client some seconds later; gives what it deviates in.
    mutating func see(
        _ client: String, at address: String = "10.0.0.7", after seconds: Double = 10, _ fields: [String: Any]
    ) throws -> [String] {
        time = time.advanced(byNanoseconds: Int64(seconds * 1e9))
        var object: [String: Any] = [
            "event.category": "mqtt", "client.ip": address, "client.port": 40_000, "server.ip": "10.0.0.5",
            "server.port": 1883, "mqtt.clientid": client, "network.direction": "to_server",
        ]
        object.merge(fields) { $1 }
        let isToServer = object["network.direction"] as? String == "to_server"
        for (end, role) in [
            ("source", isToServer ? "client" : "server"), ("destination", isToServer ? "server" : "client"),
        ] {
            object["\(end).ip"] = object["\(role).ip"]
            object["\(end).port"] = object["\(role).port"]
        }
        let data = try JSONSerialization.data(withJSONObject: object)
        let event = try RecordedEvent(json: String(decoding: data, as: UTF8.self), time: time)
        collector.kinds = []
        let none: [UInt8] = []
        monitor.receive(event, event.context, message: none.span.bytes, frames: MessageFrames(FrameRef()))
        return collector.kinds
    }

    /// Holds what follows against another text; what deviates by that is in `collector`.
    mutating func change(to text: String) throws {
        let file = try #require(PolicyFile.read(text, path: "p").file)
        monitor.watch(file, bytes: 1 << 20, hash: SeededHash(seed: 1))
    }

    /// Lets time pass; gives what deviates.
    mutating func wait(_ seconds: Double) -> [String] {
        collector.kinds = []
        time = time.advanced(byNanoseconds: Int64(seconds * 1e9))
        monitor.advance(to: time)
        return collector.kinds
    }

    /// Publishes a number of a client some seconds later; gives what deviates.
    mutating func publish(
        _ client: String, _ topic: String, _ number: Double, at address: String = "10.0.0.7", after seconds: Double = 10
    ) throws -> [String] {
        try see(
            client, at: address, after: seconds,
            [
                "mqtt.type": "PUBLISH", "mqtt.topic": [topic], "mqtt.retain": false, "payload.format": "number",
                "payload.number": number, "payload.bytes": 4,
            ])
    }
}
