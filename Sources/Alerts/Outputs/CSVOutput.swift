import Network

/// Alerts as a table that spreadsheets open: RFC 4180, the columns of the JSON output by name, and both times as text.
///
/// A text that a spreadsheet would take for a formula has an apostrophe before it; characters that a terminal would obey are
/// escaped.
public struct CSVOutput: AlertOutput {
    /// Makes an output.
    public init() {}

    /// The names of the columns.
    private static let columns = [
        "id", "first_seen", "last_seen", "first_seen_text", "last_seen_text", "count", "rule_id", "rule_title", "level",
        "category", "summary", "source_ip", "source_port", "destination_ip", "destination_port", "transport",
        "client_ip",
        "server_ip", "client_id", "community_id", "group_key", "distinct_count", "distinct_name", "distinct_estimate",
        "distinct_first", "distinct_latest", "bytes", "kinds", "folded", "state", "reopened", "state_by", "state_at",
        "note",
        "note_by", "event", "sensor", "run_id",
    ]

    /// The first record with the carriage return of its end, without the line feed.
    public var header: String? { Self.columns.joined(separator: ",") + "\r" }

    /// The record of an alert with the carriage return of its end, without the line feed: as many cells as the header has;
    /// what is absent is an empty one.
    public func line(_ stored: StoredAlert) -> String {
        let alert = stored.alert
        let tally = alert.tally
        let triage = stored.triage
        let cells: [String] = [
            "\(stored.id)", "\(alert.firstSeen)", "\(alert.lastSeen)", time(alert.firstSeen), time(alert.lastSeen),
            "\(alert.count)", text(alert.ruleID), text(alert.ruleTitle), alert.level.rawValue, text(alert.category),
            text(alert.summary), text(alert.sourceIP?.description), number(alert.sourcePort),
            text(alert.destinationIP?.description), number(alert.destinationPort), alert.transport?.text ?? "",
            text(alert.clientIP?.description), text(alert.serverIP?.description), text(alert.clientID),
            text(alert.communityID), text(alert.groupKey), number(tally?.distinct), text(tally?.distinctName),
            tally?.isEstimate == true ? "1" : "", text(tally?.first), text(tally?.latest), number(tally?.bytes),
            text(tally?.kinds?.joined(separator: " ")), tally?.isFolded == true ? "1" : "", stored.state.rawValue,
            triage?.isReopened == true ? "1" : "",
            text(triage?.latestChange?.by), number(triage?.latestChange?.at), text(triage?.latestNote?.note),
            text(triage?.latestNote?.by), text(alert.event, doublingBackslashes: false), text(stored.sensor),
            "\(stored.runID)",
        ]
        return cells.joined(separator: ",") + "\r"
    }

    private func number(_ value: (some BinaryInteger)?) -> String { value.map { "\($0)" } ?? "" }

    private func time(_ microseconds: Int64) -> String {
        let parts = CalendarTime(microseconds: microseconds)
        return "\(parts.date)T\(parts.clock).\(digits(parts.microsecond, 6))Z"
    }

    /// A text as a cell.
    private func text(_ value: String?, doublingBackslashes: Bool = true) -> String {
        csvCell(value, doublingBackslashes: doublingBackslashes)
    }
}

/// A text as a cell of CSV (RFC 4180), with an apostrophe before what a spreadsheet would take for a formula, and characters
/// that a terminal would obey escaped.
public func csvCell(_ value: String?, doublingBackslashes: Bool = true) -> String {
    guard let value, let first = value.unicodeScalars.first else { return "" }
    let isFormula = "=+-@\t\r".unicodeScalars.contains(first)
    let safe = (isFormula ? "'" : "") + terminalSafe(value, doublingBackslashes: doublingBackslashes)
    guard safe.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return safe }
    return "\"" + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}
