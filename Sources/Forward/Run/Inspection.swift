import Alerts
import CCurl
import Foundation
import Network

/// What people ask of a configuration, beside running it.
public enum Inspection {
    /// Looks at what a configuration names: credentials, certificates, stores.
    ///
    /// - Returns: a line for each target, and for each store that cannot be read yet.
    /// - Throws: `ForwardError` for the first thing that would keep the forwarder from starting.
    public static func check(_ settings: ForwardSettings) throws(ForwardError) -> [String] {
        curl_session_start()
        var lines: [String] = []
        for target in settings.targets {
            _ = try Targets.make(target)
            lines.append("\(target.name): \(target.kind.rawValue), \(target.effectiveFormat.rawValue)")
            if target.url?.hasPrefix("http:") == true || target.kind == .kafka && !target.tls
                || target.kind == .syslog && [.udp, .tcp].contains(target.transport)
            {
                lines.append("\(target.name): warning: what goes there is not encrypted")
            }
            if target.evidence > 0 {
                lines.append(
                    "\(target.name): warning: frames go along, and with them what was on the wire, passwords included")
            }
        }
        for path in settings.stores {
            do throws(StoreError) { _ = try AlertReader(path: path) } catch {
                lines.append("warning: \(error.description)")
            }
        }
        return lines
    }

    /// Sends one test record to a target.
    ///
    /// - Returns: what was sent and answered, without secrets.
    /// - Throws: `ForwardError` 69 where it does not arrive.
    public static func test(_ settings: TargetSettings) throws(ForwardError) -> String {
        curl_session_start()
        let target = try Targets.make(settings)
        do throws(DeliveryFailure) { return try target.test(sample()) } catch {
            throw ForwardError(69, "\(settings.name): \(error.reason)")
        }
    }

    /// An alert about nobody: addresses of RFC 5737.
    static func sample() -> ForwardRecord {
        let now = microsecondsNow()
        let alert = Alert(
            serial: 1, firstSeen: now, lastSeen: now, ruleID: "earshot-forward-test",
            ruleTitle: "Test of earshot-forward",
            level: .low, category: "", summary: "nothing has happened", sourceIP: IPAddress("192.0.2.10"),
            sourcePort: 40001,
            destinationIP: IPAddress("192.0.2.1"), destinationPort: 1883, transport: .tcp)
        let host = ProcessInfo.processInfo.hostName
        let stored = StoredAlert(id: 0, revision: 0, runID: 0, sensor: host, alert: alert)
        let outbox = OutboxAlert(
            stored: stored, tags: [], storedAt: now, firstFrame: nil, isNew: true, position: OutboxPosition())
        let id = UUID().uuidString.lowercased()
        var record = ForwardRecord(kind: .alert, id: "test:\(id)", sensor: host, storedAt: now)
        record.alert = outbox
        record.correlation = RecordIdentity.correlation(outbox)
        record.stream = id
        record.sequence = 1
        return record
    }

    /// How far each target is behind.
    ///
    /// - Parameters:
    ///   - settings: what was configured.
    ///   - asJSON: whether it is one object of JSON; else a small table.
    /// - Returns: the text.
    /// - Throws: `ForwardError` where a cursor is damaged.
    public static func status(_ settings: ForwardSettings, asJSON: Bool) throws(ForwardError) -> String {
        let data = FileManager.default.contents(atPath: "\(settings.state)/status.json")
        let said = data.flatMap { try? JSONDecoder().decode([String: TargetStatus].self, from: $0) } ?? [:]
        var rows: [(String, TargetStatus)] = []
        for target in settings.targets {
            var status = said[target.name] ?? TargetStatus()
            let cursor = try CursorFile.read("\(settings.state)/\(target.name).cursor")
            if cursor == nil { status.state = "never run" }
            let lag = TargetLag.of(cursor ?? ForwardCursor(), stores: settings.stores) { try? AlertReader(path: $0) }
            (status.lag, status.oldestSeconds) = lag
            status.deadLetters = cursor?.deadLetters ?? 0
            status.removed = cursor?.removed ?? 0
            status.confirmedAt = cursor?.confirmedAt ?? 0
            rows.append((target.name, status))
        }
        guard !asJSON else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            let object = Dictionary(rows) { $1 }
            return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        }
        return table(rows)
    }

    private static func table(_ rows: [(String, TargetStatus)]) -> String {
        let head = ["TARGET", "STATE", "LAG", "OLDEST", "RETRIES", "DEAD", "REMOVED", "CONFIRMED", "PROBLEM"]
        let cells = rows.map { name, status in
            [
                name, status.state, "\(status.lag)", status.lag > 0 ? "\(Int(status.oldestSeconds)) s" : "-",
                "\(status.retries)", "\(status.deadLetters)", "\(status.removed)",
                status.confirmedAt > 0 ? String(rfc3339(status.confirmedAt).prefix(19)) + "Z" : "never",
                status.problem.isEmpty ? "-" : terminalSafe(status.problem, doublingBackslashes: false),
            ]
        }
        let widths = head.indices.map { column in ([head] + cells).map { $0[column].count }.max() ?? 0 }
        return ([head] + cells).map { row in
            row.enumerated().map { index, text in
                index == head.count - 1 ? text : text + String(repeating: " ", count: widths[index] - text.count)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
