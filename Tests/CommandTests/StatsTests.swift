import Foundation
import ProgramSupport
import Testing

/// `earshot stats` and `earshot show`.
@Suite struct StatsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["mqtt/sys-subscription", "mqtt/malformed"] {
            #expect(try earshot("replay", "-q", "\(Program.samples)/\(name).pcap", directory: folder.path).status == 0)
        }
    }

    /// The keys are a contract with programs that read them.
    @Test("Keys") func keys() throws {
        let outcome = try earshot("stats", "--json", directory: folder.path)
        #expect(outcome.lines.count == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
        for key in ["packets", "bytes", "flows", "gaps", "unparsed_bytes"] { #expect(object[key] is Int, "\(key)") }
        for key in ["violations", "alerts", "evicted", "undecoded", "dropped"] {
            #expect(object[key] is [String: Int], "\(key)")
        }
        let messages = try #require(object["messages"] as? [String: [String: Int]])
        #expect(messages == ["mqtt": ["CONNECT": 13, "CONNACK": 13, "PUBLISH": 6, "SUBSCRIBE": 4]])
        #expect(object["alerts"] as? [String: Int] == [try ruleID("mqtt/mqtt_many_violations"): 1])
        #expect((object["violations"] as? [String: Int])?.isEmpty == false)
        let capture = try contents(Program.samples + "/mqtt/malformed.pcap")
        let count = try run(Program.find("tshark") ?? "tshark", ["-r", Program.samples + "/mqtt/malformed.pcap"]).lines
            .count
        #expect(object["packets"] as? Int == count)
        #expect((object["bytes"] as? Int ?? 0) == capture.count - 24 - 16 * count)
    }

    /// 24 connections that say nothing: the numbers are those of the capture's hand-shakes.
    @Test("Connections") func connections() throws {
        let replay = try earshot("replay", "\(Program.samples)/mqtt/silent-connections.pcap", directory: folder.path)
        #expect(replay.status == 0)
        let line = "connections to servers: 24 begun, 24 ended; closed 24, silent 24\n"
        #expect(replay.errorText.contains(line) || replay.text.contains(line), "\(replay.text)\(replay.errorText)")
        #expect(try earshot("stats", directory: folder.path).text.contains(line))
        let outcome = try earshot("stats", "--json", directory: folder.path)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
        #expect(object["connections"] as? [String: Int] == ["begun": 24, "ended": 24, "closed": 24, "silent": 24])
    }

    @Test("For people") func forPeople() throws {
        let latest = try earshot("stats", directory: folder.path)
        #expect(latest.text.hasPrefix("run 2, finished, started "))
        #expect(latest.text.contains("mqtt/malformed.pcap"))
        #expect(latest.text.contains("  mqtt CONNECT      13\n"))
        #expect(try earshot("stats", "--runs", directory: folder.path).lines.count == 2)
    }

    @Test("One alert in full") func oneAlertInFull() throws {
        let outcome = try earshot("show", "1", "--rule", directory: folder.path)
        #expect(outcome.status == 0)
        for text in [
            "alert        1\n", "(mqtt_sys_subscription, \(try ruleID("mqtt/mqtt_sys_subscription")))", "mqtt.topic",
            "$SYS/#", "evidence: ",
            "the rule as it was when it fired", "  title: ",
        ] { #expect(outcome.text.contains(text), "\(text)") }
        let written = try earshot("show", "1", "--pcap", "evidence.pcapng", directory: folder.path)
        #expect(written.status == 0)
        let read = try run(Program.find("tshark") ?? "tshark", ["-r", folder.file("evidence.pcapng"), "-Y", "mqtt"])
        #expect(read.text.contains("Subscribe Request"), "\(read.text)\(read.errorText)")
        let refused = try earshot("show", "1", "--pcap", "gone/e.pcapng", directory: folder.path)
        #expect(refused.status == 73)
        #expect(refused.errorText.contains("gone/e.pcapng"))
    }

    /// So that a rule can be taken from there, it stands there as it was loaded.
    @Test("The rule as it is written") func theRuleAsItIsWritten() throws {
        let rule = #"""
            title: A Pattern
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0003
            logsource: {product: earshot, category: mqtt}
            detection:
                selection:
                    mqtt.type: SUBSCRIBE
                    mqtt.topic|re: '^\$SYS/#$'
                condition: selection
            level: low
            """#
        try folder.write(rule, to: "pattern.yml")
        let sample = "\(Program.samples)/mqtt/sys-subscription.pcap"
        let replay = try earshot(
            "replay", sample, "--only-rules", "pattern.yml", "--db", "p.db", directory: folder.path)
        #expect(replay.lines.count == 1, "\(replay.errorText)")
        let shown = try earshot("show", "1", "--rule", "--db", "p.db", directory: folder.path)
        let wanted = rule.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
        #expect(shown.text.contains(wanted), "\(shown.text)")
    }
}
