import Network

/// One object a line in the shape of Suricata's EVE `alert`: its names and types where it has them, everything of our own
/// in the one member `earshot`.
///
/// Suricata's `signature_id` is a number and a Sigma rule's `id` a UUID: the number here is a hash of it (FNV-1a, 31 bits),
/// the same wherever and whenever it is made; the UUID stands in `alert.metadata.rule_id`. `flow_id` is a hash of the
/// Community ID (53 bits, which JSON readers keep).
public struct EVEOutput: AlertOutput {
    /// Makes an output.
    public init() {}

    /// One JSON object, without a line feed.
    public func line(_ stored: StoredAlert) -> String { line(stored, adding: { _ in }) { _ in } }

    /// One JSON object, without a line feed, for whoever has more to say of an alert than the store does.
    ///
    /// - Parameters:
    ///   - stored: the alert.
    ///   - addMembers: adds members beside Suricata's own.
    ///   - addOwn: adds members to the object `earshot`.
    /// - Returns: the object.
    public func line(
        _ stored: StoredAlert, adding addMembers: (inout JSONLine) -> Void, own addOwn: (inout JSONLine) -> Void
    ) -> String {
        let alert = stored.alert
        let time = CalendarTime(microseconds: alert.lastSeen)
        var line = JSONLine()
        line.add("timestamp", "\(time.date)T\(time.clock).\(digits(time.microsecond, 6))+0000")
        line.add("flow_id", alert.communityID.map { fnv1a($0) >> 11 })
        line.add("event_type", "alert")
        line.add("src_ip", alert.sourceIP?.description)
        line.add("src_port", alert.sourcePort)
        line.add("dest_ip", alert.destinationIP?.description)
        line.add("dest_port", alert.destinationPort)
        line.add("proto", alert.transport?.text.uppercased())
        line.add("ip_v", alert.sourceIP.map { $0.isIPv4 ? 4 : 6 })
        line.add("community_id", alert.communityID)
        line.add("alert", object: signature(alert))
        line.add("app_proto", alert.category.isEmpty ? nil : alert.category)
        line.add("direction", alert.isFromClient.map { $0 ? "to_server" : "to_client" })
        addMembers(&line)
        var own = own(stored)
        addOwn(&own)
        line.add("earshot", object: own)
        line.add("host", stored.sensor)
        return line.finished()
    }

    private func signature(_ alert: Alert) -> JSONLine {
        var object = JSONLine()
        object.add("action", "allowed")
        object.add("gid", SuricataNumbers.group)
        object.add("signature_id", SuricataNumbers.signature(alert.ruleID))
        object.add("rev", SuricataNumbers.revision)
        object.add("signature", alert.ruleTitle)
        object.add("category", alert.category)
        object.add("severity", SuricataNumbers.priority(alert.level))
        object.add("metadata", lists: [("rule_id", [alert.ruleID]), ("level", [alert.level.rawValue])])
        return object
    }

    private func own(_ stored: StoredAlert) -> JSONLine {
        let alert = stored.alert
        var object = JSONLine()
        object.add("id", stored.id)
        object.add("run_id", stored.runID)
        object.add("rule_id", alert.ruleID)
        object.add("level", alert.level.rawValue)
        object.add("first_seen", alert.firstSeen)
        object.add("last_seen", alert.lastSeen)
        object.add("count", alert.count)
        object.add("summary", alert.summary)
        object.add("client_ip", alert.clientIP?.description)
        object.add("server_ip", alert.serverIP?.description)
        object.add("client_id", alert.clientID)
        object.add("group_key", alert.groupKey)
        object.add(alert.tally)
        object.add(state: stored)
        object.add("event", json: alert.event)
        return object
    }
}

/// What stands for a Sigma rule where Suricata has numbers.
public enum SuricataNumbers {
    /// The group of rules: that of Suricata's own engine.
    static let group = 1
    /// The revision, which Sigma rules do not number.
    static let revision = 1

    /// A hash of the rule's id in 31 bits.
    public static func signature(_ ruleID: String) -> UInt64 { fnv1a(ruleID) >> 33 }

    /// 1 is the most urgent.
    public static func priority(_ level: AlertLevel) -> Int {
        switch level {
        case .critical, .high: 1
        case .medium: 2
        case .low: 3
        case .informational: 4
        }
    }
}

/// The 64-bit FNV-1a hash of a text: not keyed, so that it is the same everywhere.
private func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
