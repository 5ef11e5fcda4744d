import GRDB

/// The tables of the store, and how they came to be.
///
/// Beyond the columns that are a contract, `alert` has `evidence_left_out` and five of the store's own: `serial` (with `run_id` it names the
/// alert, so that what is taken in twice is stored once), `rule_version`, `stored_at` (wall clock of the last change,
/// by which retention goes: capture time may be years ago) `revision` (grows with each change, by which readers poll) and `row_key`
/// (what the detection engine tells rows apart by, so that a later run adds to a row that is still open).
enum StoreSchema {
    /// `application_id` in the file's header: "Ears".
    static let applicationID: Int32 = 0x4561_7273

    /// `user_version` in the file's header: the number of migrations.
    static let version: Int32 = 8

    /// All migrations with the names by which a store remembers them, oldest first.
    private static let migrations: [(name: String, body: @Sendable (Database) throws -> Void)] = [
        ("alerts", addAlerts), ("evidence left out", addLeftOut), ("tallies and open rows", addTallies),
        ("views and identity", addViews), ("values of rows", addValues), ("inventory", addInventory),
        ("texts of rules once", keepTextsOnce), ("kinds of what was read", addKinds),
    ]

    /// Brings a store of an earlier version up to date.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for (name, body) in migrations { migrator.registerMigration(name, migrate: body) }
        return migrator
    }

    /// Makes everything in a database that is empty, in one transaction: whoever comes after the death of a process finds a
    /// whole store or none.
    ///
    /// The migrator itself uses one for each migration, and one before them for the table of their names.
    static func make(_ queue: DatabaseQueue) throws {
        try queue.write { database in
            try database.execute(
                sql: "CREATE TABLE IF NOT EXISTS \(migrationsTable) (identifier TEXT NOT NULL PRIMARY KEY)")
            for (name, body) in migrations {
                try body(database)
                try database.execute(sql: "INSERT INTO \(migrationsTable) VALUES(?)", arguments: [name])
            }
        }
    }

    /// Where the migrator keeps the names of migrations that were carried out.
    private static let migrationsTable = "grdb_migrations"

    private static func addAlerts(_ database: Database) throws {
        try database.execute(sql: tables)
        try database.execute(sql: indices)
        try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        try database.execute(sql: "PRAGMA user_version = 1")
    }

    private static func addLeftOut(_ database: Database) throws {
        try database.execute(sql: "ALTER TABLE alert ADD COLUMN evidence_left_out INTEGER NOT NULL DEFAULT 0")
        try database.execute(sql: "PRAGMA user_version = 2")
    }

    private static func addTallies(_ database: Database) throws {
        for column in [
            "distinct_count INTEGER", "distinct_name TEXT", "distinct_estimate INTEGER NOT NULL DEFAULT 0",
            "distinct_first TEXT", "distinct_latest TEXT", "bytes INTEGER", "folded INTEGER NOT NULL DEFAULT 0",
            "row_key BLOB",
        ] {
            try database.execute(sql: "ALTER TABLE alert ADD COLUMN \(column)")
        }
        try database.execute(
            sql: "CREATE TABLE secret(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID")
        try database.execute(sql: "PRAGMA user_version = 3")
    }

    private static let tables = """
        CREATE TABLE run(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            sensor TEXT NOT NULL,
            started INTEGER NOT NULL,
            ended INTEGER,
            source TEXT NOT NULL,
            version TEXT NOT NULL,
            rules_digest TEXT NOT NULL,
            packets INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0,
            dropped_kernel INTEGER NOT NULL DEFAULT 0,
            dropped_interface INTEGER NOT NULL DEFAULT 0,
            flows INTEGER NOT NULL DEFAULT 0,
            messages INTEGER NOT NULL DEFAULT 0,
            status TEXT NOT NULL,
            source_digest TEXT,
            stats TEXT NOT NULL DEFAULT '{}',
            uuid TEXT NOT NULL UNIQUE
        );
        CREATE TABLE rule(
            id TEXT NOT NULL,
            title TEXT NOT NULL,
            level TEXT NOT NULL,
            tags TEXT NOT NULL,
            source TEXT NOT NULL,
            loaded_at INTEGER NOT NULL,
            version INTEGER PRIMARY KEY AUTOINCREMENT,
            UNIQUE(id, source)
        );
        CREATE TABLE alert(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            count INTEGER NOT NULL,
            rule_id TEXT NOT NULL,
            rule_title TEXT NOT NULL,
            level TEXT NOT NULL,
            category TEXT NOT NULL,
            summary TEXT NOT NULL,
            source_ip TEXT,
            source_port INTEGER,
            destination_ip TEXT,
            destination_port INTEGER,
            transport TEXT,
            client_ip TEXT,
            server_ip TEXT,
            client_id TEXT,
            community_id TEXT,
            group_key TEXT,
            event TEXT NOT NULL,
            sensor TEXT NOT NULL,
            run_id INTEGER NOT NULL REFERENCES run(id),
            serial INTEGER NOT NULL,
            rule_version INTEGER REFERENCES rule(version),
            stored_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            UNIQUE(run_id, serial)
        );
        CREATE TABLE evidence(
            alert_id INTEGER NOT NULL REFERENCES alert(id) ON DELETE CASCADE,
            frame_number INTEGER NOT NULL,
            timestamp_ns INTEGER NOT NULL,
            link_type INTEGER NOT NULL,
            original_length INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            UNIQUE(alert_id, frame_number, timestamp_ns)
        );
        CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO counter VALUES('revision', 0);
        """

    private static let indices = """
        CREATE UNIQUE INDEX alert_revision ON alert(revision);
        CREATE INDEX alert_last_seen ON alert(last_seen);
        CREATE INDEX alert_rule_id ON alert(rule_id);
        CREATE INDEX alert_rule_version ON alert(rule_version);
        CREATE INDEX alert_client_id ON alert(client_id) WHERE client_id IS NOT NULL;
        CREATE INDEX alert_source_ip ON alert(source_ip);
        CREATE INDEX alert_destination_ip ON alert(destination_ip);
        CREATE INDEX alert_client_ip ON alert(client_ip);
        CREATE INDEX alert_server_ip ON alert(server_ip);
        CREATE INDEX run_digests ON run(source_digest, rules_digest);
        """
}

extension StoreSchema {
    /// What a database file turns out to be.
    enum Finding: Equatable {
        /// Nothing is in it yet.
        case empty
        case current
        case older(Int32)
        case newer(Int32)
        case foreign
    }

    /// Tells what the file is from its header and its tables.
    static func inspect(_ database: Database) throws -> Finding {
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let found = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let objects = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        if objects == 0 { return .empty }
        guard application == applicationID else { return try isUnfinished(database) ? .empty : .foreign }
        if found > version { return .newer(found) }
        return found < version ? .older(found) : .current
    }

    /// Whether an earlier version was killed when it had made no more than the table of the names of migrations.
    private static func isUnfinished(_ database: Database) throws -> Bool {
        let names = try String.fetchAll(database, sql: "SELECT DISTINCT tbl_name FROM sqlite_master")
        guard names == [migrationsTable] else { return false }
        return try Int.fetchOne(database, sql: "SELECT count(*) FROM \(migrationsTable)") == 0
    }

    /// Throws for what neither a reader nor a writer can use.
    static func check(_ finding: Finding, path: String) throws(StoreError) {
        switch finding {
        case .foreign:
            throw StoreError(code: .notAStore, path: path, detail: "it is a database of another program")
        case .newer(let found):
            throw StoreError(
                code: .newerSchema, path: path,
                detail: "its schema is version \(found), this program knows \(version)")
        case .empty, .current, .older: return
        }
    }
}
