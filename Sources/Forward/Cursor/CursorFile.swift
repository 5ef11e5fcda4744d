import Alerts
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The file with a cursor, which this process alone writes: a lock beside it says so.
///
/// It is written beside its place, to the disk, and then moved there, and the folder is written to the disk as well: after a
/// loss of power there is the old cursor or the new one, whole.
final class CursorFile {
    /// Where it lies.
    let path: String
    private let folder: String
    private let lock: Int32
    /// What is in it.
    private(set) var cursor: ForwardCursor

    /// Opens the cursor of a target, or begins one.
    ///
    /// - Throws: `ForwardError` 75 where another process has it, 73 where the folder takes no file, 78 where it is damaged: a
    ///   new beginning would send everything again, so people decide that.
    init(target: String, in folder: String) throws(ForwardError) {
        self.folder = folder
        path = "\(folder)/\(target).cursor"
        let lockPath = "\(folder)/\(target).lock"
        do throws(PrivateFile.Refusal) { lock = try PrivateFile.open(lockPath, O_RDWR | O_CREAT) } catch {
            throw ForwardError(
                error.number == EACCES ? 77 : 73, "\(lockPath): the lock of a cursor cannot be made: \(error.reason)")
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw ForwardError(
                75,
                "another earshot-forward sends to '\(target)': it holds \(lockPath); give this one a 'state' of its own"
            )
        }
        do throws(ForwardError) { cursor = try Self.read(path) ?? ForwardCursor() } catch {
            close(lock)
            throw error
        }
    }

    deinit { close(lock) }

    /// Reads a cursor without a claim to it; `nil` where there is none.
    static func read(_ path: String) throws(ForwardError) -> ForwardCursor? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ForwardError(77, "\(path): the cursor cannot be read")
        }
        guard let cursor = try? JSONDecoder().decode(ForwardCursor.self, from: data) else {
            throw ForwardError(
                78, "\(path): the cursor is damaged; remove it to send everything that the store holds once more")
        }
        return cursor
    }

    /// Writes a cursor; when this returns it is on the disk.
    ///
    /// - Throws: `ForwardError` where it cannot be written; the old one stays.
    func write(_ new: ForwardCursor) throws(ForwardError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(new) else {
            throw ForwardError(70, "\(path): the cursor cannot be written")
        }
        let draft = path + ".part"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure() }
        let bytes = [UInt8](data)
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let reason = errno
        guard close(descriptor) == 0, isWritten else {
            unlink(draft)
            errno = isWritten ? errno : reason == 0 ? ENOSPC : reason
            throw failure()
        }
        guard rename(draft, path) == 0 else { throw failure() }
        cursor = new
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure() }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure() }
    }

    private func failure() -> ForwardError {
        ForwardError(74, "\(path): the cursor cannot be written: \(String(cString: strerror(errno)))")
    }
}
