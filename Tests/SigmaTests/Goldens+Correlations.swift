@testable import Sigma

extension DiagnosticGoldenTests {
    static let correlations: [Golden] = [
        Golden(
            .unsupportedCorrelation,
            #"""
            §Ccorrelation:
              type: ‸temporal
              rules: [a, b]
              timespan: 1h
              condition: {gte: 2}
            """#,
            #"""
            error[unsupported-correlation]: correlations of type `temporal` are not supported by this version
             --> rules/a.yml:5:9
              |
            5 |   type: temporal
              |         ^
              = help: supported are: event_count, value_count, value_sum
            """#),
        Golden(
            .unsupportedCorrelation,
            #"""
            §Ccorrelation:
              type: event_count
              rules: [a, b]
              timespan: 1h
              condition: {gte: 2}
              ‸aliases: {x: {a: f, b: g}}
            """#,
            #"""
            error[unsupported-correlation]: `aliases` are not supported by this version
             --> rules/a.yml:9:3
              |
            9 |   aliases: {x: {a: f, b: g}}
              |   ^
              = help: group by fields that have the same name in all of the rules
            """#),
        Golden(
            .unexpectedField,
            #"""
            §Ccorrelation:
              type: event_count
              rules: [a, b]
              timespan: 1h
              condition: {‸field: f, gte: 2}
            """#,
            #"""
            error[unexpected-field]: an event_count correlation counts events and has no `field`
             --> rules/a.yml:8:15
              |
            8 |   condition: {field: f, gte: 2}
              |               ^
              = help: to count the values of the field, use the type value_count
            """#),
        Golden(
            .impossibleCondition,
            #"""
            §Ccorrelation:
              type: event_count
              rules: [a, b]
              timespan: 1h
              condition: ‸{gt: 5, lt: 5}
            """#,
            #"""
            error[impossible-condition]: no number can meet all bounds of the condition
             --> rules/a.yml:8:14
              |
            8 |   condition: {gt: 5, lt: 5}
              |              ^
            """#),
        Golden(
            .missingKey,
            #"""
            §Ccorrelation:
              type: value_count
              rules: [a, b]
              timespan: 1h
              condition: ‸{gte: 5}
            """#,
            #"""
            error[missing-key]: the condition of a value_count correlation needs the key `field`
             --> rules/a.yml:8:14
              |
            8 |   condition: {gte: 5}
              |              ^
              = help: the field whose values are counted
            """#),
    ]
}
