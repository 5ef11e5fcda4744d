import Alerts
import Foundation
import GRDB
import Testing

/// Stores are looked through when they are opened: quickly, and wholly where their last writer did not end in order.
@Suite struct ExaminationTests {
    private let folder: TemporaryFolder
    private let notices = Notices()

    init() throws {
        folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        for serial in 1...50 {
            writer.submit(
                .insert(
                    sampleAlert(
                        UInt64(serial), evidence: [sampleFrame(1, bytes: [UInt8](repeating: 7, count: 9000))])))
        }
        writer.endRun(finished())
        writer.close()
    }

    private var aside: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
                $0.contains(".damaged-") && !$0.hasSuffix("-wal")
            }
        }
    }

    private func open() throws -> AlertWriter {
        let notices = notices
        return try AlertWriter(path: folder.store, settings: quickSettings()) { notices.add($0) }
    }

    private func execute(_ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.store)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: sql)
            _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        try queue.close()
    }

    /// Where the first page of an index begins.
    private func pageStart(_ index: String) throws -> Int {
        let queue = try DatabaseQueue(path: folder.store)
        let page = try queue.read {
            try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_master WHERE name = ?", arguments: [index])
        }
        try queue.close()
        return (try #require(page) - 1) * 4096
    }

    /// Changes an entry of an index: every page is as it should be, but a row is not where the index says.
    private func spoilIndex() throws {
        let start = try pageStart("alert_client_id")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.store))
        let place = try #require(bytes[start..<(start + 4096)].range(of: Data("plc-49".utf8)))
        bytes[place.upperBound - 1] = UInt8(ascii: "x")
        try bytes.write(to: URL(fileURLWithPath: folder.store))
    }

    @Test("a broken page is found at the start, also where no alert would come to it") func atTheStart() throws {
        let start = try pageStart("alert_source_ip")
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.store))
        try file.seek(toOffset: UInt64(start))
        try file.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        try file.close()
        try open().close()
        #expect(try aside.count == 1)
        #expect(notices.count(.error) == 1 && notices.all[0].text.contains("was damaged"), "\(notices.all)")
        #expect(try StoreCheck.findings(folder.store) == [])
        #expect(try AlertReader(path: folder.store).count() == 50)
    }

    @Test("after an unclean end the indices are held against the rows, beside the writer") func beside() throws {
        try spoilIndex()
        try execute("UPDATE counter SET value = 1 WHERE name = 'open'")
        let writer = try open()
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(60)))
        #expect(eventually { notices.count(.error) == 1 }, "\(notices.all)")
        #expect(notices.all.contains { $0.text.contains("alert_client_id") }, "\(notices.all)")
        writer.submit(.insert(sampleAlert(61)))
        #expect(writer.flush())
        writer.close()
        #expect(try aside.count == 1)
        #expect(writer.counters.lost == 0)
        #expect(try StoreCheck.findings(folder.store) == [])
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.query().map(\.alert.serial) == Array(1...50) + [60, 61])
    }

    /// A look through a large store takes long: it is for when there is a reason.
    @Test("after a clean end there is no more than the quick look") func afterACleanEnd() throws {
        try spoilIndex()
        let writer = try open()
        _ = try writer.beginRun(sampleRun())
        writer.close()
        #expect(try aside.isEmpty && notices.count(.error) == 0)
        #expect(try !StoreCheck.findings(folder.store).isEmpty, "it is not whole")
    }

    @Test("what was found to be whole is closed in order") func wholeAfterAnUncleanEnd() throws {
        try execute("UPDATE counter SET value = 1 WHERE name = 'open'")
        let writer = try open()
        _ = try writer.beginRun(sampleRun())
        writer.close()
        let queue = try DatabaseQueue(path: folder.store)
        let mark = try queue.read { try Int.fetchOne($0, sql: "SELECT value FROM counter WHERE name = 'open'") }
        #expect(mark == 0)
        #expect(try aside.isEmpty && notices.count(.error) == 0)
    }
}
