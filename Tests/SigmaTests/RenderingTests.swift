import Testing

@testable import Sigma

@Suite struct RenderingTests {
    private static func render(_ source: String?, line: Int, column: Int, message: String = "m", hint: String? = nil)
        -> String
    {
        let position = SourcePosition(line: line, column: column)
        return Diagnostic("a-code", file: "f.yml", at: position, message, hint: hint).render(source: source)
    }

    /// The mark stands under the character, whatever stands before it: the number of columns of the terminal is given.
    static let lines: [(String, column: Int, shown: String, indent: Int)] = [
        ("abc", 1, "abc", 0), ("abc", 3, "abc", 2), ("abc", 4, "abc", 3), ("abc", 99, "abc", 3), ("abc", 0, "abc", 0),
        ("\tabc", 2, "    abc", 4), ("日本 x", 4, "日本 x", 5), ("e\u{301}x", 3, "e\u{301}x", 1), ("😀x", 2, "😀x", 2),
        ("a\u{0}\u{1B}\u{7F}x", 5, "a␀␛␡x", 4), ("\u{202E}x", 2, "<U+202E>x", 8), ("\u{9B}x", 2, "<U+009B>x", 8),
        ("\u{10FFFD}x", 2, "<U+10FFFD>x", 10),
    ]

    @Test("the caret of a diagnostic stands under its place", arguments: lines) func theMarkStandsUnderThePlace(
        line: String, column: Int, shown: String, indent: Int
    ) {
        let expected = """
            error[a-code]: m
             --> f.yml:2:\(column)
              |
            2 | \(shown)
              | \(String(repeating: " ", count: indent))^
            """
        #expect(Self.render("first\n\(line)\nlast", line: 2, column: column) == expected)
    }

    @Test("Long lines are cut") func longLinesAreCut() {
        let line = String(repeating: "a", count: 1000) + "b" + String(repeating: "c", count: 1000)
        let rendered = Self.render(line, line: 1, column: 1001).split(separator: "\n")
        #expect(rendered.allSatisfy { $0.count < 160 })
        let offset = rendered[4].firstIndex(of: "^").map { rendered[4].distance(from: rendered[4].startIndex, to: $0) }
        #expect(offset.map { Array(rendered[3])[$0] } == "b")
        #expect(rendered[3].hasPrefix("1 | ...") && rendered[3].hasSuffix("..."))
    }

    @Test("Without a source or a line the excerpt is left out") func withoutASourceOrALineTheExcerptIsLeftOut() {
        // The margin is as wide as the number of the line.
        let expected = """
            error[a-code]: m
              --> f.yml:12:3
               = help: h
            """
        #expect(Self.render(nil, line: 12, column: 3, hint: "h") == expected)
        #expect(Self.render("one line", line: 12, column: 3, hint: "h") == expected)
        let whole = Diagnostic("a-code", .warning, file: "f.yml", at: nil, "m", hint: "h").render(source: "x")
        #expect(whole == "warning[a-code]: m\n--> f.yml\n= help: h")
    }

    @Test("control characters of a rule file are escaped in diagnostics")
    func nothingFromTheFileReachesTheTerminalAsIs() {
        let evil = "a\u{1B}[2J\u{202E}\nb"
        let diagnostic = Diagnostic("c", file: evil, at: SourcePosition(line: 1, column: 1), evil, hint: evil)
        for scalar in diagnostic.render(source: evil).unicodeScalars {
            #expect(scalar == "\n" || !["Cc", "Cf"].contains(Self.category(scalar)))
        }
        #expect(diagnostic.render(source: nil).split(separator: "\n").count == 3)
    }

    private static func category(_ scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .control: "Cc"
        case .format: "Cf"
        default: ""
        }
    }
}
