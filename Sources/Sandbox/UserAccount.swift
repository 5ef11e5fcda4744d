import CSandbox
import Glibc

/// A user of this system.
public struct UserAccount: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The number of the user.
    public let uid: UInt32
    /// The number of the first group.
    public let gid: UInt32

    /// The user of that name, or of that number; `nil` where this system knows none.
    public init?(_ name: String) {
        let entry = UInt32(name).map { getpwuid($0) } ?? getpwnam(name)
        guard let entry else { return nil }
        self.name = String(cString: entry.pointee.pw_name)
        uid = entry.pointee.pw_uid
        gid = entry.pointee.pw_gid
    }

    /// The name of the user of that number, or the number.
    public static func name(of uid: UInt32) -> String {
        guard let entry = getpwuid(uid) else { return "\(uid)" }
        return String(cString: entry.pointee.pw_name)
    }

    /// The groups of the user.
    private var groups: [gid_t] {
        var count: Int32 = 64
        var groups = [gid_t](repeating: gid, count: Int(count))
        if getgrouplist(name, gid, &groups, &count) < 0 {
            groups = [gid_t](repeating: gid, count: max(1, Int(count)))
            guard getgrouplist(name, gid, &groups, &count) >= 0 else { return [gid] }
        }
        return Array(groups.prefix(max(1, Int(count))))
    }

    /// Whether the user may make files in a folder, as the system sees it.
    ///
    /// Only for root: for the time of the question the process is that user.
    public func mayMakeFiles(in folder: String) -> Bool {
        var before = [gid_t](repeating: 0, count: 65_536)
        let count = getgroups(Int32(before.count), &before)
        guard count >= 0 else { return false }
        let (uid, gid) = (geteuid(), getegid())
        defer {
            _ = seteuid(uid)
            _ = setegid(gid)
            _ = setgroups(Int(count), before)
        }
        let groups = groups
        guard setgroups(groups.count, groups) == 0, setegid(self.gid) == 0, seteuid(self.uid) == 0 else { return false }
        return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0
    }

    /// Makes the process one of this user, for good; capabilities stay permitted until they are given up.
    ///
    /// With an additional group, files that the process makes belong to that one.
    func become(addingGroup group: UInt32?) throws(SandboxError) {
        guard sandbox_prctl(PR_SET_KEEPCAPS, 1) == 0 else { throw failure() }
        let groups = groups + (group.map { [$0] } ?? [])
        guard setgroups(groups.count, groups) == 0, setgid(group ?? gid) == 0, setuid(uid) == 0 else { throw failure() }
        _ = sandbox_prctl(PR_SET_KEEPCAPS, 0)
        // The way back must be closed.
        guard uid == 0 || setuid(0) != 0, getuid() == uid, geteuid() == uid else { throw failure() }
    }

    private func failure() -> SandboxError {
        SandboxError(description: "cannot become the user \(name): \(String(cString: strerror(errno)))")
    }
}
