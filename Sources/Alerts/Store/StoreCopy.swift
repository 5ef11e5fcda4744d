import GRDB

/// Copies of a store that need no other file beside them.
enum StoreCopy {
    /// Copies what a connection sees at one moment to the file at `target`, which is empty.
    ///
    /// - Parameters:
    ///   - source: a connection to the store.
    ///   - target: the path of the copy.
    ///   - isAnother: whether the copy is a store of its own, with another identity, beside the one that lives on.
    /// - Throws: what SQLite says.
    static func write(_ source: DatabaseQueue, to target: String, isAnother: Bool = false) throws {
        let copy = try DatabaseQueue(path: target)
        // In one step: a copy in several would begin again with each change of the writer.
        try source.backup(to: copy, pagesPerStep: -1)
        try copy.inDatabase { database in
            _ = try Row.fetchAll(database, sql: "PRAGMA journal_mode = DELETE")
            try database.execute(
                sql: "UPDATE counter SET value = 0 WHERE name = ?", arguments: [StoreSchema.openMark])
            if isAnother { try StoreSchema.setIdentity(database) }
        }
        try copy.close()
    }
}
