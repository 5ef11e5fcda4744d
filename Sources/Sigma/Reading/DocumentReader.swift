/// Reads the nodes of one document as a rule or a correlation, and collects all that is wrong with them.
///
/// Its functions return `nil` where they reported an error; the document is then left out, but reading goes on so that
/// an author sees all errors at once.
struct DocumentReader {
    let source: SourceText
    let chunk: DocumentChunk
    let file: String
    private(set) var diagnostics: [Diagnostic] = []

    init(source: SourceText, chunk: DocumentChunk, file: String) {
        self.source = source
        self.chunk = chunk
        self.file = file
    }

    mutating func read(_ root: YAMLNode) -> SigmaDocument? {
        guard let map = map(root, "a rule") else { return nil }
        for (key, hint) in Self.unsupportedDocuments {
            guard let entry = map.entries.first(where: { $0.key.value == key }) else { continue }
            error(
                .unsupportedDocument, entry.key.position, "`\(key)` documents are not supported by this version", hint)
            return nil
        }
        let detection = map.entries.first { $0.key.value == "detection" }
        let correlation = map.entries.first { $0.key.value == "correlation" }
        switch (detection, correlation) {
        case (_?, let correlation?):
            error(
                .mixedDocument, correlation.key.position, "a document has either `detection` or `correlation`",
                "separate the two with a line `---`")
            return nil
        case (nil, let correlation?):
            return self.correlation(correlation.value, of: map, at: root.position).map(SigmaDocument.correlation)
        default:
            return rule(map, at: root.position).map(SigmaDocument.rule)
        }
    }

    /// Documents that other tools know, and what this reader can say about them.
    private static let unsupportedDocuments: [(key: String, hint: String)] = [
        ("filter", "state the exception in the rule, as a selection behind `and not`"),
        ("action", "collections of Sigma 1 are gone: write each rule out in a document of its own"),
    ]

    private mutating func rule(_ map: YAMLMap, at position: SourcePosition) -> SigmaRule? {
        checkKeys(of: map, Self.ruleKeys, in: "a rule", severity: .warning)
        let metadata = metadata(map, at: position, isCorrelation: false)
        let logsource = required("logsource", in: map, of: "a rule", at: position).flatMap { self.logsource($0) }
        let detection = required("detection", in: map, of: "a rule", at: position).flatMap { self.detection($0) }
        guard let metadata, let logsource, let detection else { return nil }
        return SigmaRule(
            metadata: metadata, logsource: logsource, selections: detection.selections,
            conditions: detection.conditions)
    }

    private static let ruleKeys = metadataKeys + ["logsource", "detection"]

    // MARK: - Diagnostics

    mutating func error(
        _ code: DiagnosticCode, _ position: SourcePosition, _ message: String, _ hint: String? = nil
    ) {
        diagnostics.append(Diagnostic(code, file: file, at: position, message, hint: hint))
    }

    mutating func warning(
        _ code: DiagnosticCode, _ position: SourcePosition, _ message: String, _ hint: String? = nil
    ) {
        diagnostics.append(Diagnostic(code, .warning, file: file, at: position, message, hint: hint))
    }
}
