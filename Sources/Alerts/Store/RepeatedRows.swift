import Foundation
import GRDB

/// Rows that several runs have of the same traffic: the same rule, the same time, about the same, of the same frame.
///
/// A capture is read again when it has grown, is packed otherwise, comes by a pipe, or was not read to its end before; and
/// captures are put together, cut and sorted, so that a frame has another number in each. The row that is there stays, with its
/// number, by which people may have noted something; what the later run knows more of it is added, and the row of the later run
/// goes.
struct RepeatedRows {
    /// What tells a row from others of its capture.
    private struct Name: Hashable {
        let firstSeen: Int64
        let source: String?
        let destination: String?
        let ports: [Int64?]
        let groupKey: String?
        /// The rule; or, for a row that has become worse and is called by another one, its number in its run.
        let rule: String?
        let serial: Int64?
    }

    /// A row that stays.
    private struct Kept {
        let id: Int64
        var count: Int64
        var version: Int64?
        let frame: Data?
        /// The latest run that has this row.
        var run: Int64
        /// Whether a run of the same capture has it.
        var isOfCapture: Bool
    }

    private var kept: [Kept] = []
    /// Where in `kept` the rows of a name are: each stands under two.
    private var places: [Name: [Int]] = [:]
    private let database: Database
    private let runs: Runs
    private var revision: Int64
    private let now: Int64
    /// How many rows went.
    private(set) var removed = 0

    /// The runs whose rows are held against each other.
    struct Runs {
        /// The run that has just ended.
        var latest: Int64
        /// Earlier runs that read the same capture, or one that begins as it does.
        var alike: Set<Int64>
        /// Earlier runs of captures of the same time: only what is of the very same frame is the same there.
        var near: Set<Int64>
    }

    /// Merges what `runs` have in common; `database` is inside a write transaction.
    ///
    /// - Returns: how many rows went.
    static func merge(_ runs: Runs, now: Int64, _ database: Database) throws -> Int {
        let find = "SELECT EXISTS (SELECT 1 FROM alert WHERE run_id = ?)"
        guard try Bool.fetchOne(database, sql: find, arguments: [runs.latest]) == true else { return 0 }
        let revision =
            try Int64.fetchOne(database, sql: "SELECT value FROM counter WHERE name = 'revision'") ?? 0
        var rows = RepeatedRows(database: database, runs: runs, revision: revision, now: now)
        for run in runs.alike.union(runs.near).union([runs.latest]).sorted() { try rows.take(run) }
        try database.execute(
            sql: "UPDATE counter SET value = ? WHERE name = 'revision'", arguments: [rows.revision])
        return rows.removed
    }

    private init(database: Database, runs: Runs, revision: Int64, now: Int64) {
        self.database = database
        self.runs = runs
        self.revision = revision
        self.now = now
    }

    private mutating func take(_ run: Int64) throws {
        let isOfCapture = run == runs.latest || runs.alike.contains(run)
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT id, first_seen, source_ip, destination_ip, source_port, destination_port, group_key, rule_id, serial, \
                count, rule_version, (SELECT bytes FROM evidence WHERE alert_id = alert.id \
                ORDER BY timestamp_ns, rowid LIMIT 1) AS frame FROM alert WHERE run_id = ? \
                AND (? OR first_seen IN (SELECT first_seen FROM alert WHERE run_id = ?)) ORDER BY id
                """, arguments: [run, isOfCapture, runs.latest])
        for row in rows {
            let names = [name(row, byRule: true), name(row, byRule: false)]
            let frame: Data? = row["frame"]
            if let place = find(names, run, frame, isOfCapture) {
                kept[place].run = run
                if isOfCapture { kept[place].isOfCapture = true }
                try merge(row, into: place)
                continue
            }
            for name in names { places[name, default: []].append(kept.count) }
            kept.append(
                Kept(
                    id: row["id"], count: row["count"], version: row["rule_version"], frame: frame, run: run,
                    isOfCapture: isOfCapture))
        }
    }

    private func name(_ row: Row, byRule: Bool) -> Name {
        Name(
            firstSeen: row["first_seen"], source: row["source_ip"], destination: row["destination_ip"],
            ports: [row["source_port"], row["destination_port"]], groupKey: row["group_key"],
            rule: byRule ? row["rule_id"] : nil, serial: byRule ? nil : row["serial"])
    }

    /// Where a row of an earlier run is that is the same one; a run has each of them once.
    private func find(_ names: [Name], _ run: Int64, _ frame: Data?, _ isOfCapture: Bool) -> Int? {
        for name in names {
            let place = places[name]?.first { place in
                let other = kept[place]
                guard other.run < run else { return false }
                if isOfCapture, other.isOfCapture {
                    return other.frame == nil || frame == nil || other.frame == frame
                }
                // A number in a run tells nothing of another capture.
                return name.rule != nil && frame != nil && other.frame == frame
            }
            if let place { return place }
        }
        return nil
    }

    private mutating func merge(_ later: Row, into place: Int) throws {
        let earlier = kept[place]
        let id: Int64 = later["id"]
        let (count, version): (Int64, Int64?) = (later["count"], later["rule_version"])
        if count > earlier.count || version != earlier.version {
            revision += 1
            try database.cachedStatement(
                sql: """
                    UPDATE alert SET count = max(alert.count, new.count), last_seen = max(alert.last_seen, new.last_seen), \
                    level = new.level, rule_id = new.rule_id, rule_title = new.rule_title, summary = new.summary, \
                    rule_version = coalesce(new.rule_version, alert.rule_version), \
                    history = coalesce(new.history, alert.history), \
                    distinct_count = new.distinct_count, distinct_name = new.distinct_name, \
                    distinct_estimate = new.distinct_estimate, distinct_first = new.distinct_first, \
                    distinct_latest = new.distinct_latest, bytes = new.bytes, folded = new.folded, \
                    kinds = coalesce(new.kinds, alert.kinds), \
                    evidence_left_out = new.evidence_left_out, stored_at = ?, revision = ? \
                    FROM (SELECT * FROM alert WHERE id = ?) AS new WHERE alert.id = ?
                    """
            ).execute(arguments: [now, revision, id, earlier.id])
            try database.cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO evidence(alert_id, frame_number, timestamp_ns, link_type, original_length, bytes) \
                    SELECT ?, frame_number, timestamp_ns, link_type, original_length, bytes FROM evidence AS new \
                    WHERE alert_id = ? AND NOT EXISTS (SELECT 1 FROM evidence AS old WHERE old.alert_id = ? \
                    AND old.timestamp_ns = new.timestamp_ns AND old.bytes = new.bytes)
                    """
            ).execute(arguments: [earlier.id, id, earlier.id])
            try database.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO distinct_values(alert_id, texts) \
                    SELECT ?, texts FROM distinct_values WHERE alert_id = ?
                    """
            ).execute(arguments: [earlier.id, id])
            kept[place].count = max(count, earlier.count)
            kept[place].version = version
        }
        try database.cachedStatement(sql: "DELETE FROM alert WHERE id = ?").execute(arguments: [id])
        removed += 1
    }
}
