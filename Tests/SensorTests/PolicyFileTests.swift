import Foundation
import Inventory
import Testing

@testable import Sensor

/// A policy with one entry of most kinds.
private let sample = """
    # Mine.
    schema: 1
    modes: {topics: on, filters: shadow}

    servers:
      - {server: 'mqtt 10.0.0.5:1883', versions: ['4']}
    clients:
      - {client: 'press-{n}', protocol: mqtt, networks: [10.0.0.0/24], numbers: [1-20, '25'], keep_alive: [60], roles: [publishes]}
      - {client: on, protocol: mqtt}
      - {client: 1e3, protocol: mqtt}
    # Above the topics.
    topics:
      - {topic: 'plant/{n}/temp', server: 'mqtt 10.0.0.5:1883', publishers: ['press-{n}'], single: true, values: [18, 24.5], first: 2026-12-01T00:00:00Z, last: 2026-12-02T00:00:00.5Z, count: 12, days: 2, frame: 3}

    """

@Test("A policy that is written reads back as the same") func roundTrip() throws {
    let file = try #require(PolicyFile.read(sample, path: "p").file)
    #expect(file.policy.entries.count == 5)
    // Names are texts as they stand there, whatever YAML makes of them.
    #expect(file.policy.entries.filter { $0.section == .clients }.map(\.name) == ["press-{n}", "on", "1e3"])
    #expect(file.policy.mode(of: .filters) == .shadow)
    let text = PolicyText.file(file.policy)
    let again = try #require(PolicyFile.read(text, path: "p").file)
    #expect(again.policy.entries == file.policy.entries)
    #expect(PolicyText.file(again.policy) == text)
}

@Test(
    "Traps of YAML, each with its place",
    arguments: [
        ("schema: 1\ntopics:\n  - {topic: a, topic: b}\n", 3, "stands there twice"),
        ("schema: 1\ntopics: &x\n  - {topic: a}\n", 2, "anchors"),
        ("schema: 1\ntopics:\n  - *x\n", 3, "anchors"),
        ("schema: 1\ntopics:\n  - {topic: a, publisher: [b]}\n", 3, "did you mean 'publishers'?"),
        ("schema: 1\ntopic: []\n", 2, "did you mean 'topics'?"),
        ("schema: 1\nmodes: {topics: yes}\n", 2, "learn, shadow or on"),
        ("schema: 1\ntopics:\n  - {topic: a, retained: yes}\n", 3, "true or false"),
        ("schema: 1\nheartbeats:\n  - {topic: a, silence: 010}\n", 3, "leading zeros"),
        ("schema: 1\ntopics:\n  - {topic: a, values: [5, 1]}\n", 3, "[least, greatest]"),
        ("schema: 1\nclients:\n  - {client: a, networks: [10.0.0.x]}\n", 3, "addresses and networks"),
        ("schema: 1\nclients:\n  - {client: a, numbers: [9-1]}\n", 3, "numbers and runs"),
        ("schema: 1\ntopics:\n  - {state: allow}\n", 3, "which topic"),
        ("schema: 2\n", 1, "schema 1"), ("topics: []\n", 1, "is missing"), ("", 0, "is empty"),
    ])
func traps(_ text: String, _ line: Int, _ part: String) throws {
    let (file, findings) = PolicyFile.read(text, path: "p")
    #expect(file == nil)
    let finding = try #require(findings.first { $0.isError })
    #expect(finding.line == line)
    #expect(finding.message.contains(part), "\(finding.message)")
}

@Test("1e3 is a number where one is wanted") func exponent() throws {
    let file = PolicyFile.read("schema: 1\nheartbeats:\n  - {topic: a, silence: 1e3}\n", path: "p").file
    #expect(try #require(file).policy.entries[0].number(.silence) == 1000)
}

@Test("What is said twice or too widely is told") func lint() throws {
    let text = """
        schema: 1
        clients:
          - {client: x, protocol: mqtt}
        topics:
          - {topic: a, publishers: [x, y]}
          - {topic: a, server: 'mqtt 10.0.0.5:1883', publishers: [x]}
          - {topic: 'b/#', publishers: [x]}
          - {topic: c}
        filters:
          - {filter: '#', readers: [x, z]}

        """
    let warnings = try #require(PolicyFile.read(text, path: "p").file).warnings
    let told = Set(warnings.map { "\($0.line): \($0.message.prefix(20))" })
    #expect(
        told == [
            "5: 'y' has no entry und", "6: line 5 says all of t", "7: 'b/#' is a filter, a",
            "8: 'c' does not say who", "10: several kinds of cli",
        ])
}

@Test("A file that others may write is refused") func permissions() throws {
    let folder = try Folder()
    let path = try folder.write("policy.yaml", sample)
    #expect(chmod(path, 0o644) == 0)
    #expect(try PolicyFile.load(path).digest.count == 64)
    for mode: mode_t in [0o664, 0o646] {
        #expect(chmod(path, mode) == 0)
        #expect(throws: SensorError.self) { try PolicyFile.load(path) }
    }
}

@Test("An entry is added to its section, and undone to the byte") func editing() throws {
    let folder = try Folder()
    let path = try folder.write("policy.yaml", sample)
    #expect(chmod(path, 0o644) == 0)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    for section in PolicySection.allCases {
        var entry = PolicyEntry(section, "new", scope: section.scopeKey == nil ? nil : "mqtt 10.0.0.5:1883")
        (entry.by, entry.why, entry.alert) = ("anna", "it's: #ours", 17)
        let edit = try PolicyEdit(try PolicyFile.load(path), adding: entry)
        try edit.write()
        let after = try String(contentsOfFile: path, encoding: .utf8)
        #expect(after.contains("# Mine.") && after.contains("# Above the topics."))
        #expect(try PolicyFile.load(path).policy.entries.contains(entry))
        try PolicyEdit.undo(path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }
    #expect(throws: SensorError.self) { try PolicyEdit.undo(path) }
}
