/// One line an alert in the manner of Suricata's fast.log; sender to receiver, IPv6 in brackets, UTC.
///
///     11/21/2026-09:30:00.123456  [**] [1:1234567:1] TITLE [**] [Classification: mqtt] [Priority: 1] {TCP} 192.0.2.10:40001 -> 192.0.2.1:1883
///
/// The numbers in brackets are those of EVE: `gid`, a hash of the rule's id, `rev`.
public struct FastOutput: AlertOutput {
    private let showsCount: Bool

    /// Makes an output.
    ///
    /// - Parameter showsCount: whether ` [x17]` follows where a row stands for several matches; off by default, since
    ///   programs that read such lines look for the addresses at the end.
    public init(showsCount: Bool = false) { self.showsCount = showsCount }

    /// One line of the format, without a line feed.
    public func line(_ stored: StoredAlert) -> String {
        let alert = stored.alert
        let time = CalendarTime(microseconds: alert.lastSeen)
        let transport = alert.transport.map { $0.text.uppercased() } ?? "-"
        let source = alert.sourceIP.map { endText($0, alert.sourcePort) } ?? "-"
        let destination = alert.destinationIP.map { endText($0, alert.destinationPort) } ?? "-"
        var line = "\(time.monthFirstDate)-\(time.clock).\(digits(time.microsecond, 6))"
        line +=
            "  [**] [\(SuricataNumbers.group):\(SuricataNumbers.signature(alert.ruleID)):\(SuricataNumbers.revision)]"
        line += " \(terminalSafe(alert.shownTitle)) [**]"
        line += " [Classification: \(alert.category.isEmpty ? "(null)" : terminalSafe(alert.category))]"
        line += " [Priority: \(SuricataNumbers.priority(alert.level))] {\(transport)} \(source) -> \(destination)"
        if showsCount, alert.count > 1 { line += " [x\(alert.count)]" }
        return line
    }
}
