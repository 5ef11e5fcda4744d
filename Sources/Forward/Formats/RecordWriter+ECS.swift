import Alerts
import Foundation
import Network

extension RecordWriter {
    /// A document of the Elastic Common Schema 8.11; what it has no name for stands below `earshot`, and what the network named
    /// in the one field `earshot.event`.
    func ecs(_ record: ForwardRecord) -> String {
        var line = JSONLine()
        let alert = record.alert?.stored.alert
        line.add("@timestamp", rfc3339(alert?.lastSeen ?? record.storedAt))
        var version = JSONLine()
        version.add("version", "8.11.0")
        line.add("ecs", object: version)
        line.add("message", message(record))
        line.add("event", object: ecsEvent(record))
        var observer = JSONLine()
        observer.add("name", record.sensor)
        observer.add("type", "ids")
        observer.add("vendor", "Earshot")
        observer.add("product", "Earshot")
        line.add("observer", object: observer)
        if let alert { addECS(alert, record.alert?.tags ?? [], to: &line) }
        line.add("earshot", object: ecsOwn(record))
        return line.finished()
    }

    /// One line for people.
    func message(_ record: ForwardRecord) -> String {
        if let stored = record.alert?.stored {
            let text = "\(stored.alert.shownTitle): \(stored.alert.shownSummary)"
            guard let triage = record.triage else { return cut(text, valueLimit) }
            return cut("\(triage.by) says of it: \(triage.action.rawValue). \(text)", valueLimit)
        }
        return record.gap?.text ?? "\(record.kind.rawValue) of \(record.sensor)"
    }

    private func ecsEvent(_ record: ForwardRecord) -> JSONLine {
        var event = JSONLine()
        event.add("id", record.id)
        event.add("module", "earshot")
        event.add("dataset", "earshot.\(record.kind.rawValue)")
        event.add("created", rfc3339(record.storedAt))
        event.add("sequence", record.sequence)
        switch record.kind {
        case .alert, .update, .triage:
            event.add("kind", "alert")
            event.add("category", list: ["intrusion_detection"])
            event.add("type", list: ["info"])
            event.add("severity", Self.severity(record.level))
            event.add("start", record.alert.map { rfc3339($0.stored.alert.firstSeen) })
            event.add("end", record.alert.map { rfc3339($0.stored.alert.lastSeen) })
            event.add("action", record.triage?.action.rawValue)
        case .heartbeat, .stats: event.add("kind", "metric")
        case .asset: event.add("kind", "asset")
        case .gap, .lag: event.add("kind", "pipeline_error")
        }
        return event
    }

    /// 21, 47, 73 and 99 are what Elastic's own rules give; an informational alert has 1.
    static func severity(_ level: AlertLevel) -> Int {
        switch level {
        case .informational: 1
        case .low: 21
        case .medium: 47
        case .high: 73
        case .critical: 99
        }
    }

    private func addECS(_ alert: Alert, _ tags: [String], to line: inout JSONLine) {
        line.add("tags", list: tags)
        var rule = JSONLine()
        rule.add("id", alert.ruleID)
        rule.add("name", alert.ruleTitle)
        rule.add("category", alert.category.isEmpty ? nil : alert.category)
        line.add("rule", object: rule)
        add("source", alert.sourceIP?.description, alert.sourcePort, to: &line)
        add("destination", alert.destinationIP?.description, alert.destinationPort, to: &line)
        add("client", alert.clientIP?.description, nil, to: &line)
        add("server", alert.serverIP?.description, nil, to: &line)
        var network = JSONLine()
        network.add("transport", alert.transport.map { "\($0.name)" })
        network.add("protocol", alert.category.isEmpty ? nil : alert.category)
        network.add("community_id", alert.communityID)
        if !network.isEmpty { line.add("network", object: network) }
        let addresses = [alert.sourceIP, alert.destinationIP, alert.clientIP, alert.serverIP].compactMap {
            $0?.description
        }
        var related = JSONLine()
        related.add("ip", list: Array(Set(addresses)).sorted())
        if !related.isEmpty { line.add("related", object: related) }
    }

    private func add(_ name: String, _ address: String?, _ port: UInt16?, to line: inout JSONLine) {
        guard let address else { return }
        var end = JSONLine()
        end.add("ip", address)
        end.add("port", port)
        line.add(name, object: end)
    }

    private func ecsOwn(_ record: ForwardRecord) -> JSONLine {
        var own = JSONLine()
        addIdentity(record, to: &own)
        add(record.gap, to: &own)
        if let stored = record.alert?.stored {
            let alert = stored.alert
            own.add("finding_id", record.triage.map { RecordIdentity.finding($0.store, $0.alert) } ?? findingID(record))
            own.add("alert_id", stored.id)
            own.add("revision", stored.revision)
            own.add("level", alert.level.rawValue)
            own.add("count", alert.count)
            own.add("state", stored.state.rawValue)
            own.add("client_id", alert.clientID.map { cut($0, valueLimit) })
            own.add("group_key", alert.groupKey.map { cut($0, valueLimit) })
            own.add("distinct_count", alert.tally?.distinct)
            own.add("bytes", alert.tally?.bytes)
            own.add("event", json: EventValues.flattened(alert.event, valueLimit: valueLimit))
        }
        if let triage = record.triage {
            own.add("action_by", triage.by)
            own.add("action_note", triage.note.map { cut($0, valueLimit) })
        }
        if let detail = record.detail { own.add("detail", json: EventValues.flattened(detail, valueLimit: valueLimit)) }
        own.add("evidence_pcapng", record.evidence.map { Data($0).base64EncodedString() })
        return own
    }

    /// The id of the alert over all of its revisions.
    func findingID(_ record: ForwardRecord) -> String {
        record.id.split(separator: ":").prefix(2).joined(separator: ":")
    }
}
