import Alerts
import Foundation
import GRDB
import Network
import Testing

@Suite struct ReaderTests {
    /// A store of five alerts that differ in everything a filter asks for.
    private func store(_ folder: TemporaryFolder) throws -> AlertReader {
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        let sources = ["10.1.2.3", "10.200.0.1", "192.168.0.7", "2001:db8::5", "fe80::1"]
        for (index, level) in AlertLevel.allCases.enumerated() {
            var alert = sampleAlert(
                UInt64(index), rule: "Rule-\(index)", level: level, seen: 1_000_000 * Int64(index + 1))
            alert.ruleTitle = ["Scan 100% of _", "Scan 100x of a", "back\\slash", "Zugriff", "Harvest"][index]
            alert.sourceIP = IPAddress(sources[index])
            alert.clientIP = alert.sourceIP
            writer.submit(.insert(alert))
        }
        writer.close()
        return try AlertReader(path: folder.store)
    }

    @Test("Filters") func filters() throws {
        let folder = try TemporaryFolder()
        let reader = try store(folder)
        func ids(_ change: (inout AlertFilter) -> Void) throws -> [Int64] {
            var filter = AlertFilter()
            change(&filter)
            let ids = try reader.query(filter).map(\.id)
            #expect(try reader.count(filter) == ids.count)
            #expect(try reader.last(10, filter).map(\.id) == ids)
            return ids
        }
        #expect(try ids { _ in } == [1, 2, 3, 4, 5])
        #expect(try ids { $0.minimumLevel = .informational } == [1, 2, 3, 4, 5])
        #expect(try ids { $0.minimumLevel = .high } == [4, 5])
        #expect(try ids { $0.rule = "rule-2" } == [3])
        #expect(try ids { $0.rule = "rule" } == [], "an identifier is not a part of one")
        #expect(try ids { $0.rule = "SCAN" } == [1, 2])
        #expect(try ids { $0.rule = "100%" } == [1], "a percent sign stands for itself")
        #expect(try ids { $0.rule = "of _" } == [1], "so does an underscore")
        #expect(try ids { $0.rule = "k\\s" } == [3], "and a backslash")
        #expect(try ids { $0.rule = "' OR 1 --" } == [])
        #expect(try ids { $0.clientID = "plc-3" } == [4])
        #expect(try ids { $0.since = 4_000_000 } == [4, 5])
        #expect(try ids { $0.runID = 2 } == [])
        #expect(
            try ids {
                $0.minimumLevel = .low
                $0.since = 2_000_000
                $0.rule = "scan"
            } == [2])
    }

    @Test(
        "Addresses and blocks",
        arguments: [
            ("10.1.2.3", [1]), ("10.0.0.0/8", [1, 2]), ("10.128.0.0/9", [2]), ("192.0.2.1", [1, 2, 3, 4, 5]),
            ("192.0.2.0/24", [1, 2, 3, 4, 5]), ("2001:db8::/32", [4]), ("fe80::/10", [5]), ("::/0", [4, 5]),
            ("8.8.8.8", []), ("::a01:203", []),
        ] as [(String, [Int64])])
    func addressesAndBlocks(text: String, expected: [Int64]) throws {
        let folder = try TemporaryFolder()
        let reader = try store(folder)
        var filter = AlertFilter()
        let block: CIDRBlock = try #require(CIDRBlock(text))
        filter.addresses = block
        #expect(try reader.query(filter).map(\.id) == expected)
    }

    @Test("The last few") func theLastFew() throws {
        let folder = try TemporaryFolder()
        let reader = try store(folder)
        #expect(try reader.last(2).map(\.id) == [4, 5])
        #expect(try reader.last(0).isEmpty)
        #expect(try reader.last(-1).isEmpty)
        #expect(try reader.query(after: 3, limit: 1).map(\.id) == [4])
    }

    @Test("a reader that polls sees new alerts and raised counts") func pollingSeesNewRowsAndGrownCounts() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        defer { writer.close() }
        _ = try writer.beginRun(sampleRun())
        let reader = try AlertReader(path: folder.store)
        var all = AlertCursor()
        var cursor = try reader.cursorAtEnd()
        #expect(try reader.poll(&cursor).isEmpty)
        for serial in 1...3 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
        writer.flush()
        var late = try reader.cursorAtEnd()
        #expect(try reader.poll(&cursor).map { [$0.stored.id, $0.isNew ? 1 : 0] } == [[1, 1], [2, 1], [3, 1]])
        #expect(try reader.poll(&cursor).isEmpty)
        for count in 2...4 {
            writer.submit(.repeated(serial: 2, lastSeen: 1_700_000_000_000_009, count: Int64(count)))
            writer.flush()
        }
        writer.submit(.insert(sampleAlert(4)))
        writer.flush()
        for _ in 1...2 {
            let rows = try reader.poll(&cursor)
            guard !rows.isEmpty else { break }
            #expect(rows.map(\.stored.id) == [2, 4])
            #expect(rows.map(\.isNew) == [false, true])
            #expect(rows.map(\.stored.alert.count) == [4, 1])
        }
        #expect(try reader.poll(&late).map(\.isNew) == [false, true])
        // In pieces, from the start, with a filter that holds back what comes last.
        var filter = AlertFilter()
        filter.rule = "rule-1"
        var seen: [Int64] = []
        while case let rows = try reader.poll(&all, filter, limit: 1), !rows.isEmpty { seen += rows.map(\.stored.id) }
        #expect(seen == [1, 3, 2, 4])
        writer.submit(.insert(sampleAlert(5, rule: "other")))
        writer.flush()
        #expect(try reader.poll(&all, filter).isEmpty)
        #expect(try reader.cursorAtEnd() == all || all.revision == 8)
    }

    @Test("a reader does not block the writer and outlives it") func aReaderHoldsNothingBackAndSurvivesTheWriter()
        throws
    {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        let reader = try AlertReader(path: folder.store)
        var cursor = AlertCursor()
        writer.submit(.insert(sampleAlert(1)))
        writer.flush()
        #expect(try reader.poll(&cursor).count == 1)
        // A checkpoint that nobody is in the way of: first column of the result is 0.
        let other = try DatabaseQueue(path: folder.store)
        #expect(try other.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") } == 0)
        try other.close()
        writer.close()
        #expect(try reader.poll(&cursor).isEmpty)
        let next = try AlertWriter(path: folder.store)
        _ = try next.beginRun(sampleRun())
        next.submit(.insert(sampleAlert(1)))
        next.flush()
        #expect(try reader.poll(&cursor).map(\.stored.id) == [2])
        next.close()
    }

    @Test("removing the store while it is read is an error, not a crash") func aStoreThatIsRemovedWhileInUse() throws {
        let folder = try TemporaryFolder()
        let notices = Notices()
        let writer = try AlertWriter(path: folder.store) { notices.add($0) }
        _ = try writer.beginRun(sampleRun())
        for serial in 1...3 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
        writer.flush()
        let reader = try AlertReader(path: folder.store)
        var cursor = AlertCursor()
        #expect(try reader.poll(&cursor).count == 3)
        try FileManager.default.removeItem(atPath: folder.store)
        #expect(try reader.poll(&cursor).isEmpty)
        writer.submit(.insert(sampleAlert(4)))
        writer.submit(.repeated(serial: 1, lastSeen: 1, count: 2))
        #expect(writer.flush())
        #expect(notices.count(.error) == 1)
        #expect(try reader.poll(&cursor).map(\.stored.alert.serial) == [4])
        #expect(writer.counters.orphaned == 1)
        #expect(writer.endRun(finished()))
        writer.close()
        #expect(try AlertReader(path: folder.store).latestRun()?.summary.status == .finished)
    }

    @Test("a store opened for reading needs no -shm file and cannot be written")
    func opensAStoreWithoutShmFileAndCannotWrite() throws {
        let folder = try TemporaryFolder()
        let reader = try store(folder)
        #expect(throws: (any Error).self) { try reader.writeForTest() }
        #expect(try reader.count() == 5)
    }

    @Test("a store with values of wrong types never traps the reader") func aTamperedStoreDoesNotTrap() throws {
        let folder = try TemporaryFolder()
        _ = try store(folder)
        let other = try DatabaseQueue(path: folder.store)
        try other.write { database in
            try database.execute(
                sql: """
                    UPDATE alert SET source_port = 99999999, source_ip = 'not an address', level = 'x', count = 'many', \
                    transport = 7, event = x'FF00', serial = -1, first_seen = 9223372036854775807, last_seen = 1.5 \
                    WHERE id = 1
                    """)
            try database.execute(sql: "INSERT INTO evidence VALUES(1, -1, 'x', -5, 1e300, 'text')")
        }
        try other.close()
        let reader = try AlertReader(path: folder.store)
        let detail = try #require(try reader.alert(1))
        #expect(detail.stored.alert.sourcePort == nil)
        #expect(detail.stored.alert.sourceIP == nil)
        for format in AlertFormat.allCases { #expect(!format.output().line(detail.stored).contains("\n")) }
        _ = EvidencePcap.file(detail.stored.alert.evidence)
    }
}

extension AlertReader {
    /// Tries to change the store through a connection opened as the reader opens its own.
    fileprivate func writeForTest() throws {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: "DELETE FROM alert") }
    }
}
