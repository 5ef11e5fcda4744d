import Foundation
import GRDB
import Inventory

/// One record of the inventory as the store keeps it.
public struct InventoryRow: Codable, Hashable, Sendable {
    /// What it is a record of: `server`, `client`, `topic`, `filter`, `link` or `secret`.
    public var kind: String
    /// What names it among those of its kind.
    public var key: String
    /// The first time, in microseconds since 1970 UTC.
    public var firstSeen: Int64
    /// The last time, in microseconds since 1970 UTC.
    public var lastSeen: Int64
    /// How many messages showed it.
    public var count: Int64
    /// The whole record as a JSON object.
    public var detail: String

    /// The row of a record; `nil` for one that cannot be written as JSON (a number that is none).
    init?(_ record: some JSONRecord) {
        guard let detail = RecordJSON.text(of: record) else { return nil }
        self.detail = detail
        kind = type(of: record).kind
        key = record.key
        firstSeen = record.seen.first
        lastSeen = record.seen.last
        count = record.seen.count
    }
}

extension InventoryRow {
    /// The kind of rows that say how many records of a kind did not fit.
    static let leftOutKind = "left_out"
    /// All kinds of rows.
    static let kinds = [
        ServerRecord.kind, ClientRecord.kind, TopicRecord.kind, FilterRecord.kind, LinkRecord.kind, SecretRecord.kind,
        leftOutKind,
    ]

    fileprivate init(leftOut name: String, count: Int64) {
        kind = Self.leftOutKind
        key = name
        (firstSeen, lastSeen) = (0, 0)
        self.count = count
        detail = "{}"
    }
}

extension InventorySnapshot {
    /// All records as rows.
    public var rows: [InventoryRow] {
        servers.compactMap { InventoryRow($0) } + clients.compactMap { InventoryRow($0) }
            + topics.compactMap { InventoryRow($0) } + filters.compactMap { InventoryRow($0) }
            + links.compactMap { InventoryRow($0) } + secrets.compactMap { InventoryRow($0) }
    }
}

/// The table of the inventory.
enum StoreInventory {
    /// Adds rows, or replaces those that are there: a row tells all that is known.
    ///
    /// What was seen first stays first.
    static func write(_ rows: [InventoryRow], _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO inventory(kind, key, first_seen, last_seen, count, detail) VALUES(?, ?, ?, ?, ?, ?) \
                ON CONFLICT(kind, key) DO UPDATE SET first_seen = min(first_seen, excluded.first_seen), \
                last_seen = max(last_seen, excluded.last_seen), count = max(count, excluded.count), \
                detail = excluded.detail
                """)
        for row in rows {
            try statement.execute(arguments: [
                row.kind, row.key.storable, row.firstSeen, row.lastSeen, row.count, row.detail.storable,
            ])
        }
    }

    /// Writes what changed: records that are new or other than before, those that are gone, and what was left out.
    static func write(_ changes: InventoryChanges, _ database: Database) throws {
        if !changes.gone.isEmpty {
            let statement = try database.cachedStatement(sql: "DELETE FROM inventory WHERE kind = ? AND key = ?")
            for (kind, keys) in changes.gone {
                for key in keys { try statement.execute(arguments: [kind, key.storable]) }
            }
        }
        try write(changes.records.rows, database)
        try write(changes.records.leftOut.map { InventoryRow(leftOut: $0.key, count: $0.value) }, database)
    }

    /// All that is known, or the records of some kinds.
    static func read(_ database: Database, _ kinds: Set<String>? = nil) throws -> InventorySnapshot {
        func wanted<Record: InventoryRecord>() throws -> [Record] {
            kinds?.contains(Record.kind) ?? true ? try records(database) : []
        }
        var snapshot = InventorySnapshot()
        snapshot.servers = try wanted()
        snapshot.clients = try wanted()
        snapshot.topics = try wanted()
        snapshot.filters = try wanted()
        snapshot.links = try wanted()
        snapshot.secrets = try wanted()
        let leftOut = try Row.fetchCursor(
            database, sql: "SELECT key, count FROM inventory WHERE kind = ?", arguments: [InventoryRow.leftOutKind])
        while let row = try leftOut.next() { snapshot.leftOut[row[0]] = row[1] }
        return snapshot
    }

    /// The records of a kind; one that another version wrote in another way is left out.
    private static func records<Record: InventoryRecord>(_ database: Database) throws -> [Record] {
        let decoder = JSONDecoder()
        let details = try String.fetchCursor(
            database, sql: "SELECT detail FROM inventory WHERE kind = ? ORDER BY key", arguments: [Record.kind])
        var records: [Record] = []
        while let detail = try details.next() {
            if let record = try? decoder.decode(Record.self, from: Data(detail.utf8)) { records.append(record) }
        }
        return records
    }
}

extension StoreSchema {
    /// The sixth migration: the inventory, and views of it for people who use SQL.
    static func addInventory(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE inventory(
                    kind TEXT NOT NULL,
                    key TEXT NOT NULL,
                    first_seen INTEGER NOT NULL,
                    last_seen INTEGER NOT NULL,
                    count INTEGER NOT NULL,
                    detail TEXT NOT NULL,
                    PRIMARY KEY(kind, key)
                ) WITHOUT ROWID;
                PRAGMA user_version = 6;
                """)
        for (kind, columns) in [
            ("server", ["proto", "address", "port", "amplification", "listed"]),
            ("client", ["proto", "name", "group", "user", "home", "published", "received", "commands"]),
            ("topic", ["proto", "server", "template", "distinct", "isRetained", "messages", "bytes"]),
            ("filter", ["server", "filter", "granted", "refused"]),
            ("link", ["proto", "client", "server", "isClientInside", "isServerInside"]),
            ("secret", ["kind", "digest"]),
        ] {
            let extracted = columns.map { "json_extract(detail, '$.\($0)') AS \"\($0)\"" }.joined(separator: ", ")
            try database.execute(
                sql: """
                    CREATE VIEW \(kind)_view AS SELECT key, \(time("first_seen")), \(time("last_seen")), count, \
                    \(extracted) FROM inventory WHERE kind = '\(kind)'
                    """)
        }
    }
}

extension AlertReader {
    /// All that the inventory knows.
    ///
    /// - Parameter kinds: the kinds of records that are wanted (`InventoryRecord.kind`); `nil` for all.
    /// - Returns: the records, by kind in the order of their keys.
    /// - Throws: `StoreError` where the store cannot be read.
    public func inventory(of kinds: Set<String>? = nil) throws(StoreError) -> InventorySnapshot {
        try read { try StoreInventory.read($0, kinds) }
    }
}

extension AlertReader {
    /// When anything in the inventory was seen first and last, in microseconds since 1970 UTC; `nil` where it is empty.
    ///
    /// - Throws: `StoreError` where the store cannot be read.
    public func inventorySpan() throws(StoreError) -> (first: Int64, last: Int64)? {
        try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT min(first_seen), max(last_seen) FROM inventory WHERE kind <> ?",
                arguments: [InventoryRow.leftOutKind])
            guard let first = row?[0] as Int64?, let last = row?[1] as Int64? else { return nil }
            return (first, last)
        }
    }
}

extension AlertWriter {
    /// All that the inventory knew when it was written last.
    ///
    /// - Throws: `StoreError` where the store cannot be read.
    public func inventory() throws(StoreError) -> InventorySnapshot {
        flush()
        return try write { try StoreInventory.read($0) }
    }

    /// Writes records of the inventory at once, beside the writer's thread: for whoever brings them from elsewhere.
    ///
    /// - Throws: `StoreError` where the store does not take them.
    public func importInventory(_ snapshot: InventorySnapshot) throws(StoreError) {
        let rows = snapshot.rows
        try write { try StoreInventory.write(rows, $0) }
    }
}
