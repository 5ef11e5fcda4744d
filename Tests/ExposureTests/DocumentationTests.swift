import Foundation
import Testing

@testable import Exposure

/// The page for users says what the code does.
struct DocumentationTests {
    @Test("Docs/report.md lists every kind with its weight") func weights() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("Docs/report.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") && $0.filter { $0 == "|" }.count == 4 }
        let expected = FindingKind.allCases.map { "| `\($0.rawValue)` | \($0.weight) | \($0.title) |" }
        #expect(rows.map(String.init) == expected)
    }

    @Test("The rule of default logins is a shipped one, of level high") func rule() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appendingPathComponent("Rules/mqtt/mqtt_default_credentials_accepted.yml")
        let documents = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "\n---\n")
        let document = try #require(
            documents.first { $0.contains("\nid: \(ExposureReport.defaultLoginRule)\n") }, "no such id")
        #expect(document.contains("\nlevel: high"))
    }
}
