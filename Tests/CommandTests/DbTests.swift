import Foundation
import Glibc
import ProgramSupport
import Testing

/// `earshot db`: looking after the store.
@Suite struct DbTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        #expect(try earshot("replay", "-q", Program.samples + "/mqtt", directory: folder.path).status == 0)
    }

    @Test("a store that is whole, and one that is not") func check() throws {
        let whole = try earshot("db", "check", directory: folder.path)
        #expect(whole.status == 0 && whole.text == "earshot.db: whole\n", "\(whole.text)\(whole.errorText)")
        let script = """
            import sqlite3
            c = sqlite3.connect('earshot.db')
            c.execute('DELETE FROM alert WHERE id = (SELECT max(alert_id) FROM evidence)')
            c.commit()
            """
        #expect(try run("/usr/bin/python3", ["-c", script], directory: folder.path).status == 0)
        let orphaned = try earshot("db", "check", directory: folder.path)
        #expect(orphaned.status == 65)
        #expect(orphaned.text.contains("frames of evidence belong to no alert"), "\(orphaned.text)")
        #expect(orphaned.errorText.contains("is not whole"))
        var bytes = try contents(folder.file("earshot.db"))
        for index in 8192..<40_960 { bytes[index] = 0x5A }
        try folder.write(bytes, to: "broken.db")
        let broken = try earshot("db", "check", "--db", "broken.db", directory: folder.path)
        #expect(broken.status == 65 && !broken.text.isEmpty, "\(broken.text)\(broken.errorText)")
        #expect(try earshot("db", "check", "--db", "none.db", directory: folder.path).status == 66)
    }

    @Test("a backup reads as the store does") func backup() throws {
        let outcome = try earshot("db", "backup", "copy.db", directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        for command in [["tail", "-n", "100"], ["stats", "--json"], ["db", "check"]] {
            let store = try run(try Program.path(), command + ["--db", "earshot.db"], directory: folder.path)
            let copy = try run(try Program.path(), command + ["--db", "copy.db"], directory: folder.path)
            #expect(copy.text.replacingOccurrences(of: "copy.db", with: "earshot.db") == store.text)
            #expect(copy.errors.isEmpty, "\(copy.errorText)")
        }
        let again = try earshot("db", "backup", "copy.db", directory: folder.path)
        #expect(again.status == 73 && again.errorText.contains("--force"), "\(again.errorText)")
        #expect(try earshot("db", "backup", "--force", "copy.db", directory: folder.path).status == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("copy.db"))[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try earshot("db", "backup", "none/copy.db", directory: folder.path).status == 73)
    }

    /// The main file alone of a store that is written to: half a store, and every reader says so.
    @Test("a copy without its log") func copyWithoutLog() throws {
        let sample = Program.samples + "/mqtt/harvest-root-wildcard.pcap"
        let copied = try shell(
            """
            mkfifo in
            "$EARSHOT" replay -q --again - --db live.db < in 2> live.err &
            { cat '\(sample)'; for attempt in $(seq 100); do
                [ -s live.db-wal ] && break; sleep 0.1
              done; sleep 1; cp live.db copy.db; cp live.db written.db; } > in
            wait $!
            """, directory: folder.path)
        #expect(copied.status == 0, "\(copied.errorText)\(folder.names)")
        let reports = ["tail", "alerts", "show 1", "stats", "assets", "report -o -", "db export --json", "ack 1"]
        for command in reports {
            let words = command.split(separator: " ").map(String.init)
            let outcome = try run(try Program.path(), words + ["--db", "copy.db"], directory: folder.path)
            #expect(
                outcome.errorText.contains("copy.db-wal, is missing"),
                "\(command): \(outcome.errorText)")
            let whole = try run(try Program.path(), words + ["--db", "live.db"], directory: folder.path)
            #expect(!whole.errorText.contains("is missing"), "\(command): \(whole.errorText)")
        }
        let report = try earshot("report", "-o", "-", "--db", "copy.db", directory: folder.path)
        #expect(report.text.contains("the log of this store"), "who reads the page did not see the terminal")
        let check = try earshot("db", "check", "--db", "copy.db", directory: folder.path)
        #expect(check.status == 65 && check.text.contains("copy.db-wal, is missing"), "\(check.text)")
        // Whoever writes to it says so as well: from then on nobody can tell any more.
        let more = Program.samples + "/mqtt/sys-subscription.pcap"
        let written = try earshot("replay", "-q", more, "--db", "written.db", directory: folder.path)
        #expect(written.status == 0 && written.errorText.contains("written.db-wal, is missing"), "\(written.errorText)")
        let after = try earshot("tail", "--db", "written.db", directory: folder.path)
        #expect(!after.errorText.contains("is missing"), "\(after.errorText)")
    }

    @Test("all alerts as JSON and as CSV") func export() throws {
        let alerts = try alerts(in: folder.file("earshot.db"))
        let json = try earshot("db", "export", "--json", directory: folder.path)
        #expect(json.status == 0)
        #expect(json.text == (try earshot("tail", "-n", "100000", "--format", "json", directory: folder.path)).text)
        let csv = try shell("\"$EARSHOT\" db export --csv > alerts.csv", directory: folder.path)
        #expect(csv.status == 0)
        // Another program reads it: as many records, the same texts, each line with as many cells.
        let script = """
            import csv, json, sys
            rows = list(csv.DictReader(open('alerts.csv', newline='')))
            lines = [json.loads(line) for line in open('alerts.json')]
            assert len(rows) == len(lines), (len(rows), len(lines))
            for row, line in zip(rows, lines):
                assert None not in row and None not in row.values()
                assert set(line) <= set(row), set(line) - set(row)
                for name in ('id', 'first_seen', 'count', 'rule_id', 'level', 'source_ip', 'run_id'):
                    assert row[name] == str(line.get(name, '')), (name, row[name])
                assert json.loads(row['event']) == line['event']
            print(len(rows))
            """
        try folder.write(json.output, to: "alerts.json")
        let read = try run("/usr/bin/python3", ["-c", script], directory: folder.path)
        #expect(read.text == "\(alerts.count)\n", "\(read.errorText)")
        #expect(try contents(folder.file("alerts.csv")).suffix(2) == [0x0D, 0x0A])
        #expect(try earshot("db", "export", directory: folder.path).status == 64)
        #expect(try earshot("db", "export", "--json", "--csv", directory: folder.path).status == 64)
        #expect(try shell("\"$EARSHOT\" db export --json | head -1 > /dev/null", directory: folder.path).errors.isEmpty)
    }

    @Test("a broken store is replaced when it is written to, and readers say what to do") func broken() throws {
        var bytes = try contents(folder.file("earshot.db"))
        for index in 20..<90 { bytes[index] = 0x5A }
        for suffix in ["", "-wal", "-shm"] { unlink(folder.file("earshot.db\(suffix)")) }
        try folder.write(bytes, to: "earshot.db")
        for command in [["tail"], ["stats"], ["show", "1"]] {
            let outcome = try run(try Program.path(), command, directory: folder.path)
            #expect(outcome.status == 65, "\(outcome.errorText)")
            #expect(outcome.errorText.contains("earshot db check"), "\(outcome.errorText)")
        }
        let sample = Program.samples + "/mqtt/sys-subscription.pcap"
        let outcome = try earshot("replay", "-q", sample, directory: folder.path)
        #expect(outcome.status == 0 && outcome.errorText.contains(".damaged-"), "\(outcome.errorText)")
        #expect(folder.names.contains { $0.hasPrefix("earshot.db.damaged-") })
        #expect(try earshot("db", "check", directory: folder.path).status == 0)
        #expect(try alerts(in: folder.file("earshot.db")).count == 1)
    }
}
