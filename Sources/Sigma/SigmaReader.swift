/// Reads rule files: YAML text to syntax trees, with a diagnostic for everything that is wrong.
///
/// Sigma specification 2.1: rules, correlations and filters; see `DiagnosticCode` for what is refused.
public enum SigmaReader {
    /// The longest file that is read, in bytes of UTF-8.
    public static let maximumBytes = 1 << 20
    /// The most YAML documents in one file.
    public static let maximumDocuments = 1000
    /// The most values (scalars, lists, maps, keys) in one document.
    public static let maximumValues = 1 << 16
    /// The most selections in one rule.
    public static let maximumSelections = 1000
    /// The most rules that a `temporal_ordered` correlation refers to.
    public static let maximumOrderedRules = 64
    /// The most beginnings of runs that a `temporal_ordered` correlation keeps for a group: one for each rule where
    /// all must match; where some number of them is enough, that number times the number of rules.
    ///
    /// Where the condition is another, one for each set of rules that it can come down to.
    public static let maximumOrderedRuns = 256
    /// How deep lists and maps may be nested in a document, and brackets and `not` in a condition.
    public static let maximumDepth = 32
    /// The most diagnostics that one document yields; one more says that there are others.
    public static let maximumDiagnostics = 50

    /// Reads all documents of a file.
    ///
    /// - Parameters:
    ///   - text: The text of the file.
    ///   - file: The name that diagnostics give the file.
    /// - Returns: The documents without errors in the order of the file, and the diagnostics of all. A document with
    ///   errors is left out and does not keep the others from being read. Text that holds no document yields a warning.
    public static func read(
        text: String, file: String
    ) -> (documents: [SigmaDocument], diagnostics: [Diagnostic]) {
        let reading = readAll(text: text, file: file)
        return (reading.documents, reading.diagnostics)
    }

    /// Reads all documents of a file, and keeps what can be known of those with errors.
    ///
    /// - Parameters:
    ///   - text: The text of the file.
    ///   - file: The name that diagnostics give the file.
    ///   - withTests: Whether `earshot.tests` are read. They are most of the text of a rule, and nobody but those who run
    ///     them looks at them; where they are passed over, nothing is said of what is wrong with them.
    /// - Returns: What the file holds.
    public static func readAll(text: String, file: String, withTests: Bool = true) -> SigmaReading {
        guard text.utf8.count <= maximumBytes else {
            let message = "the file has \(text.utf8.count) bytes, more than the \(maximumBytes) that are read"
            return SigmaReading(
                diagnostics: [Diagnostic(.fileTooLarge, file: file, at: nil, message, hint: "split it")])
        }
        let source = SourceText(text)
        let chunks = DocumentChunk.all(of: source)
        guard !chunks.isEmpty else {
            return SigmaReading(
                diagnostics: [Diagnostic(.noDocument, .warning, file: file, at: nil, "the file holds no rule")])
        }
        var reading = SigmaReading()
        for chunk in chunks.prefix(maximumDocuments) {
            var (document, found) = read(chunk, of: source, file: file, withTests: withTests)
            let isBroken = found.contains { $0.severity == .error }
            if found.count > maximumDiagnostics {
                let more = found.count - maximumDiagnostics
                let position = found[maximumDiagnostics].position
                // Errors come before warnings, so that none of the errors is among those left out for a warning.
                found = found.filter { $0.severity == .error } + found.filter { $0.severity == .warning }
                found.removeLast(more)
                found.append(
                    Diagnostic(.tooManyErrors, .warning, file: file, at: position, "\(more) more are not shown"))
            }
            reading.diagnostics += found
            if let document, !isBroken {
                reading.documents.append(document)
            } else {
                reading.broken.append(BrokenDocument(document, text: chunk.text(in: source)))
            }
        }
        if chunks.count > maximumDocuments {
            let position = SourcePosition(line: chunks[maximumDocuments].lines.lowerBound, column: 1)
            let message = "the file holds more than \(maximumDocuments) documents; the rest is not read"
            reading.diagnostics.append(
                Diagnostic(.tooManyDocuments, file: file, at: position, message, hint: "split the file"))
        }
        return reading
    }

    private static func read(
        _ chunk: DocumentChunk, of source: SourceText, file: String, withTests: Bool
    ) -> (SigmaDocument?, [Diagnostic]) {
        if !withTests, let tests = chunk.tests(in: source) {
            var composer = YAMLComposer(source: source, chunk: chunk, file: file, passingOver: tests.lines)
            // Only where YAML has the key at that place too, what was left out was its value and nothing else.
            if let root = composer.compose(), root.isEmptyTests(at: tests.key) {
                var reader = DocumentReader(source: source, chunk: chunk, file: file, withTests: false)
                let document = reader.read(root)
                return (document, reader.diagnostics)
            }
        }
        var composer = YAMLComposer(source: source, chunk: chunk, file: file)
        guard let root = composer.compose() else { return (nil, composer.diagnostics) }
        var reader = DocumentReader(source: source, chunk: chunk, file: file)
        let document = reader.read(root)
        return (document, reader.diagnostics)
    }
}
