import Testing

@testable import Sigma

@Suite struct HostileTextTests {
    private static func nested(_ open: String, _ close: String, _ depth: Int) -> String {
        "a: " + String(repeating: open, count: depth) + String(repeating: close, count: depth) + "\n"
    }

    @Test("Deep nesting is refused", arguments: [33, 500, 999, 1001, 20_000]) func deepNestingIsRefused(depth: Int) {
        for text in [
            Self.nested("[", "]", depth), Self.nested("{a: ", "}", depth), Self.nested("[", "", depth),
            String(repeating: "- ", count: depth) + "a\n", String(repeating: "? ", count: depth) + "a\n",
            (0..<min(depth, 1000)).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
        ] {
            let (documents, diagnostics) = SigmaReader.read(text: text, file: "f")
            #expect(documents.isEmpty)
            #expect(!diagnostics.isEmpty)
            #expect(diagnostics.count <= SigmaReader.maximumDiagnostics + 1)
        }
        #expect(codes(Self.nested("[", "]", depth)) == ["too-deep"])
    }

    /// Ten anchors of ten aliases each stand for ten thousand million values; as a key, Yams would hash all of them.
    @Test("YAML aliases that multiply are refused") func aliasesThatMultiplyAreNotFollowed() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<10 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(codes(text) == ["yaml-alias"])
        #expect(codes(text + "*a9 : x\n") == ["yaml-alias"])
        #expect(codes(text + "? [*a9, *a9]\n: x\n") == ["yaml-alias"])
        #expect(codes(text + "\"\\*a9\" : x\n") == ["yaml-alias"] || codes(text + "\"\\*a9\" : x\n") == ["yaml-syntax"])
    }

    @Test("Anchors and aliases are refused wherever they stand") func anchorsAndAliasesAreRefusedWhereverTheyStand() {
        for text in [
            "a: &x b\n", "a: *x\n", "&x a: b\n", "*x : b\n", "a: [&x b]\n", "a: {b: *x}\n", "&x\na: b\n",
            "a: &x\n  b: c\n",
            "a: !!str &x b\n", "a: &x 'b'\n", "a: &x |\n  b\n", "- &x a\n- *x\n", "a: &x\nb: *x\n", "<<: {a: b}\n",
        ] {
            #expect(codes(text).contains("yaml-alias"), "\(text)")
        }
        // Text that only looks like them.
        let quiet =
            header
            + "description: R&D *and* more\ndetection:\n  s: {a: '*b &c', b: \"&x *y\", c: a*b&c}\n  condition: s\n"
        #expect(codes(quiet) == [])
    }

    @Test("Tags are refused wherever they stand") func tagsAreRefusedWhereverTheyStand() {
        for text in [
            "a: !!str b\n", "a: ! b\n", "a: !x b\n", "a: !!str 'b'\n", "!!str a: b\n", "a: !!map {b: c}\n",
            "a: !!seq\n  - b\n",
            "a: !<tag:yaml.org,2002:str> b\n", "!!map\na: b\n", "a: !!str\nb: c\n", "a: !!binary |\n  QQ==\n",
        ] {
            #expect(codes(text).contains("yaml-tag"), "\(text)")
        }
        #expect(codes(header + "description: Wow! '!' !\ndetection: {s: {a: '!x', b: '&y'}, condition: s}\n") == [])
    }

    @Test("Tabs are refused") func tabsAreRefused() {
        for text in ["a:\tb\n", "\ta: b\n", "a: 'b\tc'\n", "a:\n\tb: c\n", "a: b # \tc\n"] {
            #expect(codes(text) == ["yaml-tab"], "\(text)")
        }
    }

    @Test(
        "Characters that do not print are refused",
        arguments: [
            0x00, 0x07, 0x1B, 0x7F, 0x85, 0x9B, 0x200B, 0x200E, 0x2028, 0x2029, 0x202E, 0x2066, 0xE000, 0xFEFF, 0xFFFE,
        ])
    func charactersThatDoNotPrintAreRefused(value: Int) throws {
        let scalar = try #require(Unicode.Scalar(UInt32(value)))
        let text = "title: T\ndescription: 'a\(scalar)b'\n"
        let diagnostics = SigmaReader.read(text: text, file: "f").diagnostics
        #expect(diagnostics.map(\.code) == ["yaml-character"])
        #expect(diagnostics.first?.position == SourcePosition(line: 2, column: 16))
    }

    @Test("Duplicate keys are refused") func duplicateKeysAreRefused() {
        let cases: [(String, Int, Int)] = [
            ("a: 1\nb: 2\na: 3\n", 3, 1), ("a: {b: 1, b: 2}\n", 1, 5), ("a:\n  b: 1\n  c:\n    b: 2\n  b: 3\n", 5, 3),
            ("- a: 1\n  a: 2\n- a: 3\n", 2, 3), ("'a': 1\na: 2\n", 2, 1), ("a: 1\n? a\n: 2\n", 2, 3),
        ]
        for (text, line, column) in cases {
            let diagnostics = SigmaReader.read(text: text, file: "f").diagnostics
            #expect(diagnostics.first?.code == "duplicate-key", "\(text)")
            // Where the second key cannot be found, the first is named.
            let places = [SourcePosition(line: line, column: column), SourcePosition(line: 1, column: 1)]
            #expect(places.contains(diagnostics.first?.position ?? places[1]), "\(text)")
        }
    }

    @Test("Keys must be text") func keysMustBeText() {
        for text in ["1: a\n", "true: a\n", "~: a\n", "[a]: b\n", "{a: b}: c\n", "? [a]\n: b\n", "1.5: a\n"] {
            #expect(codes(text).first == "bad-key", "\(text)")
        }
        for text in ["on: a\n", "2026-01-01: a\n"] { #expect(codes(text).first == "ambiguous-value", "\(text)") }
    }

    @Test("Size is bounded") func sizeIsBounded() {
        let long = header + "description: '" + String(repeating: "x", count: SigmaReader.maximumBytes) + "'\n"
        #expect(codes(long) == ["file-too-large"])
        let wide = "a: [" + String(repeating: "x,", count: SigmaReader.maximumValues) + "]\n"
        #expect(codes(wide) == ["too-many-values"])
        let many = String(repeating: "--- a\n", count: SigmaReader.maximumDocuments + 5)
        let found = codes(many)
        #expect(found.count == SigmaReader.maximumDocuments + 1)
        #expect(found.last == "too-many-documents")
    }

    @Test("Large files of many shapes are read in bounded time") func largeFilesOfManyShapesAreReadInBoundedTime() {
        let size = 60_000
        for text in [
            String(repeating: "-\n", count: size / 2), String(repeating: "a", count: size),
            String(repeating: "'", count: size),
            String(repeating: "a: b\n", count: size / 5), "a: \"" + String(repeating: "\\x41", count: size / 4) + "\"",
            String(repeating: "*a &b ", count: size / 6), String(repeating: "# x\n", count: size / 4),
            "{" + (0..<5000).map { "k\($0): v" }.joined(separator: ", ") + "}", String(repeating: "[", count: size),
            header + "detection: {s: {" + (0..<5000).map { "f\($0)|re|i: v" }.joined(separator: ", ")
                + "}, condition: s}",
            header + "detection:\n  s: {a: 1}\n  condition: " + String(repeating: "s or ", count: 40_000) + "s\n",
        ] {
            _ = SigmaReader.read(text: text, file: "f")
        }
    }

    @Test("Selections are bounded") func selectionsAreBounded() {
        func text(_ count: Int) -> String {
            header + "detection:\n  condition: 1 of them\n" + (0..<count).map { "  s\($0): {a: 1}\n" }.joined()
        }
        #expect(codes(text(SigmaReader.maximumSelections)) == [])
        #expect(codes(text(SigmaReader.maximumSelections + 1)) == ["too-many-values"])
    }

    @Test("A rule of many values is read") func aRuleOfManyValuesIsRead() {
        let values = (0..<20_000).map { "      - value\($0)\n" }.joined()
        let read = rule(header + "detection:\n  s:\n    f:\n" + values + "  condition: s\n")
        guard case .all(let tests) = read?.selections.first?.body else {
            Issue.record("no tests")
            return
        }
        #expect(tests.first?.values.count == 20_000)
    }
}
