/// Reads the nodes of one document as a rule, a correlation or a filter, and collects all that is wrong with them.
///
/// Its functions return `nil` where they reported an error, or leave out what was wrong; the document is then broken, but
/// reading goes on so that an author sees all errors at once.
struct DocumentReader {
    let source: SourceText
    let chunk: DocumentChunk
    let file: String
    /// Whether `earshot.tests` are there to be read.
    let withTests: Bool
    private(set) var diagnostics: [Diagnostic] = []
    /// The conditions of the steps of `escalate`, until the selections are known.
    var stepConditions: [YAMLNode] = []
    /// The same, read.
    var readSteps: [Located<Condition>] = []

    init(source: SourceText, chunk: DocumentChunk, file: String, withTests: Bool = true) {
        self.source = source
        self.chunk = chunk
        self.file = file
        self.withTests = withTests
    }

    mutating func read(_ root: YAMLNode) -> SigmaDocument? {
        guard let map = map(root, "a rule") else { return nil }
        for (key, hint) in Self.unsupportedDocuments {
            guard let entry = map.entries.first(where: { $0.key.value == key }) else { continue }
            error(
                .unsupportedDocument, entry.key.position, "`\(key)` documents are not supported by this version", hint)
            return nil
        }
        let kinds = map.entries.filter { Self.documentKinds.contains($0.key.value) }
        if kinds.count > 1 {
            error(
                .mixedDocument, kinds[1].key.position,
                "a document has one of `detection`, `correlation` and `filter`", "separate the two with a line `---`")
            return nil
        }
        switch kinds.first?.key.value {
        case "correlation":
            return correlation(kinds[0].value, of: map, at: root.position).map(SigmaDocument.correlation)
        case "filter":
            return filter(kinds[0].value, of: map, at: root.position).map(SigmaDocument.filter)
        default:
            return rule(map, at: root.position).map(SigmaDocument.rule)
        }
    }

    private static let documentKinds: Set<String> = ["detection", "correlation", "filter"]

    /// Documents that other tools know, and what this reader can say about them.
    private static let unsupportedDocuments: [(key: String, hint: String)] = [
        ("action", "collections of Sigma 1 are gone: write each rule out in a document of its own")
    ]

    private mutating func rule(_ map: YAMLMap, at position: SourcePosition) -> SigmaRule? {
        checkKeys(of: map, Self.ruleKeys, in: "a rule", severity: .warning)
        var metadata = metadata(map, at: position, isCorrelation: false)
        let logsource = required("logsource", in: map, of: "a rule", at: position).flatMap { self.logsource($0) }
        let detection = required("detection", in: map, of: "a rule", at: position).flatMap { self.detection($0) }
        guard let logsource, let detection else { return nil }
        metadata.earshot.escalate = completed(metadata.earshot.escalate)
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
