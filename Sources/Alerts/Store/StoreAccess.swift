import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Who may read a store: its owner, and the members of a group where one is named.
public struct StoreAccess: Hashable, Sendable {
    /// The number of the group that may read; `nil` for the owner alone.
    public var group: UInt32?

    /// The owner alone, or the members of a group as well.
    public init(group: UInt32? = nil) { self.group = group }

    /// The groups that were found.
    private static let found = Mutex<[String: UInt32]>([:])

    /// The group of that name or number; `nil` where this system knows none.
    ///
    /// A number is taken as it is: a container need not know the groups of its host. A name that was found stays found: a
    /// process that has shut itself in may no longer read the file with the groups, where that was replaced.
    public static func group(named name: String) -> UInt32? {
        if let number = UInt32(name) { return number == .max ? nil : number }
        return found.withLock { found in
            if let number = getgrnam(name)?.pointee.gr_gid { found[name] = number }
            return found[name]
        }
    }

    /// The mode of the store and of what SQLite makes beside it.
    var mode: mode_t { group == nil ? 0o600 : 0o640 }

    /// Gives an existing file to the group, where there is one.
    ///
    /// By its path: closing a descriptor of it would drop the locks that SQLite holds. Without a group a file that is there
    /// stays as its owner made it.
    func apply(to path: String) throws(StoreError) {
        guard let group, let found = FileStatus(path) else { return }
        guard found.group != group || found.mode != mode else { return }
        guard found.group == group || chown(path, uid_t.max, group) == 0 else { throw failure(path, group) }
        guard found.mode == mode || chmod(path, mode) == 0 else { throw failure(path, group) }
    }

    /// Gives a file that this process has just made to the group, and the mode that goes with it.
    func apply(toOpen descriptor: Int32, of path: String) throws(StoreError) {
        if let group, fchown(descriptor, uid_t.max, group) != 0 { throw failure(path, group) }
        guard fchmod(descriptor, mode) == 0 else {
            throw StoreError(code: .cannotCreate, path: path, detail: StoreFile.systemMessage())
        }
    }

    /// The same for the log, which SQLite has made: there are no locks on it that closing a descriptor could drop.
    func applyToLog(of path: String) throws(StoreError) {
        let log = path + "-wal"
        guard let group, let found = FileStatus(log), found.group != group || found.mode != mode else { return }
        guard let descriptor = try? PrivateFile.open(log, O_RDWR) else { return }
        defer { close(descriptor) }
        guard found.group == group || fchown(descriptor, uid_t.max, group) == 0, fchmod(descriptor, mode) == 0 else {
            throw failure(log, group)
        }
    }

    private func failure(_ path: String, _ group: UInt32) -> StoreError {
        let reason = StoreFile.systemMessage()
        return StoreError(
            code: .notPermitted, path: path,
            detail: "it cannot be given to the group \(FileStatus.name(ofGroup: group)): \(reason)")
    }
}

/// Whose a file is, and who may do what with it.
struct FileStatus {
    let owner: UInt32
    let group: UInt32
    /// The permissions without the kind of file.
    let mode: mode_t
    /// In bytes.
    let size: Int
    let isFolder: Bool
    let isRegular: Bool

    /// The file at `path`; `nil` where there is none or nobody tells.
    init?(_ path: String) {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        owner = found.st_uid
        group = found.st_gid
        mode = found.st_mode & 0o7777
        isRegular = found.st_mode & S_IFMT == S_IFREG
        size = Int(found.st_size)
        isFolder = found.st_mode & S_IFMT == S_IFDIR
    }

    /// `user root, group earshot, mode 0640`.
    var text: String {
        let octal = String(mode, radix: 8)
        let padded = String(repeating: "0", count: max(0, 4 - octal.count)) + octal
        return "user \(Self.name(ofUser: owner)), group \(Self.name(ofGroup: group)), mode \(padded)"
    }

    /// The name of a group, or its number.
    static func name(ofGroup number: UInt32) -> String {
        guard let name = getgrgid(number)?.pointee.gr_name else { return "\(number)" }
        return String(cString: name)
    }

    private static func name(ofUser number: UInt32) -> String {
        guard let name = getpwuid(number)?.pointee.pw_name else { return "\(number)" }
        return String(cString: name)
    }
}
