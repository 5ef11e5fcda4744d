import Alerts
import Foundation
import GRDB
import Testing

/// Stores that are broken: put aside, and what can be read is saved.
@Suite struct DamageTests {
    private static let alerts = 2000

    /// A store of many pages, closed in order.
    private func made() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        writer.setRules([RuleRecord(id: "rule-1", title: "T", level: .low, tags: [], source: "text", loadedAt: 1)])
        _ = try writer.beginRun(sampleRun("a.pcap"))
        for serial in 1...Self.alerts {
            writer.submit(.insert(sampleAlert(UInt64(serial), evidence: [sampleFrame(UInt64(serial))])))
        }
        writer.endRun(finished())
        writer.close()
        return folder
    }

    /// Overwrites bytes of the file; a length of `nil` cuts it there.
    private func spoil(_ folder: TemporaryFolder, at offset: Int, length: Int?) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.store))
        defer { try? file.close() }
        guard let length else { return try file.truncate(atOffset: UInt64(offset)) }
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: Data(repeating: 0xA5, count: length))
    }

    private func names(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(".damaged-") }.sorted()
    }

    /// The root of the table of alerts, as a page from 0.
    private func rootPage(_ folder: TemporaryFolder, _ name: String) throws -> Int {
        let queue = try DatabaseQueue(path: folder.store)
        let page = try queue.read {
            try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_master WHERE name = ?", arguments: [name])
        }
        return try #require(page) - 1
    }

    @Test("a store whose header is broken is put aside, and a new one begun", arguments: [16, 100])
    func aBrokenHeader(offset: Int) throws {
        let folder = try made()
        try spoil(folder, at: offset, length: 50)
        let spoilt = try Data(contentsOf: URL(fileURLWithPath: folder.store))
        do {
            _ = try AlertReader(path: folder.store)
            Issue.record("read")
        } catch {
            #expect(error.code == .damaged && error.exitCode == 65, "\(error)")
            #expect(error.description.contains("earshot db check") && error.description.contains("earshot run"))
        }
        let notices = Notices()
        let writer = try AlertWriter(path: folder.store) { notices.add($0) }
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(5000)))
        writer.close()
        let aside = try #require(try names(folder).first)
        #expect(aside.wholeMatch(of: /alerts\.db\.damaged-[0-9]{8}T[0-9]{6}Z/) != nil, "\(aside)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + aside)) == spoilt, "as it was")
        #expect(notices.count(.error) == 1)
        #expect(notices.all.first?.text.contains(aside) == true, "\(notices.all)")
        #expect(try AlertReader(path: folder.store).last(1).first?.alert.serial == 5000)
    }

    /// Pages of alerts are broken in the middle: the writer meets them when it removes or raises what is on them.
    @Test("damage that shows while a store is written to costs only what is on the broken pages")
    func damageWhileRunning() throws {
        let folder = try made()
        let root = try rootPage(folder, "alert")
        // The root of a table of many pages only tells where they are.
        try spoil(folder, at: root * 4096, length: 4096)
        let notices = Notices()
        let writer = try AlertWriter(path: folder.store) { notices.add($0) }
        _ = try writer.beginRun(sampleRun())
        for serial in 1...10 { writer.submit(.insert(sampleAlert(UInt64(9000 + serial)))) }
        #expect(writer.flush())
        writer.close()
        #expect(try names(folder).count >= 1)
        #expect(notices.count(.error) >= 1)
        #expect(writer.counters.lost == 0)
        #expect(try StoreCheck.findings(folder.store) == [])
        let rows = try AlertReader(path: folder.store).query(limit: 5000)
        #expect(rows.suffix(10).map(\.alert.serial) == (1...10).map { UInt64(9000 + $0) })
    }

    @Test("what lies around a broken page is saved") func aBrokenLeaf() throws {
        let folder = try made()
        // The newest rows are found by their content; their page is broken, and the root of an index, so that it shows.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.store))
        let place = try #require(bytes.range(of: Data("plc-1000 subscribed".utf8))?.lowerBound)
        try spoil(folder, at: place / 4096 * 4096, length: 4096)
        try spoil(folder, at: try rootPage(folder, "alert_revision") * 4096, length: 4096)
        let identity = try AlertReader(path: folder.store).identity
        #expect(!(try StoreCheck.findings(folder.store).isEmpty))
        let readable = try readableAlerts(folder)
        let notices = Notices()
        let writer = try AlertWriter(path: folder.store) { notices.add($0) }
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(9001)))
        #expect(writer.flush())
        writer.close()
        #expect(try StoreCheck.findings(folder.store) == [])
        let reader = try AlertReader(path: folder.store)
        let ids = Set(try reader.query(limit: 5000).map(\.id))
        #expect(ids == readable.union([2001]), "\(readable.subtracting(ids).count) more could be read")
        #expect(ids.contains(1) && ids.contains(2000) && !ids.contains(1000))
        #expect(try reader.alert(1)?.stored.alert.evidence == [sampleFrame(1)])
        #expect(try reader.alert(2000)?.rule?.source == "text")
        #expect(try reader.runs().count == 2)
        #expect(reader.identity == identity, "what people noted of its alerts still holds")
        #expect(notices.all.contains { $0.text.contains("\(ids.count - 1) alerts") }, "\(notices.all)")
    }

    /// The numbers of the alerts that SQLite can read one by one.
    private func readableAlerts(_ folder: TemporaryFolder) throws -> Set<Int64> {
        let queue = try DatabaseQueue(path: folder.store)
        // Outside a transaction, which would remember the errors.
        return try queue.inDatabase { database in
            let statement = try database.makeStatement(sql: "SELECT * FROM alert WHERE id = ?")
            return Set(
                (1...Int64(Self.alerts)).filter { id in
                    ((try? Row.fetchOne(statement, arguments: [id])) ?? nil) != nil
                })
        }
    }

    /// Captures of a thousand alerts each; a page of the second one's is broken.
    @Test("a capture whose alerts were not all saved is read again, others are not") func incompleteRuns() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        for (place, name) in ["a.pcap", "b.pcap", "c.pcap"].enumerated() {
            _ = try writer.beginRun(sampleRun(name))
            for serial in 1...1000 { writer.submit(.insert(sampleAlert(UInt64(place * 1000 + serial)))) }
            writer.endRun(finished())
        }
        writer.close()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.store))
        let place = try #require(bytes.range(of: Data("plc-1500 subscribed".utf8))?.lowerBound)
        try spoil(folder, at: place / 4096 * 4096, length: 4096)
        let notices = Notices()
        let next = try AlertWriter(path: folder.store) { notices.add($0) }
        #expect(try names(folder).count { !$0.hasSuffix("-wal") } == 1)
        #expect(notices.all.contains { $0.text.contains("to be replayed again: 1") }, "\(notices.all)")
        #expect(try next.isRecorded(sampleRun("a.pcap")))
        #expect(try !next.isRecorded(sampleRun("b.pcap")))
        #expect(try next.isRecorded(sampleRun("c.pcap")))
        _ = try next.beginRun(sampleRun("b.pcap"))
        for serial in 1...1000 { next.submit(.insert(sampleAlert(UInt64(serial)))) }
        next.endRun(finished())
        next.close()
        #expect(try AlertReader(path: folder.store).count() == 3000)
    }

    @Test("where no alert can be read no capture is taken for stored; the inventory is saved") func noAlertIsLeft()
        throws
    {
        let folder = try made()
        let queue = try DatabaseQueue(path: folder.store)
        try queue.write { try $0.execute(sql: "INSERT INTO inventory VALUES('topic', 'a/b', 1, 2, 3, '{}')") }
        try queue.close()
        try spoil(folder, at: try rootPage(folder, "alert") * 4096, length: 4096)
        let writer = try AlertWriter(path: folder.store)
        #expect(try !writer.isRecorded(sampleRun("a.pcap")))
        writer.close()
        let saved = try DatabaseQueue(path: folder.store)
        #expect(try saved.read { try Int.fetchOne($0, sql: "SELECT count FROM inventory") } == 3)
    }

    @Test("a store that was cut short is put aside") func cutShort() throws {
        let folder = try made()
        try spoil(folder, at: 300_000, length: nil)
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(9001)))
        #expect(writer.flush())
        writer.close()
        #expect(try names(folder).count == 1)
        #expect(try StoreCheck.findings(folder.store) == [])
    }

    @Test("a broken file of another program stays as it is") func anothersFile() throws {
        let folder = try TemporaryFolder()
        let foreign = try DatabaseQueue(path: folder.store)
        try foreign.write { database in
            try database.execute(sql: "CREATE TABLE song(name)")
            for number in 1...5000 { try database.execute(sql: "INSERT INTO song VALUES('song \(number)')") }
        }
        try foreign.close()
        try spoil(folder, at: 5 * 4096, length: 4096)
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.store))
        do {
            _ = try AlertWriter(path: folder.store)
            Issue.record("opened")
        } catch { #expect(error.code == .notAStore) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.store)) == before)
        #expect(try names(folder).isEmpty)
    }
}
