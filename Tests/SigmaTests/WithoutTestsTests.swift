import Foundation
import Testing

@testable import Sigma

/// Rules that are read without their tests say all else as they do with them.
@Suite struct WithoutTestsTests {
    /// What a text holds, apart from tests.
    private func shown(_ text: String, withTests: Bool) -> String {
        let reading = SigmaReader.readAll(text: text, file: "f.yml", withTests: withTests)
        let documents = reading.documents.map { document -> SigmaDocument in
            switch document {
            case .rule(var rule):
                rule.metadata.earshot.tests = []
                return .rule(rule)
            case .correlation(var correlation):
                correlation.metadata.earshot.tests = []
                return .correlation(correlation)
            case .filter: return document
            }
        }
        return "\(documents) \(reading.diagnostics)"
    }

    private func testCount(_ text: String, withTests: Bool) -> Int {
        SigmaReader.readAll(text: text, file: "f.yml", withTests: withTests).documents.reduce(0) { count, document in
            switch document {
            case .rule(let rule): count + rule.metadata.earshot.tests.count
            case .correlation(let correlation): count + correlation.metadata.earshot.tests.count
            case .filter: count
            }
        }
    }

    private static let detection = "detection:\n  s: {a: 1}\n  condition: s\n"

    @Test("Shipped rules") func shippedRules() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Rules")
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        let files = names.filter { $0.hasSuffix(".yml") }
        #expect(files.count > 50)
        for file in files {
            let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
            #expect(shown(text, withTests: false) == shown(text, withTests: true), "\(file)")
            #expect(testCount(text, withTests: true) > 0, "\(file)")
            #expect(testCount(text, withTests: false) == 0, "\(file)")
        }
    }

    @Test(
        "However they are laid out",
        arguments: [
            "earshot:\n  tests:\n    - {capture: a, alerts: 1}\n  summary: s\n",
            "earshot:\n  summary: s\n  tests:\n  - {capture: a, alerts: 1}\n  - capture: b\n    alerts: 0\n",
            "earshot:\n    # one\n\n    tests:   \n        - {capture: a,\n           alerts: 1}\n# two\n    summary: s\n",
            "earshot:\r\n  tests:\r\n    - {capture: a, alerts: 1}\r\n  summary: s\r\n",
            "earshot:\n  tests: [{capture: a, alerts: 1}]\n  summary: s\n",
            "earshot: {tests: [{capture: a, alerts: 1}], summary: s}\n",
            "earshot:\n  tests: # many\n    - {capture: a, alerts: 1}\n  summary: s\n",
            "earshot:\n  tests:\n    - {messages: ['> c000',\n   '< d000'], alerts: 1}\n  summary: s\n",
        ])
    func howeverTheyAreLaidOut(_ earshot: String) {
        let text = header + earshot + Self.detection
        #expect(shown(text, withTests: false) == shown(text, withTests: true))
        #expect(shown(text, withTests: false).contains("summary"))
        #expect(testCount(text, withTests: true) > 0)
    }

    @Test("Tests in a quotation or a block of text are none") func testsInAQuotationAreNone() {
        for description in [
            "description: 'a\n\n  earshot:\n\n  tests:\n    b'\n",
            "description: |\n  earshot:\n    tests:\n      - b\n",
            "description: \"a\nearshot:\n  tests:\n    b\"\n",
            "earshot:\n  summary: 'a\n  tests:\n    b'\n",
            "earshot:\n  suppress:\n    tests:\n      - a\n",
        ] {
            let text = header + description + Self.detection
            #expect(shown(text, withTests: false) == shown(text, withTests: true), "\(description)")
        }
    }

    @Test("What is wrong with them is not looked at, what is wrong elsewhere is") func whatIsWrong() {
        let wrong = header + "earshot:\n  tests:\n    - {capture: a, alerts: many}\n  summary: s\n" + Self.detection
        #expect(SigmaReader.readAll(text: wrong, file: "f").diagnostics.map(\.code) == ["wrong-type"])
        #expect(SigmaReader.readAll(text: wrong, file: "f", withTests: false).diagnostics.isEmpty)
        let elsewhere = wrong.replacing("summary", with: "sumary")
        let found = SigmaReader.readAll(text: elsewhere, file: "f", withTests: false).diagnostics
        #expect(found.map(\.code) == ["unknown-key"])
        #expect(found.first?.position == SourcePosition(line: 8, column: 3))
    }
}
