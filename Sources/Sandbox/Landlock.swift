import CSandbox
import Glibc

/// Rules of Landlock (landlock(7)): which files a process may still open, and for what.
enum Landlock {
    /// Kinds of access to files, by the bits of `LANDLOCK_ACCESS_FS_*`.
    private struct Access: OptionSet {
        let rawValue: UInt64

        static let execute = Access(rawValue: 1 << 0)
        static let writeFile = Access(rawValue: 1 << 1)
        static let readFile = Access(rawValue: 1 << 2)
        static let readFolder = Access(rawValue: 1 << 3)
        static let removeFile = Access(rawValue: 1 << 5)
        static let makeFile = Access(rawValue: 1 << 8)
        static let truncate = Access(rawValue: 1 << 14)

        /// All that a version knows: REFER came with the second, TRUNCATE with the third, IOCTL_DEV with the fifth.
        static func all(_ version: Int) -> Access {
            let count = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13
            return Access(rawValue: (1 << UInt64(count)) - 1)
        }

        static let reading: Access = [.readFile, .readFolder]
        static let writing: Access = [.readFile, .readFolder, .writeFile, .truncate, .makeFile, .removeFile]
        /// What means something for a file that is no folder.
        static let ofFiles: Access = [.execute, .writeFile, .readFile, .truncate]
    }

    /// The newest version whose kinds of access are known here.
    private static let newestVersion = 6

    /// Puts the rules of a plan into force.
    ///
    /// Sending signals to other processes and the abstract sockets of others are closed with the sixth version, TCP with
    /// the fourth; the filter of system calls stands before both in any case.
    ///
    /// - Returns: the version that is in force; `nil` where there is none, which `obstacles` says.
    static func restrict(_ plan: SandboxPlan, _ obstacles: inout [String]) -> Int? {
        let version = Int(sandbox_landlock_version())
        guard version > 0 else {
            obstacles.append(reason(Int32(-version)))
            return nil
        }
        let known = min(version, newestVersion)
        let handled = Access.all(known)
        let size = known >= 6 ? 24 : known >= 4 ? 16 : 8
        let rules = sandbox_landlock_create(handled.rawValue, known >= 4 ? 3 : 0, known >= 6 ? 3 : 0, size)
        guard rules >= 0 else {
            obstacles.append(reason(-rules))
            return nil
        }
        defer { close(rules) }
        for path in plan.readablePaths { allow(path, .reading.intersection(handled), rules) }
        for path in plan.writableFolders {
            if allow(path, .writing.intersection(handled), rules) { continue }
            // That there is no such folder is told by whoever wants to write there.
            if errno == ENOENT || errno == ENOTDIR { continue }
            obstacles.append("Landlock takes no rule for \(path): \(String(cString: strerror(errno)))")
        }
        let status = sandbox_landlock_restrict(rules)
        guard status == 0 else {
            obstacles.append(reason(-status))
            return nil
        }
        return known
    }

    /// Allows access to a file or what lies below a folder; false where there is no such thing.
    @discardableResult
    private static func allow(_ path: String, _ access: Access, _ rules: Int32) -> Bool {
        let descriptor = sandbox_open_place(path)
        guard descriptor >= 0 else {
            errno = -descriptor
            return false
        }
        defer { close(descriptor) }
        var found = stat()
        guard fstat(descriptor, &found) == 0 else { return false }
        let isFolder = found.st_mode & S_IFMT == S_IFDIR
        let status = sandbox_landlock_allow(
            rules, descriptor, (isFolder ? access : access.intersection(.ofFiles)).rawValue)
        if status < 0 { errno = -status }
        return status == 0
    }

    private static func reason(_ number: Int32) -> String {
        switch number {
        case ENOSYS: "this kernel has no Landlock"
        case EOPNOTSUPP: "Landlock is switched off in this kernel"
        default: "Landlock cannot be used: \(String(cString: strerror(number)))"
        }
    }
}
