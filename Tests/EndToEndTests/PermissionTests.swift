import Foundation
import Glibc
import ProgramSupport
import Testing

/// What somebody sees who may not capture.
@Suite struct PermissionTests {
    /// Runs the program, copied with its rules to where anybody may read it, as a user without rights.
    private func runAsNobody(_ folder: TemporaryFolder, _ arguments: [String]) throws -> Outcome {
        let program = folder.file("earshot")
        try FileManager.default.copyItem(atPath: try Program.path(), toPath: program)
        try FileManager.default.copyItem(atPath: Program.rules, toPath: folder.file("Rules"))
        _ = try run("/bin/chmod", ["-R", "a+rX", folder.path])
        _ = try run("/bin/chmod", ["777", folder.path])
        let environment = ["EARSHOT_RULES": folder.file("Rules")]
        guard getuid() == 0 else {
            return try run(program, arguments, directory: folder.path, environment: environment)
        }
        let identity = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]
        return try run(
            "/usr/bin/setpriv", identity + [program] + arguments, directory: folder.path, environment: environment)
    }

    @Test(arguments: ["run", "decode"]) func capturingIsRefusedWithTheWayOut(_ command: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try runAsNobody(folder, [command, "-i", "lo"])
        #expect(outcome.status == 77, "\(outcome.errorText)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorText.contains("setcap cap_net_raw,cap_net_admin=eip "), "\(outcome.errorText)")
        #expect(outcome.errorText.contains(folder.file("earshot")), "names the program: \(outcome.errorText)")
        #expect(outcome.errorText.split(separator: "\n").allSatisfy { $0.count < 400 })
    }

    @Test func readingNeedsNoRight() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(
            atPath: Program.samples + "/mqtt/sys-subscription.pcap", toPath: folder.file("a.pcap"))
        let outcome = try runAsNobody(folder, ["replay", "a.pcap"])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.lines.count == 1)
        #expect(folder.names.contains("earshot.db"))
    }

    @Test func aCaptureThatMayNotBeRead() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(
            atPath: Program.samples + "/mqtt/sys-subscription.pcap", toPath: folder.file("a.pcap"))
        try FileManager.default.createDirectory(atPath: folder.file("closed"), withIntermediateDirectories: true)
        _ = try run("/bin/mv", [folder.file("a.pcap"), folder.file("closed/a.pcap")])
        let program = folder.file("go")
        try FileManager.default.copyItem(atPath: try Program.path(), toPath: program)
        _ = try run("/bin/chmod", ["755", folder.path, program])
        _ = try run("/bin/chmod", ["000", folder.file("closed")])
        defer { _ = try? run("/bin/chmod", ["755", folder.file("closed")]) }
        let identity = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]
        let arguments = [program, "decode", folder.file("closed/a.pcap")]
        let outcome =
            getuid() == 0
            ? try run("/usr/bin/setpriv", identity + arguments) : try run(program, Array(arguments.dropFirst()))
        #expect(outcome.status == 77, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("no permission"), "\(outcome.errorText)")
    }
}
