import Foundation
import ProgramSupport
import Testing

/// Rules that cannot be loaded, and where rules come from.
@Suite struct RuleTests {
    private let folder: TemporaryFolder
    private let sample = Program.samples + "/mqtt/sys-subscription.pcap"

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("rules"), withIntermediateDirectories: true)
    }

    private func writeRule(_ name: String, selection: String, number: Int = 1) throws {
        try folder.write(
            """
            title: A Subscription
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f000\(number)
            logsource: {product: earshot, category: mqtt}
            detection:
                selection:
                    \(selection)
                condition: selection
            level: low

            """, to: "rules/\(name).yml")
    }

    @Test("A broken rule", arguments: [["rules", "check"], ["replay", "x.pcap"]]) func aBrokenRule(_ command: [String])
        throws
    {
        try FileManager.default.copyItem(atPath: sample, toPath: folder.file("x.pcap"))
        try writeRule("broken", selection: "mqtt.tipe: SUBSCRIBE")
        let outcome = try run(try Program.path(), command + ["--only-rules", "rules"], directory: folder.path)
        #expect(outcome.status == 78)
        #expect(outcome.errorText.contains("rules/broken.yml:6:9"), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("mqtt.type"), "the nearest name: \(outcome.errorText)")
        let lines = outcome.errorText.split(separator: "\n")
        let shown = try #require(lines.firstIndex { $0.contains("mqtt.tipe: SUBSCRIBE") })
        let caret = try #require(lines[lines.index(after: shown)].firstIndex(of: "^"), "\(outcome.errorText)")
        let column = lines[shown].firstRange(of: "mqtt.tipe")?.lowerBound
        #expect(
            lines[lines.index(after: shown)].distance(from: lines[lines.index(after: shown)].startIndex, to: caret)
                == column.map { lines[shown].distance(from: lines[shown].startIndex, to: $0) })
        #expect(!folder.names.contains("earshot.db"))
    }

    /// The excerpt is what the file says, whatever stands in it, and the caret below what is meant.
    @Test("The excerpt is the line") func theExcerptIsTheLine() throws {
        try writeRule("broken", selection: #"{mqtt.clientid|re: '^\d+\.x$', mqtt.tipe: A}"#)
        let outcome = try earshot("rules", "check", "--only-rules", "rules", directory: folder.path)
        #expect(outcome.status == 78)
        let lines = outcome.errorText.split(separator: "\n")
        let shown = try #require(lines.first { $0.contains("mqtt.tipe: A") }, "\(outcome.errorText)")
        #expect(shown == #"6 |         {mqtt.clientid|re: '^\d+\.x$', mqtt.tipe: A}"#)
        let caret = try #require(lines.first { $0.hasSuffix("^") })
        #expect(
            caret.count - 1
                == shown.distance(
                    from: shown.startIndex, to: try #require(shown.firstRange(of: "mqtt.tipe")).lowerBound))
    }

    @Test("--skip-broken-rules starts with the others") func startingWithoutBrokenRules() throws {
        try writeRule("broken", selection: "mqtt.tipe: SUBSCRIBE")
        try writeRule("whole", selection: "mqtt.type: SUBSCRIBE", number: 2)
        let outcome = try earshot(
            "replay", sample, "--only-rules", "rules", "--skip-broken-rules", directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("rules/broken.yml:6:9"))
        #expect(outcome.errorText.contains("1 alert from 1 rule"), "\(outcome.errorText)")
        #expect(outcome.lines.count == 1)
    }

    @Test("Rules that are not there") func rulesThatAreNotThere() throws {
        let missing = try earshot("rules", "check", "--only-rules", "gone", directory: folder.path)
        #expect(missing.status == 66)
        #expect(missing.errorText.contains("gone: there are no rules here"))
        let empty = try earshot("rules", "check", "--only-rules", "rules", directory: folder.path)
        #expect(empty.status == 66)
        #expect(empty.errorText.contains("no .yml or .yaml file is below this folder"))
    }

    /// A site keeps its rules elsewhere and puts links where the sensor looks.
    @Test("Links are followed") func linksAreFollowed() throws {
        try writeRule("whole", selection: "mqtt.type: SUBSCRIBE")
        try FileManager.default.createDirectory(atPath: folder.file("etc"), withIntermediateDirectories: true)
        for (link, target) in [("etc/site", "../rules"), ("all", "etc"), ("rules/loop", "../etc")] {
            try FileManager.default.createSymbolicLink(atPath: folder.file(link), withDestinationPath: target)
        }
        for path in ["all", "etc", "etc/site", "rules/whole.yml"] {
            let outcome = try earshot("rules", "check", "--only-rules", path, directory: folder.path)
            #expect(outcome.text == "1 rule loaded, 0 errors, 0 warnings\n", "\(path): \(outcome.errorText)")
        }
    }

    /// Rules of a site stand beside the shipped ones, and one with the id of a shipped rule in its place.
    @Test("Beside the shipped rules") func besideTheShippedRules() throws {
        func count(_ words: String...) throws -> Int {
            try run(try Program.path(), ["rules", "list", "--all"] + words, directory: folder.path).lines.count
        }
        let shipped = try count()
        try writeRule("whole", selection: "mqtt.type: SUBSCRIBE")
        #expect(try count("--rules", "rules/whole.yml") == shipped + 1)
        #expect(try count("--only-rules", "rules/whole.yml") == 1)
        #expect(try count("--rules", Program.rules) == shipped, "the same files once")
        let id = try ruleID("mqtt/mqtt_sys_subscription")
        try FileManager.default.createDirectory(atPath: folder.file("own"), withIntermediateDirectories: true)
        try folder.write(
            "title: Ours\nid: \(id)\nlogsource: {product: earshot, category: mqtt}\n"
                + "detection: {s: {mqtt.type: SUBSCRIBE}, condition: s}\nlevel: low\n", to: "own/ours.yml")
        #expect(try count("--rules", "own") == shipped)
        #expect(
            try earshot("rules", "show", id, "--rules", "own", directory: folder.path).text.contains(
                "title:       Ours"))
        let checked = try earshot("rules", "check", "--rules", "own", directory: folder.path)
        #expect(checked.status == 0)
        #expect(
            checked.errorText.contains(
                "warning[replaced-rule]: this rule takes the place of 'MQTT Subscription to Broker Statistics'"),
            "\(checked.errorText)")
    }

    @Test("Shipped rules are found") func shippedRulesAreFound() throws {
        let outcome = try earshot("rules", "list", directory: folder.path, environment: ["EARSHOT_ONLY_RULES": nil])
        #expect(outcome.status == 0)
        #expect(outcome.text.contains(try ruleID("coap/coap_discovery")))
        #expect(outcome.text == (try earshot("rules", "list", "--only-rules", Program.rules)).text)
        let high = try earshot("rules", "list", "--level", "high", "--category", "mqtt")
        #expect(!high.lines.isEmpty)
        #expect(high.lines.allSatisfy { ["high", "crit"].contains($0.prefix(4)) && $0.contains(" mqtt ") })
    }

    @Test("A rule that fails its test") func aRuleThatFailsItsTest() throws {
        try writeRule("whole", selection: "mqtt.type: SUBSCRIBE")
        let text = String(decoding: try contents(folder.file("rules/whole.yml")), as: UTF8.self)
        let tests = """
            earshot:
                tests:
                    - {capture: mqtt/sys-subscription.pcap, alerts: 2}
                    - {capture: mqtt/mqtt31.pcap, alerts: 0}

            """
        try folder.write(text + tests, to: "rules/whole.yml")
        let outcome = try earshot(
            "rules", "test", "--only-rules", "rules", "--samples", Program.samples, directory: folder.path)
        #expect(outcome.status == 1)
        #expect(
            outcome.text.contains("FAIL A Subscription: mqtt/sys-subscription.pcap: 1 alert, 2 expected"),
            "\(outcome.text)")
    }

    @Test("Fields") func fields() throws {
        let outcome = try earshot("rules", "fields", "--json")
        #expect(outcome.status == 0)
        for line in outcome.lines {
            let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
            #expect(Set(object.keys) == ["name", "type", "category", "meaning"])
        }
        #expect(try earshot("rules", "fields").lines.count == outcome.lines.count)
        let coap = try earshot("rules", "fields", "--category", "coap")
        #expect(coap.text.contains("coap.uri_path") && !coap.text.contains("mqtt.topic "))
    }
}
