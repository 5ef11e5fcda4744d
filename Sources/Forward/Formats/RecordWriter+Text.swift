import Alerts
import Network

extension RecordWriter {
    /// One line for people, with what stands in it made visible.
    func text(_ record: ForwardRecord) -> String {
        guard let stored = record.alert?.stored else {
            return terminalSafe(message(record), doublingBackslashes: false)
        }
        let line = TextOutput().line(stored)
        guard let triage = record.triage else { return line }
        return terminalSafe("\(triage.by) \(triage.action.rawValue): ", doublingBackslashes: false) + line
    }

    /// Common Event Format 0: seven fields parted by `|`, then names and values.
    ///
    /// In the head `|` and `\` are escaped, in the values `=`, `\` and ends of lines.
    func cef(_ record: ForwardRecord) -> String {
        let alert = record.alert?.stored.alert
        let head = [
            "CEF:0", "Earshot", "Earshot", "1", alert?.ruleID ?? "earshot.\(record.kind.rawValue)",
            alert?.shownTitle ?? record.kind.rawValue, String(Self.cefSeverity(record.level)),
        ]
        var values: [(String, String?)] = [
            ("externalId", record.id), ("dvchost", record.sensor), ("rt", String(record.storedAt / 1000)),
            ("cn1Label", "sequence"), ("cn1", String(record.sequence)), ("cs1Label", "stream"), ("cs1", record.stream),
        ]
        if let alert {
            values += [
                ("cs2Label", "communityId"), ("cs2", alert.communityID), ("cs3Label", "correlationId"),
                ("cs3", record.correlation), ("cs4Label", "clientId"), ("cs4", alert.clientID),
                ("src", alert.sourceIP?.description), ("spt", alert.sourcePort.map(String.init)),
                ("dst", alert.destinationIP?.description), ("dpt", alert.destinationPort.map(String.init)),
                ("proto", alert.transport.map { "\($0.name)".uppercased() }),
                ("app", alert.category.isEmpty ? nil : alert.category),
                ("cnt", String(alert.count)), ("start", String(alert.firstSeen / 1000)),
                ("end", String(alert.lastSeen / 1000)), ("act", record.triage?.action.rawValue),
            ]
        }
        var line = head.enumerated().map { $0 == 0 ? $1 : Self.escaped($1, "|") }.joined(separator: "|") + "|"
        // A label without its value says nothing.
        let present = values.filter { name, value in
            value?.isEmpty == false && (!name.hasSuffix("Label") || values.first { $0.0 == name.dropLast(5) }?.1 != nil)
        }
        line += present.map { "\($0.0)=\(Self.escaped(cut($0.1 ?? "", 1000), "="))" }.joined(separator: " ")
        return line + " msg=" + Self.escaped(cut(message(record), max(200, limit - line.utf8.count - 100)), "=")
    }

    /// 0 to 10.
    private static func cefSeverity(_ level: AlertLevel) -> Int {
        switch level {
        case .informational: 1
        case .low: 3
        case .medium: 5
        case .high: 8
        case .critical: 10
        }
    }

    private static func escaped(_ text: String, _ separator: Unicode.Scalar) -> String {
        var result = ""
        for scalar in terminalSafe(text.replacingLineEnds, doublingBackslashes: false).unicodeScalars {
            if scalar == "\\" || scalar == separator { result.append("\\") }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}

extension String {
    /// The text with a blank for each end of a line.
    fileprivate var replacingLineEnds: String {
        String(map { $0.isNewline ? " " : $0 })
    }
}
