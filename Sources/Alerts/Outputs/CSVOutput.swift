import Network

/// Comma-separated values (RFC 4180): a header, then a record an alert, times as RFC 3339 in UTC.
///
/// A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula: an apostrophe
/// before it keeps what the network sent from being computed. Characters that a terminal would obey are escaped.
public struct CSVOutput: AlertOutput {
    /// Makes an output.
    public init() {}

    private static let columns: [(name: String, value: @Sendable (StoredAlert) -> String?)] = [
        ("id", { "\($0.id)" }),
        ("first_seen", { time($0.alert.firstSeen) }),
        ("last_seen", { time($0.alert.lastSeen) }),
        ("count", { "\($0.alert.count)" }),
        ("level", { $0.alert.level.rawValue }),
        ("rule_id", { $0.alert.ruleID }),
        ("rule_title", { $0.alert.shownTitle }),
        ("category", { $0.alert.category }),
        ("summary", { $0.alert.summary }),
        ("source_ip", { $0.alert.sourceIP?.description }),
        ("source_port", { $0.alert.sourcePort?.description }),
        ("destination_ip", { $0.alert.destinationIP?.description }),
        ("destination_port", { $0.alert.destinationPort?.description }),
        ("transport", { $0.alert.transport?.text }),
        ("client_ip", { $0.alert.clientIP?.description }),
        ("server_ip", { $0.alert.serverIP?.description }),
        ("client_id", { $0.alert.clientID }),
        ("community_id", { $0.alert.communityID }),
        ("group_key", { $0.alert.groupKey }),
        ("distinct_count", { $0.alert.tally?.distinct?.description }),
        ("distinct_name", { $0.alert.tally?.distinctName }),
        ("bytes", { $0.alert.tally?.bytes?.description }),
        ("state", { $0.state.rawValue }),
        ("state_by", { $0.triage?.latestChange?.by }),
        ("note", { $0.triage?.latestNote?.note }),
        ("sensor", { $0.sensor }),
        ("run_id", { "\($0.runID)" }),
    ]

    /// The names of the columns.
    public var header: String? { Self.columns.map(\.name).joined(separator: ",") + "\r" }

    /// One record with the carriage return of its end, without the line feed.
    public func line(_ stored: StoredAlert) -> String {
        Self.columns.map { csvCell($0.value(stored) ?? "") }.joined(separator: ",") + "\r"
    }

    private static func time(_ microseconds: Int64) -> String {
        let parts = CalendarTime(microseconds: microseconds)
        return "\(parts.date)T\(parts.clock).\(digits(parts.microsecond, 6))Z"
    }
}

/// A text as a cell of comma-separated values.
///
/// - Returns: the text with quotes where it needs them, and without a way to be taken for a formula.
public func csvCell(_ text: String) -> String {
    var safe = terminalSafe(text, doublingBackslashes: false)
    if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { safe = "'" + safe }
    guard safe.contains(where: { "\",".contains($0) }) else { return safe }
    return "\"" + safe.replacing("\"", with: "\"\"") + "\""
}
