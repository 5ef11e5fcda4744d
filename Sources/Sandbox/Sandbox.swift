import CSandbox
import Glibc

/// Whether a process shuts itself in.
public enum SandboxMode: String, CaseIterable, Sendable {
    /// It does, and does not go on where a part of that is impossible.
    case require
    /// It does as far as the kernel lets it.
    case `try`
    /// It does not.
    case off
}

/// What a process may do once it has shut itself in; all else is refused to it, for good.
public struct SandboxPlan: Sendable {
    /// Folders in which it may read, make, change and remove regular files.
    public var writableFolders: [String] = []
    /// Files and folders that it may read.
    ///
    /// What is not there is left out. A file is known by its inode: one that may be replaced needs its folder here.
    public var readablePaths: [String] = []
    /// Whether it may open interfaces again: packet sockets, and the right to them.
    public var opensInterfaces = false
    /// Whom it becomes; `nil` where it stays who it is.
    public var account: UserAccount?
    /// A group besides those of the user, by number.
    public var group: UInt32?

    /// Nothing.
    public init() {}
}

/// What came of shutting in.
public struct SandboxState: Sendable {
    /// The name of the user who it runs as, or the number.
    public var user: String
    /// The capabilities that are left, in lower case and without `cap_`.
    public var capabilities: [String]
    /// Whether system calls are filtered.
    public var filtersCalls: Bool
    /// The version of Landlock in force; `nil` where there is none.
    public var landlock: Int?
    /// What could not be done, a phrase each.
    public var obstacles: [String]

    /// The state in a few words: `user earshot, no capabilities but net_raw, seccomp, landlock ABI 4`.
    public var text: String {
        let kept = capabilities.joined(separator: " ")
        var parts = ["user \(user)", kept.isEmpty ? "no capabilities" : "no capabilities but \(kept)"]
        parts.append(filtersCalls ? "seccomp" : "no seccomp")
        parts.append(landlock.map { "landlock ABI \($0)" } ?? "no landlock")
        return parts.joined(separator: ", ")
    }
}

/// Gives up all rights that a process does not need, for good.
public enum Sandbox {
    /// The exit code of a process that made a system call which the filter refuses (EX_SOFTWARE of sysexits.h).
    public static let refusalStatus: Int32 = 70

    /// Shuts the process in.
    ///
    /// Capabilities and Landlock are matters of a thread, which those that it begins inherit: it must be the only one, and
    /// whatever must be opened before is open. What cannot be done is told in the state; what was done stays.
    ///
    /// - Throws: `SandboxError` where the process does not become the user of the plan.
    public static func enter(_ plan: SandboxPlan) throws(SandboxError) -> SandboxState {
        var obstacles: [String] = []
        if threadCount() > 1 { obstacles.append("other threads run already") }
        // Every library that the C library loads to look up names is loaded now: later no code can be.
        _ = getpwuid(geteuid())
        let isRoot = plan.account.map { $0.uid == 0 } ?? (geteuid() == 0)
        var kept: [Capability] = plan.opensInterfaces ? [.netRaw] : []
        // Root without these would be a stranger in the folders of others, where it may have been started, and could not
        // leave the log of a store to whom the store belongs.
        if isRoot { kept += [.dacOverride, .chown] }
        Capability.clearBoundingSet()
        if let account = plan.account { try account.become(addingGroup: plan.group) }
        let left = Capability.keepOnly(kept)
        let user = UserAccount.name(of: geteuid())
        // A core image or a debugger would show what the process has seen.
        if sandbox_prctl(PR_SET_DUMPABLE, 0) < 0 { obstacles.append("the memory of the process stays readable") }
        if sandbox_prctl(PR_SET_NO_NEW_PRIVS, 1) < 0 { obstacles.append("new privileges cannot be renounced") }
        let landlock = Landlock.restrict(plan, &obstacles)
        let filtersCalls = SystemCallFilter.install(opensInterfaces: plan.opensInterfaces, &obstacles)
        return SandboxState(
            user: user, capabilities: left, filtersCalls: filtersCalls, landlock: landlock,
            obstacles: obstacles)
    }

    /// How many threads the process has; 1 where it cannot be told.
    private static func threadCount() -> Int {
        guard let folder = opendir("/proc/self/task") else { return 1 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            if entry.pointee.d_name.0 != CChar(bitPattern: UInt8(ascii: ".")) { count += 1 }
        }
        return max(count, 1)
    }
}

/// Why a process cannot become another user.
public struct SandboxError: Error, CustomStringConvertible {
    /// A sentence without a full stop.
    public let description: String
}
