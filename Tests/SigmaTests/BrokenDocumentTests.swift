import Sigma
import Testing

/// What is kept of documents with errors.
@Suite struct BrokenDocumentTests {
    private static let rule = """
        title: T
        id: 5F0CF1A4-6f46-4a0e-9f57-2d1b1a9f0001
        name: 'base'  # for the correlation
        logsource: {category: mqtt}
        detection:
          first: {a|containz: x, b: 2}
          second: {c: 3}
          condition: first and second
        level: low

        """

    @Test("a broken rule keeps its identity and what could be read") func namesAndWhatCouldBeRead() throws {
        let reading = SigmaReader.readAll(
            text: Self.rule + "---\n" + Self.rule.replacing("containz", with: "contains"), file: "f")
        #expect(reading.documents.count == 1)
        let broken = try #require(reading.broken.first)
        #expect(reading.broken.count == 1)
        #expect(broken.identities == ["5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001", "base"])
        guard case .rule(let rule)? = broken.document else {
            Issue.record("not a rule")
            return
        }
        #expect(rule.selections.map(\.name.value) == ["first", "second"])
        guard case .all(let tests) = rule.selections[0].body else {
            Issue.record("not a map")
            return
        }
        #expect(tests.map(\.field.value) == ["b"])
        #expect(rule.conditions.map(\.value) == [.and([.selection(0), .selection(1)])])
    }

    /// Errors of metadata leave the rest as it is.
    @Test("Metadata", arguments: [("level: low", "level: lwo"), ("title: T", "title: [T]"), ("id: 5F", "id: 5G")])
    func metadata(_ right: String, _ wrong: String) throws {
        let text = Self.rule.replacing("containz", with: "contains").replacing(right, with: wrong)
        let reading = SigmaReader.readAll(text: text, file: "f")
        #expect(reading.documents.isEmpty)
        #expect(reading.diagnostics.count == 1)
        guard case .rule(let rule)? = reading.broken.first?.document else {
            Issue.record("not a rule")
            return
        }
        #expect(rule.selections.count == 2)
    }

    @Test("Names of what is no YAML") func namesOfWhatIsNoYAML() {
        let reading = SigmaReader.readAll(text: "name: \"base one\"\nid: \n  name: inner\nx: [\n", file: "f")
        #expect(reading.broken.map(\.identities) == [["base one"]])
        #expect(reading.broken.first?.document == nil)
    }
}
