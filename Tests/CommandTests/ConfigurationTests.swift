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
            ("db: a.db\nsensr: hall\n", ":2: there is no setting 'sensr'; did you mean 'sensor'?"),
            ("# hall\n\nmax_flows: many\n", ":3: 'max_flows' wants a number from 16 to 16777216"),
            ("retention_days: 0\n", ":1: 'retention_days' wants a number from 1 to 36500"),
            ("promiscuous: perhaps\n", ":1: 'promiscuous' wants true or false"),
            ("- db\n", ": a map of settings is wanted"),
            ("db: [\n", ": not valid YAML"),
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
}
