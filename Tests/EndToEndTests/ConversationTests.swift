import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// The clients that scripts/python-env.sh installs.
enum Paho {
    static let python = "\(Program.root)/.venv/bin/python"

    /// Why there is no conversation to record; `nil` where there is.
    static let obstacle: String? = {
        if let obstacle = Sensor.obstacle { return obstacle }
        guard !FileManager.default.isExecutableFile(atPath: python) else { return nil }
        let text = "there is no paho: run scripts/python-env.sh .venv"
        print("conversations: none run, \(text)")
        return text
    }()
}

/// Real conversations of MQTT 5.0, recorded on the loopback interface: what `earshot decode` says of their state is held
/// against what scripts/mqtt-conversation.py did.
@Suite(.serialized, .needs(Paho.obstacle))
struct ConversationTests {
    /// One message as `decode` prints it.
    private struct Message {
        let fields: [String: Any]

        init(_ line: String) throws {
            fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        }

        subscript(_ name: String) -> String? { fields[name] as? String }

        func list(_ name: String) -> [String] { fields[name] as? [String] ?? [] }

        func number(_ name: String) -> Int? { (fields[name] as? NSNumber)?.intValue }

        var type: String { self["mqtt.type"] ?? "" }
        var client: String { self["mqtt.clientid"] ?? "" }
        var isToClient: Bool { self["network.direction"] == "to_client" }
        var topic: String { list("mqtt.topic").first ?? "" }
    }

    private func record() throws -> [Message] {
        let broker = try Broker(users: nil)
        let other = try Loopback.freePort()
        let recording = try Recording("tcp port \(broker.port) or tcp port \(other)")
        let script = "\(Program.root)/scripts/mqtt-conversation.py"
        let talk = try Background(Paho.python, [script, "\(broker.port)", "\(other)"])
        let talked = try talk.waitForEnd()
        #expect(talked.text == "done\n", "\(talked.errorText)")
        let decoded = try earshot("decode", try recording.end())
        #expect(decoded.status == 0, "\(decoded.errorText)")
        return try decoded.lines.map { try Message(String($0)) }
    }

    @Test("State is what happened") func stateIsWhatHappened() throws {
        let all = try record()
        func of(_ client: String, _ types: String...) -> [Message] {
            all.filter { $0.client == client && (types.isEmpty || types.contains($0.type)) }
        }
        for message in all {
            #expect(message.fields["mqtt.ack.matched"] as? Bool != false, "\(message.fields)")
            #expect(message.fields["mqtt.delivery.matched"] as? Bool != false, "\(message.fields)")
        }

        // QoS 2 and topic aliases.
        let sent = of("source", "PUBLISH").filter { !$0.isToClient }
        #expect(sent.map(\.topic).filter { $0 == "jobs/weld" }.count == 3)
        #expect(sent.allSatisfy { $0["mqtt.handshake"] == "new" })
        for type in ["PUBREC", "PUBREL", "PUBCOMP"] {
            #expect(of("source", type).map { $0["mqtt.handshake"] } == Array(repeating: "matched", count: 5))
        }

        // Deliveries, shared and not.
        let watched = of("watcher", "PUBLISH")
        for message in watched {
            let filter = message.topic.hasPrefix("jobs/") ? "$share/workers/jobs/+" : "plant/#"
            #expect(message.list("mqtt.delivery.filter") == [filter])
        }
        #expect(watched.filter { $0.topic == "jobs/weld" }.count == 3)
        checkReceiveMaximum(of("watcher"))
        for message in all where message.client != "watcher" { #expect(message.list("violation.id") == []) }

        // The will, and the session that goes on without its client.
        #expect(of("keeper", "CONNECT").map { $0.fields["mqtt.session.will"] as? Bool } == [true, false])
        #expect(of("keeper", "CONNECT").map { $0["mqtt.previous.end"] } == [nil, "closed"])
        #expect(of("keeper", "CONNACK").map { $0["mqtt.session.past"] } == ["none", "known"])
        #expect(of("keeper", "CONNACK").map { $0.number("mqtt.session.expiry") } == [60, 60])
        #expect(of("keeper", "CONNACK").map { $0.number("mqtt.session.subscriptions") } == [0, 1])
        let will = watched.filter { $0.topic == "plant/keeper/state" }
        #expect(will.map { $0["mqtt.willowner.clientid"] } == ["keeper"])
        let queued = of("keeper", "PUBLISH").suffix(3)
        #expect(queued.allSatisfy { $0.topic == "plant/line1/pressure" })
        #expect(queued.allSatisfy { $0.list("mqtt.delivery.filter") == ["plant/line1/+"] })

        // Who set what is retained.
        let retained = all.filter { $0["mqtt.retained"] != nil }
        #expect(retained.map { $0["mqtt.retained"] } == ["set", "delivery", "replace", "clear"])
        #expect(retained.map { $0["mqtt.retained.clientid"] } == [nil, "source", "source", "second"])
        #expect(retained.map { $0.fields["mqtt.retained.foreign"] as? Bool } == [nil, nil, true, false])

        // Authentication.
        let steps = of("a").compactMap { message in message["mqtt.auth.state"].map { "\(message.type) \($0)" } }
        let exchange = ["AUTH continue", "AUTH continue"]
        let again = ["AUTH reauthenticate", "AUTH continue", "AUTH continue", "AUTH success"]
        #expect(steps == exchange + ["CONNACK success"] + again + exchange + ["CONNACK failure"])
        #expect(of("a").allSatisfy { $0["mqtt.session.authmethod"] == "PLAIN" })
        #expect(of("a", "AUTH").compactMap { $0.number("mqtt.auth.count") } == [1, 2, 1, 2, 3, 4, 1, 2])
    }

    /// Some brokers count a PUBREC as the end of a hand-shake and so send more than a client asked for; the violation is there
    /// where they do, counted here from the packet identifiers alone, and nowhere else (MQTT 5.0, 3.3.4).
    private func checkReceiveMaximum(_ messages: [Message]) {
        var open: Set<Int> = []
        for message in messages {
            let id = message.number("mqtt.msgid") ?? 0
            var expected: [String] = []
            if message.type == "PUBLISH", message.isToClient, id > 0 {
                open.insert(id)
                if open.count > 2 { expected = ["MQTT-3.3.4-9", "MQTT-4.9.0-2"] }
                #expect(message.number("mqtt.inflight") == open.count)
            } else if message.type == "PUBACK" || message.type == "PUBCOMP" {
                open.remove(id)
            }
            #expect(message.list("violation.id") == expected, "\(message.fields)")
        }
    }
}
