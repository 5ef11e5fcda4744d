@testable import Sigma

extension DiagnosticGoldenTests {
    static let yaml: [Golden] = [
        Golden(
            .yamlSyntax,
            #"""
            title: a‸: b: c
            """#,
            #"""
            error[yaml-syntax]: mapping values are not allowed in this context
             --> rules/a.yml:1:9
              |
            1 | title: a: b: c
              |         ^
              = help: text with a colon and a space in it needs quotes
            """#),
        Golden(
            .yamlSyntax,
            #"""
            description: ‸"never closed
            """#,
            #"""
            error[yaml-syntax]: the quotation is never closed
             --> rules/a.yml:1:14
              |
            1 | description: "never closed
              |              ^
            """#),
        Golden(
            .yamlTab,
            #"""
            title: T
            ‸\#u{9}id: x
            """#,
            #"""
            error[yaml-tab]: there is a tab in the text
             --> rules/a.yml:2:1
              |
            2 |     id: x
              | ^
              = help: indent with spaces; inside a value write "\t" in double quotes
            """#),
        Golden(
            .yamlCharacter,
            #"""
            title: T
            author: a‸\#u{1B}[31mred
            """#,
            #"""
            error[yaml-character]: the character U+001B is not allowed in a rule file
             --> rules/a.yml:2:10
              |
            2 | author: a␛[31mred
              |          ^
              = help: write it as an escape in double quotes, such as "\x00" or "\u0000"
            """#),
        Golden(
            .yamlDirective,
            #"""
            ‸%YAML 1.1
            ---
            §Hdetection:
              s: {a: 1}
              condition: s
            """#,
            #"""
            error[yaml-directive]: YAML directives are not allowed
             --> rules/a.yml:1:1
              |
            1 | %YAML 1.1
              | ^
              = help: remove the line
            """#),
        Golden(
            .yamlAlias,
            #"""
            §Hdetection:
              s: ‸&x {a: 1}
              condition: s
            """#,
            #"""
            error[yaml-alias]: anchors and aliases are not allowed
             --> rules/a.yml:6:6
              |
            6 |   s: &x {a: 1}
              |      ^
              = help: write the value out
            """#),
        Golden(
            .yamlAlias,
            #"""
            §Hdetection:
              s:
                path: ‸*.exe
              condition: s
            """#,
            #"""
            error[yaml-alias]: aliases are not allowed
             --> rules/a.yml:7:11
              |
            7 |     path: *.exe
              |           ^
              = help: write the value out; text that begins with `*` needs quotes
            """#),
        Golden(
            .yamlAlias,
            #"""
            §Hdetection:
              s:
                path: ‸*exe
              condition: s
            """#,
            #"""
            error[yaml-alias]: aliases are not allowed
             --> rules/a.yml:7:11
              |
            7 |     path: *exe
              |           ^
              = help: write the value out; text that begins with `*` needs quotes
            """#),
        Golden(
            .yamlSyntax,
            #"""
            §Hdetection:
              s:
                path: "C:‸\Windows"
              condition: s
            """#,
            #"""
            error[yaml-syntax]: while parsing a quoted scalar: found unknown escape character
             --> rules/a.yml:7:14
              |
            7 |     path: "C:\Windows"
              |              ^
              = help: a single backslash stands in single quotes, or doubled in double quotes
            """#),
        Golden(
            .yamlSyntax,
            #"""
            §Hdetection:
              s:
                topic: ‸@x
              condition: s
            """#,
            #"""
            error[yaml-syntax]: while scanning for the next token: found character that cannot start any token
             --> rules/a.yml:7:12
              |
            7 |     topic: @x
              |            ^
              = help: text that begins with this character needs quotes
            """#),
        Golden(
            .yamlTag,
            #"""
            §Hdetection:
              s: {a: ‸!!str 5}
              condition: s
            """#,
            #"""
            error[yaml-tag]: tags are not allowed
             --> rules/a.yml:6:10
              |
            6 |   s: {a: !!str 5}
              |          ^
              = help: quotes make text of a value: '5'
            """#),
        Golden(
            .duplicateKey,
            #"""
            §Hdetection:
              s:
                a: 1
                b: 2
                ‸a: 3
              condition: s
            """#,
            #"""
            error[duplicate-key]: the key `a` is given twice
             --> rules/a.yml:9:5
              |
            9 |     a: 3
              |     ^
              = help: it stands in line 7 already
            """#),
        Golden(
            .badKey,
            #"""
            §Hdetection:
              s: {‸5: 1}
              condition: s
            """#,
            #"""
            error[bad-key]: a key must be text, but this is a number
             --> rules/a.yml:6:7
              |
            6 |   s: {5: 1}
              |       ^
              = help: put it in quotes
            """#),
        Golden(
            .commentValue,
            ##"""
            §Hdetection:
              s:
                mqtt.topic: ‸#
              condition: s
            """##,
            ##"""
            warning[comment-value]: a comment begins here, so that `mqtt.topic` has no value and must be absent
             --> rules/a.yml:7:17
              |
            7 |     mqtt.topic: #
              |                 ^
              = help: put the value in quotes, such as '#', or write null where that is meant
            """##),
        Golden(
            .commentValue,
            ##"""
            §Hdetection:
              s:
                mqtt.topic:
                  - plant/#
                  -  ‸#all
              condition: s
            """##,
            ##"""
            warning[comment-value]: a comment begins here, so that `mqtt.topic` has no value and must be absent
             --> rules/a.yml:9:10
              |
            9 |       -  #all
              |          ^
              = help: put the value in quotes, such as '#', or write null where that is meant
            """##),
        Golden(
            .ambiguousValue,
            #"""
            §Hdetection:
              s:
                payload: ‸off
              condition: s
            """#,
            #"""
            error[ambiguous-value]: `off` means false to YAML 1.1, which other Sigma tools read, but not to YAML 1.2
             --> rules/a.yml:7:14
              |
            7 |     payload: off
              |              ^
              = help: put it in quotes if text is meant: 'off'
            """#),
        Golden(
            .numberRange,
            #"""
            §Hdetection:
              s: {a: ‸99999999999999999999}
              condition: s
            """#,
            #"""
            error[number-range]: the number `99999999999999999999` is not finite or does not fit into 64 bits
             --> rules/a.yml:6:10
              |
            6 |   s: {a: 99999999999999999999}
              |          ^
            """#),
        Golden(
            .tooDeep,
            #"""
            a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[‸[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
            """#,
            #"""
            error[too-deep]: lists and maps are nested more than 32 deep
             --> rules/a.yml:1:35
              |
            1 | a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
              |                                   ^
            """#),
    ]
}
