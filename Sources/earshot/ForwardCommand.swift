import ArgumentParser
import Foundation
import Sensor

#if canImport(Glibc)
    import Glibc
#endif

/// `earshot forward`: becomes `earshot-forward`, which is a program of its own.
struct ForwardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward",
        abstract: "Send alerts to other places: starts earshot-forward, which is installed apart.",
        discussion: """
            What needs the network is not part of the sensor. earshot-forward is looked for beside this program, then on the \
            PATH; 'earshot forward --help' is its help.

            EXAMPLES
              earshot forward check
              earshot forward status
            """)

    @Argument(parsing: .captureForPassthrough, help: "The words for earshot-forward.")
    var words: [String] = []

    func run() throws {
        try failing { () throws(SensorError) in
            let name = "earshot-forward"
            guard let path = Self.find(name) else {
                throw SensorError(
                    .unavailable,
                    "there is no \(name) beside this program nor on the PATH; install the package \(name), or build it with "
                        + "'make forward'")
            }
            var arguments = ([name] + words).map { strdup($0) } + [nil]
            execv(path, &arguments)
            throw SensorError(.unavailable, "\(path) cannot be started: \(String(cString: strerror(errno)))")
        }
    }

    /// The program of a name, beside this one or on the `PATH`; `nil` where there is none.
    private static func find(_ name: String) -> String? {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).map {
            URL(fileURLWithPath: $0).deletingLastPathComponent().path
        }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return ([own].compactMap(\.self) + folders).map { "\($0)/\(name)" }
            .first(where: FileManager.default.isExecutableFile(atPath:))
    }
}
