import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A file system of two megabytes.
final class SmallDisk {
    let path: String

    /// Whether this process may mount: in a container or for another user than root it may not.
    static let isAllowed: Bool = {
        let path = NSTemporaryDirectory() + "earshot-disk-\(getpid())"
        defer { rmdir(path) }
        guard let disk = SmallDisk(path) else { return false }
        disk.remove()
        return true
    }()

    init?(_ path: String) {
        self.path = path
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=2m") == 0 else { return nil }
    }

    /// Takes all the room that is left.
    func fill() throws {
        let file = path + "/filler"
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        defer { try? handle.close() }
        for size in [65_536, 4096, 512] {
            while (try? handle.write(contentsOf: Data(count: size))) != nil {}
        }
    }

    /// Waits for who still has a file of it open: a process that another test just started has, until it becomes a program.
    func makeReadOnly() throws {
        var code: Int32 = 0
        let isDone = eventually {
            code = mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), "size=2m") == 0 ? 0 : errno
            return code != EBUSY
        }
        guard isDone, code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EPERM) }
    }

    func free() { try? FileManager.default.removeItem(atPath: path + "/filler") }

    func remove() { umount2(path, Int32(MNT_DETACH)) }
}
