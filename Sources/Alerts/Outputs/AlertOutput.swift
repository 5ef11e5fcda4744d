/// Turns alerts into lines.
///
/// One line holds one alert, whatever bytes the network sent.
public protocol AlertOutput: Sendable {
    /// The line for an alert, without a line feed.
    func line(_ stored: StoredAlert) -> String
}

/// The formats that `earshot tail --format` knows.
public enum AlertFormat: String, CaseIterable, Sendable {
    case text, fast, json, eve

    /// The output of that format.
    ///
    /// - Parameter color: whether `text` may use ANSI colours: for a terminal only.
    /// - Returns: an output of that format.
    public func output(color: Bool = false) -> any AlertOutput {
        switch self {
        case .text: TextOutput(color: color)
        case .fast: FastOutput()
        case .json: JSONOutput()
        case .eve: EVEOutput()
        }
    }
}
