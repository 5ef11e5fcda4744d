import Foundation
import GRDB

/// Removal of old alerts, one small transaction at a time.
enum StoreRetention {
    /// Removes alerts whose last change is older than `cutoff` (wall clock, microseconds since 1970 UTC), at most `limit`.
    ///
    /// Changes are numbered in the order of the clock, so the oldest are at the front of that index.
    static func removeOlder(than cutoff: Int64, limit: Int, _ database: Database) throws -> Int {
        try database.execute(
            sql: """
                DELETE FROM alert WHERE id IN (SELECT id FROM \
                (SELECT id, stored_at FROM alert ORDER BY revision LIMIT ?) WHERE stored_at < ?)
                """, arguments: [limit, cutoff])
        return database.changesCount
    }

    /// Removes the alerts that changed longest ago.
    static func removeOldest(_ count: Int, _ database: Database) throws -> Int {
        try database.execute(
            sql: "DELETE FROM alert WHERE id IN (SELECT id FROM alert ORDER BY revision LIMIT ?)",
            arguments: [count])
        return database.changesCount
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
        let free = try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        let size = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0
        return (pages - free) * size
    }

    /// Gives free pages back to the file system.
    static func shrink(_ database: Database) throws {
        // The statement does its work a page a step.
        let statement = try database.makeStatement(sql: "PRAGMA incremental_vacuum(1000)")
        _ = try Row.fetchAll(statement)
    }
}
