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

private let policy = """
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
private struct Watch: ~Copyable {
    var monitor: DetectionSink
    var time = Timestamp(seconds: 1_767_225_600, nanoseconds: 0)
    let collector = Rows()

    /// The rows that came, as kind and client.
    final class Rows { var kinds: [String] = [] }

    init(_ text: String = policy) throws {
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

@Test("What is usual is not told") func usual() throws {
    var watch = try Watch()
    let connack: [String: Any] = [
        "mqtt.type": "CONNACK", "network.direction": "to_client", "mqtt.session.accepted": true,
        "mqtt.session.keepalive": 60,
    ]
    #expect(try watch.see("press-7", connack) == [])
    // Numbers that never come in the same order again (a linear congruential generator).
    var state: UInt32 = 1
    for _ in 0..<100 {
        state = state &* 1_103_515_245 &+ 12_345
        #expect(try watch.publish("press-7", "plant/7/temp", 20 + Double(state >> 16 & 0x3FF) / 128) == [])
    }
    #expect(watch.monitor.deviations == [:])
}

@Test("Who is new, and whom they resemble") func newcomers() throws {
    var watch = try Watch()
    #expect(try watch.publish("press-21", "plant/21/temp", 20) == ["new_client press-21"])
    #expect(try watch.publish("stranger", "plant/3/temp", 20) == ["new_client stranger", "second_publisher stranger"])
    #expect(try watch.publish("thief", "plant/4/temp", 20).first == "denied thief")
    let subscribe: [String: Any] = ["mqtt.type": "SUBSCRIBE", "mqtt.topic": ["#"]]
    #expect(try watch.see("press-8", subscribe) == ["role_flip press-8", "new_reader press-8"])
    let connack: [String: Any] = [
        "mqtt.type": "CONNACK", "network.direction": "to_client", "mqtt.session.accepted": true,
        "mqtt.session.keepalive": 10, "client.ip": "192.168.1.1", "server.ip": "10.0.0.99",
    ]
    // Those who published before are missed by now.
    let elsewhere = try watch.see("press-9", connack).filter { !$0.hasPrefix("silence") }
    #expect(elsewhere == ["new_broker ", "unusual_place press-9", "keepalive_changed press-9"])
}

@Test("A second publisher, a command, a new topic") func publishers() throws {
    var watch = try Watch()
    #expect(try watch.publish("press-7", "plant/7/temp", 20) == [])
    let second = try watch.publish("press-8", "plant/7/temp", 21, at: "10.0.0.8")
    #expect(second == ["second_publisher press-8"])
    #expect(try watch.publish("press-7", "valve/1/set", 1) == ["new_command press-7", "second_publisher press-7"])
    #expect(try watch.publish("panel", "valve/1/set", 1, at: "10.0.0.2") == [])
    #expect(try watch.publish("press-7", "plant/v2/7", 20) == ["new_topic press-7"])
}

@Test("Values that are poisoned, stand still or are played again") func values() throws {
    var watch = try Watch()
    let numbers = (0..<12).map { 20 + Double($0 * 7 % 31) / 10 }
    for number in numbers { #expect(try watch.publish("press-7", "plant/7/temp", number) == []) }
    var told: [String] = []
    for number in numbers { told += try watch.publish("press-7", "plant/7/temp", number) }
    #expect(told == ["replayed_values press-7"])
    #expect(try watch.publish("press-7", "plant/7/temp", 999) == ["value_out_of_band press-7"])
    told = []
    for _ in 0..<6 { told += try watch.publish("press-7", "plant/7/temp", 21.5) }
    #expect(told == ["stuck_value press-7"])
}

@Test("A heartbeat that stays away, by capture time, but not in a hole") func silence() throws {
    var watch = try Watch()
    _ = try watch.publish("press-7", "plant/7/temp", 20)
    _ = try watch.publish("press-8", "plant/8/temp", 20, at: "10.0.0.8", after: 1)
    watch.collector.kinds = []
    watch.monitor.advance(to: watch.time.advanced(byNanoseconds: 29_000_000_000))
    #expect(watch.collector.kinds == [])
    watch.monitor.advance(to: watch.time.advanced(byNanoseconds: 33_000_000_000))
    #expect(watch.collector.kinds.sorted() == ["silence press-7", "silence press-8"])
    // Once.
    watch.monitor.advance(to: watch.time.advanced(byNanoseconds: 90_000_000_000))
    #expect(watch.collector.kinds.count == 2)

    var other = try Watch()
    _ = try other.publish("press-7", "plant/7/temp", 20)
    let end = other.time.advanced(byNanoseconds: 600_000_000_000)
    other.monitor.noteHole(CaptureHole(start: other.time, end: end))
    other.collector.kinds = []
    other.monitor.advance(to: end.advanced(byNanoseconds: 20_000_000_000))
    #expect(other.collector.kinds == [])
    other.monitor.advance(to: end.advanced(byNanoseconds: 33_000_000_000))
    #expect(other.collector.kinds == ["silence press-7"])
}

@Test("A section in shadow counts, one that is learned does not") func modes() throws {
    var watch = try Watch("modes: {clients: shadow, topics: learn}\n" + policy)
    #expect(try watch.publish("stranger", "plant/3/temp", 999) == [])
    #expect(watch.monitor.deviations == ["clients.new_client": 1])
}

@Test("An entry ends when it says so") func until() throws {
    var watch = try Watch(
        policy.replacing(
            "{client: panel, protocol",
            with: "{client: gast, until: 2026-01-01T00:01:00Z}\n  - {client: panel, protocol"))
    #expect(try watch.publish("gast", "plant/3/temp", 20).contains("new_client gast") == false)
    #expect(try watch.publish("gast", "plant/3/temp", 20, at: "10.0.0.9", after: 120).isEmpty == false)
}
