import Engine
import Flows
import Foundation
import Sensor
import Testing

/// What is shipped and what is written of settings holds what the program does.
@Suite struct SettingPagesTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test(
        "Pages",
        arguments: [
            ("Packaging/earshot.yaml", SettingPages.file), ("Docs/configuration.md", SettingPages.page),
        ])
    func pages(name: String, text: String) throws {
        let file = Self.root.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["EARSHOT_WRITE_PAGES"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let kept = try String(contentsOf: file, encoding: .utf8)
        #expect(kept == text, "\(name) is old: EARSHOT_WRITE_PAGES=1 swift test --filter SettingPages")
    }

    /// As it is shipped, the file changes nothing.
    @Test("Shipped file") func shippedFile() throws {
        let shipped = try load(Self.root.appendingPathComponent("Packaging/earshot.yaml").path)
        let bare = try Settings.load(Settings.Overrides(), environment: [:])
        for key in Settings.keys { #expect(key.value(shipped) == key.value(bare), "\(key.name)") }
        #expect(shipped.origins.isEmpty)
    }

    /// Without the comment signs it names every setting, and those with a default have it.
    @Test("Shipped defaults") func shippedDefaults() throws {
        let folder = try Folder()
        let text = try String(
            contentsOf: Self.root.appendingPathComponent("Packaging/earshot.yaml"), encoding: .utf8)
        let lines = text.split(separator: "\n").filter {
            $0.wholeMatch(of: /# (  )?[a-z_]+:( .*)?/) != nil
        }
        // A number, since this machine need not have the group of the example.
        let yaml = lines.map { $0.dropFirst(2) }.joined(separator: "\n")
            .replacingOccurrences(of: "db_group: earshot", with: "db_group: 0")
        let settings = try load(try folder.write("a.yaml", yaml))
        #expect(Set(settings.origins.keys) == Set(Settings.keys.map(\.name)), "all are documented, and no others")
        let bare = Settings(environment: [:])
        for key in Settings.keys where key.example == nil {
            #expect(key.value(settings) == key.value(bare), "\(key.name)")
        }
        // What the program goes by where nothing is said.
        let safe: [String: SettingValue] = [
            "promiscuous": .flag(true), "snap_length": .number(262_144), "checksums": .text("ignore"),
            "max_memory": .text("512MiB"), "payload_inspect_bytes": .number(4096),
            "max_held_bytes_per_message": .number(65_536), "max_queued_bytes_per_stream": .number(1_048_576),
            "capture_buffer_mebibytes": .number(16),
        ]
        for (name, value) in safe {
            #expect(Settings.keys.first { $0.name == name }?.value(settings) == value, "\(name)")
        }
        #expect(settings.lists["home_networks"] == SiteLists.privateNetworks)
        #expect(Set(settings.lists.keys) == Set(SiteLists.all.map(\.name)))
    }

    @Test("Origins") func origins() throws {
        let folder = try Folder()
        var flags = Settings.Overrides()
        flags.configuration = try folder.write("a.yaml", "max_flows: 99\nmax_memory: 1GiB\nsensor: a\n\nrules: [b]\n")
        flags.onlyRules = ["c"]
        let environment = ["STATE_DIRECTORY": "/s", "EARSHOT_SENSOR": "d", "EARSHOT_FILTERS": "e:f"]
        let settings = try Settings.load(flags, environment: environment)
        let path = flags.configuration ?? ""
        #expect(
            settings.origins == [
                "db": .environment("STATE_DIRECTORY"), "max_flows": .file(path, line: 1),
                "max_memory": .file(path, line: 2), "sensor": .environment("EARSHOT_SENSOR"),
                "rules": .option("--only-rules"), "only_rules": .option("--only-rules"),
                "filters": .environment("EARSHOT_FILTERS"),
            ])
        #expect(settings.filters == ["e", "f"])
        #expect(settings.limits.engine.flows.flows == 99, "what follows from the memory is set before it")
        #expect(settings.memory == 1 << 30)
        #expect(SettingOrigin.file("a.yaml", line: 3).text == "a.yaml:3")
    }

    @Test("Changes that wait") func waitingChanges() throws {
        let folder = try Folder()
        let before = try load(
            try folder.write("a.yaml", "rules: [a]\nsnap_length: 1000\nlists: {bridges: [10.0.0.1]}\n"))
        let after = try load(try folder.write("b.yaml", "rules: [b]\nsnap_length: 2000\nproxies: 10.0.0.9\n"))
        #expect(before.waitingForRestart(in: after) == ["snap_length", "proxies"])
        #expect(before.waitingForRestart(in: before) == [])
    }

    private func load(_ path: String) throws -> Settings {
        var flags = Settings.Overrides()
        flags.configuration = path
        return try Settings.load(flags, environment: [:])
    }
}
