@testable import Sigma

extension DiagnosticGoldenTests {
    static let conditions: [Golden] = [
        Golden(
            .conditionSyntax,
            #"""
            §Hdetection:
              s: {a: 1}
              t: {a: 2}
              condition: s ‸AND t
            """#,
            #"""
            error[condition-syntax]: `AND` is not an operator
             --> rules/a.yml:8:16
              |
            8 |   condition: s AND t
              |                ^
              = help: write `and`
            """#),
        Golden(
            .conditionSyntax,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: not ‸(s
            """#,
            #"""
            error[condition-syntax]: the `(` is never closed
             --> rules/a.yml:7:18
              |
            7 |   condition: not (s
              |                  ^
            """#),
        Golden(
            .oldAggregation,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: s ‸| count() by src > 5
            """#,
            #"""
            error[old-aggregation]: aggregations after `|` are no longer part of conditions
             --> rules/a.yml:7:16
              |
            7 |   condition: s | count() by src > 5
              |                ^
              = help: write a correlation: type event_count or value_count, with `group-by` and `timespan`
            """#),
        Golden(
            .unknownSelection,
            #"""
            §Hdetection:
              selection: {a: 1}
              condition: ‸selecton
            """#,
            #"""
            error[unknown-selection]: there is no selection named `selecton`
             --> rules/a.yml:7:14
              |
            7 |   condition: selecton
              |              ^
              = help: did you mean `selection`?
            """#),
        Golden(
            .unknownSelection,
            #"""
            §Hdetection:
              s: {a: 1}
              condition:
                - s
                - 's and ‸x'
            """#,
            #"""
            error[unknown-selection]: there is no selection named `x`
             --> rules/a.yml:9:14
              |
            9 |     - 's and x'
              |              ^
              = help: there are: s
            """#),
        Golden(
            .unmatchedPattern,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: 1 of ‸filter*
            """#,
            #"""
            error[unmatched-pattern]: no selection fits `filter*`
             --> rules/a.yml:7:19
              |
            7 |   condition: 1 of filter*
              |                   ^
              = help: there are: s
            """#),
        Golden(
            .unusedSelection,
            #"""
            §Hdetection:
              s: {a: 1}
              ‸t: {a: 2}
              condition: s
            """#,
            #"""
            warning[unused-selection]: no condition uses the selection `t`
             --> rules/a.yml:7:3
              |
            7 |   t: {a: 2}
              |   ^
              = help: remove it, or begin its name with `_`
            """#),
        Golden(
            .tooDeep,
            #"""
            §Hdetection:
              s: {a: 1}
              condition: ((((((((((((((((((((((((((((((((‸(s)))))))))))))))))))))))))))))))))
            """#,
            #"""
            error[too-deep]: brackets and `not` are nested more than 32 deep
             --> rules/a.yml:7:46
              |
            7 |   condition: (((((((((((((((((((((((((((((((((s)))))))))))))))))))))))))))))))))
              |                                              ^
            """#),
    ]
}
