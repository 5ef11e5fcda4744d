import Alerts
import Capture
import Foundation
import Inventory
import Sensor
import TestSupport
import Testing

/// The inventory of real captures, on its way into the store.
@Suite struct InventoryRunTests {
    private static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("PcapSamples").path

    /// Replays captures into a store of the folder, one after another, and gives what the store has then.
    @discardableResult
    private func replay(
        _ folder: borrowing Folder, _ paths: [String], rule: String = publishRule, again: Bool = false,
        stopped: Bool = false, _ change: (inout Settings) -> Void = { _ in }
    ) throws -> InventorySnapshot {
        _ = try folder.write("rule.yml", rule)
        var settings = Settings(environment: [:])
        settings.database = folder.path + "/a.db"
        change(&settings)
        var sources = settings.ruleSources
        sources.onlyRules = [folder.path + "/rule.yml"]
        let rules = try RuleSet.load(sources)
        let writer = try AlertWriter(path: settings.database)
        writer.setRules(rules.records)
        var pipeline = Pipeline(settings: settings, rules: rules, writer: writer)
        var options = Replay.Options()
        options.again = again
        let stop = StopSwitch()
        var replay = try Replay(options, stop: stop)
        _ = try replay.run(try CapturePaths(paths), &pipeline) { _ in if stopped { stop.stop() } }
        writer.close()
        return try AlertReader(path: settings.database).inventory()
    }

    private func sample(_ name: String) -> String { Self.samples + "/" + name }

    /// The capture was made with mosquitto and its clients (PcapSamples/README.md).
    @Test("a broker, its clients and its topics, of a capture made with mosquitto") func mosquitto() throws {
        let folder = try Folder()
        let snapshot = try replay(folder, [sample("mqtt/anonymous-accepted.pcap")])
        let server = try #require(snapshot.servers.first)
        #expect(snapshot.servers.count == 1 && server.proto == "mqtt" && server.carriers.names == ["tcp"])
        #expect(server.anonymous?.count ?? 0 > 0 && server.authenticated == nil)
        #expect(!snapshot.clients.isEmpty && snapshot.clients.allSatisfy { $0.anonymous > 0 })
        let refused = try replay(try Folder(), [sample("mqtt/anonymous-refused.pcap")])
        #expect(refused.servers.first?.anonymous == nil && refused.servers.first?.refused?.count ?? 0 > 0)
    }

    @Test(
        "servers and clients of captures with nothing but CoAP",
        arguments: ["coap/ordinary.pcap", "coap/group-discovery.pcap"])
    func coap(name: String) throws {
        let folder = try Folder()
        let snapshot = try replay(folder, [sample(name)])
        #expect(!snapshot.servers.isEmpty && snapshot.servers.allSatisfy { $0.proto == "coap" })
        #expect(!snapshot.clients.isEmpty && snapshot.clients.allSatisfy { $0.home != nil && $0.name == nil })
        #expect(!snapshot.servers.contains { $0.address.hasPrefix("224.") || $0.address.hasPrefix("ff") })
        #expect(!snapshot.topics.isEmpty)
    }

    @Test("no password, token or key of a capture stands anywhere in the inventory")
    func secrets() throws {
        let folder = try Folder()
        let names = [
            "mqtt/credentials-clear.pcap", "mqtt/tasmota-secrets.pcap", "mqtt/default-credentials.pcap",
            "mqtt/v5-auth.pcap", "coap/data-in-query.pcap",
        ]
        let snapshot = try replay(folder, names.map(sample))
        #expect(
            snapshot.secrets.contains { $0.kind == "login" }
                && snapshot.secrets.allSatisfy { $0.digest.utf8.count == 32 })
        let text = String(decoding: try JSONEncoder().encode(snapshot), as: UTF8.self)
        for secret in ["hunter2", "s3cret", "correct horse", "password123", "public"] {
            #expect(!text.contains(secret), "\(secret)")
        }
    }

    @Test("a capture that is read again, has grown or was stopped counts once") func once() throws {
        var connection = Connection()
        var frames = connection.handshake() + [connection.client(MQTT.connect("a"))]
        for topic in ["a", "c", "a", "b", "c", "a"] { frames.append(connection.client(MQTT.publish(topic, [1]))) }
        let folder = try Folder()
        let short = try folder.write("short.pcap", pcap(1000, Array(frames.dropLast(3))))
        let whole = try folder.write("whole.pcap", pcap(1000, frames))
        func counts(_ snapshot: InventorySnapshot) -> [String: Int64] {
            Dictionary(uniqueKeysWithValues: snapshot.topics.map { ($0.template, $0.messages) })
        }
        #expect(counts(try replay(folder, [short], stopped: true)) == [:], "what was stopped is to be read again")
        #expect(counts(try replay(folder, [short])) == ["a": 2, "c": 1])
        #expect(counts(try replay(folder, [whole])) == ["a": 3, "b": 1, "c": 2], "it has grown")
        #expect(counts(try replay(folder, [short, whole])) == ["a": 3, "b": 1, "c": 2], "both are known")
        #expect(counts(try replay(folder, [whole], again: true)) == ["a": 3, "b": 1, "c": 2])
        let other = publishRule.replacingOccurrences(of: "title: ", with: "title: Other ")
        #expect(counts(try replay(folder, [whole], rule: other)) == ["a": 3, "b": 1, "c": 2], "with other rules")
    }

    @Test("without the setting nothing is kept") func off() throws {
        let folder = try Folder()
        let snapshot = try replay(folder, [sample("mqtt/ordinary-plant.pcap")]) { $0.keepsInventory = false }
        #expect(snapshot.isEmpty)
        let later = try replay(folder, [sample("mqtt/ordinary-plant.pcap")], rule: publishRule + "\n")
        #expect(!later.isEmpty, "what was read without an inventory is new to it")
    }

    @Test("what is there twice is there once, in whatever order captures come") func order() throws {
        let names = ["mqtt/ordinary-home.pcap", "mqtt/ordinary-plant.pcap", "coap/ordinary.pcap"].map(sample)
        let one = try Folder()
        let other = try Folder()
        let first = try replay(one, names)
        for name in names.reversed() { try replay(other, [name]) }
        let second = try AlertReader(path: other.path + "/a.db").inventory()
        #expect(first.servers.map(\.key) == second.servers.map(\.key))
        #expect(first.topics.map(\.key) == second.topics.map(\.key))
        #expect(first.topics.map(\.messages) == second.topics.map(\.messages))
        #expect(first.clients.map(\.key) == second.clients.map(\.key))
    }
}
