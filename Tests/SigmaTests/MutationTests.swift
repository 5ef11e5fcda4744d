import TestSupport
import Testing

@testable import Sigma

/// Rules with random damage: the reader must neither trap nor hang, and say something about whatever it leaves out.
@Suite struct MutationTests {
    private static let seeds = [
        header + """
            description: |
              Two lines,
              with text.
            tags: [attack.collection]
            detection:
              selection:
                mqtt.type: SUBSCRIBE
                'mqtt.topic|contains|all': ['a*', "b\\x41", c]
                mqtt.qos|gte: 1.5
                source.ip|cidr: [10.0.0.0/8, 'fe80::/10']
                mqtt.clientid|re|i: '^a.*$'
                f|exists: false
              list:
                - a: null
                  b: [1, true]
                - c: 'x\\*y'
              words: [one, 2]
              condition:
                - selection and not (1 of l* or words)
                - all of them
            fields: [a, b]
            earshot:
              summary: "{a} did b"
              suppress: {by: [a, b], for: 1h}
              tests: [{capture: a.pcap, alerts: 1}]

            """,
        correlationHeader + """
            correlation:
              type: value_count
              rules: [5638f7c0-ac70-491d-8465-2a65075e0d86, name]
              group-by: [a, b]
              timespan: 15m
              condition: {field: f, gte: 10, lt: 100}
              generate: true
            ---
            - &a [*a, !!str x, "\\u0041", 'it''s', >-
               folded
               text
            ]

            """,
    ]

    private static let snippets = [
        "- ", ": ", "\n", "  ", "[", "]", "{", "}", "'", "\"", "|", ">", "*", "&a ", "*a", "!!str ", "---\n", "...\n",
        "# ", "\t",
        "? ", "\\", "%", "@", "null", "~", "0x", "1e5", "and ", "not ", "(", ")", "1 of ", "|re", "|", "\u{0}",
        "\u{FEFF}",
        "\u{2028}", "é", "😀", "\r", "<<: ", "condition: ", "filter: ", "correlation: ", "9223372036854775808", ",",
    ]

    @Test("randomly damaged rules are read or refused with a place") func damagedRulesAreReadOrRefused() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1500 {
            guard var scalars = Self.seeds.randomElement(using: &random).map({ Array($0.unicodeScalars) }) else {
                return
            }
            for _ in 0..<Int.random(in: 1...6, using: &random) { Self.damage(&scalars, &random) }
            let text = SourceText.string(scalars)
            let (documents, diagnostics) = SigmaReader.read(text: text, file: "f")
            #expect(!documents.isEmpty || !diagnostics.isEmpty, "seed \(seed): \(text)")
            for diagnostic in diagnostics {
                guard let position = diagnostic.position else { continue }
                let line = SourceText(text).line(position.line)
                #expect(line != nil && position.column >= 1, "seed \(seed): \(text)")
                #expect(position.column <= (line?.count ?? 0) + 1, "seed \(seed): \(diagnostic) \(text)")
                #expect(diagnostic.render(source: text).contains("^"), "seed \(seed)")
            }
        }
    }

    private static func damage(_ scalars: inout [Unicode.Scalar], _ random: inout SeededGenerator) {
        let start = Int.random(in: 0...scalars.count, using: &random)
        let end = min(scalars.count, start + Int.random(in: 0...12, using: &random))
        let piece = Array(scalars[start..<end])
        switch Int.random(in: 0..<5, using: &random) {
        case 0: scalars.removeSubrange(start..<end)
        case 1: scalars.insert(contentsOf: (snippets.randomElement(using: &random) ?? "").unicodeScalars, at: start)
        case 2: scalars.insert(contentsOf: piece, at: Int.random(in: 0...scalars.count, using: &random))
        case 3: scalars.removeSubrange(start...)
        default:
            let other = Unicode.Scalar(UInt32.random(in: 0..<0xD800, using: &random))
            if start < scalars.count, let other { scalars[start] = other }
        }
    }
}
