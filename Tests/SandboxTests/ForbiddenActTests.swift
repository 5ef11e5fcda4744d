import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

@testable import Sandbox

/// What a process that has shut itself in tries in vain. The expectations are what man pages say of each refusal: landlock(7)
/// gives EACCES for a path and EXDEV for a second name in a folder that grants more, the filter ends the process or gives the error of its rule.
@Suite struct ForbiddenActTests {
    /// Acts on the file system, which Landlock refuses, in whatever plan.
    private static let files: [(String, Probe.Result)] = [
        ("read", .refused(EACCES)), ("read-passwords", .refused(EACCES)), ("list", .refused(EACCES)),
        ("write", .refused(EACCES)), ("create", .refused(EACCES)), ("remove", .refused(EACCES)),
        ("rename-in", .refused(EACCES)), ("rename-out", .refused(EACCES)), ("link-in", .refused(EXDEV)),
        ("link-out", .refused(EACCES)), ("device", .refused(EACCES)), ("environment", .refused(EACCES)),
    ]

    /// Acts that the filter of system calls refuses, in whatever plan.
    private static let calls: [(String, Probe.Result)] = [
        ("truncate", .ended("truncate")), ("symlink", .ended("symlink")), ("mkfifo", .ended("mknodat")),
        ("mknod", .ended("mknodat")), ("mkdir", .ended("mkdir")), ("chmod", .refused(EPERM)),
        ("chown", .refused(EPERM)), ("setxattr", .ended("setxattr")),
        ("inet", .ended("socket")), ("inet6", .ended("socket")), ("unix", .refused(EAFNOSUPPORT)),
        ("audit", .ended("socket")), ("vsock", .ended("socket")), ("alg", .ended("socket")),
        ("connect", .ended("connect")), ("listen", .ended("listen")), ("accept", .ended("accept")),
        ("fork", .ended("clone")), ("clone3", .refused(ENOSYS)), ("exec", .ended("execve")),
        ("ptrace", .ended("ptrace")), ("read-memory", .ended("process_vm_readv")), ("kill", .ended("kill")),
        ("tgkill", .ended("tgkill")), ("setuid", .ended("setuid")), ("setgroups", .ended("setgroups")),
        ("capset", .ended("capset")), ("limit", .ended("prlimit64")), ("dumpable", .ended("prctl")),
        ("code", .refused(EACCES)), ("protect", .refused(EACCES)), ("mount", .ended("mount")),
        ("chroot", .ended("chroot")), ("unshare", .ended("unshare")), ("setns", .ended("setns")),
        ("hostname", .ended("sethostname")), ("clock", .ended("clock_settime")), ("module", .ended("init_module")),
        ("bpf", .ended("bpf")), ("perf", .ended("perf_event_open")), ("io_uring", .ended("io_uring_setup")),
        ("userfaultfd", .ended("userfaultfd")), ("keys", .ended("add_key")), ("memfd", .ended("memfd_create")),
        ("type", .ended("ioctl")),
    ]

    /// Acts that depend on whether interfaces may be opened again.
    private static let live: [(String, Probe.Result)] = [
        ("firewall", .refused(EPROTONOSUPPORT)), ("bind", .refused(EACCES)), ("routes", .done),
        ("capture", .done), ("interfaces", .done), ("own-files", .done), ("thread", .done), ("local-time", .done),
    ]
    private static let replay: [(String, Probe.Result)] = [
        ("firewall", .ended("socket")), ("bind", .ended("bind")), ("routes", .ended("socket")),
        ("packets", .ended("socket")), ("own-files", .done), ("thread", .done), ("local-time", .done),
    ]

    /// Whether the kernel has all that the plans ask for; elsewhere fewer acts would be refused.
    private static var obstacle: String? {
        guard let state = try? Probe().state("files") else { return "the program SandboxProbe does not run" }
        return state.contains("seccomp, landlock ABI") ? nil : "this kernel shuts nobody in: \(state)"
    }

    @Test("a sensor on interfaces is refused what it does not need", .needs(obstacle))
    func theSensor() throws { try expect(Self.files + Self.calls + Self.live, "live") }

    @Test("a replay is refused what it does not need", .needs(obstacle))
    func theReplay() throws { try expect(Self.files + Self.calls + Self.replay, "files") }

    /// The acts themselves are sound: without a sandbox they do what they are called by.
    @Test("without a sandbox the same acts succeed", .needs(getuid() == 0, "only root may do all of them"))
    func withoutASandbox() throws {
        let probe = try Probe()
        let harmless = [
            "read", "list", "write", "create", "truncate", "chmod", "chown", "symlink", "mkfifo", "mkdir", "inet",
            "unix", "bind", "fork", "exec", "kill", "tgkill", "setuid", "limit", "dumpable", "code", "protect", "memfd",
            "routes", "packets", "capture", "interfaces", "environment", "rename-in",
        ]
        for act in harmless {
            let result = try probe.act(act, "open")
            // A program that was started has nothing to say.
            #expect(result == (act == "exec" ? .other("0: ") : .done), "\(act): \(result)")
        }
    }

    @Test("as another user packets can be captured again, and nothing else", .needs(getuid() == 0, "only root may"))
    func asAnotherUser() throws {
        let probe = try Probe()
        #expect(
            try probe.state("live", as: "nobody").hasPrefix("user nobody, no capabilities but net_raw, seccomp"))
        #expect(try probe.state("files", as: "nobody").hasPrefix("user nobody, no capabilities, seccomp"))
        for act in ["packets", "capture", "interfaces", "own-files"] {
            let result = try probe.act(act, "live", as: "nobody")
            #expect(result == .done, "\(act): \(result)")
        }
        for act in ["setuid", "inet", "fork", "exec"] {
            guard case .ended = try probe.act(act, "live", as: "nobody") else {
                Issue.record("\(act) was not refused")
                continue
            }
        }
    }

    private func expect(_ acts: [(String, Probe.Result)], _ plan: String) throws {
        let probe = try Probe()
        var refused = 0
        for (act, wanted) in acts {
            let result = try probe.act(act, plan)
            #expect(result == wanted, "\(act): \(result)")
            if result != .done { refused += 1 }
        }
        print("sandbox: \(refused) of \(acts.count) acts were refused to a process of the plan '\(plan)'")
    }
}
