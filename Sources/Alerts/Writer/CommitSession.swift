import Foundation
import GRDB
import Network

/// One transaction's worth of changes.
///
/// Statements are cached by the connection; arguments go by position.
///
/// Everything here may be done twice with the same result: an insert that is there already becomes an update, and an
/// update only ever raises the count and the time.
struct CommitSession {
    let database: Database
    let evidenceLimit: Int
    /// Wall clock, microseconds since 1970 UTC.
    let now: Int64
    private var revision: Int64
    private var rows: [ObjectIdentifier: Int64?] = [:]
    /// The version of each rule by its id: hashing a whole record would hash the rule's text for every alert.
    private var versions: [String: (rule: RuleRecord, version: Int64)] = [:]
    /// Repetitions that found no row.
    private(set) var orphaned = 0

    /// Begins; `database` is inside a write transaction.
    init(_ database: Database, evidenceLimit: Int, now: Int64) throws {
        self.database = database
        self.evidenceLimit = evidenceLimit
        self.now = now
        revision =
            try Int64.fetchOne(
                database.cachedStatement(sql: "SELECT value FROM counter WHERE name = 'revision'")) ?? 0
    }

    /// Writes the counter of revisions; the last act of the transaction.
    func end() throws {
        try database.cachedStatement(sql: "UPDATE counter SET value = ? WHERE name = 'revision'")
            .execute(arguments: [revision])
    }

    /// Carries out one change.
    ///
    /// What belongs to a run that was replaced is passed over.
    mutating func apply(_ write: QueuedWrite) throws {
        guard let run = try row(of: write.run) else { return }
        switch write.change {
        case .insert(let alert, let rule): try insert(alert, rule, run, sensor: write.run.start.sensor)
        case .repeated(let repetition): try update(repetition, run)
        case .summary(let summary): try update(summary, run)
        case .inventory(let changes): try StoreInventory.write(changes, database)
        }
    }

    private mutating func insert(_ alert: Alert, _ rule: RuleRecord?, _ run: Int64, sensor: String) throws {
        var version: Int64?
        if let rule { version = try self.version(of: rule) }
        revision += 1
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO alert(first_seen, last_seen, count, rule_id, rule_title, level, category, summary, source_ip, \
                source_port, destination_ip, destination_port, transport, client_ip, server_ip, client_id, community_id, \
                group_key, event, sensor, run_id, serial, rule_version, stored_at, revision, evidence_left_out, \
                distinct_count, distinct_name, distinct_estimate, distinct_first, distinct_latest, bytes, folded, row_key, history, \
                kinds) \
                VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
                ON CONFLICT(run_id, serial) DO NOTHING
                """)
        // The client is mostly one of the two ends, and the server the other: an address is written once.
        let source = alert.sourceIP?.description
        let destination = alert.destinationIP?.description
        func text(_ address: IPAddress?) -> String? {
            address == alert.sourceIP ? source : address == alert.destinationIP ? destination : address?.description
        }
        // A literal: from any other sequence the library makes the arguments by way of unspecialised code.
        let arguments: StatementArguments = [
            alert.firstSeen, alert.lastSeen, alert.count, alert.ruleID.storable, alert.ruleTitle.storable,
            alert.level.rawValue, alert.category.storable, alert.summary.storable, source,
            alert.sourcePort, destination, alert.destinationPort, alert.transport?.text,
            text(alert.clientIP), text(alert.serverIP), alert.clientID?.storable,
            alert.communityID?.storable, alert.groupKey?.storable, alert.event.storable, sensor.storable, run,
            Int64(bitPattern: alert.serial), version, now, revision,
            alert.evidenceLeftOut ?? 0, alert.tally?.distinct, alert.tally?.distinctName,
            alert.tally?.isEstimate ?? false, alert.tally?.first?.storable, alert.tally?.latest?.storable,
            alert.tally?.bytes, alert.tally?.isFolded ?? false, alert.rowKey.map { Data($0) },
            Self.text(of: alert.history), alert.tally?.kinds?.joined(separator: " ").storable,
        ]
        try statement.execute(arguments: arguments)
        if database.changesCount == 0 {
            // SQLite has counted the number that it drew: unless it is given back, readers would miss an alert that never was.
            try database.cachedStatement(sql: "UPDATE sqlite_sequence SET seq = seq - 1 WHERE name = 'alert'").execute()
            return try update(
                Repetition(
                    serial: alert.serial, lastSeen: alert.lastSeen, count: alert.count, evidence: alert.evidence,
                    firstSeen: alert.firstSeen, leftOut: alert.evidenceLeftOut, tally: alert.tally), run)
        }
        let id = database.lastInsertedRowID
        for frame in alert.evidence { try insert(frame, id) }
        try insert(alert.tally?.values, id)
    }

    /// Adds values of a row that it has not yet, while there are few.
    private func insert(_ values: [String]?, _ alert: Int64) throws {
        guard let values, !values.isEmpty else { return }
        var all = AlertTally(values: try AlertTally.values(of: alert, database))
        let known = all.values
        all.merge(AlertTally(values: values))
        guard let texts = all.values, texts != known else { return }
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO distinct_values(alert_id, texts) VALUES(?, ?) \
                ON CONFLICT(alert_id) DO UPDATE SET texts = excluded.texts
                """)
        try statement.execute(arguments: [alert, JSONLine.list(texts).storable])
    }

    /// What the ends of an alert did, as an array of JSON; `nil` where nothing is known.
    private static func text(of history: [HistoryEntry]?) -> String? {
        guard let history, !history.isEmpty, let data = try? JSONEncoder().encode(history) else { return nil }
        return String(decoding: data, as: UTF8.self).storable
    }

    private func insert(_ frame: EvidenceFrame, _ alert: Int64) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO evidence(alert_id, frame_number, timestamp_ns, link_type, original_length, bytes) \
                VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """)
        try statement.execute(arguments: [
            alert, Int64(bitPattern: frame.frameNumber), frame.timestampNanoseconds, frame.linkType,
            frame.originalLength, Data(frame.bytes),
        ])
    }

    private mutating func update(_ repetition: Repetition, _ run: Int64) throws {
        revision += 1
        // A row of an earlier run is known by its number in the store.
        let stored = AlertSerial.storedID(repetition.serial)
        let statement = try database.cachedStatement(
            sql: """
                UPDATE alert SET count = max(count, ?), last_seen = max(last_seen, ?), first_seen = min(first_seen, ?), \
                stored_at = ?, revision = ? \
                WHERE \(stored == nil ? "run_id = ? AND serial = ?" : "id = ?") RETURNING id
                """)
        var arguments: StatementArguments = [
            repetition.count, repetition.lastSeen, repetition.firstSeen ?? .max, now, revision,
        ]
        arguments += stored.map { [$0] } ?? [run, Int64(bitPattern: repetition.serial)]
        guard let id = try Int64.fetchOne(statement, arguments: arguments) else {
            orphaned += 1
            return
        }
        if let tally = repetition.tally { try update(tally, id) }
        if let rise = repetition.rise {
            var version: Int64?
            if let rule = rise.rule { version = try self.version(of: rule) }
            let change = try database.cachedStatement(
                sql: """
                    UPDATE alert SET level = ?, rule_title = ?, summary = ?, rule_id = ?, \
                    rule_version = coalesce(?, rule_version), history = coalesce(?, history) WHERE id = ?
                    """)
            try change.execute(arguments: [
                rise.level.rawValue, rise.title.storable, rise.summary.storable, rise.ruleID.storable, version,
                Self.text(of: rise.history), id,
            ])
        }
        guard !repetition.evidence.isEmpty else { return }
        let counting = try database.cachedStatement(sql: "SELECT count(*) FROM evidence WHERE alert_id = ?")
        let kept = try Int.fetchOne(counting, arguments: [id]) ?? 0
        // What made a row worse is shown, however much there is of what came before.
        guard kept < evidenceLimit || repetition.rise != nil else { return }
        for frame in repetition.evidence { try insert(frame, id) }
        guard let leftOut = repetition.leftOut else { return }
        try database.cachedStatement(sql: "UPDATE alert SET evidence_left_out = evidence_left_out + ? WHERE id = ?")
            .execute(arguments: [leftOut, id])
    }

    private func update(_ tally: AlertTally, _ id: Int64) throws {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE alert SET distinct_count = max(coalesce(distinct_count, 0), ?), \
                distinct_name = coalesce(?, distinct_name), distinct_estimate = max(distinct_estimate, ?), \
                distinct_latest = coalesce(?, distinct_latest), bytes = max(coalesce(bytes, 0), ?) WHERE id = ?
                """)
        // A comparison with what is absent gives what is absent: the columns stay empty of what is not counted.
        try statement.execute(arguments: [
            tally.distinct, tally.distinctName, tally.isEstimate, tally.latest?.storable, tally.bytes, id,
        ])
        try insert(tally.values, id)
        if let kinds = tally.kinds { try add(kinds, id) }
    }

    /// Adds keywords that a row does not name yet: what passes later may be of another class.
    private func add(_ kinds: [String], _ id: Int64) throws {
        let find = try database.cachedStatement(sql: "SELECT kinds FROM alert WHERE id = ?")
        var all = AlertTally(kinds: try String.fetchOne(find, arguments: [id]).map { AlertTally.kinds($0) })
        let known = all.kinds
        all.merge(AlertTally(kinds: kinds))
        guard all.kinds != known else { return }
        try database.cachedStatement(sql: "UPDATE alert SET kinds = ? WHERE id = ?")
            .execute(arguments: [all.kinds?.joined(separator: " ").storable, id])
    }

    private func update(_ summary: RunSummary, _ run: Int64) throws {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE run SET status = ?, ended = ?, packets = ?, bytes = ?, dropped_kernel = ?, dropped_interface = ?, \
                flows = ?, messages = ?, stats = ? WHERE id = ?
                """)
        try statement.execute(arguments: [
            summary.status.rawValue, summary.ended, summary.packets, summary.bytes, summary.droppedKernel,
            summary.droppedInterface, summary.flows, summary.messages, summary.stats.storable, run,
        ])
    }

    /// The row of a run, made where it is missing; `nil` for a run that was replaced.
    private mutating func row(of run: RunHandle) throws -> Int64? {
        if let known = rows[ObjectIdentifier(run)] { return known }
        let row = try StoreRuns.ensureRow(of: run, status: run.isLive ? .running : .killed, database)
        rows[ObjectIdentifier(run)] = .some(row)
        return row
    }

    private mutating func version(of rule: RuleRecord) throws -> Int64 {
        if let known = versions[rule.id], known.rule == rule { return known.version }
        let find = try database.cachedStatement(sql: "SELECT version FROM rule WHERE id = ? AND source = ?")
        var found = try Int64.fetchOne(find, arguments: [rule.id.storable, rule.source.storable])
        if found == nil {
            try database.cachedStatement(
                sql: "INSERT INTO rule(id, title, level, tags, source, loaded_at) VALUES(?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [
                rule.id.storable, rule.title.storable, rule.level.rawValue,
                rule.tags.joined(separator: " ").storable, rule.source.storable, rule.loadedAt,
            ])
            found = database.lastInsertedRowID
        }
        let version = found ?? 0
        versions[rule.id] = (rule, version)
        return version
    }
}

extension Transport {
    /// `tcp` or `udp`.
    var text: String { "\(name)" }
}
