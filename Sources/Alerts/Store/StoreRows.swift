import Foundation
import GRDB
import Network

// How rows become values. Columns are read by name; a value that makes no sense becomes absent, never a trap.

extension StoredAlert {
    /// The columns that a reader asks for.
    static let columns = """
        id, first_seen, last_seen, count, rule_id, rule_title, level, category, summary, source_ip, source_port, \
        destination_ip, destination_port, transport, client_ip, server_ip, client_id, community_id, group_key, event, \
        sensor, run_id, serial, revision, distinct_count, distinct_name, distinct_estimate, distinct_first, \
        distinct_latest, bytes, folded, kinds
        """

    /// A row of `StoredAlert.columns`.
    init(row: Row) {
        id = integer(row, "id")
        revision = integer(row, "revision")
        runID = integer(row, "run_id")
        sensor = text(row, "sensor")
        alert = Alert(
            serial: UInt64(bitPattern: integer(row, "serial")), firstSeen: integer(row, "first_seen"),
            lastSeen: integer(row, "last_seen"), count: integer(row, "count"), ruleID: text(row, "rule_id"),
            ruleTitle: text(row, "rule_title"), level: AlertLevel(rawValue: text(row, "level")) ?? .informational,
            category: text(row, "category"), summary: text(row, "summary"), sourceIP: address(row, "source_ip"),
            sourcePort: port(row, "source_port"), destinationIP: address(row, "destination_ip"),
            destinationPort: port(row, "destination_port"), transport: transport(row),
            clientIP: address(row, "client_ip"), serverIP: address(row, "server_ip"),
            clientID: optionalText(row, "client_id"), communityID: optionalText(row, "community_id"),
            groupKey: optionalText(row, "group_key"), event: text(row, "event"))
        alert.tally = AlertTally(row: row)
    }
}

extension AlertTally {
    /// The columns of a tally in a row of `StoredAlert.columns`; `nil` where there is none.
    init?(row: Row) {
        self.init(
            distinct: optionalInteger(row, "distinct_count"), distinctName: optionalText(row, "distinct_name"),
            isEstimate: integer(row, "distinct_estimate") != 0, first: optionalText(row, "distinct_first"),
            latest: optionalText(row, "distinct_latest"), bytes: optionalInteger(row, "bytes"),
            kinds: optionalText(row, "kinds").map { Self.kinds($0) },
            isFolded: integer(row, "folded") != 0)
        if distinct == nil, bytes == nil, kinds == nil { return nil }
    }

    /// Keywords as the column keeps them.
    static func kinds(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}

extension AlertTally {
    /// The first of the different values of an alert; `nil` where there are none.
    static func values(of alert: Int64, _ database: Database) throws -> [String]? {
        let statement = try database.cachedStatement(sql: "SELECT texts FROM distinct_values WHERE alert_id = ?")
        let texts = try String.fetchOne(statement, arguments: [alert])
        return texts.flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) }
    }
}

extension EvidenceFrame {
    /// A row of `evidence`.
    init(row: Row) {
        self.init(
            frameNumber: UInt64(bitPattern: integer(row, "frame_number")),
            timestampNanoseconds: integer(row, "timestamp_ns"),
            linkType: UInt32(truncatingIfNeeded: integer(row, "link_type")),
            originalLength: UInt32(truncatingIfNeeded: integer(row, "original_length")),
            bytes: [UInt8](Data.fromDatabaseValue(value(row, "bytes")) ?? Data()))
    }
}

extension RuleRecord {
    /// A row of `rule`; tags are parted by spaces.
    init(row: Row) {
        self.init(
            id: text(row, "id"), title: text(row, "title"),
            level: AlertLevel(rawValue: text(row, "level")) ?? .informational,
            tags: text(row, "tags").split(separator: " ").map(String.init), source: text(row, "source"),
            loadedAt: integer(row, "loaded_at"))
    }
}

extension RunRecord {
    /// The columns that a reader asks for.
    static let columns = """
        id, sensor, started, ended, source, version, rules_digest, packets, bytes, dropped_kernel, dropped_interface, \
        flows, messages, status, source_digest, stats, \
        (SELECT count(*) FROM alert WHERE alert.run_id = run.id) AS alerts
        """

    /// A row of `run` with the column `alerts` beside it.
    init(row: Row) {
        id = integer(row, "id")
        start = RunStart(
            sensor: text(row, "sensor"), started: integer(row, "started"), source: text(row, "source"),
            sourceDigest: optionalText(row, "source_digest"), version: text(row, "version"),
            rulesDigest: text(row, "rules_digest"))
        summary = RunSummary(
            status: RunStatus(rawValue: text(row, "status")) ?? .killed, ended: optionalInteger(row, "ended"),
            packets: integer(row, "packets"), bytes: integer(row, "bytes"),
            droppedKernel: integer(row, "dropped_kernel"), droppedInterface: integer(row, "dropped_interface"),
            flows: integer(row, "flows"), messages: integer(row, "messages"), stats: text(row, "stats"))
        alerts = integer(row, "alerts")
    }
}

private func value(_ row: Row, _ column: String) -> DatabaseValue { row[column] }

private func optionalInteger(_ row: Row, _ column: String) -> Int64? { Int64.fromDatabaseValue(value(row, column)) }

private func integer(_ row: Row, _ column: String) -> Int64 { optionalInteger(row, column) ?? 0 }

private func optionalText(_ row: Row, _ column: String) -> String? { String.fromDatabaseValue(value(row, column)) }

private func text(_ row: Row, _ column: String) -> String { optionalText(row, column) ?? "" }

private func address(_ row: Row, _ column: String) -> IPAddress? {
    optionalText(row, column).flatMap { IPAddress($0) }
}

private func port(_ row: Row, _ column: String) -> UInt16? {
    optionalInteger(row, column).flatMap { UInt16(exactly: $0) }
}

private func transport(_ row: Row) -> Transport? {
    switch optionalText(row, "transport") {
    case "tcp": .tcp
    case "udp": .udp
    default: nil
    }
}
