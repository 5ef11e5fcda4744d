import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// Stores that are not there, cannot be written or belong to somebody else.
@Suite struct StoreTests {
    private let folder: TemporaryFolder
    private let sample = Program.samples + "/mqtt/sys-subscription.pcap"

    init() throws { folder = try TemporaryFolder() }

    @Test("Missing", arguments: [["tail"], ["show", "1"], ["stats"], ["alerts"], ["close", "1"]]) func missing(
        _ command: [String]
    )
        throws
    {
        let outcome = try run(try Program.path(), command, directory: folder.path)
        #expect(outcome.status == 66)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorText.contains("earshot.db"), "\(outcome.errorText)")
        #expect(folder.names == [], "a reader makes no store")
    }

    @Test("Cannot be made") func cannotBeMade() throws {
        try folder.write("a file", to: "file")
        for path in ["gone/alerts.db", "file/alerts.db", "/proc/alerts.db"] {
            let outcome = try earshot("replay", "--db", path, sample, directory: folder.path)
            #expect(outcome.status == 73, "\(path): \(outcome.errorText)")
            #expect(outcome.errorText.contains(path), "\(outcome.errorText)")
            #expect(outcome.output.isEmpty)
        }
        #expect(folder.names == ["file"])
    }

    /// The superuser may write anywhere but on what is mounted so that nobody may.
    @Test("Read only") func readOnly() throws {
        let closed = folder.file("closed")
        try FileManager.default.createDirectory(atPath: closed, withIntermediateDirectories: true)
        if getuid() == 0 {
            guard mount("tmpfs", closed, "tmpfs", UInt(MS_RDONLY), "size=64k") == 0 else {
                return try leavingOut("read-only store", because: "this process may not mount")
            }
        } else {
            chmod(closed, 0o555)
        }
        defer { if getuid() == 0 { umount2(closed, Int32(MNT_DETACH)) } else { chmod(closed, 0o755) } }
        let outcome = try earshot("replay", "--db", "closed/alerts.db", sample, directory: folder.path)
        #expect(outcome.status == 73, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("closed/alerts.db"), "\(outcome.errorText)")
    }

    @Test("Something else") func somethingElse() throws {
        try folder.write(String(repeating: "This is no database. ", count: 200), to: "letter.db")
        let made = try run(
            "/usr/bin/python3",
            [
                "-c",
                "import sqlite3; c = sqlite3.connect('other.db'); c.execute('create table song(name)'); c.commit()",
            ],
            directory: folder.path)
        #expect(made.status == 0, "\(made.errorText)")
        for name in ["letter.db", "other.db"] {
            let before = try contents(folder.file(name))
            for command in [["replay", sample], ["tail"], ["stats"]] {
                let outcome = try run(try Program.path(), command + ["--db", name], directory: folder.path)
                #expect(
                    [65, 73].contains(outcome.status), "\(command) \(name): \(outcome.status) \(outcome.errorText)")
                #expect(outcome.errorText.contains(name), "\(outcome.errorText)")
            }
            #expect(try contents(folder.file(name)) == before, "\(name) is left as it was")
        }
    }

    @Test("Without runs") func withoutRuns() throws {
        // A store in which no run was ever begun: the capture cannot be opened.
        try folder.write("no capture", to: "x.pcap")
        #expect(try earshot("replay", "x.pcap", directory: folder.path).status == 65)
        guard folder.names.contains("earshot.db") else { return }
        let outcome = try earshot("stats", directory: folder.path)
        #expect(outcome.status == 66, "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.errorText == "earshot: earshot.db: no run is recorded here yet\n")
        let tail = try earshot("tail", directory: folder.path)
        #expect(tail.status == 0 && tail.output.isEmpty && tail.errors.isEmpty)
        let show = try earshot("show", "1", directory: folder.path)
        #expect(show.status == 66)
        #expect(show.errorText == "earshot: earshot.db: there is no alert 1\n")
    }

    @Test("Only the owner reads it") func onlyTheOwnerReadsIt() throws {
        #expect(try earshot("replay", "-q", sample, directory: folder.path).status == 0)
        for name in folder.names {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(name))
            #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o077 } == 0, "\(name)")
        }
    }

    /// Readers leave nothing behind and may read while nobody writes.
    @Test("Readers change nothing") func readersChangeNothing() throws {
        #expect(try earshot("replay", "-q", sample, directory: folder.path).status == 0)
        let before = try contents(folder.file("earshot.db"))
        for command in [["tail"], ["stats"], ["show", "1"], ["show", "1", "--pcap", "-"]] {
            #expect(try run(try Program.path(), command, directory: folder.path).status == 0)
        }
        #expect(try contents(folder.file("earshot.db")) == before)
    }

    /// What was committed survives the hardest end.
    @Test("Killed and read again") func killedAndReadAgain() throws {
        let outcome = try shell(
            """
            mkfifo feed
            "$EARSHOT" replay - < feed > out 2> err &
            sensor=$!
            exec 3> feed
            cat '\(sample)' >&3
            for attempt in $(seq 100); do
                [ -s out ] && "$EARSHOT" tail | grep -q SYS && break
                sleep 0.1
            done
            kill -KILL $sensor
            wait $sensor
            "$EARSHOT" tail --format json | grep -c rule_id
            "$EARSHOT" stats --runs
            """, directory: folder.path)
        #expect(outcome.lines.first == "1", "\(outcome.text) \(outcome.errorText)")
    }
}
