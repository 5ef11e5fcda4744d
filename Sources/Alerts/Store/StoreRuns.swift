import GRDB

/// What is done to the table of runs.
enum StoreRuns {
    /// The row of a run, made with `status` where it is missing; `nil` for a run that was replaced.
    static func ensureRow(of run: RunHandle, status: RunStatus, _ database: Database) throws -> Int64? {
        let find = try database.cachedStatement(sql: "SELECT id, status FROM run WHERE uuid = ?")
        if let row = try Row.fetchOne(find, arguments: [run.uuid]) {
            let (id, found): (Int64, String) = (row[0], row[1])
            return found == RunStatus.replaced.rawValue ? nil : id
        }
        let start = run.start
        try database.cachedStatement(
            sql: """
                INSERT INTO run(sensor, started, source, version, rules_digest, status, source_digest, uuid) \
                VALUES(?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            start.sensor.storable, start.started, start.source.storable, start.version.storable,
            start.rulesDigest, status.rawValue, start.sourceDigest, run.uuid,
        ])
        return status == .replaced ? nil : database.lastInsertedRowID
    }

    /// Calls dead what the store calls running: whoever holds the writer's lock knows that nobody else runs.
    static func buryTheDead(_ database: Database, except live: String?) throws {
        try database.execute(
            sql: "UPDATE run SET status = 'killed' WHERE status = 'running' AND uuid IS NOT ?", arguments: [live])
    }

    /// The latest complete run of the same source and rules.
    static func complete(_ start: RunStart, _ database: Database) throws -> RunRecord? {
        guard let digest = start.sourceDigest else { return nil }
        return try Row.fetchOne(
            database,
            sql: """
                SELECT \(RunRecord.columns) FROM run WHERE source_digest = ? AND rules_digest = ? \
                AND status IN ('finished', 'damaged') ORDER BY id DESC LIMIT 1
                """, arguments: [digest, start.rulesDigest]
        ).map { RunRecord(row: $0) }
    }

    /// Removes the alerts of earlier runs of the same source and rules that did not reach its end, and marks those
    /// runs as replaced, so that what a spill file still holds of them is passed over.
    ///
    /// Live runs are never replaced.
    ///
    /// - Returns: how many alerts were removed.
    static func replaceUnfinished(_ start: RunStart, inherited: [RunHandle], _ database: Database) throws -> Int {
        guard let digest = start.sourceDigest else { return 0 }
        for run in inherited
        where run.start.sourceDigest == digest && run.start.rulesDigest == start.rulesDigest {
            _ = try ensureRow(of: run, status: .killed, database)
        }
        try database.execute(
            sql: """
                UPDATE run SET status = 'replaced' WHERE source_digest = ? AND rules_digest = ? \
                AND status IN ('running', 'killed', 'interrupted')
                """, arguments: [digest, start.rulesDigest])
        try database.execute(
            sql: """
                DELETE FROM alert WHERE run_id IN \
                (SELECT id FROM run WHERE source_digest = ? AND rules_digest = ? AND status = 'replaced')
                """, arguments: [digest, start.rulesDigest])
        return database.changesCount
    }

    /// The runs of captures, also those that did not come to their end, with what their statistics tell of what they read.
    static func contents(_ database: Database) throws -> [RecordedContent] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT id, json_extract(stats, '$.content'), \
                coalesce(json_extract(stats, '$.inventory'), 0) AND status IN ('finished', 'damaged'), \
                json_extract(stats, '$.first_frame'), json_extract(stats, '$.last_frame') \
                FROM run WHERE status != 'replaced' \
                AND json_extract(stats, '$.content') IS NOT NULL
                """
        ).map { RecordedContent(run: $0[0], content: $0[1], hasInventory: $0[2], first: $0[3], last: $0[4]) }
    }
}

/// What a run of a capture tells of what it read.
public struct RecordedContent: Hashable, Sendable {
    /// Its number.
    public var run: Int64
    /// The member `content` of its statistics: what tells the frames from those of another capture.
    public var content: String
    /// Whether the inventory has what it saw.
    public var hasInventory: Bool
    /// Capture time of its first frame, microseconds since 1970 UTC; `nil` where it did not come to its end.
    public var first: Int64?
    /// That of its last.
    public var last: Int64?

    /// Describes what a run read.
    public init(run: Int64, content: String, hasInventory: Bool = false, first: Int64? = nil, last: Int64? = nil) {
        self.run = run
        self.content = content
        self.hasInventory = hasInventory
        self.first = first
        self.last = last
    }
}
