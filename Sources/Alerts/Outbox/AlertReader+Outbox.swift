import Foundation
import GRDB

extension AlertReader {
    /// What is to be handed on behind a position.
    ///
    /// All of it is of one moment. First the changes of alerts that were handed on before; once there are none left, new
    /// alerts by their numbers. So no alert is taken for a new one twice, and none is passed over, whatever is written in between.
    ///
    /// - Parameters:
    ///   - position: how far whoever asks has come.
    ///   - limit: how many alerts at most.
    ///   - byteLimit: how many bytes of events and frames at most, but for the alert that goes beyond it.
    ///   - keepsFrames: whether the earliest frame of each is read along.
    /// - Returns: the alerts, and what is missing among them.
    /// - Throws: `StoreError` where the store cannot be read.
    public func outbox(
        behind position: OutboxPosition, limit: Int = 500, byteLimit: Int = 4 << 20, keepsFrames: Bool = true
    ) throws(StoreError) -> OutboxBatch {
        try read { database in
            var session = OutboxSession(
                database: database, limit: max(1, limit), byteLimit: byteLimit, keepsFrames: keepsFrames,
                batch: OutboxBatch(store: try StoreSchema.identity(database) ?? "", position: position))
            try session.read()
            for index in session.batch.alerts.indices {
                session.batch.alerts[index].stored = triage.said(of: session.batch.alerts[index].stored)
            }
            return session.batch
        }
    }

    /// One alert as it is now, as a change that was held back; `nil` where it is not there any more.
    ///
    /// - Parameters:
    ///   - id: its number.
    ///   - position: how far whoever asks has come, which stays.
    /// - Returns: the alert; `nil` where there is none of that number.
    /// - Throws: `StoreError` where the store cannot be read.
    public func outboxAlert(_ id: Int64, at position: OutboxPosition) throws(StoreError) -> OutboxAlert? {
        try read { database in
            let sql = "SELECT \(OutboxSession.columns) FROM alert WHERE id = ?"
            guard let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [id]) else { return nil }
            var alert = try OutboxSession.alert(row, database, keepsFrames: true)
            alert.stored = triage.said(of: alert.stored)
            alert.position = position
            return alert
        }
    }

    /// The newest position of all: whoever stands there has handed everything on.
    ///
    /// - Throws: `StoreError` where the store cannot be read.
    public func outboxEnd() throws(StoreError) -> OutboxPosition { try read { try OutboxSession.end($0) } }

    /// About how many alerts and changes lie behind a position, and when the oldest of them was stored.
    ///
    /// - Parameter position: how far somebody has come.
    /// - Returns: their number, and the wall clock of the oldest in microseconds since 1970 UTC; `nil` where there is none.
    /// - Throws: `StoreError` where the store cannot be read.
    public func outboxLag(behind position: OutboxPosition) throws(StoreError) -> (count: Int, oldest: Int64?) {
        try read { database in
            let end = try OutboxSession.end(database)
            // Changes are counted up to a bound: a target that is far behind must not cost a walk through all of the store.
            let changes = try Int64.fetchAll(
                database,
                sql: "SELECT stored_at FROM alert WHERE revision > ? AND id <= ? ORDER BY revision LIMIT 10000",
                arguments: [position.revision, position.alert])
            let new = try Int64.fetchOne(
                database, sql: "SELECT stored_at FROM alert WHERE id > ? ORDER BY id LIMIT 1",
                arguments: [position.alert])
            return (
                Int(max(0, end.alert - position.alert)) + changes.count, [changes.first, new].compactMap(\.self).min()
            )
        }
    }
}

/// The reading of one batch, inside of one transaction.
private struct OutboxSession {
    let database: Database
    let limit: Int
    let byteLimit: Int
    let keepsFrames: Bool
    var batch: OutboxBatch
    private var bytes = 0

    init(database: Database, limit: Int, byteLimit: Int, keepsFrames: Bool, batch: OutboxBatch) {
        self.database = database
        self.limit = limit
        self.byteLimit = byteLimit
        self.keepsFrames = keepsFrames
        self.batch = batch
    }

    static let columns = """
        \(StoredAlert.columns), stored_at, (SELECT tags FROM rule WHERE rule.version = alert.rule_version) AS tags
        """

    private var isFull: Bool { batch.alerts.count >= limit || bytes >= byteLimit }

    static func end(_ database: Database) throws -> OutboxPosition {
        OutboxPosition(
            revision: try Int64.fetchOne(database, sql: "SELECT value FROM counter WHERE name = 'revision'") ?? 0,
            alert: try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'alert'") ?? 0)
    }

    mutating func read() throws {
        let end = try Self.end(database)
        if end.revision < batch.position.revision || end.alert < batch.position.alert {
            batch.wentBack = true
            return
        }
        try readChanges(upTo: end.revision)
        guard !isFull else { return }
        // All changes of alerts that were handed on before are told: whatever is read from here on in this transaction is no
        // newer.
        batch.position.revision = end.revision
        try readNew(upTo: end.alert)
    }

    private mutating func readChanges(upTo end: Int64) throws {
        guard end > batch.position.revision else { return }
        let known = batch.position.alert
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT \(Self.columns) FROM alert WHERE revision > ? AND revision <= ? AND id <= ? ORDER BY revision
                    """), arguments: [batch.position.revision, end, known])
        while !isFull, let row = try rows.next() {
            var alert = try Self.alert(row, database, keepsFrames: keepsFrames)
            batch.position.revision = alert.stored.revision
            alert.position = batch.position
            add(alert)
        }
    }

    private mutating func readNew(upTo end: Int64) throws {
        let rows = try Row.fetchCursor(
            database.cachedStatement(sql: "SELECT \(Self.columns) FROM alert WHERE id > ? ORDER BY id"),
            arguments: [batch.position.alert])
        while !isFull {
            guard let row = try rows.next() else {
                miss(upTo: end)
                batch.isDrained = true
                return
            }
            var alert = try Self.alert(row, database, keepsFrames: keepsFrames)
            miss(upTo: alert.stored.id - 1)
            batch.position.alert = alert.stored.id
            alert.position = batch.position
            alert.isNew = true
            add(alert)
        }
    }

    /// Numbers are given in order and never twice: one that is not there was removed.
    private mutating func miss(upTo last: Int64) {
        guard last > batch.position.alert else { return }
        batch.removed.append(batch.position.alert + 1...last)
        batch.position.alert = last
    }

    private mutating func add(_ alert: OutboxAlert) {
        bytes += alert.stored.alert.event.utf8.count + (alert.firstFrame?.bytes.count ?? 0) + 1000
        batch.alerts.append(alert)
    }

    static func alert(_ row: Row, _ database: Database, keepsFrames: Bool) throws -> OutboxAlert {
        let stored = StoredAlert(row: row)
        let tags: String? = row["tags"]
        let storedAt: Int64? = row["stored_at"]
        var frame: EvidenceFrame?
        if keepsFrames {
            let statement = try database.cachedStatement(
                sql: """
                    SELECT frame_number, timestamp_ns, link_type, original_length, bytes FROM evidence \
                    WHERE alert_id = ? ORDER BY timestamp_ns, rowid LIMIT 1
                    """)
            frame = try Row.fetchOne(statement, arguments: [stored.id]).map { EvidenceFrame(row: $0) }
        }
        return OutboxAlert(
            stored: stored, tags: tags?.split(separator: " ").map(String.init) ?? [], storedAt: storedAt ?? 0,
            firstFrame: frame, isNew: false, position: OutboxPosition())
    }
}
