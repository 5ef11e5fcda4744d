import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Lists of a site: what stands in one is told no more by the rules that are made for it.
@Suite struct SiteListTests {
    /// The titles of the shipped rules that use a list to leave something out; in a step it only decides how bad that is.
    private func titles(using list: String) throws -> [String] {
        let names = FileManager.default.enumerator(atPath: Program.rules)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(".yml") }.compactMap { name in
            let text = try String(contentsOfFile: "\(Program.rules)/\(name)", encoding: .utf8)
            guard uses(list, in: text) else { return nil }
            let main = text.components(separatedBy: "\n---\n").last { $0.contains("\n    tests:") } ?? ""
            return main.split(separator: "\n").first { $0.hasPrefix("title: ") }.map { String($0.dropFirst(7)) }
        }
    }

    /// Whether a selection other than a step refers to a list.
    private func uses(_ list: String, in text: String) -> Bool {
        var selection = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("    "), !line.hasPrefix("     "), line.hasSuffix(":") {
                selection = line.trimmingCharacters(in: .whitespaces)
            }
            if line.contains("'%\(list)%'"), !selection.hasPrefix("step_") { return true }
        }
        return false
    }

    @Test(
        "Every list silences the rules that use it",
        arguments: ["monitors", "bridges", "brokers", "gateways", "scanners", "commissioning"])
    func everyList(_ list: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("lists: {\(list): [0.0.0.0/0, '::/0']}\n", to: "earshot.yaml")
        let using = try titles(using: list)
        #expect(using.count > 1)
        let outcome = try earshot(
            "rules", "test", "--verbose", "--only-rules", Program.rules, "--samples", Program.samples, "--config",
            folder.file("earshot.yaml"))
        #expect(outcome.status == 1)
        for title in using {
            let lines = outcome.lines.filter { $0.hasPrefix("FAIL \(title): ") || $0.hasPrefix("ok   \(title): ") }
            #expect(!lines.isEmpty, "\(title)")
            #expect(lines.allSatisfy { $0.contains(": 0 alerts, ") }, "\(title): \(lines)")
        }
    }

    @Test("What is inside is said once", arguments: ["0.0.0.0/0", "198.51.100.0/24"]) func homeNetworks(
        _ network: String
    ) throws {
        let folder = try TemporaryFolder()
        try folder.write("lists: {home_networks: ['\(network)']}\n", to: "earshot.yaml")
        let outcome = try earshot(
            "rules", "test", "--verbose", "--only-rules", Program.rules, "--samples", Program.samples, "--config",
            folder.file("earshot.yaml"), "--id", "mqtt_client_from_outside")
        let found = outcome.lines.filter { $0.contains(" alerts, 1 expected") || $0.contains(": 1 alert, 1 expected") }
        #expect(!found.isEmpty)
        // Where all are inside nobody comes from outside; where nobody is there is no broker inside.
        #expect(found.allSatisfy { $0.contains(": 0 alerts, ") }, "\(found)")
    }
}
