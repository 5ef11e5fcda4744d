import Foundation
import GRDB

/// Copies what can be read of a broken store into a new one.
///
/// Rows keep their numbers, so that what refers to an alert still does. Where a page is broken the rows on it are passed
/// over, and reading goes on behind them. A run that may have lost alerts is not complete any more: its capture can be read again.
struct StoreRecovery {
    /// What was saved, by table.
    struct Result: Hashable {
        var runs = 0
        var rules = 0
        var alerts = 0
        var frames = 0
        /// Records of the inventory.
        var records = 0
        /// How often rows had to be passed over.
        var gaps = 0
        /// Runs of captures whose alerts may be lost in part.
        var incomplete = 0

        var text: String {
            "\(alerts) alerts, \(frames) frames of evidence, \(rules) rules, \(runs) runs and \(records) records of the inventory "
                + "were saved" + (gaps > 0 ? "; in \(gaps) places rows could not be read" : "")
                + (incomplete > 0 ? "; captures that may lack alerts and are to be replayed again: \(incomplete)" : "")
        }
    }

    private static let pageSize = 200
    /// So many numbers behind a row that cannot be read are tried one by one: a page holds fewer rows.
    private static let triedSingly = 4096
    private let source: DatabaseQueue
    private let target: DatabaseQueue

    /// Copies from the file at `path` into `target`.
    ///
    /// What is broken is passed over. What keeps this process from reading or writing what is there, such as a full disk, is an
    /// error: another attempt may save more.
    static func run(_ path: String, _ target: DatabaseQueue) throws -> Result {
        var result = Result()
        var configuration = Configuration()
        configuration.label = "earshot.recovery"
        // What was put aside stays as it was found.
        configuration.readonly = true
        // Also a file that cannot be opened has a log and an index beside it then.
        defer { DamagedStore.removeEmptyLog(path) }
        guard let source = try readable({ try DatabaseQueue(path: path, configuration: configuration) }) else {
            return result
        }
        defer { try? source.close() }
        let recovery = StoreRecovery(source: source, target: target)
        var gaps: [String: [Gap]] = [:]
        func copy(_ table: String, key: String) throws -> Int {
            let copied = try recovery.copy(table, key: key)
            gaps[table] = copied.gaps
            result.gaps += copied.gaps.count
            return copied.rows
        }
        result.runs = try copy("run", key: "id")
        result.rules = try copy("rule", key: "version")
        result.alerts = try copy("alert", key: "id")
        result.frames = try copy("evidence", key: "rowid")
        _ = try copy("distinct_values", key: "alert_id")
        result.records = try recovery.copyInventory()
        try recovery.keepIdentity()
        result.incomplete = try recovery.markIncomplete(gaps["alert"] ?? [])
        try recovery.mend(&result)
        return result
    }

    /// The result of a look at the broken store; `nil` where it shows that this part is broken.
    private static func readable<Value>(_ body: () throws -> Value) throws -> Value? {
        do { return try body() } catch let error as DatabaseError {
            // A medium may be broken as well as what was written to it.
            let isUnreadable = [.SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ].contains(error.extendedResultCode)
            guard isUnreadable || DamagedStore.isDamage(error) || error.resultCode == .SQLITE_ERROR else { throw error }
            return nil
        }
    }

    /// Numbers of rows that could not be read: those above `after`, up to `last`.
    private struct Gap {
        var after: Int64
        var last: Int64
    }

    private func copy(_ table: String, key: String) throws -> (rows: Int, gaps: [Gap]) {
        let all = Gap(after: 0, last: .max)
        guard let columns = try Self.readable({ try columns(of: table) }) else { return (0, [all]) }
        // A store of an earlier version lacks some tables, but not that of the alerts.
        guard !columns.isEmpty else { return (0, table == "alert" ? [all] : []) }
        let list = columns.joined(separator: ", ")
        let query = "SELECT \(key), \(list) FROM \(table) WHERE \(key) >= ? ORDER BY \(key) LIMIT ?"
        var copied = 0
        var gaps: [Gap] = []
        var after = Int64.min
        let end = try last(table, key)
        while after < end, let page = try next(query, after: &after, end: end, &gaps) {
            copied += try insert(page.map { Array($0.databaseValues.dropFirst()) }, into: table, columns)
        }
        return (copied, gaps)
    }

    private func insert(_ rows: [[DatabaseValue]], into table: String, _ columns: [String]) throws -> Int {
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        let list = columns.joined(separator: ", ")
        // Foreign keys are mended afterwards: a row whose parent could not be read is not thrown away here.
        return try target.inDatabase { database in
            try database.execute(sql: "PRAGMA foreign_keys = OFF")
            defer { try? database.execute(sql: "PRAGMA foreign_keys = ON") }
            var count = 0
            try database.inTransaction {
                let statement = try database.cachedStatement(
                    sql: "INSERT OR IGNORE INTO \(table)(\(list)) VALUES(\(marks))")
                for row in rows {
                    try statement.execute(arguments: StatementArguments(row))
                    count += database.changesCount
                }
                return .commit
            }
            return count
        }
    }

    /// The next rows that can be read, `nil` where there are none.
    ///
    /// `after` moves to the last of them.
    private func next(_ query: String, after: inout Int64, end: Int64, _ gaps: inout [Gap]) throws -> [Row]? {
        var limit = Self.pageSize
        while after < end {
            if let rows = try read(query, from: after + 1, limit) {
                guard let last = rows.last else { return nil }
                after = last[0]
                return rows
            }
            if limit > 1 {
                limit = max(1, limit / 8)
                continue
            }
            var gap = Gap(after: max(after, 0), last: 0)
            after = try pass(query, after: gap.after, end: end)
            gap.last = after
            gaps.append(gap)
        }
        return nil
    }

    /// The last number behind `after` from which nothing can be read.
    ///
    /// Numbers are tried one by one at first, then in growing steps; what such a step left out is looked for backwards.
    private func pass(_ query: String, after: Int64, end: Int64) throws -> Int64 {
        var (broken, tries) = (after, 0)
        while end - broken > 1 {
            let candidate = broken + (tries < Self.triedSingly ? 1 : min(256, (end - broken) / 2))
            if try read(query, from: candidate + 1, 1) != nil {
                var readable = candidate
                while readable - broken > 1 {
                    let middle = broken + (readable - broken) / 2
                    if try read(query, from: middle + 1, 1) != nil { readable = middle } else { broken = middle }
                }
                return readable
            }
            broken = candidate
            tries += 1
        }
        return end
    }

    /// At most so many rows from a number on; `nil` where a page on the way to them is broken.
    private func read(_ query: String, from number: Int64, _ limit: Int) throws -> [Row]? {
        try Self.readable { try source.read { try Row.fetchAll($0, sql: query, arguments: [number, limit]) } }
    }

    /// Copies the inventory, whose rows have no numbers: from both ends up to what cannot be read.
    private func copyInventory() throws -> Int {
        guard let columns = try Self.readable({ try columns(of: "inventory") }), !columns.isEmpty else { return 0 }
        let list = columns.joined(separator: ", ")
        var copied = 0
        for order in ["", "DESC"] {
            var rows: [[DatabaseValue]] = []
            let isWhole: Void? = try Self.readable {
                try source.read { database in
                    let cursor = try Row.fetchCursor(
                        database, sql: "SELECT \(list) FROM inventory ORDER BY kind \(order), key \(order)")
                    while let row = try cursor.next() { rows.append(Array(row.databaseValues)) }
                }
            }
            copied += try insert(rows, into: "inventory", columns)
            if isWhole != nil { break }
        }
        return copied
    }

    /// Takes over what people and later runs know the store and its rows by, where no number of a lost alert is given again.
    private func keepIdentity() throws {
        let known = try Self.readable {
            try source.read { database in
                (
                    identity: try StoreSchema.identity(database),
                    seed: try Int64.fetchOne(database, sql: "SELECT value FROM secret WHERE name = 'row_seed'"),
                    last: try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'alert'")
                )
            }
        }
        guard let known, let identity = known.identity, let last = known.last else { return }
        try target.write { database in
            try database.execute(sql: "UPDATE identity SET value = ?", arguments: [identity])
            try database.execute(
                sql: """
                    DELETE FROM sqlite_sequence WHERE name = 'alert' AND seq < ?;
                    INSERT INTO sqlite_sequence(name, seq) SELECT 'alert', ? \
                    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'alert');
                    """, arguments: [last, last])
            guard let seed = known.seed else { return }
            try database.execute(
                sql: "INSERT OR REPLACE INTO secret(name, value) VALUES('row_seed', ?)", arguments: [seed])
        }
    }

    /// Calls the runs of captures that may have lost alerts killed, so that their captures are read again; tells how many.
    ///
    /// Alerts are numbered as they come: those of a gap belong to the run of the row before it, to that of the row behind it,
    /// or to one between them.
    private func markIncomplete(_ gaps: [Gap]) throws -> Int {
        try target.write { database in
            var marked = 0
            for gap in gaps {
                try database.execute(
                    sql: """
                        UPDATE run SET status = 'killed' \
                        WHERE source_digest IS NOT NULL AND status IN ('finished', 'damaged') \
                        AND id >= coalesce((SELECT run_id FROM alert WHERE id <= ? ORDER BY id DESC LIMIT 1), 0) \
                        AND id <= coalesce((SELECT run_id FROM alert WHERE id > ? ORDER BY id LIMIT 1), ?)
                        """, arguments: [gap.after, gap.last, Int64.max])
                marked += database.changesCount
            }
            return marked
        }
    }

    /// The highest number of a row, as far as anything tells.
    private func last(_ table: String, _ key: String) throws -> Int64 {
        func number(_ sql: String, _ arguments: StatementArguments = []) throws -> Int64? {
            try Self.readable { try source.read { try Int64.fetchOne($0, sql: sql, arguments: arguments) } } ?? nil
        }
        if let found = try number("SELECT max(\(key)) FROM \(table)") { return found }
        if let counted = try number("SELECT seq FROM sqlite_sequence WHERE name = ?", [table]) { return counted }
        // Without any sign, as far as the file could hold rows.
        return (try number("PRAGMA page_count") ?? 0) * 100
    }

    /// The columns that both have.
    private func columns(of table: String) throws -> [String] {
        let sql = "SELECT name FROM pragma_table_info(?)"
        let there = try source.read { try String.fetchAll($0, sql: sql, arguments: [table]) }
        let here = try target.read { try String.fetchAll($0, sql: sql, arguments: [table]) }
        return there.filter(here.contains)
    }

    /// Makes good what refers to rows that were lost: an unknown run, no rule, frames of no alert; and the counter of changes.
    private func mend(_ result: inout Result) throws {
        result.frames -= try target.write { database in
            try database.execute(
                sql: """
                    INSERT INTO run(id, sensor, started, source, version, rules_digest, status, uuid)
                    SELECT run_id, min(sensor), min(first_seen), '', '', '', 'killed', 'recovered-' || run_id FROM alert \
                    WHERE run_id NOT IN (SELECT id FROM run) GROUP BY run_id;
                    UPDATE alert SET rule_version = NULL WHERE rule_version NOT IN (SELECT version FROM rule);
                    UPDATE counter SET value = (SELECT coalesce(max(revision), 0) FROM alert) WHERE name = 'revision';
                    """)
            try database.execute(sql: "DELETE FROM distinct_values WHERE alert_id NOT IN (SELECT id FROM alert)")
            try database.execute(sql: "DELETE FROM evidence WHERE alert_id NOT IN (SELECT id FROM alert)")
            return database.changesCount
        }
    }
}
