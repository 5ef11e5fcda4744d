import Foundation
import ProgramSupport
import Testing

/// `earshot rules check` says all that is wrong at once, and nothing that is not.
@Suite struct RulesCheckTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["rules", "filters"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
    }

    /// A rule, `id` its last four digits.
    private func rule(
        _ id: String, level: String = "low", selection: String = "mqtt.type: SUBSCRIBE", more: String = ""
    ) -> String {
        """
        title: Rule \(id)
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f\(id)
        name: rule_\(id)
        logsource: {product: earshot, category: mqtt}
        detection:
            selection:
                \(selection)
            condition: selection
        level: \(level)
        \(more)

        """
    }

    private func correlation(of rules: String, level: String = "low") -> String {
        """
        ---
        title: Several
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f9999
        correlation:
            type: event_count
            rules: [\(rules)]
            group-by: [client.ip]
            timespan: 1m
            condition: {gte: 2}
        level: \(level)

        """
    }

    private func filter(on rules: String) -> String {
        """
        ---
        title: Known
        logsource: {product: earshot, category: mqtt}
        filter:
            rules: [\(rules)]
            known:
                client.ip: 10.0.0.1
            condition: not known

        """
    }

    private func check(_ more: String...) throws -> Outcome {
        try run(try Program.path(), ["rules", "check", "--only-rules", "rules"] + more, directory: folder.path)
    }

    @Test("All is told at once") func allIsToldAtOnce() throws {
        try folder.write(Array("title: a\n# caf".utf8) + [0xE9, 0x0A], to: "rules/a.yml")
        try folder.write(rule("0001", level: "hgih", selection: "mqtt.tipe: SUBSCRIBE"), to: "rules/b.yml")
        try folder.write(
            rule("0002", level: "hgih", selection: "client.ip|expand: '%pumps%'")
                + correlation(of: "rule_0007", level: "hgih"), to: "rules/c.yml")
        try folder.write(
            rule("0003", selection: "{mqtt.qos|containz: 1, mqtt.tipe: SUBSCRIBE}"), to: "rules/d.yml")
        try folder.write(
            rule("0004")
                + correlation(of: "rule_0008").replacingOccurrences(of: "1m", with: "soon")
                .replacingOccurrences(of: "event_count", with: "evnt_count"), to: "rules/e.yml")
        let outcome = try check()
        #expect(outcome.status == 78)
        for place in ["a.yml:2:6", "b.yml:9:8", "b.yml:7:9", "c.yml:9:8", "c.yml:16:13", "c.yml:20:8", "d.yml:7:19"] {
            #expect(outcome.errorText.contains("--> rules/\(place)\n"), "\(place): \(outcome.errorText)")
        }
        for words in [
            "not UTF-8 text", "did you mean mqtt.type?", "pumps", "There is no rule rule_0007",
            "There is no rule rule_0008", "evnt_count", "timespan: soon",
            "containz",
        ] {
            #expect(outcome.errorText.contains(words), "\(words): \(outcome.errorText)")
        }
        #expect(outcome.errorText.components(separatedBy: "There is no field mqtt.tipe").count == 3)
        // Everything about a file stands together, from its beginning to its end.
        let places = outcome.errorText.split(separator: "\n").filter { $0.contains("--> ") }.map {
            $0.split(separator: "/").last?.split(separator: ":").prefix(2).joined(separator: ":") ?? ""
        }
        #expect(places == places.sorted { $0.compare($1, options: .numeric) == .orderedAscending }, "\(places)")
        #expect(outcome.text.hasPrefix("1 rule loaded, "), "\(outcome.text)")
    }

    /// A rule of which only a test is wrong is there all the same.
    @Test(
        "a rule that refers to a broken one gets no second error",
        arguments: [
            "earshot: {tests: [{messages: ['> zz'], alerts: 1}]}",
            // Nothing but its name can be read.
            "earshot: [",
        ])
    func othersKnowABrokenRule(_ more: String) throws {
        try folder.write(
            rule("0001", more: more) + correlation(of: "rule_0001") + filter(on: "rule_0001"), to: "rules/a.yml")
        let outcome = try check()
        #expect(outcome.status == 78)
        #expect(!outcome.errorText.contains("There is no rule"), "\(outcome.errorText)")
        #expect(!outcome.errorText.contains("logsource of the filter"), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("The rule rule_0001 could not be loaded"), "\(outcome.errorText)")
        #expect(outcome.text == "0 rules loaded, 2 errors, 0 warnings\n", "\(outcome.errorText)")
    }

    @Test("Filters that are not there") func filtersThatAreNotThere() throws {
        try folder.write(rule("0001"), to: "rules/a.yml")
        for (name, reason) in [("gone", "no such file or folder"), ("filters", "no .yml or .yaml file is below")] {
            let outcome = try check("--filters", name)
            #expect(outcome.status == 0, "\(outcome.errorText)")
            #expect(outcome.errorText.contains("warning[no-filters]: there are no filters here: \(reason)"))
            #expect(outcome.errorText.contains("--> \(name)\n"), "\(outcome.errorText)")
            #expect(outcome.text == "1 rule loaded, 0 errors, 1 warning\n")
        }
        try folder.write("only_rules: [rules]\nfilters: [gone]\n", to: "earshot.yaml")
        let sample = Program.samples + "/mqtt/sys-subscription.pcap"
        let replay = try run(
            try Program.path(), ["replay", sample, "--config", "earshot.yaml"], directory: folder.path,
            environment: ["EARSHOT_ONLY_RULES": nil])
        #expect(replay.status == 0, "\(replay.errorText)")
        #expect(replay.errorText.contains("warning[no-filters]"), "a filter that is missed should be said")
        #expect(replay.lines.count == 1)
    }

    @Test("the shipped rules have no warnings") func nothingIsDoubtfulAboutTheShippedRules() throws {
        let outcome = try earshot("rules", "check", "--only-rules", Program.rules)
        #expect(outcome.status == 0)
        #expect(outcome.errorText.isEmpty, "\(outcome.errorText)")
        #expect(outcome.text.hasSuffix(" loaded, 0 errors, 0 warnings\n"), "\(outcome.text)")
    }
}
