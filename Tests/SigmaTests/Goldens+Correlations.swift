@testable import Sigma

extension DiagnosticGoldenTests {
    static let correlations: [Golden] = [
        Golden(
            .unlistedRule,
            #"""
            §Ccorrelation:
              type: temporal
              rules: [refused, accepted]
              timespan: 1h
              condition: refused and not ‸acepted
            """#,
            #"""
            error[unlisted-rule]: `acepted` is not among the rules of the correlation
             --> rules/a.yml:8:30
              |
            8 |   condition: refused and not acepted
              |                              ^
              = help: did you mean `accepted`?
            """#),
        Golden(
            .unusedRule,
            #"""
            §Ccorrelation:
              type: temporal
              rules: [a, b, ‸c]
              timespan: 1h
              condition: a and not b
            """#,
            #"""
            error[unused-rule]: the condition does not name the rule `c`
             --> rules/a.yml:6:17
              |
            6 |   rules: [a, b, c]
              |                 ^
              = help: remove it from the rules, or name it in the condition
            """#),
        Golden(
            .conditionSyntax,
            #"""
            §Ccorrelation:
              type: temporal_ordered
              rules: [rule_a, rule_b]
              timespan: 1h
              condition: ‸all of rule_*
            """#,
            #"""
            error[condition-syntax]: the condition of a correlation has no `all of`
             --> rules/a.yml:8:14
              |
            8 |   condition: all of rule_*
              |              ^
              = help: name the rules, with `and` or `or` between them
            """#),
        Golden(
            .impossibleCondition,
            #"""
            §Ccorrelation:
              type: temporal
              rules: [a, b]
              timespan: 1h
              condition: ‸not a and not b
            """#,
            #"""
            error[impossible-condition]: no match of a rule can meet the condition
             --> rules/a.yml:8:14
              |
            8 |   condition: not a and not b
              |              ^
              = help: it is looked at when one of the rules matches, so one of them must be allowed to
            """#),
        Golden(
            .unsupportedCorrelation,
            #"""
            §Ccorrelation:
              type: ‸temporal_ordered
              rules: [a, b, c, d, e, f, g, h, i]
              timespan: 1h
              condition: {lte: 3}
            """#,
            #"""
            error[unsupported-correlation]: with more than 8 rules, the condition of a temporal_ordered correlation can only be `gt` or `gte`
             --> rules/a.yml:5:9
              |
            5 |   type: temporal_ordered
              |         ^
              = help: leave the condition out if all of the rules must match
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
