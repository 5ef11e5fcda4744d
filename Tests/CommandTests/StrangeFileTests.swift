import Foundation
import Glibc
import ProgramSupport
import Testing

/// Links, FIFOs and folders where a file of the store belongs: whoever may write to the folder must not lead the sensor to
/// another file, or keep it waiting.
@Suite struct StrangeFileTests {
    private let folder: TemporaryFolder
    private let sample = Program.samples + "/mqtt/sys-subscription.pcap"

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("not to be touched", to: "victim")
    }

    /// Puts something where a file belongs.
    private func make(_ kind: String, _ name: String) throws {
        let path = folder.file(name)
        unlink(path)
        switch kind {
        case "a link": #expect(symlink(folder.file("victim"), path) == 0)
        case "a FIFO": #expect(mkfifo(path, 0o600) == 0)
        case "a folder": #expect(mkdir(path, 0o700) == 0)
        default: Issue.record("no such kind: \(kind)")
        }
    }

    private func expectRefusal(_ outcome: Outcome, _ status: Set<Int32>, _ kind: String, _ name: String) throws {
        #expect(status.contains(outcome.status), "\(name): \(outcome.status) \(outcome.errorText)")
        #expect(
            outcome.errorText.contains(name) && outcome.errorText.contains("it is \(kind)"), "\(outcome.errorText)")
        #expect(outcome.seconds < 10)
        #expect(try contents(folder.file("victim")) == Array("not to be touched".utf8))
    }

    @Test(
        "beside the store", arguments: ["lock", "spill", "key"], ["a link", "a FIFO", "a folder"])
    func besideTheStore(_ suffix: String, _ kind: String) throws {
        try make(kind, "a.db.\(suffix)")
        let outcome = try earshot("replay", "-q", "--db", "a.db", sample, directory: folder.path)
        try expectRefusal(outcome, [73, 74], kind, "a.db.\(suffix)")
    }

    @Test("what people say of alerts", arguments: ["a link", "a FIFO", "a folder"]) func triage(_ kind: String) throws {
        #expect(try earshot("replay", "-q", "--db", "a.db", sample, directory: folder.path).status == 0)
        try make(kind, "a.db.triage")
        try expectRefusal(
            try earshot("ack", "1", "--db", "a.db", directory: folder.path), [74], kind, "a.db.triage")
        // A reader passes it over, and does not wait for what a FIFO has to say.
        let tail = try earshot("tail", "--db", "a.db", directory: folder.path)
        #expect(tail.status == 0 && tail.lines.count == 1, "\(tail.errorText)")
    }

    @Test("evidence", arguments: ["a link", "a FIFO", "a folder"]) func evidence(_ kind: String) throws {
        #expect(try earshot("replay", "-q", "--db", "a.db", sample, directory: folder.path).status == 0)
        try make(kind, "out.pcapng")
        try expectRefusal(
            try earshot("show", "1", "--pcap", "out.pcapng", "--db", "a.db", directory: folder.path), [73], kind,
            "out.pcapng")
    }

    @Test("evidence is its owner's alone, also in place of a file that others could read")
    func evidenceIsPrivate() throws {
        #expect(try earshot("replay", "-q", "--db", "a.db", sample, directory: folder.path).status == 0)
        try folder.write("old", to: "old.pcapng")
        chmod(folder.file("old.pcapng"), 0o644)
        for name in ["new.pcapng", "old.pcapng"] {
            let outcome = try earshot("show", "1", "--pcap", name, "--db", "a.db", directory: folder.path)
            #expect(outcome.status == 0, "\(outcome.errorText)")
            var found = stat()
            #expect(stat(folder.file(name), &found) == 0 && found.st_mode & 0o777 == 0o600, "\(name)")
            // Section Header Block of pcapng.
            #expect(try contents(folder.file(name)).starts(with: [0x0A, 0x0D, 0x0D, 0x0A]))
        }
        #expect(folder.names.allSatisfy { !$0.contains(".part-") }, "\(folder.names)")
    }

    @Test("the store itself", arguments: ["a FIFO", "a folder"]) func theStore(_ kind: String) throws {
        try make(kind, "a.db")
        let outcome = try earshot("replay", "-q", "--db", "a.db", sample, directory: folder.path)
        #expect(outcome.status == 73 && outcome.seconds < 10, "\(outcome.errorText)")
    }
}
