import GRDB

/// What tells one store from another, wherever its file is moved to.
enum StoreIdentity {
    /// The identity of a store.
    static func read(_ database: Database) throws -> String {
        try String.fetchOne(database, sql: "SELECT uuid FROM run ORDER BY id LIMIT 1") ?? ""
    }
}
