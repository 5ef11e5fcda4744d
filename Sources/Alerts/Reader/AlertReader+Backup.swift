import Foundation
import GRDB

#if canImport(Glibc)
    import Glibc
#endif

extension AlertReader {
    /// Copies the store as it is at one moment, also while a sensor writes to it.
    ///
    /// The copy is a file by itself, without a log, readable by whom the store is readable by. It appears under its name when
    /// it is whole, and has an identity of its own: where it is used as a store again, its alerts to come are not those of this one.
    ///
    /// - Parameters:
    ///   - target: the path of the copy.
    ///   - isReplacing: whether a file that is there is replaced; else it is an error.
    /// - Throws: `StoreError` where the store cannot be read or the copy not be made.
    public func backup(to target: String, replacing isReplacing: Bool) throws(StoreError) {
        let target = StoreFile.absolute(target)
        if let there = FileIdentity(target) {
            guard there != FileIdentity(path) else {
                throw StoreError(code: .cannotCreate, path: target, detail: "it is the store itself")
            }
            guard isReplacing else {
                throw StoreError(
                    code: .cannotCreate, path: target, detail: "there is a file of that name; --force replaces it")
            }
        }
        let draft = "\(target).part-\(getpid())"
        unlink(draft)
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) } }
        try StoreFile.createIfMissing(draft)
        try copy(to: draft, target)
        try giveAway(draft, as: target)
        // `link` refuses where somebody else made the file in the meantime.
        guard (isReplacing ? rename(draft, target) : link(draft, target)) == 0 else {
            throw StoreError(code: .cannotCreate, path: target, detail: StoreFile.systemMessage())
        }
    }

    private func copy(to draft: String, _ target: String) throws(StoreError) {
        do {
            try StoreCopy.write(try connection.current().database, to: draft, isAnother: true)
        } catch let error as DatabaseError where Self.isAboutTheCopy(error) {
            // The message is that of the connection to the store, on which nothing went wrong.
            throw StoreError(
                code: .cannotCreate, path: target, detail: "there is no room, or the medium refuses to be written")
        } catch {
            throw StoreError(error, path: path, fallback: .cannotRead)
        }
    }

    /// Whether an error of SQLite can only come from the file that is written.
    private static func isAboutTheCopy(_ error: DatabaseError) -> Bool {
        error.resultCode == .SQLITE_FULL
            || [.SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_TRUNCATE].contains(error.extendedResultCode)
    }

    /// Mode and group of the store; where the group cannot be given, the copy is its owner's alone.
    private func giveAway(_ draft: String, as target: String) throws(StoreError) {
        guard let store = FileStatus(path) else { return }
        let isGiven = FileStatus(draft)?.group == store.group || chown(draft, uid_t.max, store.group) == 0
        guard chmod(draft, isGiven ? store.mode & 0o666 : 0o600) == 0 else {
            throw StoreError(code: .cannotCreate, path: target, detail: StoreFile.systemMessage())
        }
    }
}
