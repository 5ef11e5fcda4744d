import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Which file a path leads to.
///
/// As long as somebody has the file open, no other gets the same numbers.
struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let number: UInt64

    /// The file at `path`; `nil` where there is none.
    init?(_ path: String) {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        self.init(found)
    }

    /// The file that is open as `descriptor`; `nil` where there is none.
    init?(descriptor: Int32) {
        var found = stat()
        guard fstat(descriptor, &found) == 0 else { return nil }
        self.init(found)
    }

    private init(_ found: stat) {
        device = UInt64(found.st_dev)
        number = UInt64(found.st_ino)
    }
}

/// A hold on a file, whatever becomes of its name: while it lasts no other file gets the same numbers, and none can be taken
/// for it.
///
/// It gives no access to what is in the file, and to let go of it drops no lock of SQLite (open(2), O_PATH).
final class FileHold: Sendable {
    /// O_PATH of asm-generic/fcntl.h, which Swift does not see.
    private static let pathOnly: Int32 = 0o10000000

    private let descriptor: Int32

    /// Holds the file at `path`; `nil` where there is none.
    init?(_ path: String) {
        descriptor = open(path, Self.pathOnly | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Which file it is.
    var identity: FileIdentity? { FileIdentity(descriptor: descriptor) }

    /// How many names it has; none once it was removed.
    var nameCount: Int {
        var found = stat()
        return fstat(descriptor, &found) == 0 ? Int(found.st_nlink) : 0
    }

    /// Its name now, as the system tells it (proc(5), /proc/PID/fd); `nil` where it has none.
    var path: String? {
        let link = "/proc/self/fd/\(descriptor)"
        guard nameCount > 0, let name = try? FileManager.default.destinationOfSymbolicLink(atPath: link),
            FileIdentity(name) == identity
        else { return nil }
        return name
    }
}
