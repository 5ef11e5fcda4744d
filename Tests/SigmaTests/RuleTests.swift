import Testing

@testable import Sigma

@Suite struct RuleTests {
    private static let whole = """
        # A comment before the rule.
        title: Subscription to every topic
        id: 5F0CF1A4-6f46-4a0e-9f57-2d1b1a9f0001
        name: everything
        related:
          - {id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9, type: derived}
        taxonomy: sigma
        status: stable
        description: |
          Two
          lines.
        license: MIT
        references: [https://example.org/a]
        author: Somebody
        date: 2026-11-21
        modified: '2026-11-22'
        tags: [attack.collection, attack.t1119]
        scope: [server]
        logsource: {product: earshot, category: mqtt, service: x, definition: y, index: z}
        detection:
          selection:
            mqtt.type: SUBSCRIBE
            mqtt.qos|gte: 1
          listed:
            - a: 1
              b: 2
            - c: 3
          words: [one, 2]
          word: three
          condition:
            - selection and not 1 of w*
            - listed
        fields: [mqtt.clientid, mqtt.topic]
        falsepositives: [bridges]
        level: medium
        earshot:
          summary: "{mqtt.clientid} subscribed"
          suppress: {by: [source.ip, mqtt.clientid], for: 1h}
          tests:
            - {capture: mqtt/a.pcap, alerts: 1}
            - {capture: mqtt/b.pcap, alerts: 0}
        home-made: true
        """

    @Test("Every attribute is read") func everyAttributeIsRead() throws {
        let (documents, diagnostics) = SigmaReader.read(text: Self.whole, file: "a.yml")
        #expect(diagnostics.map(\.code) == ["unknown-key"])
        #expect(diagnostics.first?.severity == .warning)
        guard case .rule(let rule) = documents.first else {
            Issue.record("no rule")
            return
        }
        let metadata = rule.metadata
        #expect(metadata.title == Located("Subscription to every topic", at: SourcePosition(line: 2, column: 8)))
        #expect(metadata.id?.value == "5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001")
        #expect(metadata.name?.value == "everything")
        #expect(metadata.status == "stable")
        #expect(metadata.description == "Two\nlines.\n")
        #expect(metadata.references == ["https://example.org/a"])
        #expect(metadata.author == "Somebody")
        #expect(metadata.date == "2026-11-21")
        #expect(metadata.tags == ["attack.collection", "attack.t1119"])
        #expect(metadata.fields.map(\.value) == ["mqtt.clientid", "mqtt.topic"])
        #expect(metadata.falsePositives == ["bridges"])
        #expect(metadata.level.value == .medium)
        #expect(metadata.file == "a.yml")
        #expect(metadata.source == Self.whole)
        #expect(metadata.position == SourcePosition(line: 2, column: 1))
        #expect(rule.logsource.product?.value == "earshot")
        #expect(rule.logsource.category?.value == "mqtt")
        #expect(rule.logsource.service?.value == "x")
        #expect(rule.logsource.position == SourcePosition(line: 19, column: 12))
    }

    @Test("The extension is read") func theExtensionIsRead() throws {
        let earshot = try #require(rule(Self.whole)?.metadata.earshot)
        #expect(earshot.summary?.value == "{mqtt.clientid} subscribed")
        #expect(earshot.suppress?.fields.map(\.value) == ["source.ip", "mqtt.clientid"])
        #expect(earshot.suppress?.nanoseconds == 3_600_000_000_000)
        #expect(earshot.tests.map(\.capture) == ["mqtt/a.pcap", "mqtt/b.pcap"])
        #expect(earshot.tests.map(\.alerts) == [1, 0])
        #expect(earshot.tests.map(\.position.line) == [40, 41])
    }

    @Test("The detection is read") func theDetectionIsRead() throws {
        let read = try #require(rule(Self.whole))
        #expect(read.selections.map(\.name.value) == ["selection", "listed", "words", "word"])
        #expect(read.selections.map(\.name.position.line) == [21, 24, 28, 29])
        #expect(
            read.conditions.map(\.value) == [
                .and([.selection(0), .not(.or([.selection(2), .selection(3)]))]), .selection(1),
            ])
        guard case .all(let tests) = read.selections[0].body, case .any(let maps) = read.selections[1].body,
            case .keywords(let words, _) = read.selections[2].body,
            case .keywords(let word, _) = read.selections[3].body
        else {
            Issue.record("a selection has the wrong form")
            return
        }
        #expect(tests.map(\.field.value) == ["mqtt.type", "mqtt.qos"])
        let fields = maps.map { body in
            if case .all(let tests) = body { tests.map(\.field.value) } else { [String]() }
        }
        #expect(fields == [["a", "b"], ["c"]])
        #expect(words.map(\.value) == [.string(SigmaString("one")), .int(2)])
        #expect(word.map(\.value) == [.string(SigmaString("three"))])
    }

    @Test("Levels are ordered") func levelsAreOrdered() {
        #expect(SigmaLevel.allCases == SigmaLevel.allCases.sorted())
        #expect(SigmaLevel.informational < .low && SigmaLevel.high < .critical)
    }

    @Test("Empty strings and repeated fields are fine") func emptyStringsAndRepeatedFieldsAreFine() throws {
        #expect(fieldTest("f: ''")?.values.map(\.value) == [.string(SigmaString(""))])
        let text = header + "detection:\n  s:\n    f|gt: 1\n    f|lt: 5\n  condition: s\n"
        guard case .all(let tests) = rule(text)?.selections.first?.body else {
            Issue.record("no tests")
            return
        }
        #expect(tests.map(\.field.value) == ["f", "f"])
    }

    @Test("a selection whose name begins with _ may stay unused") func aSelectionKeptOutOnPurposeIsNotReported() {
        #expect(codes(header + "detection:\n  s: {a: 1}\n  _t: {a: 2}\n  condition: 1 of them\n") == [])
    }

    @Test("Days of the calendar are told") func daysOfTheCalendarAreTold() {
        for (day, isRight) in [
            ("2024-02-29", true), ("2023-02-29", false), ("1900-02-29", false), ("2000-02-29", true),
            ("2026-04-31", false),
            ("2026-12-31", true), ("2026-13-01", false), ("2026-00-10", false), ("2026-01-00", false),
            ("2026/01/01", false),
            ("26-01-01", false), ("2026-1-1", false), ("0000-01-01", false),
        ] {
            let text = header + "date: '\(day)'\ndetection: {s: {a: 1}, condition: s}\n"
            #expect(codes(text) == (isRight ? [] : ["bad-date"]), "\(day)")
        }
    }

    @Test("Days as Sigma 1 wrote them are warned of") func daysAsSigma1WroteThem() throws {
        for (day, isError) in [("2024/02/29", false), ("2023/02/29", true), ("2024/02-29", true)] {
            let text = header + "date: \(day)\ndetection: {s: {a: 1}, condition: s}\n"
            let found = SigmaReader.read(text: text, file: "f")
            #expect(found.diagnostics.map(\.code) == ["bad-date"])
            #expect(found.diagnostics.map(\.severity) == [isError ? .error : .warning], "\(day)")
            #expect(found.documents.isEmpty == isError)
        }
        #expect(
            rule(header + "date: 2024/02/29\ndetection: {s: {a: 1}, condition: s}\n")?.metadata.date == "2024-02-29")
    }
}
