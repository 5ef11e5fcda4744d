import Foundation

/// The built program and the tree it was built in.
public enum Program {
    /// The folder of the package, without a slash at its end.
    public static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The sample captures.
    public static let samples = root + "/PcapSamples"

    /// The shipped rules.
    public static let rules = root + "/Rules"

    /// The program: what `EARSHOT_PROGRAM` names, else the release build, else the debug build.
    public static func path() throws -> String {
        let named = ProcessInfo.processInfo.environment["EARSHOT_PROGRAM"].flatMap { $0.isEmpty ? nil : $0 }
        let candidates = named.map { [$0] } ?? ["release", "debug"].map { "\(root)/.build/\($0)/earshot" }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw NoProgram(candidates: candidates)
        }
        return found
    }

    /// Whether a command is on the `PATH`; its path, if so. Servers are looked for in `/usr/sbin` as well.
    public static func find(_ command: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/bin", "/usr/sbin", "/bin", "/sbin"]).map { "\($0)/\(command)" }
            .first(where: FileManager.default.isExecutableFile(atPath:))
    }
}

/// There is nothing to test.
public struct NoProgram: Error, CustomStringConvertible {
    let candidates: [String]

    public var description: String {
        "the program is not at \(candidates.joined(separator: " nor at ")): run 'make build', or name it in EARSHOT_PROGRAM"
    }
}
