import Network

/// One JSON object a line: the columns of table `alert` by name, `event` as an object.
///
/// Columns without a value are left out; the store's own columns (`serial`, `rule_version`, `stored_at`, `revision`)
/// are not shown. The different values of a row follow as `distinct_values` where the alert was read with all its parts.
public struct JSONOutput: AlertOutput {
    /// Makes an output.
    public init() {}

    /// One JSON object, without a line feed.
    public func line(_ stored: StoredAlert) -> String {
        let alert = stored.alert
        var line = JSONLine()
        line.add("id", stored.id)
        line.add("first_seen", alert.firstSeen)
        line.add("last_seen", alert.lastSeen)
        line.add("count", alert.count)
        line.add("rule_id", alert.ruleID)
        line.add("rule_title", alert.ruleTitle)
        line.add("level", alert.level.rawValue)
        line.add("category", alert.category)
        line.add("summary", alert.summary)
        line.add("source_ip", alert.sourceIP?.description)
        line.add("source_port", alert.sourcePort)
        line.add("destination_ip", alert.destinationIP?.description)
        line.add("destination_port", alert.destinationPort)
        line.add("transport", alert.transport?.text)
        line.add("client_ip", alert.clientIP?.description)
        line.add("server_ip", alert.serverIP?.description)
        line.add("client_id", alert.clientID)
        line.add("community_id", alert.communityID)
        line.add("group_key", alert.groupKey)
        line.add(alert.tally)
        line.add(state: stored)
        line.add("event", json: alert.event)
        line.add("sensor", stored.sensor)
        line.add("run_id", stored.runID)
        return line.finished()
    }
}
