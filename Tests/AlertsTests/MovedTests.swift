import Alerts
import Foundation
import GRDB
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Stores that are renamed, removed or replaced under a writer.
@Suite struct MovedTests {
    private let folder: TemporaryFolder
    private let notices = Notices()

    init() throws { folder = try TemporaryFolder() }

    private func names(_ part: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(part) }.sorted()
    }

    /// A writer that has stored the alerts 1 to 3.
    private func begun() throws -> AlertWriter {
        let notices = notices
        let writer = try AlertWriter(path: folder.store, settings: quickSettings()) { notices.add($0) }
        _ = try writer.beginRun(sampleRun())
        for serial in 1...3 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
        #expect(writer.flush())
        return writer
    }

    private func goOn(_ writer: AlertWriter) throws {
        for serial in 4...5 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
        #expect(writer.flush())
        writer.close()
        #expect(try serials(folder.store) == [4, 5])
        #expect(try StoreCheck.findings(folder.store) == [])
        #expect(notices.count(.error) == 1, "\(notices.all)")
        #expect(writer.counters.lost == 0)
    }

    private func serials(_ path: String) throws -> [UInt64] {
        let reader = try AlertReader(path: path)
        #expect(reader.warning == nil)
        return try reader.query().map(\.alert.serial)
    }

    @Test("what a removed store held is saved, and a new one begun", arguments: [[""], ["", "-wal", "-shm"]])
    func removed(suffixes: [String]) throws {
        let writer = try begun()
        for suffix in suffixes { unlink(folder.store + suffix) }
        try goOn(writer)
        let saved = try #require(try names(".removed-").first)
        #expect(saved.wholeMatch(of: /alerts\.db\.removed-[0-9]{8}T[0-9]{6}Z/) != nil)
        #expect(try serials(folder.path + "/" + saved) == [1, 2, 3])
        #expect(notices.all.contains { $0.text.contains(saved) }, "\(notices.all)")
    }

    /// Also where a reader keeps the log from being emptied: it is not to become the log of the new file.
    @Test("a renamed store takes the content of its log along", arguments: [false, true])
    func renamed(isRead: Bool) throws {
        let writer = try begun()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: folder.store, configuration: configuration)
        if isRead {
            try reader.inDatabase { database in
                try database.execute(sql: "BEGIN")
                #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM alert") == 3)
            }
        }
        writer.submit(.insert(sampleAlert(9)))
        #expect(writer.flush())
        let moved = folder.path + "/old.db"
        #expect(rename(folder.store, moved) == 0)
        try goOn(writer)
        if isRead { try reader.inDatabase { try $0.execute(sql: "COMMIT") } }
        try reader.close()
        #expect(try serials(moved) == [1, 2, 3, 9])
        #expect(notices.all.contains { $0.text.contains("moved to \(moved)") }, "\(notices.all)")
    }

    @Test("a store that is put in the place of another is gone on with") func replaced() throws {
        let other = folder.path + "/other.db"
        let first = try AlertWriter(path: other)
        _ = try first.beginRun(sampleRun())
        for serial in 21...22 { first.submit(.insert(sampleAlert(UInt64(serial)))) }
        first.close()
        let writer = try begun()
        #expect(rename(other, folder.store) == 0)
        for serial in 4...5 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
        #expect(writer.flush())
        writer.close()
        #expect(try serials(folder.store) == [21, 22, 4, 5])
        #expect(try serials(folder.path + "/" + (try #require(try names(".removed-").first))) == [1, 2, 3])
    }

    @Test("a copy is a store of its own") func copies() throws {
        let writer = try begun()
        let copy = folder.path + "/copy.db"
        let reader = try AlertReader(path: folder.store)
        try reader.backup(to: copy, replacing: false)
        #expect(try AlertReader(path: copy).identity != reader.identity)
        #expect(UUID(uuidString: try AlertReader(path: copy).identity) != nil)
        writer.close()
        let again = try AlertWriter(path: copy)
        _ = try again.beginRun(sampleRun())
        again.submit(.insert(sampleAlert(1)))
        again.close()
        #expect(try serials(copy) == [1, 2, 3, 1])
    }

    /// Two processes begin at the same moment: the one that comes second finds a file that was not there before.
    @Test("who is refused leaves everything as it is") func refused() throws {
        let writer = try begun()
        unlink(folder.store)
        #expect(throws: StoreError.self) { try AlertWriter(path: folder.store) }
        #expect(!folder.exists("alerts.db"), "nor makes anything")
        try Data("half".utf8).write(to: URL(fileURLWithPath: folder.store))
        try Data("a spilled alert".utf8).write(to: URL(fileURLWithPath: folder.store + ".spill"))
        let before = try names("")
        #expect(throws: StoreError.self) { try AlertWriter(path: folder.store) }
        #expect(try names("") == before)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.store)) == Data("half".utf8))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.store + ".spill")).count == 15)
        unlink(folder.store)
        writer.close()
    }

    /// What a version that made its tables in several steps left when it was killed at the first one.
    @Test("a store that was begun and not finished is finished") func unfinished() throws {
        let queue = try DatabaseQueue(path: folder.store)
        try queue.write {
            try $0.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        }
        try queue.close()
        let writer = try begun()
        writer.close()
        #expect(try serials(folder.store) == [1, 2, 3])
        #expect(try StoreCheck.findings(folder.store) == [])
    }
}
