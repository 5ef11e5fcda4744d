import Foundation
import Glibc
import ProgramSupport
import Testing

/// What somebody sees who may not capture.
@Suite struct PermissionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Runs the program, copied with its rules to where anybody may read it, as a user without rights.
    private func runAsNobody(_ arguments: String...) throws -> Outcome {
        let program = folder.file("earshot")
        for command in [
            ["/bin/cp", try Program.path(), program], ["/bin/cp", "-R", Program.rules, folder.file("Rules")],
            ["/bin/chmod", "-R", "a+rX", program, folder.file("Rules")], ["/bin/chmod", "777", folder.path],
        ] {
            let outcome = try run(command[0], Array(command.dropFirst()))
            try #require(outcome.status == 0, "\(outcome.errorText)")
        }
        let identity = ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]
        let words = (getuid() == 0 ? identity : []) + [program] + arguments
        return try run(
            words[0], Array(words.dropFirst()), directory: folder.path,
            environment: ["EARSHOT_ONLY_RULES": folder.file("Rules")])
    }

    private func copySample(to name: String) throws {
        try folder.write(try contents(Program.samples + "/mqtt/sys-subscription.pcap"), to: name)
    }

    @Test("without the right to capture the error says how to get it", arguments: ["run", "decode"])
    func capturingIsRefusedWithTheWayOut(_ command: String) throws {
        let outcome = try runAsNobody(command, "-i", "lo")
        #expect(outcome.status == 77, "\(outcome.errorText)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorText.contains("setcap cap_net_raw=eip "), "\(outcome.errorText)")
        #expect(outcome.errorText.contains(folder.file("earshot")), "names the program: \(outcome.errorText)")
        #expect(outcome.errorText.split(separator: "\n").allSatisfy { $0.count < 400 })
    }

    @Test("Reading needs no right") func readingNeedsNoRight() throws {
        try copySample(to: "a.pcap")
        let outcome = try runAsNobody("replay", "a.pcap")
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.lines.count == 1)
        #expect(folder.names.contains("earshot.db"))
    }

    @Test("A capture that may not be read") func aCaptureThatMayNotBeRead() throws {
        try FileManager.default.createDirectory(atPath: folder.file("closed"), withIntermediateDirectories: true)
        try copySample(to: "closed/a.pcap")
        chmod(folder.file("closed"), 0)
        defer { chmod(folder.file("closed"), 0o755) }
        let outcome = try runAsNobody("decode", "closed/a.pcap")
        #expect(outcome.status == 77, "\(outcome.errorText)")
        #expect(outcome.errorText == "earshot: closed/a.pcap: no permission to open it\n")
    }
}
