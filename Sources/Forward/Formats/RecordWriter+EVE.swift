import Alerts
import Foundation

extension RecordWriter {
    /// A line of EVE JSON: `alert` for what is about an alert, `stats` for signs of life and counts, `anomaly` for what is
    /// missing; what is ours stands in `earshot`.
    func eve(_ record: ForwardRecord) -> String {
        guard let alert = record.alert else { return eveWithoutAlert(record) }
        return EVEOutput().line(
            alert.stored,
            adding: { line in addProtocol(alert.stored.alert, to: &line) },
            own: { own in
                addIdentity(record, to: &own)
                own.add("tags", list: alert.tags)
                own.add("stored_at", rfc3339(alert.storedAt))
                if let triage = record.triage {
                    own.add("action", triage.action.rawValue)
                    own.add("action_by", triage.by)
                    own.add("action_at", rfc3339(triage.at))
                    own.add("action_note", triage.note)
                }
                own.add("evidence_pcapng", record.evidence.map { Data($0).base64EncodedString() })
            })
    }

    /// What each record has in each format of JSON, under `earshot`.
    func addIdentity(_ record: ForwardRecord, to own: inout JSONLine) {
        own.add("record_id", record.id)
        own.add("record", record.kind.rawValue)
        own.add("stream", record.stream)
        own.add("sequence", record.sequence)
        own.add("correlation_id", record.correlation)
        own.add("sent_at", rfc3339(microsecondsNow()))
    }

    private func eveWithoutAlert(_ record: ForwardRecord) -> String {
        var line = JSONLine()
        line.add("timestamp", rfc3339(record.storedAt).dropLast() + "+0000")
        var own = JSONLine()
        addIdentity(record, to: &own)
        switch record.kind {
        case .heartbeat, .stats:
            line.add("event_type", "stats")
            var stats = JSONLine()
            stats.add("uptime", Self.uptime(record.detail))
            line.add("stats", object: stats)
        case .gap, .lag:
            line.add("event_type", "anomaly")
            var anomaly = JSONLine()
            anomaly.add("type", "applayer")
            anomaly.add("event", "earshot_\(record.gap?.cause.rawValue ?? record.kind.rawValue)")
            line.add("anomaly", object: anomaly)
        default: line.add("event_type", "earshot")
        }
        add(record.gap, to: &own)
        if let detail = record.detail { own.add("detail", json: detail) }
        line.add("earshot", object: own)
        line.add("host", record.sensor)
        return line.finished()
    }

    /// What is missing.
    func add(_ gap: RecordGap?, to own: inout JSONLine) {
        guard let gap else { return }
        own.add("cause", gap.cause.rawValue)
        own.add("missing", gap.count)
        own.add("first_missing", gap.numbers?.lowerBound)
        own.add("last_missing", gap.numbers?.upperBound)
        own.add("summary", gap.text)
    }

    /// Seconds that the forwarder runs, as its sign of life says.
    private static func uptime(_ detail: String?) -> Int64 {
        let object = detail.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) } as? [String: Any]
        return (object?["uptime"] as? NSNumber)?.int64Value ?? 0
    }

    /// Suricata's object for MQTT, of the fields of the event that it has a name for.
    private func addProtocol(_ alert: Alert, to line: inout JSONLine) {
        guard alert.category == "mqtt",
            let event = try? JSONSerialization.jsonObject(with: Data(alert.event.utf8)) as? [String: Any],
            let type = event["mqtt.type"] as? String, type == "PUBLISH"
        else { return }
        var publish = JSONLine()
        publish.add("qos", (event["mqtt.qos"] as? NSNumber)?.int64Value)
        publish.add("retain", flag: (event["mqtt.retain"] as? NSNumber)?.boolValue)
        publish.add("dup", flag: (event["mqtt.dupflag"] as? NSNumber)?.boolValue)
        publish.add("topic", (event["mqtt.topic"] as? String).map { cut($0, valueLimit) })
        publish.add("message_id", (event["mqtt.msgid"] as? NSNumber)?.int64Value)
        var mqtt = JSONLine()
        mqtt.add("publish", object: publish)
        line.add("mqtt", object: mqtt)
    }
}
