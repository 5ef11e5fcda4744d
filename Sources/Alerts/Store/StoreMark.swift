import Foundation
import GRDB

/// The mark in a store that says that a writer has it open.
///
/// It is in the file itself, not only in its log: a copy that was made without the log can be told.
enum StoreMark {
    /// Sets the mark, or takes it away, and sees to it that the file has it.
    static func set(_ isOpen: Bool, _ database: Database) throws {
        let value = isOpen ? 1 : 0
        let name = StoreSchema.openMark
        let found = try Int.fetchOne(database, sql: "SELECT value FROM counter WHERE name = ?", arguments: [name])
        guard found != value else { return }
        try database.execute(
            sql: "INSERT OR REPLACE INTO counter VALUES(?, ?)", arguments: [name, value])
        try checkpoint(database)
    }

    /// Takes the mark away, as the last act of a writer.
    ///
    /// Where that fails the log stays as it is: SQLite would empty it, and then the mark would say that it is missing.
    static func remove(_ database: Database) throws {
        do { try set(false, database) } catch {
            try? keepLog(database)
            throw error
        }
    }

    /// Lets the log be as it is when the database is closed; it is no matter that all of it is in the file already.
    static func keepLog(_ database: Database) throws {
        try database.execute(sql: "PRAGMA journal_size_limit = -1")
    }

    /// Copies what is in the log into the file as far as no reader needs it; waits for nobody.
    static func checkpoint(_ database: Database) throws {
        _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(PASSIVE)")
    }

    /// Whether a writer had the store open when this file was written last.
    static func isSet(_ database: Database) throws -> Bool {
        try Int.fetchOne(
            database, sql: "SELECT value FROM counter WHERE name = ?", arguments: [StoreSchema.openMark]) == 1
    }

    /// Whether there is anything in the log of a store; to be asked before it is opened, since SQLite makes an empty one.
    static func hasLog(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0 > 0
    }

    /// What is wrong with a store whose log is gone although its writer had not ended; `nil` where nothing is.
    ///
    /// `hadLog` is what `hasLog` said before this process opened the store.
    static func warning(_ database: Database, path: String, hadLog: Bool) throws -> String? {
        guard !hadLog, try isSet(database), !StoreLock.isHeld(path) else { return nil }
        return missingLog(path)
    }

    /// That the log of a store is gone although its writer had not ended.
    static func missingLog(_ path: String) -> String {
        """
        \(path): the log of this store, \(path)-wal, is missing, and with it the latest alerts; to copy a store use \
        'earshot db backup', or take the files -wal and -shm along
        """
    }

    /// Empties the log; leaves it long where a reader needs it.
    ///
    /// A log that is quite empty would look as if it were missing, so something is written at once.
    static func truncateLog(_ database: Database) throws {
        _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        try database.execute(
            sql: "UPDATE counter SET value = value WHERE name = ?", arguments: [StoreSchema.openMark])
    }
}
