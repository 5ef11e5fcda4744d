import Network

/// Lines for people: time, number, level, rule, who to whom, what happened, how often.
///
/// The number is what `earshot show` takes; an alert that the store has not numbered yet has none.
/// The time is that of the latest match, RFC 3339 in UTC with milliseconds, whole on every line: a line can be read, cut
/// out and compared alone. Columns are padded, never cut.
public struct TextOutput: AlertOutput {
    private let color: Bool

    /// Makes an output, with ANSI colours only where told.
    public init(color: Bool = false) { self.color = color }

    /// One or more lines for people, without a line feed at the end.
    public func line(_ stored: StoredAlert) -> String {
        let alert = stored.alert
        var line = timeText(alert.lastSeen) + "  "
        if stored.id > 0 { line += padded("#\(stored.id)", 5) + "  " }
        line += levelText(alert.level)
        for (text, width) in [(terminalSafe(alert.shownTitle), 40), (alert.whoToWhom, 38)] {
            line += "  " + padded(text, width)
        }
        line += "  " + terminalSafe(alert.shownSummary)
        while line.last == " " { line.removeLast() }
        if alert.count > 1 { line += "  (x\(alert.count) since \(timeText(alert.firstSeen)))" }
        return line
    }

    private func levelText(_ level: AlertLevel) -> String {
        let name = padded(level == .informational ? "info" : level.rawValue, 8)
        guard color else { return name }
        let code =
            switch level {
            case .critical: "1;37;41"
            case .high: "1;31"
            case .medium: "33"
            case .low: "36"
            case .informational: "2"
            }
        return "\u{1B}[\(code)m\(name)\u{1B}[0m"
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.unicodeScalars.count))
    }

    private func timeText(_ microseconds: Int64) -> String {
        let parts = CalendarTime(microseconds: microseconds)
        return "\(parts.date)T\(parts.clock).\(digits(parts.microsecond / 1000, 3))Z"
    }
}
