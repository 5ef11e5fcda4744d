import Alerts
import Foundation
import GRDB
import Network
import Testing

@Suite struct WriterTests {
    @Test("Stores every column") func storesEveryColumn() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        let opening = try writer.beginRun(sampleRun("d1"))
        #expect(opening == .started(runID: 1))
        let rule = RuleRecord(
            id: "rule-1", title: "T", level: .high, tags: ["attack.collection", "attack.t1119"], source: "title: T\n",
            loadedAt: 5)
        writer.setRules([rule])
        var alert = sampleAlert(.max, level: .critical, evidence: [sampleFrame(3), sampleFrame(9)])
        alert.sourceIP = IPAddress("2001:db8::1")
        writer.submit(.insert(alert))
        #expect(writer.flush())
        let summary = RunSummary(
            status: .damaged, ended: 9, packets: 1, bytes: 2, droppedKernel: 3, droppedInterface: 4, flows: 5,
            messages: 6, stats: #"{"packets":1}"#)
        #expect(writer.endRun(summary))
        writer.close()

        let reader = try AlertReader(path: folder.store)
        let detail = try #require(try reader.alert(1))
        #expect(detail.stored.alert == alert)
        #expect(detail.stored.runID == 1)
        #expect(detail.stored.sensor == "test")
        #expect(detail.rule == rule)
        #expect(detail.run?.start == sampleRun("d1"))
        #expect(try reader.latestRun()?.summary == summary)
        #expect(try reader.latestRun()?.alerts == 1)
        #expect(try reader.alert(2) == nil)
    }

    @Test("the tables have the documented columns") func tablesHaveTheContractsColumns() throws {
        let folder = try TemporaryFolder()
        try AlertWriter(path: folder.store).close()
        let columns = [
            "alert": """
            id first_seen last_seen count rule_id rule_title level category summary source_ip source_port \
            destination_ip destination_port transport client_ip server_ip client_id community_id group_key event sensor \
            run_id
            """,
            "evidence": "alert_id frame_number timestamp_ns link_type original_length bytes",
            "rule": "id title level tags source loaded_at",
            "run": "id sensor started ended source version rules_digest packets bytes dropped_kernel dropped_interface",
        ]
        let queue = try DatabaseQueue(path: folder.store)
        for (table, names) in columns {
            let found = try queue.read { try $0.columns(in: table).map(\.name) }
            let wanted = names.split(separator: " ").map(String.init)
            #expect(Array(found.prefix(wanted.count)) == wanted, "\(table)")
        }
        #expect(try queue.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        #expect(try queue.read { try Int.fetchOne($0, sql: "PRAGMA auto_vacuum") } == 2)
    }

    @Test("repetitions raise the count of an alert and are written together")
    func repetitionsRaiseTheCountAndAreCoalesced() throws {
        let folder = try TemporaryFolder()
        var settings = AlertWriterSettings()
        settings.batchDelaySeconds = 5
        settings.evidenceLimit = 3
        let writer = try AlertWriter(path: folder.store, settings: settings)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(1, evidence: [sampleFrame(1)])))
        for count in 2...50 {
            writer.submit(
                .repeated(
                    serial: 1, lastSeen: 1_700_000_000_000_000 + Int64(count), count: Int64(count),
                    evidence: [sampleFrame(UInt64(count))]))
        }
        #expect(writer.counters.coalesced == 49)
        #expect(writer.waiting == 1)
        #expect(writer.flush())
        // A second batch: the row is there already.
        for count in 51...60 {
            writer.submit(.repeated(serial: 1, lastSeen: 1_700_000_000_000_099, count: Int64(count)))
        }
        writer.submit(.repeated(serial: 1, lastSeen: 1, count: 1, evidence: [sampleFrame(77)]))
        #expect(writer.waiting == 1)
        #expect(writer.flush())
        writer.close()

        let alert = try #require(try AlertReader(path: folder.store).alert(1)).stored.alert
        #expect(alert.count == 60)
        #expect(alert.lastSeen == 1_700_000_000_000_099)
        #expect(alert.firstSeen == 1_700_000_000_000_000)
        #expect(alert.evidence.map(\.frameNumber) == [1, 2, 3])
        #expect(writer.counters.committed == 2)
    }

    @Test("alerts are committed without a flush") func commitsWithoutBeingAsked() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(1)))
        let reader = try AlertReader(path: folder.store)
        #expect(try eventually { try reader.count() == 1 })
        for serial in 2...5000 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
        #expect(try eventually { try reader.count() == 5000 })
        #expect(try reader.query().map(\.alert.serial) == Array(1...1000))
        #expect(try reader.query(after: 4990).map(\.id) == Array(4991...5000))
        writer.close()
        #expect(writer.counters.lost == 0)
        #expect(!folder.exists("alerts.db.spill"))
        #expect(!folder.exists("alerts.db.lock"))
    }

    @Test("an alert keeps the rule text of the time it fired") func keepsTheRuleAsItWasWhenItFired() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        func rule(_ source: String) -> RuleRecord {
            RuleRecord(id: "rule-1", title: "T", level: .low, tags: [], source: source, loadedAt: 1)
        }
        writer.setRules([rule("old")])
        writer.submit(.insert(sampleAlert(1)))
        writer.setRules([rule("new")])
        writer.submit(.insert(sampleAlert(2)))
        writer.submit(.insert(sampleAlert(3, rule: "unknown")))
        writer.close()
        let reader = try AlertReader(path: folder.store)
        #expect(try (1...3).map { try reader.alert($0)?.rule?.source } == ["old", "new", nil])
    }

    @Test("a zero byte does not cut a text off") func aZeroInATextCutsNothingOff() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        var alert = sampleAlert(1)
        alert.clientID = "admin\0evil"
        alert.summary = "a\0b"
        writer.submit(.insert(alert))
        writer.close()
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.alert(1)?.stored.alert.clientID == "admin\u{FFFD}evil")
        #expect(try reader.alert(1)?.stored.alert.summary == "a\u{FFFD}b")
        var filter = AlertFilter()
        filter.clientID = "admin"
        #expect(try reader.count(filter) == 0)
        filter.clientID = "admin\0evil"
        #expect(try reader.count(filter) == 1)
    }

    @Test("alerts outside of a run are counted as lost") func whatComesWithoutARunOrAfterTheEndIsCounted() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        writer.submit(.insert(sampleAlert(1)))
        #expect(writer.counters.lost == 1)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.repeated(serial: 99, lastSeen: 1, count: 2))
        #expect(writer.flush())
        #expect(writer.counters.orphaned == 1)
        writer.close()
        writer.submit(.insert(sampleAlert(2)))
        #expect(writer.counters.lost == 2)
        #expect(writer.flush())
        writer.close()
    }
}
