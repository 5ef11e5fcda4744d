import Alerts
import Foundation
import GRDB
import Testing

/// Looking after a store: what is wrong with it, and copies of it.
@Suite struct CheckTests {
    private func made() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        writer.setRules([RuleRecord(id: "rule-1", title: "T", level: .low, tags: [], source: "text", loadedAt: 1)])
        _ = try writer.beginRun(sampleRun("a.pcap"))
        for serial in 1...3 {
            writer.submit(.insert(sampleAlert(UInt64(serial), evidence: [sampleFrame(UInt64(serial))])))
        }
        writer.endRun(finished())
        writer.close()
        return folder
    }

    @Test(
        "each kind of fault is found",
        arguments: [
            ("DELETE FROM alert WHERE id = 2", "1 frames of evidence belong to no alert"),
            ("UPDATE alert SET run_id = 99", "3 alerts refer to no run or rule"),
            ("DROP INDEX alert_client_id", "index alert_client_id is missing"),
            ("DROP VIEW alert_view", "view alert_view is missing"),
            ("UPDATE counter SET value = 1 WHERE name = 'revision'", "the counter of changes is behind"),
            ("ALTER TABLE rule ADD COLUMN mood TEXT", "table rule is not as this version"),
        ]) func faults(sql: String, finding: String) throws
    {
        let folder = try made()
        #expect(try StoreCheck.findings(folder.store) == [])
        let queue = try DatabaseQueue(path: folder.store)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA foreign_keys = OFF")
            try database.execute(sql: sql)
        }
        try queue.close()
        let findings = try StoreCheck.findings(folder.store)
        #expect(findings.count == 1 && findings[0].hasPrefix(finding), "\(findings)")
    }

    @Test("a copy that lacks its log says so, and one that has it does not") func aCopyWithoutItsLog() throws {
        let folder = try made()
        #expect(try AlertReader(path: folder.store).warning == nil, "closed in order")
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(9)))
        writer.flush()
        #expect(try AlertReader(path: folder.store).warning == nil, "live")
        for (name, suffixes) in [("bare", [""]), ("whole", ["", "-wal", "-shm"])] {
            for suffix in suffixes {
                try FileManager.default.copyItem(
                    atPath: folder.store + suffix, toPath: "\(folder.path)/\(name).db\(suffix)")
            }
        }
        writer.close()
        let bare = try AlertReader(path: folder.path + "/bare.db")
        #expect(bare.warning?.contains("bare.db-wal") == true && bare.warning?.contains("is missing") == true)
        #expect(try bare.count() == 3, "what is in the file is read")
        // An empty log that SQLite made for the first reader makes no difference to the second.
        #expect(try AlertReader(path: folder.path + "/bare.db").warning != nil)
        let whole = try AlertReader(path: folder.path + "/whole.db")
        #expect(try whole.warning == nil && whole.count() == 4)
    }

    @Test("a backup is whole while the writer works, and replaces nothing unasked") func backups() throws {
        let folder = try made()
        let copy = folder.path + "/copy.db"
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        let reader = try AlertReader(path: folder.store)
        let feeder = Thread { for serial in 10...3000 { writer.submit(.insert(sampleAlert(UInt64(serial)))) } }
        feeder.start()
        pause(0.15)
        try reader.backup(to: copy, replacing: false)
        #expect(try StoreCheck.findings(copy) == [])
        let rows = try AlertReader(path: copy).query(limit: 5000).map(\.alert.serial)
        #expect(rows == [1, 2, 3] + (0..<UInt64(max(0, rows.count - 3))).map { $0 + 10 }, "a state that there was")
        #expect(try AlertReader(path: copy).identity != reader.identity, "where it is used again, it is another store")
        #expect(FileManager.default.fileExists(atPath: copy + "-wal") == false)
        do {
            try reader.backup(to: copy, replacing: false)
            Issue.record("replaced")
        } catch { #expect(error.code == .cannotCreate && error.description.contains("--force")) }
        do {
            try reader.backup(to: folder.path + "/./alerts.db", replacing: true)
            Issue.record("replaced itself")
        } catch { #expect(error.code == .cannotCreate) }
        while !feeder.isFinished { pause(0.01) }
        writer.close()
        try reader.backup(to: copy, replacing: true)
        #expect(try AlertReader(path: copy).count() == 3 + 2991)
        let mode = try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.contains(".part-") })
    }

    @Test("cells of CSV are quoted, and formulas made harmless")
    func cells() throws {
        var alert = sampleAlert(1)
        alert.clientID = "=cmd|'/c calc'!A1"
        alert.summary = "a \"quoted\", text"
        alert.groupKey = "@x"
        alert.ruleTitle = "\ttab"
        alert.communityID = "+1"
        alert.category = "-2"
        alert.event = #"{"a":"b,c"}"#
        alert.firstSeen = -5
        let stored = StoredAlert(id: 7, revision: 1, runID: 2, sensor: "\rs", alert: alert)
        let record = String(CSVOutput().line(stored).dropLast())
        #expect(
            record.hasPrefix(
                #"7,-5,1700000000000000,1969-12-31T23:59:59.999995Z,2023-11-14T22:13:20.000000Z,1,rule-1,'\x09tab,medium,'-2,"a ""quoted"", text",192.0.2.10"#
            ))
        #expect(record.contains(",'=cmd|'/c calc'!A1,'+1,'@x,"))
        #expect(record.hasSuffix(#","{""a"":""b,c""}",'\x0ds,2"#), "\(record)")
        #expect(CSVOutput().header?.split(separator: ",").count == 38)
    }
}
