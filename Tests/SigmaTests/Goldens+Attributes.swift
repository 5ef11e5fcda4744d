@testable import Sigma

extension DiagnosticGoldenTests {
    static let attributes: [Golden] = [
        Golden(
            .missingKey,
            #"""
            ‸title: T
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001
            level: low
            detection:
              s: {a: 1}
              condition: s
            """#,
            #"""
            error[missing-key]: a rule needs the key `logsource`
             --> rules/a.yml:1:1
              |
            1 | title: T
              | ^
            """#),
        Golden(
            .unknownKey,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: s
            ‸falsepositive: [x]
            """#,
            #"""
            warning[unknown-key]: `falsepositive` is not a key of a rule
             --> rules/a.yml:8:1
              |
            8 | falsepositive: [x]
              | ^
              = help: did you mean `falsepositives`?
            """#),
        Golden(
            .unknownKey,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: s
            ‸owner: x
            """#,
            #"""
            warning[unknown-key]: `owner` is not a key of a rule
             --> rules/a.yml:8:1
              |
            8 | owner: x
              | ^
              = help: it is ignored; attributes of Earshot stand under `earshot`
            """#),
        Golden(
            .unknownKey,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: s
            earshot:
              ‸supress: {by: [a], for: 1h}
            """#,
            #"""
            error[unknown-key]: `supress` is not a key of `earshot`
             --> rules/a.yml:9:3
              |
            9 |   supress: {by: [a], for: 1h}
              |   ^
              = help: did you mean `suppress`?
            """#),
        Golden(
            .unknownValue,
            #"""
            title: T
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001
            level: ‸hgih
            logsource: {category: mqtt}
            detection:
              s: {a: 1}
              condition: s
            """#,
            #"""
            error[unknown-value]: `hgih` is not a level
             --> rules/a.yml:3:8
              |
            3 | level: hgih
              |        ^
              = help: did you mean `high`?
            """#),
        Golden(
            .wrongType,
            #"""
            §Htags: ‸attack.t1119
            detection:
              s: {a: 1}
              condition: s
            """#,
            #"""
            error[wrong-type]: the tags must be a list, but this is text
             --> rules/a.yml:5:7
              |
            5 | tags: attack.t1119
              |       ^
              = help: write [value]
            """#),
        Golden(
            .emptyValue,
            #"""
            §Hdetection:
              s: {a: ‸[]}
              condition: s
            """#,
            #"""
            error[empty-value]: the list of values is empty
             --> rules/a.yml:6:10
              |
            6 |   s: {a: []}
              |          ^
              = help: `null` stands for an absent field
            """#),
        Golden(
            .tooLong,
            #"""
            title: ‸xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001
            level: low
            logsource: {category: mqtt}
            detection:
              s: {a: 1}
              condition: s
            """#,
            #"""
            error[too-long]: the title has 300 characters, more than 256
             --> rules/a.yml:1:8
              |
            1 | title: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...
              |        ^
            """#),
        Golden(
            .badText,
            #"""
            §Hauthor: ‸"a\x1b[2Jb"
            detection:
              s: {a: 1}
              condition: s
            """#,
            #"""
            error[bad-text]: the author must be one line without control characters
             --> rules/a.yml:5:9
              |
            5 | author: "a\x1b[2Jb"
              |         ^
            """#),
        Golden(
            .badID,
            #"""
            title: T
            id: ‸5f0cf1a4
            level: low
            logsource: {category: mqtt}
            detection:
              s: {a: 1}
              condition: s
            """#,
            #"""
            error[bad-id]: the id is not a UUID
             --> rules/a.yml:2:5
              |
            2 | id: 5f0cf1a4
              |     ^
              = help: a random UUID, such as the output of uuidgen
            """#),
        Golden(
            .badDate,
            #"""
            §Hdate: ‸2026/13/21
            detection:
              s: {a: 1}
              condition: s
            """#,
            #"""
            error[bad-date]: the date is not a day in the form YYYY-MM-DD
             --> rules/a.yml:5:7
              |
            5 | date: 2026/13/21
              |       ^
            """#),
        Golden(
            .badTag,
            #"""
            §Htags: [attack.t1119, ‸Attack]
            detection:
              s: {a: 1}
              condition: s
            """#,
            #"""
            warning[bad-tag]: the tag `Attack` is not of the form namespace.name
             --> rules/a.yml:5:22
              |
            5 | tags: [attack.t1119, Attack]
              |                      ^
              = help: lower-case letters, digits, `_` and `-`, with a dot after the namespace
            """#),
        Golden(
            .badDuration,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: s
            earshot:
              suppress: {by: [a], for: ‸1x}
            """#,
            #"""
            error[bad-duration]: `for` must be a whole number above 0 followed by s, m, h, d, w, M or y
             --> rules/a.yml:9:28
              |
            9 |   suppress: {by: [a], for: 1x}
              |                            ^
              = help: for example 30s, 15m, 2h or 7d
            """#),
        Golden(
            .badCount,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: s
            earshot:
              tests: [{capture: a.pcap, alerts: ‸-1}]
            """#,
            #"""
            error[bad-count]: the number of alerts must lie between 0 and 1000000
             --> rules/a.yml:9:37
              |
            9 |   tests: [{capture: a.pcap, alerts: -1}]
              |                                     ^
            """#),
        Golden(
            .badMessage,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: s
            earshot:
              tests: [{messages: [‸'8206'], alerts: 1}]
            """#,
            #"""
            error[bad-message]: this is no message: a message begins with `>` (to the server) or `<` (to the client)
             --> rules/a.yml:9:23
              |
            9 |   tests: [{messages: ['8206'], alerts: 1}]
              |                       ^
              = help: such as "> 8206000100012300" or "< +200ms 9003000100"
            """#),
        Golden(
            .duplicateEntry,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: s
            earshot:
              suppress: {by: [a, b, ‸a], for: 1h}
            """#,
            #"""
            error[duplicate-entry]: `a` is named twice
             --> rules/a.yml:9:25
              |
            9 |   suppress: {by: [a, b, a], for: 1h}
              |                         ^
              = help: remove one of them
            """#),
        Golden(
            .mixedDocument,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: s
            ‸correlation: {type: event_count}
            """#,
            #"""
            error[mixed-document]: a document has one of `detection`, `correlation` and `filter`
             --> rules/a.yml:8:1
              |
            8 | correlation: {type: event_count}
              | ^
              = help: separate the two with a line `---`
            """#),
        Golden(
            .unsupportedDocument,
            #"""
            title: T
            ‸action: global
            """#,
            #"""
            error[unsupported-document]: `action` documents are not supported by this version
             --> rules/a.yml:2:1
              |
            2 | action: global
              | ^
              = help: collections of Sigma 1 are gone: write each rule out in a document of its own
            """#),
        Golden(
            .keepingFilter,
            #"""
            title: T
            logsource: {category: mqtt}
            filter: {rules: [a], selection: {a: 1}, condition: ‸selection}
            """#,
            #"""
            warning[keeping-filter]: this filter keeps only the events that its condition selects
             --> rules/a.yml:3:52
              |
            3 | filter: {rules: [a], selection: {a: 1}, condition: selection}
              |                                                    ^
              = help: to leave these events out, write `not` before the selection
            """#),
    ]
}
