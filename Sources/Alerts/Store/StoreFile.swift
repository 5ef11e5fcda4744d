import Foundation
import GRDB
import GRDBSQLite

#if canImport(Glibc)
    import Glibc
#endif

/// How the store's files are made and opened.
enum StoreFile {
    /// The path from the root: SQLite would take `file:x`, `:memory:` and an empty path for something else.
    static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }

    /// Looks whether there can be a store at `path` for this process, and changes nothing.
    ///
    /// An existing file is not opened: closing any descriptor of it would drop the locks that SQLite holds for other
    /// connections of this process.
    static func checkPlace(_ path: String) throws(StoreError) {
        guard let found = FileStatus(path) else { return }
        if found.isFolder { throw StoreError(code: .cannotCreate, path: path, detail: "it is a folder") }
        // SQLite would wait for ever for what a FIFO has to say.
        guard found.isRegular else {
            throw StoreError(code: .cannotCreate, path: path, detail: "it is a device, a FIFO or a socket")
        }
        guard access(path, R_OK | W_OK) == 0 else {
            let isForbidden = errno == EACCES
            throw StoreError(
                code: isForbidden ? .notPermitted : .cannotWrite, path: path,
                detail: "\(systemMessage()); it belongs to \(found.text)")
        }
    }

    /// Makes an empty file that only its owner may read and write, and the group of `access` read, whatever the umask; leaves
    /// one that is there alone.
    ///
    /// Mode and group are given by descriptor, as long as nobody else has the file: in a sandbox it cannot be done later.
    static func createIfMissing(_ path: String, _ access: StoreAccess = StoreAccess()) throws(StoreError) {
        try checkPlace(path)
        if FileStatus(path) == nil {
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw StoreError(code: .cannotCreate, path: path, detail: systemMessage())
            }
            defer { close(descriptor) }
            do throws(StoreError) { try access.apply(toOpen: descriptor, of: path) } catch {
                unlink(path)
                throw error
            }
        }
        // SQLite would make the index with the group of the process; it takes one that is there.
        if access.group != nil, let index = try? PrivateFile.open(path + "-shm", O_RDWR | O_CREAT | O_EXCL) {
            defer { close(index) }
            try access.apply(toOpen: index, of: path + "-shm")
        }
    }

    /// Hands the files of a store that root made over to another user, and gives them to the group of `access`.
    ///
    /// For before the process becomes that user and shuts itself in. Only what is a regular file of root under one name
    /// changes hands: others may write to the folder.
    static func handOver(_ path: String, to owner: UInt32?, _ access: StoreAccess) throws(StoreError) {
        if let owner {
            let suffixes = ["", "-wal", "-shm", "-journal", ".lock", ".spill", ".key", ".patterns", ".triage"]
            for suffix in suffixes {
                guard let descriptor = try? PrivateFile.open(path + suffix, O_RDONLY) else { continue }
                defer { close(descriptor) }
                var found = stat()
                guard fstat(descriptor, &found) == 0, found.st_uid == 0, found.st_nlink == 1 else { continue }
                guard fchown(descriptor, owner, gid_t.max) == 0 else {
                    throw StoreError(
                        code: .notPermitted, path: path,
                        detail: "\(path)\(suffix) cannot be given to the user \(owner): \(systemMessage())")
                }
            }
        }
        for suffix in ["", "-wal", "-shm"] { try access.apply(to: path + suffix) }
    }

    /// Removes a file that this process has just made and could not make a store of; only for who holds its lock.
    static func discard(_ path: String) {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
    }

    /// Opens the database for writing, in WAL mode, brought up to the newest schema.
    ///
    /// `doubt` is called where there was no time to look through all of it, or its last writer did not end in order;
    /// `missingLog` where that one's log is gone.
    static func openForWriting(
        _ path: String, _ settings: AlertWriterSettings, doubt: () -> Void = {}, missingLog: () -> Void = {}
    ) throws(StoreError) -> DatabaseQueue {
        let hadLog = StoreMark.hasLog(path)
        let cacheKibibytes = max(1024, settings.cacheBytes >> 10)
        var configuration = Configuration()
        configuration.label = "earshot.store"
        configuration.busyMode = .timeout(settings.openTimeoutSeconds)
        configuration.prepareDatabase { database in
            // The log and its index stay when the last connection closes, so that who may read the store but not make files
            // beside it reads it then as well.
            var keeps: CInt = 1
            sqlite3_file_control(database.sqliteConnection, nil, SQLITE_FCNTL_PERSIST_WAL, &keeps)
            // Before the first table is made; no effect later.
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            if try StoreSchema.inspect(database) == .foreign { return }
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            // What a reader has seen survives a power cut: a commit is on the disk before it can be read. One is made at
            // most every tenth of a second, or for a thousand changes.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA journal_size_limit = \(logLimit)")
            // An alert touches a page in each of many indexes: with little room they are read back and forth.
            try database.execute(sql: "PRAGMA cache_size = -\(cacheKibibytes)")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        }
        let queue: DatabaseQueue
        do { queue = try DatabaseQueue(path: path, configuration: configuration) } catch {
            throw StoreError(error, path: path, fallback: .cannotWrite)
        }
        var isMarked = false
        do {
            let finding = try queue.read { try StoreSchema.inspect($0) }
            try StoreSchema.check(finding, path: path)
            var isDoubtful = false
            if finding == .empty {
                try StoreSchema.make(queue)
            } else {
                isDoubtful = try !StoreExaminer.quickLook(queue, path: path)
                try StoreSchema.migrator.migrate(queue)
            }
            // Tells a file that cannot be written, at once and without changing it.
            try queue.inDatabase { database in
                try database.inTransaction(.immediate) { .rollback }
                try database.execute(sql: "PRAGMA busy_timeout = \(Int(settings.busyTimeoutSeconds * 1000))")
                isMarked = try !StoreMark.isSet(database)
                try StoreMark.set(true, database)
            }
            try settings.access.applyToLog(of: path)
            for suffix in ["", "-wal", "-shm"] { try settings.access.apply(to: path + suffix) }
            if isDoubtful || !isMarked { doubt() }
            if !isMarked, !hadLog { missingLog() }
            return queue
        } catch {
            try? queue.inDatabase { isMarked ? try StoreMark.remove($0) : try StoreMark.keepLog($0) }
            try? queue.close()
            throw StoreError(error, path: path, fallback: .cannotWrite)
        }
    }

    /// Bytes that the log keeps when all of it was copied into the file.
    private static let logLimit = 16 << 20

    /// Makes the store where it is missing and opens it for writing; a broken one is put aside and a new one begun.
    static func openOrRenew(
        _ path: String, _ settings: AlertWriterSettings, doubt: () -> Void = {}, _ notice: (StoreNotice) -> Void
    ) throws(StoreError) -> DatabaseQueue {
        try DamagedStore.finish(path)
        try createIfMissing(path, settings.access)
        do throws(StoreError) {
            return try openForWriting(path, settings, doubt: doubt) {
                notice(StoreNotice(severity: .warning, text: StoreMark.missingLog(path)))
            }
        } catch {
            guard error.code == .damaged, DamagedStore.isOurs(path) else { throw error }
            return try renew(path, settings, error.detail, notice)
        }
    }

    /// Puts a broken store aside, begins a new one and takes over what can be read; says so loudly.
    ///
    /// The new one takes the place of the broken one when it is whole, so that no reader misses what is still there, whenever
    /// this ends.
    static func renew(
        _ path: String, _ settings: AlertWriterSettings, _ reason: String, _ notice: (StoreNotice) -> Void
    ) throws(StoreError) -> DatabaseQueue {
        let aside = try DamagedStore.putAside(path)
        let draft = DamagedStore.draft(path)
        discard(draft)
        try createIfMissing(draft, settings.access)
        let target = try openForWriting(draft, settings)
        let saved: StoreRecovery.Result
        do {
            saved = try StoreRecovery.run(aside, target)
            try target.inDatabase { try StoreMark.remove($0) }
            try target.close()
        } catch { throw StoreError(error, path: path, fallback: .cannotWrite) }
        try DamagedStore.replace(path)
        try createIfMissing(path, settings.access)
        let queue = try openForWriting(path, settings)
        notice(
            StoreNotice(
                severity: .error,
                text:
                    "The alert store \(path) was damaged (\(reason)): it lies as \(aside) now, and a new one is begun; "
                    + "\(saved.text)."))
        return queue
    }

    /// What `errno` says.
    static func systemMessage() -> String { String(cString: strerror(errno)) }
}
