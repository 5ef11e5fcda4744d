#if canImport(Glibc)
    import Glibc
#endif

/// Files that are opened by name in a folder where others may make files too: only regular ones, and no links.
///
/// Whoever may write to the folder could else have a sensor with rights write to a file of their choice, by a link, or keep
/// it waiting for ever, by a FIFO.
public enum PrivateFile {
    /// Why a file was not opened.
    public struct Refusal: Error, Hashable, Sendable {
        /// The error of the system: `ELOOP` for a link, `EINVAL` for what is no regular file, else what the system said.
        public let number: Int32
        /// What is wrong and what to do, without a full stop.
        public let reason: String

        /// What the system said.
        init(_ number: Int32) {
            self.number = number
            reason = String(cString: strerror(number))
        }

        /// What is there instead of a file.
        init(_ kind: String, number: Int32) {
            self.number = number
            reason = "it is \(kind), where only a regular file is taken; remove it, or choose another name"
        }
    }

    /// Opens a regular file; one that is made is its owner's alone.
    ///
    /// - Parameters:
    ///   - path: the path; its last part is not followed where it is a link.
    ///   - flags: those of open(2); that programs which are started do not get it is added.
    /// - Returns: the descriptor, which the caller closes.
    /// - Throws: `Refusal`, also where there is no such file and none was to be made.
    public static func open(_ path: String, _ flags: Int32) throws(Refusal) -> Int32 {
        // A device may act on being opened, so it is looked at first; what is then opened is looked at again.
        if let kind = strangeKind(path) { throw Refusal(kind, number: kind == link ? ELOOP : EINVAL) }
        let descriptor = Glibc.open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw errno == ELOOP ? Refusal(link, number: ELOOP) : Refusal(errno) }
        var found = stat()
        guard fstat(descriptor, &found) == 0, found.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Refusal(kind(found.st_mode) ?? "no file", number: EINVAL)
        }
        return descriptor
    }

    /// Writes a file that its owner alone may read; it appears under its name when it is whole, in place of a regular file
    /// that was there.
    ///
    /// - Throws: `Refusal` where something else has the name, or the folder takes no file.
    public static func write(_ bytes: [UInt8], to path: String) throws(Refusal) {
        if let kind = strangeKind(path) { throw Refusal(kind, number: kind == link ? ELOOP : EINVAL) }
        let draft = "\(path).part-\(getpid())"
        unlink(draft)
        let descriptor = try open(draft, O_WRONLY | O_CREAT | O_EXCL)
        defer { unlink(draft) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withContiguousStorageIfAvailable {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            guard let count, count > 0 else {
                let number = errno
                close(descriptor)
                throw Refusal(number)
            }
            offset += count
        }
        guard close(descriptor) == 0, rename(draft, path) == 0 else { throw Refusal(errno) }
    }

    private static let link = "a link"

    /// What is there, where it is no regular file; `nil` where it is one or there is nothing.
    static func strangeKind(_ path: String) -> String? {
        var found = stat()
        return lstat(path, &found) == 0 ? kind(found.st_mode) : nil
    }

    private static func kind(_ mode: mode_t) -> String? {
        switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFLNK: link
        case S_IFIFO: "a FIFO"
        case S_IFDIR: "a folder"
        case S_IFSOCK: "a socket"
        case S_IFBLK, S_IFCHR: "a device"
        default: "no file"
        }
    }
}
