import Foundation
import GRDB

/// Looks whether a store is whole.
public enum StoreCheck {
    /// What is wrong with the store at `path`, a line for each; empty where nothing is.
    ///
    /// Reads the whole file, and changes nothing.
    ///
    /// - Parameter path: the path of the store.
    /// - Returns: the findings.
    /// - Throws: `StoreError` where there is no store, it may not be read, is none of Earshot, or a newer version made it.
    public static func findings(_ path: String) throws(StoreError) -> [String] {
        do {
            let reader = try AlertReader(path: path, acceptingOlder: true)
            return ([reader.warning].compactMap(\.self) + look(reader))
        } catch {
            guard error.code == .damaged else { throw error }
            return [error.detail]
        }
    }

    private static func look(_ reader: AlertReader) -> [String] {
        [integrity, schema, references, counters].flatMap { check in
            do throws(StoreError) { return try reader.read(check) } catch { return [error.detail] }
        }
    }

    /// What SQLite says of pages, rows and indices.
    private static func integrity(_ database: Database) throws -> [String] {
        try String.fetchAll(database, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
    }

    /// What differs from the tables, indices and views of this schema.
    private static func schema(_ database: Database) throws -> [String] {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let migrations = StoreSchema.migrator.migrations
        guard migrations.indices.contains(version - 1) else { return ["the schema has the version \(version)"] }
        let model = try DatabaseQueue()
        try StoreSchema.migrator.migrate(model, upTo: migrations[version - 1])
        let wanted = try model.read(objects)
        let found = try objects(database)
        return wanted.sorted { $0.key < $1.key }.compactMap { name, sql in
            guard let there = found[name] else { return "\(name) is missing" }
            return there == sql ? nil : "\(name) is not as this version of the schema has it"
        }
    }

    private static func objects(_ database: Database) throws -> [String: String] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return Dictionary(
            rows.map { row -> (String, String) in
                let text: String = row[1]
                return (row[0], text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
            }
        ) { $1 }
    }

    /// Rows that refer to rows that are not there.
    private static func references(_ database: Database) throws -> [String] {
        let nouns = ["evidence": "frames of evidence belong to no alert", "alert": "alerts refer to no run or rule"]
        var counts: [String: Int] = [:]
        for row in try Row.fetchAll(database, sql: "PRAGMA foreign_key_check") {
            counts[row[0], default: 0] += 1
        }
        return counts.sorted { $0.key < $1.key }.map { table, count in
            "\(count) \(nouns[table] ?? "rows of \(table) refer to nothing")"
        }
    }

    /// Numbers that must not be behind those of the rows.
    private static func counters(_ database: Database) throws -> [String] {
        let isBehind = try Bool.fetchOne(
            database,
            sql: """
                SELECT coalesce((SELECT max(revision) FROM alert), 0) > \
                coalesce((SELECT value FROM counter WHERE name = 'revision'), 0)
                """)
        return isBehind == true ? ["the counter of changes is behind the alerts: readers would miss some"] : []
    }
}
