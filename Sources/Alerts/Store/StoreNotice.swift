/// A line for the log: what the writer has to say while it works.
public struct StoreNotice: Hashable, Sendable {
    /// How much it matters.
    public enum Severity: Hashable, Sendable {
        /// Things are well, or well again.
        case info
        /// Alerts wait or are spilled; nothing is lost.
        case warning
        /// Something was lost.
        case error
    }

    /// How much it matters.
    public var severity: Severity
    /// One sentence.
    public var text: String
}
