import Testing

@testable import Sigma

/// A text that is wrong in one way, and all that the reader says about it.
struct Golden: Sendable, CustomTestStringConvertible {
    var code: DiagnosticCode
    /// `‸` marks the place that the diagnostic must name; `§H` and `§C` stand for `header` and `correlationHeader`.
    var text: String
    var rendered: String

    init(_ code: DiagnosticCode, _ text: String, _ rendered: String) {
        self.code = code
        self.text = text
        self.rendered = rendered
    }

    var testDescription: String { code.rawValue }

    var source: String {
        let expanded = text.unicodeScalars.split(separator: "§", omittingEmptySubsequences: false).map { String($0) }
        return expanded.dropFirst().reduce(into: expanded[0]) { result, part in
            result += (part.first == "H" ? header : correlationHeader) + part.dropFirst()
        } + "\n"
    }
}

@Suite struct DiagnosticGoldenTests {
    static let all = file + yaml + attributes + detections + conditions + correlations

    @Test("Diagnostics read as they should", arguments: all) func diagnosticsReadAsTheyShould(golden: Golden) {
        let marked = Array(golden.source.unicodeScalars)
        let source = SourceText.string(marked.filter { $0 != "‸" })
        let (_, diagnostics) = SigmaReader.read(text: source, file: "rules/a.yml")
        #expect(diagnostics.map(\.code) == [golden.code.rawValue])
        #expect(diagnostics.map { $0.render(source: source) }.joined(separator: "\n") == golden.rendered)
        guard let mark = marked.firstIndex(of: "‸") else { return }
        let before = marked[..<mark].split(separator: "\n", omittingEmptySubsequences: false)
        let position = SourcePosition(line: before.count, column: (before.last?.count ?? 0) + 1)
        #expect(diagnostics.first?.position == position)
    }

    @Test("Every code has a golden") func everyCodeHasAGolden() {
        // The tests of bounds (`HostileTextTests`, `DocumentsTests`) have those whose text would be too long to show.
        let elsewhere: Set<DiagnosticCode> = [.fileTooLarge, .tooManyDocuments, .tooManyValues, .tooManyErrors]
        let shown = Set(Self.all.map(\.code))
        #expect(DiagnosticCode.allCases.filter { !shown.contains($0) && !elsewhere.contains($0) } == [])
        #expect(shown.isDisjoint(with: elsewhere))
    }

    @Test("Codes and explanations are unique and well formed") func codesAndExplanationsAreUniqueAndWellFormed() {
        let codes = DiagnosticCode.allCases
        #expect(Set(codes.map(\.explanation)).count == codes.count)
        for code in codes {
            #expect(code.rawValue.allSatisfy { $0 == "-" || ("a"..."z").contains($0) })
            #expect(code.explanation.hasSuffix("."))
        }
    }
}
