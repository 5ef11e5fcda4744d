import Foundation
import ProgramSupport
import Testing

/// The configuration file, the environment and the flags.
@Suite struct ConfigurationTests {
    private let folder: TemporaryFolder
    private let sample = Program.samples + "/mqtt/sys-subscription.pcap"

    init() throws { folder = try TemporaryFolder() }

    @Test(
        "Wrong",
        arguments: [
            ("db: a.db\nsensr: hall\n", ":2:1: there is no setting 'sensr'; did you mean 'sensor'?"),
            ("# hall\n\nmax_flows: many\n", ":3:12: 'max_flows' wants a number from 16 to 16777216"),
            ("retention_days: 0\n", ":1:17: 'retention_days' wants a number from 1 to 36500"),
            ("promiscuous: perhaps\n", ":1:14: 'promiscuous' wants true or false"),
            ("- db\n", ": a map of settings is wanted"),
            ("db: [\n", ":2:1: not valid YAML"),
        ])
    func wrong(_ text: String, _ sentence: String) throws {
        try folder.write(text, to: "earshot.yaml")
        for (arguments, environment) in [
            (["--config", "earshot.yaml"], [:]), ([], ["EARSHOT_CONFIG": "earshot.yaml"]),
        ] as [([String], [String: String?])] {
            let outcome = try run(
                try Program.path(), ["stats"] + arguments, directory: folder.path, environment: environment)
            #expect(outcome.status == 78)
            #expect(outcome.errorText.contains("earshot.yaml\(sentence)"), "\(outcome.errorText)")
        }
    }

    @Test("Missing") func missing() throws {
        let outcome = try earshot("stats", "--config", "gone.yaml", directory: folder.path)
        #expect(outcome.status == 78)
        #expect(outcome.errorText == "earshot: gone.yaml: the configuration cannot be read\n")
    }

    /// Flags beat the environment, that beats the file.
    @Test("Precedence") func precedence() throws {
        try folder.write("db: file.db\nsensor: hall\nonly_rules: [\(Program.rules)/mqtt]\n", to: "earshot.yaml")
        let file: [String: String?] = ["EARSHOT_ONLY_RULES": nil, "EARSHOT_CONFIG": "earshot.yaml"]
        #expect(try earshot("replay", sample, directory: folder.path, environment: file).status == 0)
        #expect(
            try earshot("tail", "--db", "file.db", "--format", "json", directory: folder.path).text.contains(
                "\"sensor\":\"hall\""))
        let both = file.merging(["EARSHOT_DB": "variable.db", "EARSHOT_SENSOR": "yard"]) { $1 }
        #expect(try earshot("replay", sample, directory: folder.path, environment: both).status == 0)
        #expect(
            try earshot("tail", "--db", "variable.db", "--format", "json", directory: folder.path).text
                .contains("\"sensor\":\"yard\""))
        #expect(try earshot("replay", "--db", "flag.db", sample, directory: folder.path, environment: both).status == 0)
        #expect(folder.names.filter { $0.hasSuffix(".db") } == ["file.db", "flag.db", "variable.db"])
        // Under systemd the store is in the folder that the unit names.
        try FileManager.default.createDirectory(atPath: folder.file("state"), withIntermediateDirectories: true)
        let unit: [String: String?] = ["STATE_DIRECTORY": folder.file("state")]
        #expect(try earshot("replay", sample, directory: folder.path, environment: unit).status == 0)
        #expect(FileManager.default.fileExists(atPath: folder.file("state/alerts.db")))
    }

    @Test("Check") func check() throws {
        try folder.write(
            """
            db: gone/alerts.db
            rules: [rules, none]
            lists: {bridge: [10.0.0.1]}
            """, to: "earshot.yaml")
        try FileManager.default.createDirectory(atPath: folder.file("rules"), withIntermediateDirectories: true)
        var outcome = try earshot("config", "check", "earshot.yaml", directory: folder.path)
        #expect(outcome.status == 78)
        #expect(
            outcome.errorText == """
                earshot.yaml:1: the folder \(folder.path)/gone of the store is not there or may not be entered; make it with mkdir -p
                earshot.yaml:3: warning: the list 'bridge' is none that shipped rules use; did you mean 'bridges'?
                earshot.yaml:2: 'rules' names none: No such file or directory; mend the path or take it out
                earshot: a sensor would not start with this configuration

                """)
        try folder.write("lists: {bridges: [10.0.0.1]}\nsensor: hall\n", to: "earshot.yaml")
        outcome = try earshot("config", "check", "earshot.yaml", directory: folder.path)
        #expect(outcome.status == 0)
        #expect(outcome.text == "earshot.yaml: 2 settings, nothing wrong\n")
        try folder.write("title: broken\n", to: "rules/a.yml")
        try folder.write("only_rules: [rules]\n", to: "earshot.yaml")
        let without: [String: String?] = ["EARSHOT_ONLY_RULES": nil]
        #expect(
            try earshot("config", "check", "earshot.yaml", directory: folder.path, environment: without).status == 0)
        outcome = try earshot(
            "config", "check", "earshot.yaml", "--load-rules", directory: folder.path, environment: without)
        #expect(outcome.status == 78)
        #expect(outcome.errorText.contains("rules/a.yml:1"), "\(outcome.errorText)")
    }

    @Test("Show") func show() throws {
        try folder.write("snap_length: 1000\nmax_memory: 1GiB\n", to: "earshot.yaml")
        let words = ["config", "show", "--config", "earshot.yaml", "--db", "a.db"]
        let environment: [String: String?] = ["EARSHOT_SENSOR": "hall"]
        let text = try run(
            try Program.path(), words, directory: folder.path, environment: environment
        ).text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(text.contains("db: a.db # --db"))
        #expect(text.contains("snap_length: 1000 # earshot.yaml:1"))
        #expect(text.contains("sensor: hall # EARSHOT_SENSOR"))
        #expect(text.contains("promiscuous: true # default"))
        #expect(text.contains("# retention_days is not set # default"))
        let json = try run(
            try Program.path(), words + ["--json"], directory: folder.path, environment: environment)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: [String: Any]])
        #expect(object.count == text.count)
        #expect(object["max_memory"]?["value"] as? String == "1GiB")
        #expect(object["max_memory"]?["origin"] as? String == "earshot.yaml:2")
        #expect(object["retention_days"]?["value"] is NSNull)
    }
}
