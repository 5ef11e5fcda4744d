/// Turns alerts into lines.
///
/// One line holds one alert, whatever bytes the network sent; for a narrow terminal it may hold a line feed of our own.
public protocol AlertOutput: Sendable {
    /// What stands before the first alert; `nil` for nothing.
    var header: String? { get }

    /// The line for an alert, without a line feed at its end.
    func line(_ stored: StoredAlert) -> String
}

extension AlertOutput {
    /// Nothing.
    public var header: String? { nil }
}

/// The formats that `earshot tail --format` knows.
public enum AlertFormat: String, CaseIterable, Sendable {
    case text, fast, json, eve, csv

    /// The output of that format, with nothing in it that a program would stumble over.
    ///
    /// - Returns: an output of that format.
    public func output() -> any AlertOutput {
        switch self {
        case .text: TextOutput()
        case .fast: FastOutput()
        case .json: JSONOutput()
        case .eve: EVEOutput()
        case .csv: CSVOutput()
        }
    }
}
