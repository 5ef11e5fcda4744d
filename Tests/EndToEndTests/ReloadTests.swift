import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// SIGHUP while the sensor listens.
@Suite(.serialized, .needs(Sensor.obstacle))
struct ReloadTests {
    private let folder: TemporaryFolder
    private let broker: Broker

    init() throws {
        folder = try TemporaryFolder()
        broker = try Broker(users: nil)
        for name in ["rules", "filters"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
    }

    /// Three publishes of a client within a minute, each topic below `plant/` once an hour, and an address.
    private func writeRules(_ topicTitle: String = "A Topic") throws {
        try folder.write(
            """
            title: A Publish
            id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b01
            name: a_publish
            logsource: {product: earshot, category: mqtt}
            detection:
                selection: {mqtt.type: PUBLISH, network.direction: to_server}
                condition: selection
            level: low
            ---
            title: Three
            id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b02
            correlation:
                type: event_count
                rules: [a_publish]
                group-by: [mqtt.clientid]
                timespan: 60s
                condition: {gte: 3}
            level: high
            ---
            title: \(topicTitle)
            id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b03
            logsource: {product: earshot, category: mqtt}
            detection:
                selection: {mqtt.topic|cased|startswith: plant/, network.direction: to_server}
                condition: selection
            level: low
            earshot:
                suppress: {by: [mqtt.topic], for: 1h}

            """, to: "rules/a.yml")
    }

    private func start(_ configuration: String) throws -> Background {
        try folder.write(configuration, to: "earshot.yaml")
        let process = try Background(
            try Program.path(),
            [
                "run", "-i", "lo", "--db", folder.file("a.db"), "--config", folder.file("earshot.yaml"),
                "tcp port \(broker.port)",
            ], environment: ["EARSHOT_ONLY_RULES": nil])
        try process.waitForErrorText("listening on lo,")
        return process
    }

    private func publish(_ client: Connection, _ topic: String) throws {
        try client.send(MQTTBytes.publish(Array(topic.utf8), Array("1".utf8)))
    }

    private func expect(_ wanted: [String: Int]) throws {
        let store = folder.file("a.db")
        func raised() throws -> [String: Int] {
            Dictionary(try alerts(in: store).map { ($0.title, $0.count) }) { $0 + $1 }
        }
        let came = try wait(10) { try raised() == wanted }
        let found = try raised()
        #expect(came, "\(found) where \(wanted) was to come")
    }

    /// Waits until the sensor says in the store what its loop has done: rules that were loaded run from between two frames
    /// on, and only then they are counted.
    private func waitForStatistics(_ wanted: String) throws {
        let store = folder.file("a.db")
        func statistics() throws -> String { try earshot("stats", "--db", store, "--json").text }
        guard try wait(20, for: { try statistics().contains(wanted) }) else {
            throw NotSeen(what: "\(wanted) in \(try statistics())", seconds: 20)
        }
    }

    @Test("SIGHUP loads rules again; windows and suppressions go on") func windowsAndSuppressionsGoOn() throws {
        try writeRules()
        let sensor = try start("only_rules: [\(folder.file("rules"))]\nfilters: [\(folder.file("filters"))]\n")
        let client = try Connection(port: broker.port)
        try client.login("pump")
        try publish(client, "plant/a")
        try publish(client, "plant/a")
        try expect(["A Topic": 2])

        try writeRules("A Topic After")
        try sensor.send(SIGHUP)
        try sensor.waitForErrorText("loaded 2 rules (and 1 that only feed them) again")
        try waitForStatistics("\"reloads\":1,")
        try publish(client, "plant/a")
        try expect(["A Topic": 3, "Three": 1])

        // What is broken keeps the running set, and is named.
        let text = String(decoding: try contents(folder.file("rules/a.yml")), as: UTF8.self)
        try folder.write(text.replacingOccurrences(of: "mqtt.topic|", with: "mqtt.topik|"), to: "rules/a.yml")
        try sensor.send(SIGHUP)
        try sensor.waitForErrorText("the rules in use stay")
        #expect(!sensor.errorText.contains("--skip-broken-rules"), "it would not help: \(sensor.errorText)")
        #expect(sensor.errorText.contains("rules/a.yml:24:"), "\(sensor.errorText)")
        #expect(sensor.errorText.contains("did you mean mqtt.topic?"), "\(sensor.errorText)")
        try waitForStatistics("\"reloads_failed\":1,")
        try publish(client, "plant/b")
        try expect(["A Topic": 3, "A Topic After": 1, "Three": 2])

        let outcome = try sensor.end(SIGTERM)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("rules loaded again: 1 time, 1 time in vain"), "\(outcome.errorText)")
        let stats = try earshot("stats", "--db", folder.file("a.db"), "--json").text
        #expect(stats.contains("\"reloads\":1,") && stats.contains("\"reloads_failed\":1,"), "\(stats)")
        #expect(stats.contains("\"PUBLISH\":4") && stats.contains("\"kernel\":0"), "\(stats)")
        // The text of the rule as it was when it fired.
        for alert in try alerts(in: folder.file("a.db")) {
            let shown = try earshot("show", "\(alert.id)", "--rule", "--db", folder.file("a.db"))
            #expect(shown.text.contains("title: \(alert.title)\n"), "\(shown.text)")
        }
    }

    @Test("SIGHUP loads filters and lists again") func filtersAndListsAreReadAgain() throws {
        try writeRules()
        let configuration = "only_rules: [\(folder.file("rules"))]\nfilters: [\(folder.file("filters"))]\n"
        let sensor = try start(configuration)
        let client = try Connection(port: broker.port)
        try client.login("pump")
        try publish(client, "plant/a")
        try expect(["A Topic": 1])
        try folder.write(
            """
            title: Known Topics
            logsource: {product: earshot, category: mqtt}
            filter:
                rules: [0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b03]
                known:
                    mqtt.topic|expand: '%known_topics%'
                condition: not known

            """, to: "filters/site.yml")
        try folder.write(
            configuration + "lists: {known_topics: [plant/known]}\nsnap_length: 2000\nmax_flows: 99\n",
            to: "earshot.yaml")
        try sensor.send(SIGHUP)
        try sensor.waitForErrorText("loaded 2 rules (and 1 that only feed them) again")
        try sensor.waitForErrorText("changed in the configuration, but for the next start: snap_length, max_flows\n")
        try waitForStatistics("\"reloads\":1,")
        for topic in ["plant/known", "plant/b"] { try publish(client, topic) }
        try expect(["A Topic": 2, "Three": 1])
        // A list that nobody wrote down.
        try folder.write(configuration + "lists: {known_topic: [plant/known]}\n", to: "earshot.yaml")
        try sensor.send(SIGHUP)
        try sensor.waitForErrorText("the rules in use stay")
        #expect(sensor.errorText.contains("%known_topics%"), "\(sensor.errorText)")
        try waitForStatistics("\"reloads_failed\":1,")
        try publish(client, "plant/known")
        try publish(client, "plant/c")
        try expect(["A Topic": 3, "Three": 3])
        #expect(try sensor.end(SIGINT).status == 0)
    }

    /// Writes the policy; `clients` are those that it knows.
    private func writePolicy(_ clients: String, section: String = "clients") throws {
        let text = "schema: 1\nservers: [{server: 'mqtt 127.0.0.1:\(broker.port)'}]\n\(section): [\(clients)]\n"
        try folder.write(text, to: "policy.yaml")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: folder.file("policy.yaml"))
    }

    @Test("SIGHUP takes up a changed policy; one that is broken changes nothing") func policyIsReadAgain() throws {
        try writePolicy("{client: pump, protocol: mqtt}")
        let sensor = try start("only_rules: [\(Program.rules)/policy]\npolicy: \(folder.file("policy.yaml"))\n")
        let client = try Connection(port: broker.port)
        try client.login("pump")
        try publish(client, "plant/a")
        try expect(["New Topic": 1])
        let digest = try earshot("policy", "show", folder.file("policy.yaml")).lines[0].suffix(64)
        try waitForStatistics("\"policy_digest\":\"\(digest)\"")

        // Whoever is connected is held against the new one too.
        try writePolicy("{client: pump, protocol: mqtt, state: deny}")
        try sensor.send(SIGHUP)
        try sensor.waitForErrorText("rules again")
        try waitForStatistics("\"reloads\":1,")
        let changed = try earshot("policy", "show", folder.file("policy.yaml")).lines[0].suffix(64)
        #expect(changed != digest)
        try waitForStatistics("\"policy_digest\":\"\(changed)\"")
        try publish(client, "plant/b")
        try expect(["New Topic": 2, "Denied by the Policy": 1])

        // A broken one is said, with its place, and the old one stays.
        try writePolicy("{client: other, protocol: mqtt}", section: "client")
        try sensor.send(SIGHUP)
        try sensor.waitForErrorText("the rules in use stay")
        #expect(sensor.errorText.contains("policy.yaml:3:1: error: "), "\(sensor.errorText)")
        #expect(sensor.errorText.contains("did you mean 'clients'?"), "\(sensor.errorText)")
        try waitForStatistics("\"reloads_failed\":1,")
        try waitForStatistics("\"policy_digest\":\"\(changed)\"")
        let stranger = try Connection(port: broker.port)
        try stranger.login("stranger")
        try publish(stranger, "plant/c")
        try expect(["New Topic": 2, "Denied by the Policy": 1, "New Client": 1])
        #expect(try sensor.end(SIGTERM).status == 0)
    }
}
