import Foundation
import GRDB

/// Removal of old alerts, one small transaction at a time.
enum StoreRetention {
    /// Alerts that go together, those that matter least first.
    ///
    /// Each has its index, which holds its rows in the order of their changes, so that the oldest are found without a look at
    /// the others. The conditions are spelled as those of the indices are: else SQLite does not use them.
    enum Class: CaseIterable {
        case low, medium, high, critical

        var condition: String {
            switch self {
            case .low: "level IN ('informational', 'low')"
            case .medium: "level = 'medium'"
            case .high: "level = 'high'"
            case .critical: "level = 'critical'"
            }
        }

        /// Whether its alerts, while they are open, stay whatever their age.
        var staysWhileOpen: Bool { self == .high || self == .critical }

        init(_ level: AlertLevel) {
            switch level {
            case .informational, .low: self = .low
            case .medium: self = .medium
            case .high: self = .high
            case .critical: self = .critical
            }
        }
    }

    /// An alert that may go.
    struct Candidate: Hashable {
        let id: Int64
        let level: AlertLevel
        let revision: Int64
        /// Wall clock of its last change, microseconds since 1970 UTC.
        let storedAt: Int64

        init(row: Row) {
            id = row[0]
            level = AlertLevel(rawValue: row[1]) ?? .informational
            revision = row[2]
            storedAt = row[3]
        }
    }

    /// The query for the alerts of a class that changed longest ago.
    static func oldestQuery(_ group: Class) -> String {
        "SELECT id, level, revision, stored_at FROM alert WHERE \(group.condition) ORDER BY revision LIMIT ?"
    }

    /// The alerts of a class that changed longest ago.
    static func oldest(_ group: Class, limit: Int, _ database: Database) throws -> [Candidate] {
        try Row.fetchAll(database.cachedStatement(sql: oldestQuery(group)), arguments: [limit]).map {
            Candidate(row: $0)
        }
    }

    /// Those of `ids` that are in the store, the one that changed longest ago first.
    static func find(_ ids: Set<Int64>, _ database: Database) throws -> [Candidate] {
        let statement = try database.cachedStatement(
            sql: "SELECT id, level, revision, stored_at FROM alert WHERE id = ?")
        return try ids.compactMap { try Row.fetchOne(statement, arguments: [$0]).map { Candidate(row: $0) } }
            .sorted { $0.revision < $1.revision }
    }

    /// Removes alerts with their evidence; gives their number by level.
    static func remove(_ candidates: some Sequence<Candidate>, _ database: Database) throws -> [AlertLevel: Int] {
        let statement = try database.cachedStatement(sql: "DELETE FROM alert WHERE id = ?")
        var removed: [AlertLevel: Int] = [:]
        for candidate in candidates {
            try statement.execute(arguments: [candidate.id])
            if database.changesCount > 0 { removed[candidate.level, default: 0] += 1 }
        }
        return removed
    }

    /// Removes rules and runs that no alert refers to: runs that ended before `cutoff`, but never the latest.
    static func removeUnreferenced(before cutoff: Int64, _ database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM rule WHERE NOT EXISTS (SELECT 1 FROM alert WHERE alert.rule_version = rule.version)
                """)
        try database.execute(
            sql: """
                DELETE FROM run WHERE status != 'running' AND coalesce(ended, started) < ? \
                AND id < (SELECT max(id) FROM run) AND NOT EXISTS (SELECT 1 FROM alert WHERE alert.run_id = run.id)
                """, arguments: [cutoff])
    }

    /// How many bytes the pages in use take.
    static func usedBytes(_ database: Database) throws -> Int64 {
        let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let size = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0
        return (pages - (try freePages(database))) * size
    }

    /// How many bytes the pages of the inventory take (the virtual table dbstat of SQLite).
    static func inventoryBytes(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(
            database, sql: "SELECT sum(pgsize) FROM dbstat WHERE name = 'inventory' AND aggregate = TRUE") ?? 0
    }

    /// How many pages of the file are in use for nothing.
    static func freePages(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
    }

    /// Gives free pages back to the file system, at most `count`.
    ///
    /// A page moves for each that is given back, so this is done in steps.
    static func shrink(by count: Int, _ database: Database) throws {
        // The statement does its work a page a step.
        let statement = try database.makeStatement(sql: "PRAGMA incremental_vacuum(\(count))")
        _ = try Row.fetchAll(statement)
    }
}
