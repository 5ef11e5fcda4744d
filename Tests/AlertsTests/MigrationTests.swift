import Alerts
import Foundation
import GRDB
import Testing

@Suite struct MigrationTests {
    private func made(_ version: Int) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let queue = try DatabaseQueue(path: folder.store)
        try queue.inDatabase { database in
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL")
            try database.execute(sql: ReleasedSchemas.script(version))
        }
        try queue.close()
        return folder
    }

    @Test("a store of every released schema is brought up to date with all its rows", arguments: 1...5)
    func everySchema(version: Int) throws {
        let folder = try made(version)
        do {
            _ = try AlertReader(path: folder.store)
            Issue.record("read before a writer brought it up to date")
        } catch { #expect(error.code == .olderSchema) }
        #expect(try StoreCheck.findings(folder.store) == [], "as it was")
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(7, level: .critical)))
        writer.close()
        #expect(try StoreCheck.findings(folder.store) == [], "as it is now")
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.query().map(\.id) == [1, 2, 3])
        let first = try #require(try reader.alert(1))
        #expect(first.stored.alert.count == 3 && first.stored.alert.level == .high)
        #expect(first.stored.alert.evidence.map(\.bytes) == [[1, 2, 3]])
        #expect(first.stored.alert.evidenceLeftOut == (version >= 2 ? 5 : nil))
        #expect(first.stored.alert.tally?.distinct == (version >= 3 ? 4 : nil))
        #expect(first.stored.alert.tally?.values == (version >= 5 ? ["a", "b"] : nil))
        #expect(first.rule?.source == "title: x" && first.run?.start.sourceDigest == "d1")
    }

    /// Whoever reads with sqlite3 or Grafana sees times, and every column beside them.
    @Test("the views tell times as RFC 3339") func views() throws {
        let folder = try made(3)
        try AlertWriter(path: folder.store).close()
        let queue = try DatabaseQueue(path: folder.store)
        let rows = try queue.read { try Row.fetchAll($0, sql: "SELECT * FROM alert_view ORDER BY id") }
        #expect(rows.map { $0["first_seen_text"] } == ["2023-11-14T22:13:20.123456Z", "1969-12-31T23:59:59.999999Z"])
        #expect(rows.map { $0["last_seen_text"] } == ["2023-11-14T22:13:20.654321Z", "1970-01-01T00:00:00.000000Z"])
        #expect(rows.map { $0["stored_at_text"] } == ["2023-11-14T22:13:22.000000Z", "2023-11-14T22:13:22.000000Z"])
        #expect(rows[0]["summary"] == "plc-1" && rows[0]["distinct_count"] == 4)
        try queue.write { try $0.execute(sql: "UPDATE run SET ended = NULL") }
        let run = try #require(try queue.read { try Row.fetchOne($0, sql: "SELECT * FROM run_view") })
        #expect(run["started_text"] == "2023-11-14T22:13:20.000000Z")
        #expect(run["ended_text"] as String? == nil && run["packets"] == 7)
    }

    @Test("a store has an identity, and another store another one") func identities() throws {
        let folder = try made(2)
        try AlertWriter(path: folder.store).close()
        let reader = try AlertReader(path: folder.store)
        let identity = reader.identity
        #expect(UUID(uuidString: identity) != nil && identity == identity.lowercased())
        try AlertWriter(path: folder.store).close()
        #expect(try AlertReader(path: folder.store).identity == identity, "it stays")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            try FileManager.default.removeItem(atPath: folder.path + "/" + name)
        }
        try AlertWriter(path: folder.store).close()
        let other = reader.identity
        #expect(UUID(uuidString: other) != nil && other != identity, "a new file is another store")
    }
}
