import Testing

@testable import Sigma

@Suite struct DocumentsTests {
    private static func rule(_ title: String, condition: String = "s") -> String {
        """
        title: \(title)
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001
        level: low
        logsource: {category: mqtt}
        detection:
          s: {a: 1}
          condition: \(condition)

        """
    }

    private static func titles(_ documents: [SigmaDocument]) -> [String] {
        documents.map { document in
            switch document {
            case .rule(let rule): rule.metadata.title.value
            case .correlation(let correlation): correlation.metadata.title.value
            case .filter(let filter): filter.title.value
            }
        }
    }

    @Test("Documents are read in order") func documentsAreReadInOrder() {
        let text = "---\n" + Self.rule("A") + "---\n" + Self.rule("B") + "...\n# nothing\n---\n---\n" + Self.rule("C")
        let (documents, diagnostics) = SigmaReader.read(text: text, file: "f")
        #expect(Self.titles(documents) == ["A", "B", "C"])
        #expect(diagnostics.isEmpty)
    }

    @Test("a broken document does not hide those behind it") func aBrokenDocumentDoesNotHideTheOthers() {
        let broken = [
            "title: [", "title: 'x\n", "a: 1\na: 2\n", "\ta: 1\n", "a: *x\n", "%YAML 1.1\n", "a: }\n", "- x\n",
            "\"\\q\"\n", "a: b: c\n",
        ]
        for text in broken {
            let file =
                Self.rule("A") + "---\n" + text + "\n---\n" + Self.rule("B", condition: "t") + "---\n" + Self.rule("C")
            let (documents, diagnostics) = SigmaReader.read(text: file, file: "f")
            #expect(Self.titles(documents) == ["A", "C"], "\(text)")
            #expect(diagnostics.count >= 2, "\(text)")
            #expect(diagnostics.last?.code == "unknown-selection")
        }
    }

    /// Each rule has seven lines, with its condition in the last.
    @Test("Lines count through the file", arguments: ["\n", "\r\n", "\r"]) func linesCountThroughTheFile(ending: String)
    {
        let rules = [Self.rule("A"), Self.rule("B", condition: "t"), Self.rule("C", condition: "s and  t")]
        let text = rules.joined(separator: "---\n").split(separator: "\n").joined(separator: ending)
        let diagnostics = SigmaReader.read(text: text, file: "f").diagnostics
        #expect(
            diagnostics.map(\.position) == [SourcePosition(line: 15, column: 14), SourcePosition(line: 23, column: 21)])
        #expect(diagnostics.first?.render(source: text).contains("15 |   condition: t") == true)
    }

    @Test("Columns count characters") func columnsCountCharacters() {
        let text = header + "detection:\n  s: {'äöü😀': 1, b|é: 2}\n  condition: s\n"
        let diagnostic = SigmaReader.read(text: text, file: "f").diagnostics.first
        #expect(diagnostic?.position == SourcePosition(line: 6, column: 20))
    }

    @Test("a byte order mark and content on the line of --- are accepted")
    func aByteOrderMarkAndAMarkerLineWithContentAreTaken() {
        let flow =
            "--- {title: A, id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001, level: low, logsource: {category: x}, detection: {s: {a: 1}, condition: s}}\n"
        #expect(Self.titles(documents("\u{FEFF}" + flow + "---\n" + Self.rule("B"))) == ["A", "B"])
        #expect(Self.titles(documents("\u{FEFF}" + Self.rule("B"))) == ["B"])
        let position = SigmaReader.read(text: "\u{FEFF}title: T\n", file: "f").diagnostics.first?.position
        #expect(position == SourcePosition(line: 1, column: 1))
    }

    @Test("the source of a document is its own text only") func theSourceOfEachDocumentIsItsOwnText() {
        let text = "# first\n\n" + Self.rule("A") + "\n\n---\n" + Self.rule("B") + "---\n"
        let sources = documents(text).map { document in
            if case .rule(let rule) = document { rule.metadata.source } else { "" }
        }
        #expect(sources == ["# first\n\n" + Self.rule("A"), Self.rule("B")])
    }

    @Test("A file without documents yields a warning") func aFileWithoutDocumentsYieldsAWarning() {
        for text in ["", "\n", "# only this\n", "---\n", "---\n...\n---\n# x\n", "\u{FEFF}", "   \n\n"] {
            let (documents, diagnostics) = SigmaReader.read(text: text, file: "f")
            #expect(documents.isEmpty)
            #expect(diagnostics.map(\.code) == ["no-document"], "\(text)")
        }
    }

    @Test("all errors of a document are reported") func allErrorsOfADocumentAreTold() {
        let text = """
            title: ''
            id: x
            level: hihg
            status: odd
            date: 2026-02-30
            logsource: {}
            detection:
              s: {a|contians: 1, b|gt: x, c: []}
              t: []
              condition: s and u
            earshot: {summray: x, suppress: {by: [], for: 1x}}
            """
        #expect(
            codes(text) == [
                "empty-value", "bad-id", "unknown-value", "unknown-value", "bad-date", "unknown-key", "empty-value",
                "bad-duration", "empty-value", "unknown-modifier", "modifier-value", "empty-value", "empty-value",
                "unknown-selection",
            ])
    }

    @Test("Diagnostics are bounded") func diagnosticsAreBounded() {
        let tests = (0..<500).map { "    f\($0)|foo: x\n" }.joined()
        let found = SigmaReader.read(
            text: header + "unused: 1\ndetection:\n  s:\n" + tests + "  condition: s\n", file: "f"
        ).diagnostics
        #expect(found.count == SigmaReader.maximumDiagnostics + 1)
        #expect(found.last?.code == "too-many-errors")
        #expect(found.last?.message == "451 more are not shown")
    }
}
