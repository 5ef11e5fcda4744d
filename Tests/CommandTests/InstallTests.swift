import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `make install` and `make uninstall`, and what they put into place.
@Suite(.needs(Program.find("python3") != nil, "there is no python3, which makes the manual")) struct InstallTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Runs `make` for a root of the test's own.
    private func make(_ target: String, prefix: String = "/usr/local") throws -> Outcome {
        let arguments = [
            "-s", "-C", Program.root, target, "EARSHOT=\(try Program.path())", "DESTDIR=\(folder.path)",
            "PREFIX=\(prefix)",
        ]
        return try run("/usr/bin/make", arguments, limit: 60)
    }

    /// Every file below the root of the test, by its path from there.
    private var files: [String] {
        (FileManager.default.subpaths(atPath: folder.path) ?? []).filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder.file(path), isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }

    @Test("Install, use, uninstall", arguments: ["/usr/local", "/opt/earshot"])
    func installed(prefix: String) throws {
        let outcome = try make("install", prefix: prefix)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let program = folder.file("\(prefix)/bin/earshot")
        let sample = Program.samples + "/mqtt/sys-subscription.pcap"
        // Neither the environment nor the working folder leads to rules: those beside the program are found.
        let bare: [String: String?] = ["EARSHOT_ONLY_RULES": nil]
        let replay = try run(program, ["replay", "--quiet", "--db", folder.file("a.db"), sample], environment: bare)
        #expect(replay.status == 0, "\(replay.errorText)")
        let shown = try run(program, ["rules", "show", "mqtt_sys_subscription"], environment: bare)
        #expect(shown.text.contains("\(folder.path)\(prefix)/share/earshot/rules/mqtt/mqtt_sys_subscription.yml"))
        #expect(try alerts(in: folder.file("a.db")).map(\.rule) == [try ruleID("mqtt/mqtt_sys_subscription")])
        let pages = try commands(of: program).map { "\(prefix)/share/man/man1/earshot-\($0).1" }
        #expect(pages.count > 14)
        for page in pages + ["\(prefix)/share/man/man1/earshot.1"] {
            let text = String(decoding: try contents(folder.file(page)), as: UTF8.self)
            #expect(text.hasPrefix(".TH EARSHOT"), "\(page)")
        }
        let unit = String(
            decoding: try contents(folder.file("\(prefix)/lib/systemd/system/earshot@.service")), as: UTF8.self)
        #expect(unit.contains("\nExecStart=\(prefix)/bin/earshot run --quiet "))
        #expect(unit.contains("\nExecPaths=\(prefix)/bin/earshot "))
        for name in folder.names where name.hasPrefix("a.db") {
            try FileManager.default.removeItem(atPath: folder.file(name))
        }
        #expect(try make("uninstall", prefix: prefix).status == 0)
        #expect(files == [])
        #expect(!FileManager.default.fileExists(atPath: folder.file("etc/earshot")))
    }

    @Test("Settings of a site stay") func settingsStay() throws {
        #expect(try make("install").status == 0)
        try folder.write("retention_days: 90\n", to: "etc/earshot/earshot.yaml")
        try folder.write("", to: "etc/earshot/filters/site.yml")
        #expect(try make("install").status == 0)
        #expect(try contents(folder.file("etc/earshot/earshot.yaml")) == Array("retention_days: 90\n".utf8))
        let outcome = try make("uninstall")
        #expect(outcome.text.contains("etc/earshot/earshot.yaml was changed and stays"))
        #expect(Set(files) == ["etc/earshot/earshot.yaml", "etc/earshot/filters/site.yml"])
    }

    /// The commands that the program has.
    private func commands(of program: String) throws -> [String] {
        let dump = try run(program, ["--experimental-dump-help"])
        let root = try JSONSerialization.jsonObject(with: Data(dump.output)) as? [String: Any]
        let command = root?["command"] as? [String: Any]
        let names = (command?["subcommands"] as? [[String: Any]] ?? []).compactMap { $0["commandName"] as? String }
        return names.filter { $0 != "help" }
    }
}

/// The units of systemd and the package.
@Suite struct UnitTests {
    private func lines(_ name: String) throws -> [String] {
        let text = String(decoding: try contents("\(Program.root)/Packaging/\(name)"), as: UTF8.self)
        return text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    @Test("The template differs in the interface and the store only") func template() throws {
        let (unit, template) = (try lines("earshot.service"), try lines("earshot@.service"))
        let changes = zip(unit, template).filter { $0 != $1 }.map { $1 }
        #expect(unit.count == template.count)
        #expect(
            changes == [
                "Description=Earshot, a passive intrusion-detection sensor for MQTT and CoAP, on %i",
                "EnvironmentFile=-/etc/default/earshot-%i",
                "ExecStart=/usr/bin/earshot run --quiet --sandbox require --wait -i %i $EARSHOT_ARGUMENTS",
                "StateDirectory=earshot/%i",
            ])
    }

    /// Its limit has room for what the tables may take (the setting max_memory) and for the program.
    @Test("Memory") func memory() throws {
        #expect(try lines("earshot.service").contains("MemoryMax=1G"))
        let shown = try earshot("config", "show")
        #expect(shown.text.contains("max_memory: 512MiB"), "\(shown.text)")
    }

    @Test("The package has the version of the program") func version() throws {
        let first = try lines("debian/changelog").first ?? ""
        let program = try earshot("--version").text.split(separator: " ").last ?? ""
        #expect(first.hasPrefix("earshot (\(program.trimmingCharacters(in: .newlines))-"), "\(first)")
    }
}
