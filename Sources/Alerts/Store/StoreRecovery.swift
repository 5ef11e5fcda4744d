import Foundation
import GRDB

/// Copies what can be read of a broken store into a new one.
///
/// Rows keep their numbers, so that what refers to an alert still does. Where a page is broken the rows on it are passed
/// over, and reading goes on behind them.
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

        var text: String {
            "\(alerts) alerts, \(frames) frames of evidence, \(rules) rules and \(runs) runs were saved"
                + (records > 0 ? ", and \(records) records of the inventory" : "")
                + (gaps > 0 ? "; in \(gaps) places rows could not be read" : "")
        }
    }

    private static let pageSize = 200
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
        result.runs = try recovery.copy("run", key: "id", &result.gaps)
        result.rules = try recovery.copy("rule", key: "version", &result.gaps)
        result.alerts = try recovery.copy("alert", key: "id", &result.gaps)
        result.frames = try recovery.copy("evidence", key: "rowid", &result.gaps)
        _ = try recovery.copy("distinct_values", key: "alert_id", &result.gaps)
        result.records = try recovery.copyInventory(&result.gaps)
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

    private func copy(_ table: String, key: String, _ gaps: inout Int) throws -> Int {
        guard let columns = try Self.readable({ try columns(of: table) }), !columns.isEmpty else { return 0 }
        let list = columns.joined(separator: ", ")
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        var copied = 0
        var after = Int64.min
        let end = try last(table, key)
        while after < end, let page = try next(table, key, list, after: &after, end: end, &gaps) {
            let rows = page.map { row in StatementArguments(Array(row.databaseValues.dropFirst())) }
            // Foreign keys are mended afterwards: a row whose parent could not be read is not thrown away here.
            copied += try target.inDatabase { database in
                try database.execute(sql: "PRAGMA foreign_keys = OFF")
                defer { try? database.execute(sql: "PRAGMA foreign_keys = ON") }
                var count = 0
                try database.inTransaction {
                    let statement = try database.cachedStatement(
                        sql: "INSERT OR IGNORE INTO \(table)(\(list)) VALUES(\(marks))")
                    for row in rows {
                        try statement.execute(arguments: row)
                        count += database.changesCount
                    }
                    return .commit
                }
                return count
            }
        }
        return copied
    }

    /// Copies the inventory, whose rows have no numbers: of each kind those in front of what is broken, and those behind it.
    private func copyInventory(_ gaps: inout Int) throws -> Int {
        var copied = 0
        for kind in InventoryRow.kinds {
            for (order, comparison) in [("ASC", ">"), ("DESC", "<")] {
                var last: String?
                var isBroken = false
                while true {
                    let place = last
                    let rows = try Self.readable {
                        try source.read { database in
                            try Row.fetchAll(
                                database,
                                sql: """
                                    SELECT kind, key, first_seen, last_seen, count, detail FROM inventory WHERE kind = ? \
                                    \(place == nil ? "" : "AND key \(comparison) ?") ORDER BY key \(order) LIMIT 20
                                    """, arguments: place.map { [kind, $0] } ?? [kind])
                        }
                    }
                    guard let rows else {
                        isBroken = true
                        break
                    }
                    guard let end = rows.last else { break }
                    last = end[1]
                    copied += try target.write { database in
                        var count = 0
                        for row in rows {
                            try database.execute(
                                sql: "INSERT OR IGNORE INTO inventory VALUES(?, ?, ?, ?, ?, ?)",
                                arguments: StatementArguments(Array(row.databaseValues)))
                            count += database.changesCount
                        }
                        return count
                    }
                }
                guard isBroken else { break }
                gaps += 1
            }
        }
        return copied
    }

    /// The next rows that can be read, `nil` where there are none.
    ///
    /// `after` moves behind them.
    private func next(
        _ table: String, _ key: String, _ list: String, after: inout Int64, end: Int64, _ gaps: inout Int
    ) throws -> [Row]? {
        var limit = Self.pageSize
        var step: Int64 = 1
        var isGap = false
        while after < end {
            let start = after
            let count = limit
            let rows = try Self.readable {
                try source.read { database in
                    try Row.fetchAll(
                        database,
                        sql: "SELECT \(key), \(list) FROM \(table) WHERE \(key) > ? ORDER BY \(key) LIMIT ?",
                        arguments: [start, count])
                }
            }
            if let rows {
                guard let last = rows.last else { return nil }
                if isGap { gaps += 1 }
                after = last[0]
                return rows
            }
            if limit > 1 {
                limit = max(1, limit / 8)
                continue
            }
            // One row that cannot be read: behind it, in growing steps, for a page holds many.
            isGap = true
            after = max(after, 0)
            after = after > Int64.max - step ? end : after + step
            step = min(step * 2, 256)
        }
        if isGap { gaps += 1 }
        return nil
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
