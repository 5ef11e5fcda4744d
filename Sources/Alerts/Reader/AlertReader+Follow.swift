import GRDB

/// Where somebody who follows the store stands.
public struct AlertCursor: Hashable, Sendable {
    /// Every change up to this one was seen.
    public var revision: Int64
    /// The highest row number that was seen: rows beyond it are new.
    public var lastID: Int64
    /// Which file the numbers belong to.
    var file: FileIdentity?

    /// A cursor that knows nothing: the first poll gives every row.
    public init() {
        revision = 0
        lastID = 0
    }
}

/// A row that is new or has changed.
public struct FollowedAlert: Hashable, Sendable {
    /// The row as it is now.
    public var stored: StoredAlert
    /// Whether it was not there at the poll before; else its count grew.
    public var isNew: Bool

    /// A row that is new or has changed.
    public init(stored: StoredAlert, isNew: Bool) {
        self.stored = stored
        self.isNew = isNew
    }
}

extension AlertReader {
    /// A cursor that knows all that is in the store now.
    public func cursorAtEnd() throws(StoreError) -> AlertCursor {
        let file = try currentFile()
        return try read { database in
            let revision = try Int64.fetchOne(database, sql: "SELECT value FROM counter WHERE name = 'revision'")
            let id = try Int64.fetchOne(database, sql: "SELECT max(id) FROM alert")
            var cursor = AlertCursor()
            cursor.revision = revision ?? 0
            cursor.lastID = id ?? 0
            cursor.file = file
            return cursor
        }
    }

    /// The rows that pass `filter` and are new or changed since the last poll, in the order of the changes, at most
    /// `limit`; the cursor moves behind them.
    ///
    /// A row that changed several times comes once. Where the file was replaced, the new one is read from its start.
    public func poll(_ cursor: inout AlertCursor, _ filter: AlertFilter = AlertFilter(), limit: Int = 1000)
        throws(StoreError) -> [FollowedAlert]
    {
        let file = try currentFile()
        if let known = cursor.file, known != file { cursor = AlertCursor() }
        cursor.file = file
        let known = cursor
        let (end, rows) = try changes(since: known.revision, filter, limit: limit)
        // With fewer rows than asked for, everything up to the end was looked at, also what the filter held back.
        cursor.revision = rows.count < limit ? max(end, known.revision) : rows.last?.revision ?? known.revision
        cursor.lastID = max(known.lastID, rows.map(\.id).max() ?? 0)
        return rows.map { FollowedAlert(stored: $0, isNew: $0.id > known.lastID) }
    }

    private func changes(since revision: Int64, _ filter: AlertFilter, limit: Int)
        throws(StoreError) -> (Int64, [StoredAlert])
    {
        let (sql, arguments) = filter.condition
        return try read { database in
            let end = try Int64.fetchOne(database, sql: "SELECT value FROM counter WHERE name = 'revision'") ?? 0
            guard end > revision else { return (end, []) }
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT \(StoredAlert.columns) FROM alert WHERE revision > ? AND \(sql) ORDER BY revision LIMIT ?",
                arguments: [revision] + arguments + [max(1, limit)])
            return (end, rows.map { triage.said(of: StoredAlert(row: $0)) })
        }
    }
}
