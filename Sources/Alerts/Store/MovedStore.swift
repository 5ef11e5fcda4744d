import Foundation
import GRDB

#if canImport(Glibc)
    import Glibc
#endif

/// A store that was renamed, removed or replaced while a writer had it open.
///
/// SQLite would go on writing into it. What it holds is saved before it is left: a renamed file takes the content of its
/// log along, one that has no name any more is copied.
struct MovedStore {
    /// Where it was opened.
    let path: String
    let database: DatabaseQueue
    let hold: FileHold
    /// Who may read what is made.
    let access: StoreAccess

    /// Leaves it: from now on nothing of it lies at `path` but what others put there.
    ///
    /// - Returns: a sentence for the log.
    func leave() -> String {
        let log = path + "-wal"
        let ownLog = FileIdentity(log)
        let isNamed = hold.nameCount > 0
        let sentence = isNamed ? rename() : copy()
        // Closing folds the log into the file, wherever that is now, and empties it, unless a reader needs it.
        try? database.inDatabase { try StoreMark.remove($0) }
        try? database.close()
        guard let ownLog, FileIdentity(log) == ownLog else { return sentence }
        // A log that stays would be taken for that of the next file at this path.
        if isNamed, let name = hold.path, (FileStatus(log)?.size ?? 0) > 0 {
            Glibc.rename(log, name + "-wal")
        } else {
            unlink(log)
        }
        unlink(path + "-shm")
        return sentence
    }

    private func rename() -> String {
        let name = hold.path.map { " to \($0)" } ?? ""
        return "The alert store was moved\(name) while it was in use; it holds the alerts up to now."
    }

    private func copy() -> String {
        let target = DamagedStore.freeName("\(path).removed-\(DamagedStore.stamp(Date()))")
        let draft = target + ".part"
        do {
            try StoreFile.createIfMissing(draft, access)
            try StoreCopy.write(database, to: draft)
            unlink(draft + "-shm")
            guard Glibc.rename(draft, target) == 0 else {
                throw StoreError(code: .cannotWrite, path: target, detail: StoreFile.systemMessage())
            }
            return "The alert store was removed while it was in use; its alerts up to now are in \(target)."
        } catch {
            StoreFile.discard(draft)
            return "The alert store was removed while it was in use, and its alerts could not be saved: "
                + "\(StoreWorker.reason(error))."
        }
    }
}
