import Foundation
import GRDB

extension AlertReader {
    /// Alerts that pass `filter`, in the order in which they were stored, from the one behind `id` on.
    ///
    /// To walk through all, ask again with the number of the last one.
    public func query(_ filter: AlertFilter = AlertFilter(), after id: Int64 = 0, limit: Int = 1000)
        throws(StoreError) -> [StoredAlert]
    {
        try fetch(filter, "id > ?", id, order: "id", limit: limit)
    }

    /// The last `count` alerts that pass `filter`, in the order in which they were stored.
    public func last(_ count: Int, _ filter: AlertFilter = AlertFilter()) throws(StoreError) -> [StoredAlert] {
        try fetch(filter, "id > ?", 0, order: "id DESC", limit: count).reversed()
    }

    /// How many alerts pass `filter`.
    public func count(_ filter: AlertFilter = AlertFilter()) throws(StoreError) -> Int {
        let (sql, arguments) = filter.condition
        return try read { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM alert WHERE \(sql)", arguments: arguments) ?? 0
        }
    }

    /// One alert with its evidence, its rule and its run; `nil` where there is no such number.
    public func alert(_ id: Int64) throws(StoreError) -> AlertDetail? {
        try read { database in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql:
                        "SELECT \(StoredAlert.columns), rule_version, evidence_left_out, history FROM alert WHERE id = ?",
                    arguments: [id])
            else { return nil }
            var stored = triage.said(of: StoredAlert(row: row))
            stored.alert.evidence = try Row.fetchAll(
                database,
                sql: """
                    SELECT frame_number, timestamp_ns, link_type, original_length, bytes FROM evidence \
                    WHERE alert_id = ? ORDER BY timestamp_ns, rowid
                    """, arguments: [id]
            ).map { EvidenceFrame(row: $0) }
            stored.alert.tally?.values = try AlertTally.values(of: id, database)
            let leftOut: Int = row["evidence_left_out"]
            stored.alert.evidenceLeftOut = leftOut > 0 ? leftOut : nil
            let history: String? = row["history"]
            stored.alert.history = history.flatMap {
                try? JSONDecoder().decode([HistoryEntry].self, from: Data($0.utf8))
            }
            let version: DatabaseValue = row["rule_version"]
            let rule = try Row.fetchOne(
                database, sql: "SELECT id, title, level, tags, source, loaded_at FROM rule WHERE version = ?",
                arguments: [version])
            let run = try Row.fetchOne(
                database, sql: "SELECT \(RunRecord.columns) FROM run WHERE id = ?", arguments: [stored.runID])
            return AlertDetail(
                stored: stored, rule: rule.map { RuleRecord(row: $0) }, run: run.map { RunRecord(row: $0) })
        }
    }

    /// The latest runs, newest first.
    public func runs(limit: Int = 100) throws(StoreError) -> [RunRecord] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT \(RunRecord.columns) FROM run ORDER BY id DESC LIMIT ?", arguments: [limit]
            ).map { RunRecord(row: $0) }
        }
    }

    /// The latest run; `nil` where there was none.
    ///
    /// Its `summary.stats` is what `earshot stats --json` prints.
    public func latestRun() throws(StoreError) -> RunRecord? { try runs(limit: 1).first }

    func fetch(_ filter: AlertFilter, _ position: String, _ value: Int64, order: String, limit: Int)
        throws(StoreError) -> [StoredAlert]
    {
        let (sql, arguments) = filter.condition
        return try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT \(StoredAlert.columns) FROM alert WHERE \(position) AND \(sql) ORDER BY \(order) LIMIT ?",
                arguments: [value] + arguments + [max(0, limit)]
            ).map { triage.said(of: StoredAlert(row: $0)) }
        }
    }
}
