import Alerts

/// Where the forwarder says what people should know.
public struct ForwardLog: Sendable {
    private let write: @Sendable (String) -> Void

    /// A log that hands each line to `write`; it may be called from several threads.
    public init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    /// Says something; what a terminal would obey is escaped.
    func say(_ text: String) { write(terminalSafe(text, doublingBackslashes: false)) }
}
