import CSandbox
import Glibc

/// A part of the rights of root (capabilities(7)), by its number.
enum Capability: Int32, CaseIterable {
    /// Giving files away.
    case chown = 0
    /// Reading and writing files whatever their modes say.
    case dacOverride = 1
    /// Packet sockets.
    case netRaw = 13

    private var name: String {
        switch self {
        case .chown: "chown"
        case .dacOverride: "dac_override"
        case .netRaw: "net_raw"
        }
    }

    private var bit: UInt64 { 1 << UInt64(rawValue) }

    /// Gives up what a program that this process starts could get; without the right to that it gets nothing anyway.
    static func clearBoundingSet() {
        for number in 0..<64 as Range<UInt> where sandbox_prctl(PR_CAPBSET_READ, number) == 1 {
            _ = sandbox_prctl(PR_CAPBSET_DROP, number)
        }
    }

    /// Gives up all but `kept`, of which it keeps what it has.
    ///
    /// - Returns: the names of those that are left.
    static func keepOnly(_ kept: [Capability]) -> [String] {
        _ = sandbox_clear_ambient_capabilities()
        let wanted = kept.reduce(0) { $0 | $1.bit }
        var permitted: UInt64 = 0
        if sandbox_permitted_capabilities(&permitted) == 0 { _ = sandbox_set_capabilities(permitted & wanted) }
        // What is told is what the kernel says, not what was asked for.
        guard sandbox_permitted_capabilities(&permitted) == 0 else { return ["unknown"] }
        let known = allCases.filter { permitted & $0.bit != 0 }.map(\.name).sorted()
        return permitted & ~allCases.reduce(0, { $0 | $1.bit }) == 0 ? known : known + ["others"]
    }
}
