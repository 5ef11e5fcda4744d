import CSandbox
import CSeccomp
import Glibc

/// The filter of system calls (seccomp(2)): what is not on the list ends the process, and is named.
enum SystemCallFilter {
    /// A condition on an argument of a system call, by its place from 0.
    struct Condition {
        let place: UInt32
        let comparison: scmp_compare
        /// What it is compared with; of a masked comparison the mask.
        let value: UInt64
        /// Of a masked comparison what must be left.
        var rest: UInt64 = 0

        static func equals(_ place: UInt32, _ value: some BinaryInteger) -> Condition {
            Condition(place: place, comparison: SCMP_CMP_EQ, value: UInt64(truncatingIfNeeded: value))
        }

        static func masked(_ place: UInt32, _ mask: some BinaryInteger, _ rest: UInt64) -> Condition {
            Condition(
                place: place, comparison: SCMP_CMP_MASKED_EQ, value: UInt64(truncatingIfNeeded: mask), rest: rest)
        }
    }

    /// What becomes of a system call that a rule names.
    enum Verdict {
        case allow
        /// It fails with that error, 0 for none, and nothing is done: for calls of libraries that can do without.
        case fail(Int32)

        var action: UInt32 {
            switch self {
            case .allow: 0x7FFF_0000
            case .fail(let number): 0x0005_0000 | UInt32(number)
            }
        }
    }

    private static let trap: UInt32 = 0x0003_0000
    private static let killProcess: UInt32 = 0x8000_0000

    /// Installs it for all threads; false where the kernel does not take it, which `obstacles` says.
    static func install(opensInterfaces: Bool, _ obstacles: inout [String]) -> Bool {
        guard let filter = seccomp_init(trap) else {
            obstacles.append("system calls cannot be filtered: no memory")
            return false
        }
        defer { seccomp_release(filter) }
        // A call by the numbers of another architecture is nobody's mistake.
        seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, killProcess)
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1)
        // A binary tree: what a call costs hardly depends on where it stands in the list.
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2)
        var status: Int32 = 0
        for rule in SystemCallList.rules(opensInterfaces: opensInterfaces) where status == 0 {
            status = add(rule, to: filter)
        }
        nameCalls()
        if status == 0 { status = sandbox_tell_refusals(Sandbox.refusalStatus) }
        if status == 0 { status = seccomp_load(filter) }
        guard status == 0 else {
            obstacles.append("system calls cannot be filtered: \(String(cString: strerror(-status)))")
            return false
        }
        return true
    }

    private static func add(_ rule: SystemCallList.Rule, to filter: scmp_filter_ctx) -> Int32 {
        for name in rule.names {
            let number = seccomp_syscall_resolve_name(name)
            // An architecture without it: numbers below 0 are libseccomp's own.
            guard number >= 0 else { continue }
            let conditions = rule.conditions.map { condition in
                scmp_arg_cmp(
                    arg: condition.place, op: condition.comparison, datum_a: condition.value, datum_b: condition.rest)
            }
            let status = seccomp_rule_add_array(
                filter, rule.verdict.action, number, UInt32(conditions.count), conditions)
            if status != 0 { return status }
        }
        return 0
    }

    /// Gives the handler of refusals the names of all system calls: there it cannot look for them.
    private static func nameCalls() {
        let architecture = seccomp_arch_native()
        for number in 0..<512 as Range<Int32> {
            guard let name = seccomp_syscall_resolve_num_arch(architecture, number) else { continue }
            sandbox_name_call(number, name)
        }
    }
}
