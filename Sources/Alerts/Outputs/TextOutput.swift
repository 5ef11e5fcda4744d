import Network

/// Lines for people, in pipes and files: number, time, level, rule, who to whom, what happened, how often, what people said.
///
/// The number is what `earshot show` takes; an alert that the store has not numbered yet has none.
/// The time is that of the latest match, RFC 3339 in UTC with milliseconds, whole on every line: a line can be read, cut
/// out and compared alone. Columns are padded, never cut.
public struct TextOutput: AlertOutput {
    /// Makes an output.
    public init() {}

    /// One line for people, without a line feed at the end.
    public func line(_ stored: StoredAlert) -> String {
        let alert = stored.alert
        var line = stored.id > 0 ? padded("#\(stored.id)", 5) + "  " : ""
        line += timeText(alert.lastSeen) + "  " + padded(alert.level.shortText, 8)
        for (text, width) in [(terminalSafe(alert.shownTitle), 40), (alert.whoToWhom, 38)] {
            line += "  " + padded(text, width)
        }
        line += "  " + terminalSafe(alert.shownSummary)
        while line.last == " " { line.removeLast() }
        if alert.count > 1 { line += "  (x\(alert.count) since \(timeText(alert.firstSeen)))" }
        if let said = stored.triage?.shortText { line += "  [\(said)]" }
        return line
    }

    private func timeText(_ microseconds: Int64) -> String {
        let parts = CalendarTime(microseconds: microseconds)
        return "\(parts.date)T\(parts.clock).\(digits(parts.microsecond / 1000, 3))Z"
    }
}

extension AlertLevel {
    /// The level as lines show it, at most eight characters.
    var shortText: String { self == .informational ? "info" : rawValue }
}

extension AlertTriage {
    /// What lines show of it: `closed by anna`, `reopened, was closed by anna`; `nil` where nothing but remarks was said.
    public var shortText: String? {
        guard let change = latestChange else { return nil }
        let by = "by \(terminalSafe(change.by))"
        let said =
            switch change.action {
            case .acknowledge: "acknowledged"
            case .close: "closed"
            case .reopen, .note: "opened again"
            }
        return isReopened ? "reopened, was \(said) \(by)" : "\(said) \(by)"
    }
}
