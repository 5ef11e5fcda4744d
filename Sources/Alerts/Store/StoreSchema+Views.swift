import Foundation
import GRDB

extension StoreSchema {
    /// The fourth migration: what the ends of an alert did before it, views with times that people can read, an identity, a mark that tells whether a writer has the
    /// store open, and the indices by which retention finds what goes first.
    ///
    /// An index of each class of levels holds only the rows of its class, in the order of their changes. Two older ones go: no
    /// query of a reader is planned with them, as EXPLAIN QUERY PLAN says.
    static func addViews(_ database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE alert ADD COLUMN history TEXT;
                DROP INDEX alert_last_seen;
                DROP INDEX alert_rule_id;
                CREATE INDEX alert_of_low_level ON alert(revision) WHERE level IN ('informational', 'low');
                CREATE INDEX alert_of_medium_level ON alert(revision) WHERE level = 'medium';
                CREATE INDEX alert_of_high_level ON alert(revision) WHERE level = 'high';
                CREATE INDEX alert_of_critical_level ON alert(revision) WHERE level = 'critical';
                CREATE TABLE identity(value TEXT NOT NULL);
                INSERT INTO counter VALUES('\(openMark)', 0);
                CREATE VIEW alert_view AS SELECT \(time("first_seen")), \(time("last_seen")), \(time("stored_at")), \
                alert.* FROM alert;
                CREATE VIEW run_view AS SELECT \(time("started")), \(time("ended")), run.* FROM run;
                """)
        try setIdentity(database)
        try database.execute(sql: "PRAGMA user_version = 4")
    }

    /// The fifth migration: the first of the different values that the matches of a row had, as an array of JSON.
    ///
    /// Apart from table `alert`, so that a repetition that brings none does not write them again. They go with their alert:
    /// what bounds the alerts bounds them.
    static func addValues(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE distinct_values(
                    alert_id INTEGER PRIMARY KEY REFERENCES alert(id) ON DELETE CASCADE,
                    texts TEXT NOT NULL
                );
                PRAGMA user_version = 5;
                """)
    }

    /// The seventh migration: an index over the ids of rules alone.
    ///
    /// One over their texts, which kept two of the same from being written, held each text a second time. There are few versions
    /// of a rule: the one writer compares them.
    static func keepTextsOnce(_ database: Database) throws {
        // A constraint cannot be dropped: the table is made anew, in the way of "Making Other Kinds Of Table Schema Changes" in
        // SQLite's "ALTER TABLE", 7.
        try database.execute(
            sql: """
                CREATE TABLE new_rule(
                    id TEXT NOT NULL,
                    title TEXT NOT NULL,
                    level TEXT NOT NULL,
                    tags TEXT NOT NULL,
                    source TEXT NOT NULL,
                    loaded_at INTEGER NOT NULL,
                    version INTEGER PRIMARY KEY AUTOINCREMENT
                );
                INSERT INTO new_rule(id, title, level, tags, source, loaded_at, version) \
                SELECT id, title, level, tags, source, loaded_at, version FROM rule;
                DROP TABLE rule;
                ALTER TABLE new_rule RENAME TO rule;
                CREATE INDEX rule_id ON rule(id);
                PRAGMA user_version = 7;
                """)
    }

    /// The eighth migration: the keywords that a rule names of what passed, such as classes of records, parted by blanks.
    static func addKinds(_ database: Database) throws {
        try database.execute(sql: "ALTER TABLE alert ADD COLUMN kinds TEXT; PRAGMA user_version = 8;")
    }

    /// The row of `counter` that is 1 while a writer has the store open.
    static let openMark = "open"

    /// A column of microseconds since 1970 UTC as RFC 3339, under its name with `_text` behind it; of no time, none.
    ///
    /// SQLite divides towards zero: before 1970 the second begins one earlier.
    static func time(_ column: String) -> String {
        let rest = "((\(column) % 1000000 + 1000000) % 1000000)"
        return """
            strftime('%Y-%m-%dT%H:%M:%S', (\(column) - \(rest)) / 1000000, 'unixepoch') || printf('.%06dZ', \(rest)) \
            AS \(column)_text
            """
    }

    /// Draws what tells this store from every other.
    static func setIdentity(_ database: Database) throws {
        try database.execute(sql: "DELETE FROM identity")
        try database.execute(
            sql: "INSERT INTO identity VALUES(?)", arguments: [UUID().uuidString.lowercased()])
    }

    /// What tells this store from every other; `nil` where there is none.
    static func identity(_ database: Database) throws -> String? {
        try String.fetchOne(database, sql: "SELECT value FROM identity LIMIT 1")
    }
}
