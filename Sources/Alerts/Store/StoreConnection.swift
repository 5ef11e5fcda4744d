import GRDB
import Synchronization

/// The connection to a store that may be removed or replaced while it is open.
///
/// SQLite would go on with a file that has no name any more: a writer's alerts would vanish with it, a reader would wait
/// for ever. So each use looks whether the path still leads to the file that is open, and opens the new one where not.
final class StoreConnection: Sendable {
    /// An open database and the file that it is.
    struct Opened: Sendable {
        let database: DatabaseQueue
        /// Keeps the file from being taken for another one.
        let hold: FileHold?
        let file: FileIdentity?

        init(_ database: DatabaseQueue, _ path: String) {
            self.database = database
            hold = FileHold(path)
            file = hold?.identity
        }
    }

    private let path: String
    private let outlivesItsName: Bool
    private let leave: (@Sendable (Opened) -> Void)?
    private let open: @Sendable () throws -> DatabaseQueue
    private let opened: Mutex<Opened?>

    /// Opens the store with `open`, which is called again when the file was replaced.
    ///
    /// - Parameters:
    ///   - path: the path of the store.
    ///   - outlivesItsName: whether a file that was removed is read on until there is a new one.
    ///   - leave: what is done with a file that the path does not lead to any more, in place of closing it.
    ///   - open: opens the file that the path leads to.
    /// - Throws: what `open` throws.
    init(
        path: String, outlivesItsName: Bool, leave: (@Sendable (Opened) -> Void)? = nil,
        open: @escaping @Sendable () throws -> DatabaseQueue
    ) throws {
        self.path = path
        self.outlivesItsName = outlivesItsName
        self.leave = leave
        self.open = open
        opened = Mutex(Opened(try open(), path))
    }

    /// The connection to the file that the path leads to now.
    func current() throws -> Opened {
        try opened.withLock { opened in
            let found = FileIdentity(path)
            if let opened, opened.file == found || found == nil && outlivesItsName { return opened }
            // The old one is closed first: it removes its own log by name, and must not touch that of the new one.
            if let leave, let left = opened { leave(left) } else { try? opened?.database.close() }
            opened = nil
            let fresh = Opened(try open(), path)
            opened = fresh
            return fresh
        }
    }

    /// Closes the file that is open and goes on with the one that `make` opens in its place.
    func replace(_ make: () throws -> DatabaseQueue) throws -> Opened {
        try opened.withLock { opened in
            try? opened?.database.close()
            opened = nil
            let fresh = Opened(try make(), path)
            opened = fresh
            return fresh
        }
    }

    /// Closes it, after a last act of whoever used it; a failure of that leaves the rest to the next one who opens it.
    func close(_ lastAct: (Database) throws -> Void = { _ in }) throws {
        try opened.withLock { opened in
            try? opened?.database.inDatabase(lastAct)
            try opened?.database.close()
        }
    }
}
