import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// A store that somebody else reads: the members of the group that the configuration names, and those who are in none.
@Suite(.needs(getuid() == 0, "only root can be another user")) struct StorePermissionTests {
    private static let group = 4711
    private let folder: TemporaryFolder
    private let sample = Program.samples + "/mqtt/sys-subscription.pcap"

    init() throws { folder = try TemporaryFolder() }

    /// Makes a store for a group by a sensor that goes on, and gives the process.
    private func live() throws -> Background {
        try folder.write("db: \(folder.file("a.db"))\ndb_group: \(Self.group)\n", to: "a.yaml")
        let feed = folder.file("feed")
        mkfifo(feed, 0o600)
        let script =
            "echo $$ > pid; exec 3<>'\(feed)'; cat '\(sample)' >&3; exec '\(try Program.path())' replay -q --config a.yaml - <&3"
        let process = try Background("/bin/bash", ["-c", script], directory: folder.path)
        #expect(wait(20) { (try? alerts(in: folder.file("a.db")))?.count == 1 })
        return process
    }

    /// Runs the program, copied to where anybody may run it, as a user who is in no group but `group`.
    private func asNobody(_ arguments: String..., group: Int = 65534) throws -> Outcome {
        let program = folder.file("earshot")
        if !folder.names.contains("earshot") {
            try FileManager.default.copyItem(atPath: try Program.path(), toPath: program)
            chmod(program, 0o755)
        }
        return try run(
            "/usr/bin/setpriv",
            ["--reuid", "65534", "--regid", "\(group)", "--clear-groups", "--", program] + arguments,
            directory: folder.path)
    }

    private func expectAlerts(_ count: Int, _ state: String, in store: String = "a.db") throws {
        let outcome = try asNobody("tail", "--db", store, "--format", "json", group: Self.group)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(state): \(outcome.errorText)")
        #expect(outcome.lines.count == count, "\(state): \(outcome.text)")
        let check = try asNobody("db", "check", "--db", store, group: Self.group)
        #expect(check.status == 0, "\(state): \(check.text)\(check.errorText)")
    }

    @Test("a member of the group reads a store that is live, crashed, stopped and on a read-only file system")
    func aMemberReads() throws {
        let sensor = try live()
        try expectAlerts(1, "live")
        let number = String(decoding: try contents(folder.file("pid")), as: UTF8.self)
        kill(try #require(Int32(number.trimmingCharacters(in: .whitespacesAndNewlines))), SIGKILL)
        _ = try sensor.waitForEnd()
        #expect(try wait(5) { try shell("! flock -n a.db.lock true; test $? = 1", directory: folder.path).status == 0 })
        #expect(try contents(folder.file("a.db-wal")).count > 0, "nothing was put in order")
        try expectAlerts(1, "crashed")
        try onReadOnlyDisk { try expectAlerts(1, "crashed, on a read-only file system", in: $0) }
        let again = try earshot("replay", "-q", "--again", "--config", "a.yaml", sample, directory: folder.path)
        #expect(again.status == 0, "\(again.errorText)")
        #expect(try contents(folder.file("a.db-wal")).count == 0)
        try expectAlerts(2, "stopped")
        try onReadOnlyDisk { try expectAlerts(2, "stopped, on a read-only file system", in: $0) }
    }

    private func onReadOnlyDisk(_ body: (String) throws -> Void) throws {
        let disk = folder.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard mount("tmpfs", disk, "tmpfs", 0, "size=16m") == 0 else {
            return try leavingOut("a read-only store", because: "this process may not mount")
        }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let copied = try shell("cp -p a.db a.db-wal a.db-shm disk/ && mount -o remount,ro disk", directory: folder.path)
        #expect(copied.status == 0, "\(copied.errorText)")
        try body("disk/a.db")
    }

    @Test("what people say of alerts is read by the group that may read the store") func aMemberReadsTriage() throws {
        try folder.write("db: a.db\ndb_group: \(Self.group)\n", to: "a.yaml")
        #expect(try earshot("replay", "-q", "--config", "a.yaml", sample, directory: folder.path).status == 0)
        #expect(try earshot("ack", "1", "--db", "a.db", directory: folder.path).status == 0)
        let shown = try asNobody("tail", "--db", "a.db", "--format", "json", group: Self.group)
        #expect(shown.text.contains(#""state":"acknowledged""#), "\(shown.text)\(shown.errorText)")
        var found = stat()
        #expect(stat(folder.file("a.db.triage"), &found) == 0)
        #expect(found.st_mode & 0o777 == 0o640 && found.st_gid == gid_t(Self.group))
        // Without a group it is its owner's alone, as the store is.
        #expect(try earshot("replay", "-q", "--db", "own.db", sample, directory: folder.path).status == 0)
        #expect(try earshot("ack", "1", "--db", "own.db", directory: folder.path).status == 0)
        #expect(stat(folder.file("own.db.triage"), &found) == 0 && found.st_mode & 0o777 == 0o600)
    }

    @Test("who may not read is told whose the store is and what to do") func whoMayNotRead() throws {
        try folder.write("db: a.db\ndb_group: \(Self.group)\n", to: "a.yaml")
        #expect(try earshot("replay", "-q", "--config", "a.yaml", sample, directory: folder.path).status == 0)
        for command in ["tail", "stats", "db check", "db export --json"] {
            let words = command.split(separator: " ").map(String.init)
            let outcome = try run(
                "/usr/bin/setpriv",
                ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--", try copiedProgram()] + words
                    + ["--db", "a.db"], directory: folder.path)
            #expect(outcome.status == 77, "\(command): \(outcome.errorText)")
            for word in [
                "a.db", "permission denied", "user root", "group \(Self.group)", "mode 0640", "usermod -aG", "sudo",
            ] {
                #expect(outcome.errorText.contains(word), "\(word): \(outcome.errorText)")
            }
        }
        // Without a group: which setting gives one.
        #expect(try earshot("replay", "-q", "--db", "own.db", sample, directory: folder.path).status == 0)
        let own = try asNobody("tail", "--db", "own.db")
        #expect(own.status == 77 && own.errorText.contains("mode 0600") && own.errorText.contains("db_group"))
        // A folder that may not be entered.
        let outcome = try shell("mkdir closed && cp a.db closed/ && chmod 700 closed", directory: folder.path)
        #expect(outcome.status == 0)
        let closed = try asNobody("tail", "--db", "closed/a.db")
        #expect(closed.status == 77, "\(closed.errorText)")
        #expect(
            closed.errorText.contains("the folder \(folder.file("closed"))") && closed.errorText.contains("mode 0700"))
    }

    private func copiedProgram() throws -> String {
        _ = try asNobody("--version")
        return folder.file("earshot")
    }
}
