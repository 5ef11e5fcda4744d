import Foundation
import ProgramSupport
import Testing

/// `earshot report`, as users type it.
struct ReportCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let capture = "\(Program.samples)/mqtt/default-credentials.pcap"
        #expect(try earshot("replay", "-q", capture, directory: folder.path).status == 0)
    }

    private func report(_ arguments: String...) throws -> Outcome {
        try run(try Program.path(), ["report"] + arguments, directory: folder.path)
    }

    private func page(_ name: String = "report.html") throws -> String {
        String(decoding: try contents(folder.file(name)), as: UTF8.self)
    }

    @Test("A page for its owner alone, and the second says what has changed") func aPage() throws {
        let first = try report()
        #expect(first.status == 0, "\(first.errorText)")
        #expect(first.output.isEmpty)
        #expect(first.errorText.hasPrefix("report.html: "), "\(first.errorText)")
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("report.html"))[.posixPermissions]
        #expect(mode as? Int == 0o600)
        let html = try page()
        #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
        #expect(html.hasSuffix("</html>\n"))
        #expect(html.contains("Logins that devices and brokers come with"))
        #expect(!html.contains("What has changed"))

        let second = try report()
        #expect(second.errorText.contains("Since "), "\(second.errorText)")
        #expect(second.errorText.contains("still there; nothing was captured since."), "\(second.errorText)")
        #expect(try page().contains("What has changed"))
        #expect(folder.names.filter { $0.contains(".part-") }.isEmpty)
    }

    /// The capture is of one client at the broker 10.77.0.1.
    @Test("The site's own list: seen and not listed, listed and not seen") func siteList() throws {
        try folder.write("name,address\nbroker,10.77.0.1\nspare <press>,10.77.9.9\n", to: "plant.csv")
        #expect(try report("--list", "plant.csv").status == 0)
        let html = try page()
        #expect(html.contains("The site's own list") || html.contains("The site&#39;s own list"))
        #expect(html.contains("Seen, not listed") && html.contains("Listed, not seen"))
        #expect(html.contains("spare &lt;press&gt;") && !html.contains("<press>"))
        let json = try report("--json", "--list", "plant.csv").output
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
        let list = try #require(object["site_list"] as? [String: Any])
        #expect(list["file"] as? String == "plant.csv" && list["known"] as? Int == 1)
        #expect((list["unseen"] as? [[String: Any]])?.map { $0["line"] as? Int } == [3])
        let unlisted = list["unlisted"] as? [[String: Any]] ?? []
        #expect(
            !unlisted.isEmpty && unlisted.allSatisfy { ($0["addresses"] as? [String])?.contains("10.77.0.1") == false })
        // Without one nothing is said of it.
        let plain = try report("--json").text
        #expect(!plain.contains("site_list"))
        #expect(try report("--list", "missing.csv").status == 66)
    }

    @Test("One object for programs, whose points are the sum of its parts") func json() throws {
        let outcome = try report("--json")
        #expect(outcome.status == 0)
        #expect(outcome.lines.count == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
        #expect(object["format"] as? String == "earshot-exposure-report")
        #expect(object["version"] as? Int == 1)
        let grade = try #require(object["grade"] as? [String: Any])
        let parts = try #require(grade["parts"] as? [[String: Any]])
        #expect(grade["points"] as? Int == parts.compactMap { $0["weight"] as? Int }.reduce(0, +))
        #expect(parts.contains { ($0["id"] as? String)?.hasPrefix("default-login mqtt 10.77.0.1") == true })
        #expect(folder.names.filter { $0.hasPrefix("report") }.isEmpty)
    }

    @Test("A page and its JSON can be compared with") func since() throws {
        #expect(try report("--json", "-o", "before.json").status == 0)
        #expect(try report("-o", "before.html").status == 0)
        for name in ["before.json", "before.html"] {
            let outcome = try report("--since", name, "-o", "-")
            #expect(outcome.status == 0, "\(outcome.errorText)")
            #expect(outcome.text.contains("still there; nothing was captured since."), "\(name)")
        }
    }

    @Test("Standard output") func standardOutput() throws {
        let outcome = try report("-o", "-")
        #expect(outcome.text.hasPrefix("<!DOCTYPE html>\n"))
        #expect(outcome.errors.isEmpty)
        #expect(folder.names.filter { $0.hasPrefix("report") }.isEmpty)
    }

    @Test("A capture of nothing makes a page that says so") func nothing() throws {
        let empty = try folder.write(pcap([]), to: "empty.pcap")
        #expect(try earshot("replay", "-q", empty, "--db", "empty.db", directory: folder.path).status == 0)
        let outcome = try report("--db", "empty.db", "-o", "empty.html")
        #expect(outcome.status == 0)
        #expect(outcome.errorText.contains("has read no message yet"), "\(outcome.errorText)")
        #expect(try page("empty.html").contains("The sensor has read nothing of MQTT or CoAP yet."))
    }

    @Test("No password of a login is in the report") func noPasswords() throws {
        let html = try report("-o", "-").text
        // What the capture's logins use as passwords; its user names may be told.
        for word in ["DVES_PASS", "changeme", "raspberry", "123456"] {
            #expect(!html.contains(word), "\(word)")
        }
    }

    @Test("Wrong use") func wrongUse() throws {
        let other = try folder.write("my notes", to: "notes.html")
        try FileManager.default.createDirectory(atPath: folder.file("there"), withIntermediateDirectories: false)
        for (arguments, status, text) in [
            (["--db", "none.db"], Int32(66), "no alert store"), (["--since", "none.html"], 66, "no such file"),
            (["--since", other], 65, "no report"), (["-o", "nowhere/report.html"], 73, "nowhere/report.html"),
            (["-o", "there"], 73, "there"), (["-o", other], 73, "left alone"), (["--nonsense"], 64, "nonsense"),
        ] {
            let outcome = try run(try Program.path(), ["report"] + arguments, directory: folder.path)
            #expect(outcome.status == status, "\(arguments): \(outcome.errorText)")
            #expect(outcome.errorText.contains(text), "\(arguments): \(outcome.errorText)")
        }
        #expect(try contents(other) == Array("my notes".utf8))
    }
}
