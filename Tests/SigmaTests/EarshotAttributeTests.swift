import Testing

@testable import Sigma

/// What stands under `earshot`, and filters.
@Suite struct EarshotAttributeTests {
    private func text(_ earshot: String) -> String {
        header + "detection:\n  s: {a: 1}\n  condition: s\nearshot:\n  \(earshot)\n"
    }

    @Test("A ratio is read") func aRatioIsRead() throws {
        let body =
            "ratio: {sum: x, over: y, by: [a, b], timespan: 5m, gt: 1.5, lte: 10, minimum: {sum: 100, over: 0.5}}"
        let ratio = try #require(rule(text(body))?.metadata.earshot.ratio)
        #expect(ratio.field.value == "x")
        #expect(ratio.over.value == "y")
        #expect(ratio.groupBy.map(\.value) == ["a", "b"])
        #expect(ratio.timespan.value == 300_000_000_000)
        #expect(ratio.bounds == [.init(comparison: .gt, threshold: 1.5), .init(comparison: .lte, threshold: 10)])
        #expect(ratio.minimumSum == 100)
        #expect(ratio.minimumOver == 0.5)
    }

    @Test("An absence is read") func anAbsenceIsRead() throws {
        let absence = try #require(rule(text("absence: {by: a, timespan: 2d, after: 5}"))?.metadata.earshot.absence)
        #expect(absence.groupBy.map(\.value) == ["a"])
        #expect(absence.timespan.value == 172_800_000_000_000)
        #expect(absence.after == 5)
    }

    @Test("Messages of a test are read") func messagesOfATestAreRead() throws {
        let body =
            "tests: [{messages: ['> 8206 0001', '<2002 0000', '>C000'], alerts: 1}, {capture: a.pcap, alerts: 0}]"
        let tests = try #require(rule(text(body))?.metadata.earshot.tests)
        #expect(tests.map(\.capture) == ["", "a.pcap"])
        #expect(tests[0].messages.map(\.isToServer) == [true, false, true])
        #expect(tests[0].messages.map(\.bytes) == [[0x82, 0x06, 0x00, 0x01], [0x20, 0x02, 0, 0], [0xC0, 0]])
        #expect(tests[1].messages.isEmpty)
    }

    @Test(
        "Wrong attributes are named",
        arguments: [
            ("ratio: {sum: x, over: y, timespan: 5m, gt: 1}", [DiagnosticCode.missingKey]),
            ("ratio: {sum: x, over: y, timespan: 5m, minimum: {sum: 1, over: 1}}", [.missingKey]),
            ("ratio: {sum: x, over: y, timespan: 5, gt: 1, minimum: {sum: 1, over: 1}}", [.badDuration]),
            ("ratio: {sum: x, timespan: 5m, gt: '1', minimum: {sum: 1}}", [.missingKey, .wrongType, .missingKey]),
            ("ratio: {sum: x, ovr: y, timespan: 5m, gt: 1, minimum: {sum: 1, over: 1}}", [.unknownKey, .missingKey]),
            ("absence: {by: a, timespan: 2d}", [.missingKey]),
            ("absence: {by: a, timespan: 2d, after: 1}", [.badCount]),
            ("absence: {by: [a, a], timespan: 2d, after: 3}", [.duplicateEntry]),
            (
                "{absence: {timespan: 2d, after: 2}, ratio: {sum: x, over: y, timespan: 5m, gt: 1, minimum: {sum: 1, over: 1}}}",
                [.modifierClash]
            ),
            ("tests: [{messages: [], alerts: 1}]", [.emptyValue]),
            ("tests: [{messages: '> 8206 000', alerts: 1}]", [.badMessage]),
            ("tests: [{messages: '8206', alerts: 1}]", [.badMessage]),
            ("tests: [{messages: '>', alerts: 1}]", [.badMessage]),
            ("tests: [{messages: '> 82', capture: a, alerts: 1}]", [.unexpectedField]),
        ])
    func wrongAttributesAreNamed(body: String, expected: [DiagnosticCode]) {
        let lines = body.first == "{" ? "earshot: \(body)\n" : "earshot:\n  \(body)\n"
        let found = SigmaReader.read(text: header + "detection:\n  s: {a: 1}\n  condition: s\n" + lines, file: "f")
        #expect(found.documents.isEmpty)
        #expect(found.diagnostics.map(\.code) == expected.map(\.rawValue))
    }

    @Test("A correlation has no ratio") func aCorrelationHasNoRatio() {
        let text =
            correlationHeader
                + """
                correlation: {type: event_count, rules: a, timespan: 1s, condition: {gte: 1}}
                earshot: {absence: {timespan: 1s, after: 2}}
                """
        #expect(codes(text) == ["unknown-key"])
    }

    // MARK: - Filters

    private func filter(_ body: String) -> String { "title: F\nlogsource: {category: mqtt}\n\(body)\n" }

    @Test("Filters are read") func filtersAreRead() throws {
        let text =
            "id: 5F0CF1A4-6f46-4a0e-9f57-2d1b1a9f0001\n"
            + filter("filter:\n  rules: [x, y]\n  a: {f: 1}\n  b: [{f: 2}, {g: 3}]\n  condition: not 1 of them")
        guard case .filter(let read) = documents(text).first else {
            Issue.record("not a filter")
            return
        }
        #expect(read.title.value == "F")
        #expect(read.id?.value == "5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001")
        #expect(read.logsource.category?.value == "mqtt")
        #expect(read.selections.map(\.name.value) == ["a", "b"])
        #expect(read.condition.value == .not(.or([.selection(0), .selection(1)])))
        guard case .rules(let names) = read.rules else {
            Issue.record("not names")
            return
        }
        #expect(names.map(\.value) == ["x", "y"])
    }

    @Test("Any is all rules", arguments: ["any", "ANY"]) func anyIsAllRules(word: String) throws {
        let text = filter("filter: {rules: \(word), s: {f: 1}, condition: not s}")
        guard case .filter(let read) = documents(text).first, case .any = read.rules else {
            Issue.record("not any")
            return
        }
    }

    @Test(
        "Wrong filters are named",
        arguments: [
            ("filter: {s: {f: 1}, condition: not s}", [DiagnosticCode.missingKey]),
            ("filter: {rules: [], s: {f: 1}, condition: not s}", [.emptyValue]),
            ("filter: {rules: any, condition: not s}", [.missingKey, .unknownSelection]),
            ("filter: {rules: any, s: {f: 1}}", [.missingKey]),
            ("filter: {rules: any, s: {f: 1}, condition: [not s, s]}", [.wrongType]),
            ("filter: {rules: any, s: {f: 1}, condition: not t}", [.unknownSelection]),
            (
                "filter: {rules: any, s: {f: 1}, condition: not s}\ndetection: {s: {a: 1}, condition: s}",
                [.mixedDocument]
            ),
            ("filter: []", [.wrongType]),
        ])
    func wrongFiltersAreNamed(body: String, expected: [DiagnosticCode]) {
        let found = SigmaReader.read(text: filter(body), file: "f")
        #expect(found.documents.isEmpty)
        #expect(found.diagnostics.filter { $0.severity == .error }.map(\.code) == expected.map(\.rawValue))
    }
}

/// Who sends, when, and what: `[CLIENT]DIRECTION [+TIME] HEX`.
@Test(
    "Messages of a conversation",
    arguments: [
        ("> c000", 1, true, nil, [0xC0, 0]), ("<C0 00", 1, false, nil, [0xC0, 0]),
        ("2> +15s c000", 2, true, 15_000_000_000, [0xC0, 0]), ("250< +200ms 00", 250, false, 200_000_000, [0]),
    ] as [(String, Int, Bool, Int64?, [UInt8])])
func messagesOfAConversation(text: String, client: Int, isToServer: Bool, delay: Int64?, bytes: [UInt8]) {
    let message = EarshotExtension.Message.read(text).message
    #expect(message?.client == client)
    #expect(message?.isToServer == isToServer)
    #expect(message?.delay == delay)
    #expect(message?.bytes == bytes)
}

@Test(
    "Texts that are no messages",
    arguments: [
        "0> c0", "251> c0", "> c", "> +15 c0", "> +1x c0", "> +15s", "> +-1s c0", "99999999999999999999> c0", "",
    ])
func textsThatAreNoMessages(text: String) { #expect(EarshotExtension.Message.read(text).message == nil) }
