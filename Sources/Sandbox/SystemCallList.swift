import CSandbox
import Glibc

/// The system calls of a sensor behind its opening: of the Swift runtime, Foundation, the C library, SQLite and libpcap.
///
/// A name that an architecture does not have is passed over, so those of arm64 stand beside those of amd64.
enum SystemCallList {
    /// What is said of some system calls; of several rules for one call each stands for itself.
    struct Rule {
        let names: [String]
        var verdict = SystemCallFilter.Verdict.allow
        var conditions: [SystemCallFilter.Condition] = []
    }

    /// All rules.
    static func rules(opensInterfaces: Bool) -> [Rule] {
        let plain = [files, descriptors, memory, threads, signals, identity, time, waiting]
        let common = plain.map { Rule(names: $0) } + guarded + processes
        return common + (opensInterfaces ? interfaces : noSockets)
    }

    /// Landlock says which files.
    ///
    /// Modes and owners are changed by descriptor only: Landlock does not look at these.
    private static let files = [
        "open", "openat", "stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "readlink",
        "readlinkat", "getcwd", "statfs", "listxattr", "llistxattr", "getxattr", "lgetxattr", "unlink", "unlinkat",
        "rename", "renameat", "renameat2", "link", "linkat",
    ]
    private static let descriptors = [
        "read", "readv", "pread64", "preadv", "write", "writev", "pwrite64", "pwritev", "close", "fstat", "fstatfs",
        "lseek", "getdents64", "fcntl", "flock", "fsync", "fdatasync", "ftruncate", "fallocate", "fadvise64", "fchmod",
        "fchown", "flistxattr", "fgetxattr",
    ]
    private static let memory = ["munmap", "mremap", "madvise", "brk", "membarrier", "mincore"]
    private static let threads = [
        "futex", "set_robust_list", "rseq", "set_tid_address", "sched_yield", "sched_getaffinity", "gettid", "exit",
        "exit_group", "getcpu",
    ]
    private static let signals = [
        "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "sigaltstack", "restart_syscall",
    ]
    private static let identity = [
        "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getgroups", "getresuid", "getresgid", "uname",
        "sysinfo", "getrandom", "getrusage", "getpriority",
    ]
    private static let time = [
        "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "times",
        "timerfd_create", "timerfd_settime",
    ]
    private static let waiting = [
        "poll", "ppoll", "select", "pselect6", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2",
        "pipe2",
    ]

    /// What depends on its arguments, whatever the process is for.
    private static let guarded: [Rule] = [
        // No memory becomes code, and so no library can be loaded either; whoever tries to is told that it failed.
        Rule(names: ["mmap", "mprotect"], conditions: [.masked(2, PROT_EXEC, 0)]),
        Rule(
            names: ["mmap", "mprotect"], verdict: .fail(EACCES), conditions: [.masked(2, PROT_EXEC, UInt64(PROT_EXEC))]),
        // The name of the own thread.
        Rule(names: ["prctl"], conditions: [.equals(0, PR_SET_NAME)]),
        Rule(names: ["prctl"], conditions: [.equals(0, PR_GET_NAME)]),
        // Limits are read, not set.
        Rule(names: ["prlimit64"], conditions: [.equals(0, 0), .equals(2, 0)]),
        Rule(names: ["getrlimit"]),
        // Names may lead anywhere: Landlock does not look at owners and modes.
        Rule(names: ["chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat"], verdict: .fail(EPERM)),
        // Dispatch gives its threads the priority of their work, and is told that it did.
        Rule(names: ["setpriority"], verdict: .fail(0)),
        // By this the Swift runtime would show where a crash came from; the signal then ends the process all the same.
        Rule(names: ["socketpair"], verdict: .fail(EPERM)),
        // What a terminal is, and what waits to be read. Nothing is put into the input of a terminal (TIOCSTI).
        Rule(names: ["ioctl"], conditions: [.equals(1, TCGETS)]),
        // TCGETS2, by which newer C libraries ask.
        Rule(names: ["ioctl"], conditions: [.equals(1, 0x802C_542A as UInt32)]),
        Rule(names: ["ioctl"], conditions: [.equals(1, TIOCGWINSZ)]),
        Rule(names: ["ioctl"], conditions: [.equals(1, FIONREAD)]),
    ]

    /// CLONE_THREAD of clone(2).
    private static let cloneThread: UInt64 = 0x1_0000

    /// Threads are begun, processes are not.
    ///
    /// A signal goes to the own process only.
    private static var processes: [Rule] {
        [
            Rule(names: ["clone"], conditions: [.masked(0, cloneThread, cloneThread)]),
            // Its flags lie in memory, where no filter sees them: without it the C library takes clone.
            Rule(names: ["clone3"], verdict: .fail(ENOSYS)),
            Rule(names: ["tgkill"], conditions: [.equals(0, getpid())]),
        ]
    }

    /// What libraries ask for and can do without: name services and D-Bus, Bluetooth.
    private static let declined: [Rule] = [AF_UNIX, 31].map { family in
        Rule(names: ["socket"], verdict: .fail(EAFNOSUPPORT), conditions: [.equals(0, family)])
    }

    /// Messages that go out on a socket from before, to systemd.
    private static let noSockets: [Rule] = [Rule(names: ["sendto", "recvfrom", "recvmsg"])] + declined

    /// What opening an interface again takes: packet sockets, and netlink for its address and state.
    ///
    /// None of another family can be made, and none can be connected or listen.
    private static let interfaces: [Rule] =
        declined + [
            Rule(names: ["socket"], conditions: [.equals(0, AF_PACKET)]),
            // NETLINK_ROUTE and NETLINK_GENERIC.
            Rule(names: ["socket"], conditions: [.equals(0, AF_NETLINK), .equals(2, 0)]),
            Rule(names: ["socket"], conditions: [.equals(0, AF_NETLINK), .equals(2, 16)]),
            // NETLINK_NETFILTER: libpcap looks for logs of the firewall.
            Rule(
                names: ["socket"], verdict: .fail(EPROTONOSUPPORT),
                conditions: [.equals(0, AF_NETLINK), .equals(2, 12)]
            ),
            Rule(names: ["bind", "getsockname", "getsockopt", "setsockopt", "sendto", "recvfrom", "recvmsg"]),
        ]
        + [0x8910, 0x8912, 0x8913, 0x8915, 0x891B, 0x8921, 0x8927, 0x8933, 0x8946, 0x8994, 0x8B01, 0x8B07].map {
            request in
            // SIOCGIFNAME, SIOCGIFCONF, SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFNETMASK, SIOCGIFMTU, SIOCGIFHWADDR, SIOCGIFINDEX,
            // SIOCETHTOOL, SIOCBONDINFOQUERY, SIOCGIWNAME, SIOCGIWMODE: what an interface is.
            Rule(names: ["ioctl"], conditions: [.equals(1, request)])
        }
}
