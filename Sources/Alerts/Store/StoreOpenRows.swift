import Foundation
import GRDB

/// Serial numbers of alerts that an earlier run began.
public enum AlertSerial {
    private static let mark: UInt64 = 1 << 63

    /// What a later run calls the alert of that number in the store.
    public static func stored(_ id: Int64) -> UInt64 { mark | UInt64(bitPattern: id) }

    /// The number in the store that a serial number stands for; `nil` for an alert of the run itself.
    static func storedID(_ serial: UInt64) -> Int64? {
        serial & mark == 0 ? nil : Int64(bitPattern: serial & ~mark)
    }
}

/// An alert of an earlier run that a later one may add to.
public struct StoredRow: Sendable {
    /// Its number in the store.
    public var id: Int64
    /// What tells it from others, as the detection engine of that run hashed it: 16 bytes.
    public var key: [UInt8]
    /// The rule that it belongs to.
    public var ruleID: String
    /// How bad it has become.
    public var level: AlertLevel
    /// Capture time of its first match, microseconds since 1970 UTC.
    public var firstSeen: Int64
    /// Capture time of its latest match, microseconds since 1970 UTC.
    public var lastSeen: Int64
    /// How many matches it stands for.
    public var count: Int64
    /// What they come to, with the first of their different values.
    public var tally: AlertTally?
}

extension AlertWriter {
    /// The number that all runs of this store hash the keys of alert rows with: drawn once, so that nobody who only sends
    /// packets can know it.
    public func rowSeed() throws(StoreError) -> UInt64 {
        try write { database in
            let find = "SELECT value FROM secret WHERE name = 'row_seed'"
            if let known = try Int64.fetchOne(database, sql: find) { return UInt64(bitPattern: known) }
            let drawn = UInt64.random(in: .min ... .max)
            try database.execute(
                sql: "INSERT INTO secret VALUES('row_seed', ?)", arguments: [Int64(bitPattern: drawn)])
            return drawn
        }
    }

    /// The alerts of live runs of a sensor that began at `time` or later, in microseconds since 1970 UTC: the newest, oldest
    /// first, at most `limit`.
    public func openRows(sensor: String, since time: Int64, limit: Int) throws(StoreError) -> [StoredRow] {
        flush()
        return try write { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT \(StoredAlert.columns), row_key FROM alert WHERE row_key IS NOT NULL AND first_seen >= ? \
                    AND run_id IN (SELECT id FROM run WHERE sensor = ? AND source_digest IS NULL) \
                    ORDER BY id DESC LIMIT ?
                    """, arguments: [time, sensor, limit])
            return try rows.reversed().map { row in
                var stored = StoredAlert(row: row)
                if stored.alert.tally?.distinct != nil {
                    stored.alert.tally?.values = try AlertTally.values(of: stored.id, database)
                }
                let key: Data = row["row_key"]
                return StoredRow(
                    id: stored.id, key: [UInt8](key), ruleID: stored.alert.ruleID, level: stored.alert.level,
                    firstSeen: stored.alert.firstSeen, lastSeen: stored.alert.lastSeen, count: stored.alert.count,
                    tally: stored.alert.tally)
            }
        }
    }
}
