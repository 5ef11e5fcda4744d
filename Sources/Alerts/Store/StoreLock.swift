import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The claim of one process to write to a store: an advisory lock on `NAME.lock`.
///
/// The system lets go of it when the process ends, however it ends. So whoever holds it knows that a run that the store
/// calls running is dead, and that the spill file is its own.
final class StoreLock: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Takes the lock, or throws at once.
    init(store: String) throws(StoreError) {
        path = store + ".lock"
        while true {
            let descriptor: Int32
            do throws(PrivateFile.Refusal) { descriptor = try PrivateFile.open(path, O_RDWR | O_CREAT) } catch {
                let code: StoreError.Code = error.number == EACCES ? .notPermitted : .cannotCreate
                throw StoreError(code: code, path: store, detail: "\(path): \(error.reason)")
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let busy = errno == EWOULDBLOCK
                let detail = busy ? "it holds \(path)" : "\(path): \(StoreFile.systemMessage())"
                close(descriptor)
                throw StoreError(code: busy ? .inUse : .cannotWrite, path: store, detail: detail)
            }
            // Whoever held it last may have removed the file between the two calls.
            if let held = FileIdentity(descriptor: descriptor), held == FileIdentity(path) {
                self.descriptor = descriptor
                return
            }
            close(descriptor)
        }
    }

    /// Whether a process writes to a store, as far as this one may know.
    static func isHeld(_ store: String) -> Bool {
        guard let descriptor = try? PrivateFile.open(store + ".lock", O_RDONLY) else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Removes the file, unless it is another's by now, and lets go.
    func release() {
        if FileIdentity(descriptor: descriptor) == FileIdentity(path) { unlink(path) }
        close(descriptor)
    }
}
