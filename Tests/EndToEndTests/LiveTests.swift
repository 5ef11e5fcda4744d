import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// The sensor against real brokers, servers and clients on the loopback interface.
@Suite(.serialized, .needs(Sensor.obstacle))
struct LiveTests {
    @Test("live attacks raise the same alerts as a replay of their capture")
    func attacksAreSeenAtOnceAndOnceMoreInTheCapture() throws {
        let broker = try Broker(users: nil)
        let server = try CoAPServer()
        let folder = try TemporaryFolder()
        let sensor = try Sensor(tcp: [broker.port], udp: [server.port])
        let recording = try Recording(sensor.filter, marker: sensor.marker)

        var act = ContinuousClock.now
        let flooder = try Connection(port: broker.port)
        try flooder.login("meter-7")
        try sensor.expect("mqtt/mqtt_anonymous_accepted", since: act, "an anonymous CONNECT")
        act = .now
        for number in 1...150 {
            try flooder.send(MQTTBytes.publish(Array("cfg/\(number)".utf8), Array("on".utf8), isRetained: true))
        }
        try flooder.send(MQTTBytes.disconnect)
        try sensor.expect("mqtt/mqtt_retained_topics_flood", since: act, "150 retained messages")
        act = .now
        let reader = try Background(
            Program.find("mosquitto_sub") ?? "", ["-h", "127.0.0.1", "-p", "\(broker.port)", "-t", "#", "-W", "1"])
        // Asked for, granted and sent is one row, which is called by the worst of it.
        try sensor.expect("mqtt/mqtt_harvest_in_progress", since: act, "mosquitto_sub -t '#'")
        _ = try reader.waitForEnd()
        #expect(reader.text == String(repeating: "on\n", count: 150))
        act = .now
        let discovered = try server.get("/.well-known/core")
        #expect(discovered.text.contains("</time>"), "\(discovered.text)\(discovered.errorText)")
        try sensor.expect("coap/coap_discovery", since: act, "GET /.well-known/core")

        // The last frame of both is the answer to the marker's request, which ends with its name.
        let last = try sensor.end(SIGINT)
        let capture = try recording.end(after: [0xFF] + Array(last.utf8.dropFirst()))
        let seen = try sensor.alertsSoFar()
        // Those four, and two of level low: that many topics were retained, and read.
        #expect(seen.count == 6, "\(seen.map(\.essence))")
        let store = folder.file("replayed.db")
        let replay = try earshot("replay", "--db", store, capture)
        #expect(replay.status == 0, "\(replay.errorText)")
        #expect(try alerts(in: store).map(\.essence).sorted() == seen.map(\.essence).sorted())
        let live = try stats(of: sensor.store)
        let replayed = try stats(of: store)
        #expect(live.packets == replayed.packets)
        #expect(live.messages == replayed.messages)
    }

    @Test("an ordinary client raises no alert") func aClientThatMindsItsOwnTopic() throws {
        let broker = try Broker(users: ["pump": "s3cret-of-the-pump"])
        let open = try Broker(users: nil)
        let sensor = try Sensor(tcp: [broker.port, open.port])
        // Named by its user name alone, as where an address or a certificate vouches for it: nothing to report.
        try mindOwnTopic(try Connection(port: open.port), password: nil)
        try sensor.catchUp()
        #expect(try sensor.raised() == [:])
        // A password that never leaves the machine is read by nobody on the way.
        try mindOwnTopic(try Connection(port: broker.port), password: "s3cret-of-the-pump")
        try sensor.end(SIGTERM)
        #expect(try sensor.raised() == [:])
        let statistics = try earshot("stats", "--db", sensor.store, "--json")
        #expect(statistics.text.contains("\"CONNECT\":2"), "both logins were seen")
    }

    @Test("tail -f shows an alert within three seconds") func followingReadersSeeAlertsAsTheyCome() throws {
        let broker = try Broker(users: nil)
        let sensor = try Sensor(tcp: [broker.port])
        let id = try ruleID("mqtt/mqtt_sys_subscription")
        let tail = try Background(
            try Program.path(), ["tail", "-f", "-n", "0", "--db", sensor.store, "--format", "json"])
        let filtered = try Background(
            try Program.path(), ["tail", "-f", "--db", sensor.store, "--rule", id])
        // The first marker that it shows came once it was following; the lines it shows before the act are of markers.
        var hasFollowed = false
        for _ in 0..<50 where !hasFollowed {
            let path = try sensor.catchUp()
            hasFollowed = wait(0.5) { tail.text.contains(path) }
        }
        #expect(hasFollowed, "\(tail.errorText)")
        #expect(tail.text.split(separator: "\n").allSatisfy { $0.contains(Marker.prefix) }, "\(tail.text)")
        let act = ContinuousClock.now
        let client = try Connection(port: broker.port)
        try client.login("watcher")
        try client.send(MQTTBytes.subscribe(Array("$SYS/#".utf8)))
        #expect(wait(10) { tail.text.contains(id) && filtered.text.contains("watcher") })
        let seconds = (ContinuousClock.now - act) / .seconds(1)
        print("live: tail -f showed the alert \(Int(seconds * 1000)) ms after the act")
        #expect(seconds < 3)
        #expect(try tail.end(SIGINT).status == 0)
        let outcome = try filtered.end(SIGTERM)
        #expect(outcome.status == 0)
        #expect(outcome.lines.allSatisfy { $0.contains("watcher") })
        try sensor.end(SIGTERM)
    }

    @Test("Count ends the run") func countEndsTheRun() throws {
        let broker = try Broker(users: nil)
        let folder = try TemporaryFolder()
        let process = try Background(
            try Program.path(),
            ["run", "-i", "lo", "-c", "3", "--db", folder.file("a.db"), "tcp port \(broker.port)"])
        try process.waitForErrorText("listening on lo,")
        _ = try Connection(port: broker.port)
        let outcome = try process.waitForEnd()
        #expect(outcome.status == 0)
        #expect(outcome.errorText.contains("\n3 packets, "), "\(outcome.errorText)")
    }

    @Test("An interface that is not there") func anInterfaceThatIsNotThere() throws {
        let folder = try TemporaryFolder()
        for command in ["run", "decode"] {
            let outcome = try earshot(command, "-i", "wire9", directory: folder.path)
            #expect(outcome.status == 66)
            #expect(outcome.errorText.contains("wire9: no such interface; there are: "), "\(outcome.errorText)")
            #expect(outcome.errorText.contains("lo"))
        }
    }

    @Test("Decode prints as messages come") func decodePrintsAsMessagesCome() throws {
        let broker = try Broker(users: nil)
        let process = try Background(
            try Program.path(),
            ["decode", "-i", "lo", "-c", "2", "--fields", "mqtt.type", "--filter", "tcp port \(broker.port)"])
        try process.waitForErrorText("listening on lo")
        let client = try Connection(port: broker.port)
        try client.login("a")
        let outcome = try process.waitForEnd()
        #expect(outcome.status == 0)
        #expect(outcome.text == "{\"mqtt.type\":\"CONNECT\"}\n{\"mqtt.type\":\"CONNACK\"}\n")
    }

    private func stats(of store: String) throws -> Sensor.Stats {
        try JSONDecoder().decode(Sensor.Stats.self, from: Data(try earshot("stats", "--db", store, "--json").output))
    }

    private func mindOwnTopic(_ client: Connection, password: String?) throws {
        try client.login("pump-7", username: "pump", password: password)
        try client.send(MQTTBytes.subscribe(Array("plant/pump-7/set".utf8)))
        #expect(client.receive(5) == [0x90, 3, 0, 1, 0])
        for value in ["20.1", "20.2", "20.4"] {
            try client.send(MQTTBytes.publish(Array("unit-7/value".utf8), Array(value.utf8)))
        }
        try client.send(MQTTBytes.disconnect)
    }
}
