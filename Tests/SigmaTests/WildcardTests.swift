import Testing

@testable import Sigma

@Suite struct WildcardTests {
    /// What pySigma 1.5.1 makes of each text; `=` before literal text. It does not join two `*`, which we do.
    static let table: [(String, [String])] = [
        (#""#, []),
        (#"plain"#, ["=plain"]),
        (#"a*b"#, ["=a", "*", "=b"]),
        (#"*"#, ["*"]),
        (#"?"#, ["?"]),
        (#"**"#, ["*"]),
        (#"??"#, ["?", "?"]),
        (#"a?*b"#, ["=a", "?", "*", "=b"]),
        (#"\*"#, ["=*"]),
        (#"\?"#, ["=?"]),
        (#"\\"#, [#"=\"#]),
        (#"\\*"#, [#"=\"#, "*"]),
        (#"\\\*"#, [#"=\*"#]),
        (#"\\\\"#, [#"=\\"#]),
        (#"\\\\*"#, [#"=\\"#, "*"]),
        (#"\\\\\*"#, [#"=\\*"#]),
        (#"\\\ "#, [#"=\\ "#]),
        (#"\"#, [#"=\"#]),
        (#"a\b"#, [#"=a\b"#]),
        (#"a\\b"#, [#"=a\b"#]),
        (#"C:\Windows\*"#, [#"=C:\Windows*"#]),
        (#"C:\Windows\\*"#, [#"=C:\Windows\"#, "*"]),
        (#"\\server\share"#, [#"=\server\share"#]),
        (#"*\cmd.exe"#, ["*", #"=\cmd.exe"#]),
        (#"*\\cmd.exe"#, ["*", #"=\cmd.exe"#]),
        (#"x\?y?z"#, ["=x?y", "?", "=z"]),
        (#"abc\"#, [#"=abc\"#]),
        (#"\\\\\\"#, [#"=\\\"#]),
        (#"\\\\\\?"#, [#"=\\\"#, "?"]),
        ("*\u{301}", ["*", "=\u{301}"]),
        ("\\*\u{301}", ["=*\u{301}"]),
    ]

    @Test("wildcards and escapes are read as pySigma reads them", arguments: table) func partsAreThoseOfPySigma(
        raw: String, expected: [String]
    ) {
        let string = SigmaString(raw)
        let parts = string.parts.map { part in
            switch part {
            case .literal(let text): "=" + text
            case .anyRun: "*"
            case .anyOne: "?"
            }
        }
        #expect(parts.map { Array($0.unicodeScalars) } == expected.map { Array($0.unicodeScalars) })
        #expect(string.raw == raw)
    }

    @Test("Literal is the text without wildcards") func literalIsTheTextWithoutWildcards() {
        #expect(SigmaString("").literal == "")
        #expect(SigmaString(#"a\*b"#).literal == "a*b")
        #expect(SigmaString("a*b").literal == nil)
        #expect(SigmaString("*").literal == nil)
    }
}
