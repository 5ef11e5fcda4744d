/// What is wrong, or doubtful, about a rule file: where, what, and what would be right.
public struct Diagnostic: Error, Sendable {
    /// How bad it is.
    public enum Severity: String, Sendable {
        /// The rule cannot be loaded.
        case error
        /// The rule works, but probably not as meant.
        case warning
    }

    /// A stable name, such as `unknown-field`, for tests and for people who look it up.
    public var code: String
    /// Whether the document is left out.
    public var severity: Severity
    /// The file as it was given to the reader.
    public var file: String
    /// The place; `nil` where the whole file is meant.
    public var position: SourcePosition?
    /// What is wrong, in one sentence.
    public var message: String
    /// What would be right, where that can be said.
    public var hint: String?

    /// Makes a diagnostic.
    public init(
        _ code: String, _ severity: Severity = .error, file: String, at position: SourcePosition?,
        _ message: String, hint: String? = nil
    ) {
        self.code = code
        self.severity = severity
        self.file = file
        self.position = position
        self.message = message
        self.hint = hint
    }
}
