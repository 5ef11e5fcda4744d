@testable import Sigma

extension DiagnosticGoldenTests {
    static let detections: [Golden] = [
        Golden(
            .badSelectionName,
            #"""
            §Hdetection:
              ‸known monitors: {a: 1}
              condition: 1 of known*
            """#,
            #"""
            error[bad-selection-name]: the condition could not refer to a selection named `known monitors`
             --> rules/a.yml:6:3
              |
            6 |   known monitors: {a: 1}
              |   ^
              = help: use letters, digits, `_` and `-`
            """#),
        Golden(
            .badSelectionName,
            #"""
            §Hdetection:
              ‸them: {a: 1}
              condition: 1 of t*
            """#,
            #"""
            error[bad-selection-name]: `them` is a word of conditions and cannot name a selection
             --> rules/a.yml:6:3
              |
            6 |   them: {a: 1}
              |   ^
              = help: choose another name, such as `them_selection`
            """#),
        Golden(
            .mixedList,
            #"""
            §Hdetection:
              s:
                - a: 1
                - ‸word
              condition: s
            """#,
            #"""
            error[mixed-list]: the selection `s` mixes maps with other values
             --> rules/a.yml:8:7
              |
            8 |     - word
              |       ^
              = help: make two selections of them and join these with `or`
            """#),
        Golden(
            .keywordModifier,
            #"""
            §Hdetection:
              s:
                '|‸cidr': 10.0.0.0/8
              condition: s
            """#,
            #"""
            error[keyword-modifier]: `cidr` needs a field before the `|`
             --> rules/a.yml:7:7
              |
            7 |     '|cidr': 10.0.0.0/8
              |       ^
              = help: keywords are looked for in every text of an event
            """#),
        Golden(
            .noPlaceholder,
            #"""
            §Hdetection:
              s:
                source.ip|expand: ‸home_networks
              condition: s
            """#,
            #"""
            error[no-placeholder]: `expand` needs a value with a placeholder
             --> rules/a.yml:7:23
              |
            7 |     source.ip|expand: home_networks
              |                       ^
              = help: such as '%home_networks%', where home_networks is a list of the configuration
            """#),
        Golden(
            .badTopic,
            #"""
            §Hdetection:
              s:
                mqtt.topic|topicfilter: ‸'plant/#/state'
              condition: s
            """#,
            #"""
            error[bad-topic]: `#` can only be the last level of `plant/#/state`
             --> rules/a.yml:7:29
              |
            7 |     mqtt.topic|topicfilter: 'plant/#/state'
              |                             ^
              = help: such as plant/+/state or plant/#
            """#),
        Golden(
            .unknownModifier,
            #"""
            §Hdetection:
              s:
                mqtt.topic|‸contians: x
              condition: s
            """#,
            #"""
            error[unknown-modifier]: the modifier `contians` is unknown
             --> rules/a.yml:7:16
              |
            7 |     mqtt.topic|contians: x
              |                ^
              = help: did you mean `contains`?
            """#),
        Golden(
            .duplicateModifier,
            #"""
            §Hdetection:
              s:
                f|re|i|‸i: x
              condition: s
            """#,
            #"""
            error[duplicate-modifier]: the modifier `i` is given twice
             --> rules/a.yml:7:12
              |
            7 |     f|re|i|i: x
              |            ^
              = help: remove one of them
            """#),
        Golden(
            .modifierClash,
            #"""
            §Hdetection:
              s:
                f|startswith|‸endswith: x
              condition: s
            """#,
            #"""
            error[modifier-clash]: the modifiers `startswith` and `endswith` cannot stand together
             --> rules/a.yml:7:18
              |
            7 |     f|startswith|endswith: x
              |                  ^
              = help: give the field twice with one of them each, or write the value with `*`
            """#),
        Golden(
            .modifierOrder,
            #"""
            §Hdetection:
              s:
                f|contains|‸i: x
              condition: s
            """#,
            #"""
            error[modifier-order]: `i` has a meaning only after `re`
             --> rules/a.yml:7:16
              |
            7 |     f|contains|i: x
              |                ^
              = help: write field|re|i
            """#),
        Golden(
            .modifierValue,
            #"""
            §Hdetection:
              s:
                f|gt: ‸'5'
              condition: s
            """#,
            #"""
            error[modifier-value]: `gt` needs a number
             --> rules/a.yml:7:11
              |
            7 |     f|gt: '5'
              |           ^
              = help: numbers stand without quotes
            """#),
        Golden(
            .badCIDR,
            #"""
            §Hdetection:
              s:
                f|cidr: [10.0.0.0/8, ‸10.0.0.1/8]
              condition: s
            """#,
            #"""
            error[bad-cidr]: `10.0.0.1/8` is not a network: bits behind the prefix are set
             --> rules/a.yml:7:26
              |
            7 |     f|cidr: [10.0.0.0/8, 10.0.0.1/8]
              |                          ^
              = help: for example 10.0.0.0/8 or fe80::/10
            """#),
        Golden(
            .oldTimeframe,
            #"""
            §Hdetection:
              s: {a: 1}
              ‸timeframe: 5m
              condition: s
            """#,
            #"""
            error[old-timeframe]: `timeframe` is no longer part of detections
             --> rules/a.yml:7:3
              |
            7 |   timeframe: 5m
              |   ^
              = help: write a correlation of type event_count with a `timespan`
            """#),
    ]
}
