import Alerts
import Foundation
import Network

extension RecordWriter {
    /// A Detection Finding (class 2004) of OCSF 1.3: a grown alert updates the finding of its uid, closing it closes that.
    ///
    /// What is about no alert is a Base Event (class 0).
    func ocsf(_ record: ForwardRecord) -> String {
        var line = JSONLine()
        let isFinding = record.isAboutAlert
        let activity = isFinding ? record.activity : 99
        let classID = isFinding ? 2004 : 0
        line.add("activity_id", activity)
        line.add("category_uid", isFinding ? 2 : 0)
        line.add("class_uid", classID)
        line.add("type_uid", classID * 100 + activity)
        if activity == 99 { line.add("activity_name", record.kind.rawValue) }
        line.add("time", record.storedAt / 1000)
        line.add("severity_id", Self.ocsfSeverity(record.level))
        line.add("message", message(record))
        line.add("metadata", object: ocsfMetadata(record))
        if let stored = record.alert?.stored { addFinding(record, stored, to: &line) }
        var unmapped = JSONLine()
        addIdentity(record, to: &unmapped)
        add(record.gap, to: &unmapped)
        if let event = record.alert?.stored.alert.event {
            unmapped.add("event", json: EventValues.flattened(event, valueLimit: valueLimit))
        }
        if let detail = record.detail { unmapped.add("detail", json: detail) }
        line.add("unmapped", object: unmapped)
        return line.finished()
    }

    private func ocsfMetadata(_ record: ForwardRecord) -> JSONLine {
        var product = JSONLine()
        product.add("name", "Earshot")
        product.add("vendor_name", "Earshot")
        var metadata = JSONLine()
        metadata.add("version", "1.3.0")
        metadata.add("uid", record.id)
        metadata.add("sequence", record.sequence)
        metadata.add("correlation_uid", record.correlation)
        metadata.add("logged_time", microsecondsNow() / 1000)
        metadata.add("log_provider", record.sensor)
        metadata.add("product", object: product)
        return metadata
    }

    /// 1 informational to 5 critical.
    static func ocsfSeverity(_ level: AlertLevel) -> Int { level.rank + 1 }

    private func addFinding(_ record: ForwardRecord, _ stored: StoredAlert, to line: inout JSONLine) {
        let alert = stored.alert
        line.add("is_alert", flag: true)
        // 1 new, 2 in progress, 4 resolved.
        line.add("status_id", stored.state == .closed ? 4 : stored.state == .acknowledged ? 2 : 1)
        line.add("comment", record.triage?.note.map { cut($0, valueLimit) })
        line.add("start_time", alert.firstSeen / 1000)
        line.add("end_time", alert.lastSeen / 1000)
        line.add("count", alert.count)
        var analytic = JSONLine()
        analytic.add("uid", alert.ruleID)
        analytic.add("name", alert.ruleTitle)
        // 1 is a rule.
        analytic.add("type_id", 1)
        var finding = JSONLine()
        finding.add("uid", record.triage.map { RecordIdentity.finding($0.store, $0.alert) } ?? findingID(record))
        finding.add("title", alert.shownTitle)
        finding.add("desc", cut(alert.shownSummary, valueLimit))
        finding.add("first_seen_time", alert.firstSeen / 1000)
        finding.add("last_seen_time", alert.lastSeen / 1000)
        finding.add("created_time", alert.firstSeen / 1000)
        finding.add("modified_time", record.storedAt / 1000)
        finding.add("related_events_count", alert.count)
        finding.add("analytic", object: analytic)
        finding.add("types", list: record.alert?.tags ?? [])
        line.add("finding_info", object: finding)
        var evidence = JSONLine()
        add("src_endpoint", alert.sourceIP?.description, alert.sourcePort, to: &evidence)
        add("dst_endpoint", alert.destinationIP?.description, alert.destinationPort, to: &evidence)
        if let transport = alert.transport {
            var connection = JSONLine()
            connection.add("protocol_name", "\(transport.name)")
            // 0 unknown, 1 inbound, 2 outbound: the sensor does not know which side is which.
            connection.add("direction_id", 0)
            connection.add("community_uid", alert.communityID)
            evidence.add("connection_info", object: connection)
        }
        if !evidence.isEmpty { line.add("evidences", objects: [evidence]) }
    }

    private func add(_ name: String, _ address: String?, _ port: UInt16?, to line: inout JSONLine) {
        guard let address else { return }
        var end = JSONLine()
        end.add("ip", address)
        end.add("port", port)
        line.add(name, object: end)
    }
}
