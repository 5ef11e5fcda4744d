@testable import Sigma

extension DiagnosticGoldenTests {
    static let correlations: [Golden] = [
        Golden(
            .unsupportedCorrelation,
            #"""
            §Ccorrelation:
              type: temporal
              rules: [a, b]
              timespan: 1h
              condition: ‸a and not b
            """#,
            #"""
            error[unsupported-correlation]: conditions over the rules of a correlation are not supported
             --> rules/a.yml:8:14
              |
            8 |   condition: a and not b
              |              ^
              = help: leave the condition out if all must match; else give a number of rules, such as {gte: 2}
            """#),
        Golden(
            .badAlias,
            #"""
            §Ccorrelation:
              type: event_count
              rules: [failed, refused]
              timespan: 1h
              group-by: [peer]
              condition: {gte: 2}
              aliases: {peer: {failed: f, ‸refusd: g}}
            """#,
            #"""
            error[bad-alias]: `refusd` is not among the rules of the correlation
              --> rules/a.yml:10:31
               |
            10 |   aliases: {peer: {failed: f, refusd: g}}
               |                               ^
               = help: did you mean `refused`?
            """#),
        Golden(
            .badPercentile,
            #"""
            §Ccorrelation:
              type: value_percentile
              rules: a
              timespan: 1h
              condition: {field: f, gte: 2, percentile: ‸101}
            """#,
            #"""
            error[bad-percentile]: a percentile lies between 0 and 100
             --> rules/a.yml:8:45
              |
            8 |   condition: {field: f, gte: 2, percentile: 101}
              |                                             ^
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
