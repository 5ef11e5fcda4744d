import Testing

@testable import Sigma

/// The first four lines of a rule that is right, so that what follows begins in line 5.
let header = """
    title: T
    id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001
    level: low
    logsource: {category: mqtt}

    """

/// The first three lines of a correlation that is right, so that what follows begins in line 4.
let correlationHeader = """
    title: T
    id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0002
    level: high

    """

/// Reads text whose documents are expected to be right but for warnings.
func documents(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> [SigmaDocument] {
    let (documents, diagnostics) = SigmaReader.read(text: text, file: "test.yml")
    let errors = diagnostics.filter { $0.severity == .error }.map { $0.render(source: text) }
    #expect(errors.isEmpty, sourceLocation: sourceLocation)
    return documents
}

func rule(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> SigmaRule? {
    guard case .rule(let rule) = documents(text, sourceLocation: sourceLocation).first else { return nil }
    return rule
}

func correlation(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> SigmaCorrelation? {
    guard case .correlation(let correlation) = documents(text, sourceLocation: sourceLocation).first else { return nil }
    return correlation
}

/// The codes of what is wrong with a text, in order.
func codes(_ text: String) -> [String] {
    SigmaReader.read(text: text, file: "test.yml").diagnostics.map(\.code)
}

/// The first field test of a rule with this one test.
func fieldTest(_ test: String, sourceLocation: SourceLocation = #_sourceLocation) -> FieldTest? {
    let text = header + "detection:\n  s:\n    \(test)\n  condition: s\n"
    guard case .all(let tests) = rule(text, sourceLocation: sourceLocation)?.selections.first?.body else { return nil }
    return tests.first
}
