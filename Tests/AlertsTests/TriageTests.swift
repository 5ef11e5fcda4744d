import Alerts
import Foundation
import Network
import Testing

/// What people say of alerts.
@Suite struct TriageTests {
    private let folder: TemporaryFolder
    private let writer: AlertWriter

    /// A store of three alerts, and its writer still at work.
    init() throws {
        folder = try TemporaryFolder()
        writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        for serial in 1...3 { writer.submit(.insert(sampleAlert(UInt64(serial), level: .medium))) }
        writer.flush()
    }

    private func grow(_ serial: UInt64, to count: Int64, level: AlertLevel? = nil) {
        let rise = level.map { sampleAlert(serial, level: $0) }
        writer.submit(.repeated(serial: serial, lastSeen: 1_700_000_000_000_009, count: count, rise: rise))
        writer.flush()
    }

    private func state(_ id: Int64, _ reader: AlertReader) throws -> String {
        let stored = try #require(try reader.alert(id)).stored
        return stored.state.rawValue + (stored.triage?.isReopened == true ? ", reopened" : "")
    }

    @Test("States") func states() throws {
        defer { writer.close() }
        let reader = try AlertReader(path: folder.store)
        #expect(try state(1, reader) == "open")
        _ = try reader.say(.acknowledge, of: [1, 2], note: nil, by: "anna", at: 5)
        #expect(try state(1, reader) == "acknowledged")
        grow(1, to: 50)
        #expect(try state(1, reader) == "acknowledged", "more of the same is known")
        grow(2, to: 2, level: .critical)
        #expect(try state(2, reader) == "open, reopened", "worse is news")
        _ = try reader.say(.close, of: [1], note: "own scan", by: "bert", at: 6)
        #expect(try state(1, reader) == "closed")
        _ = try reader.say(.note, of: [1], note: "told the insurer", by: "anna", at: 7)
        #expect(try state(1, reader) == "closed", "a remark changes no state")
        grow(1, to: 51)
        #expect(try state(1, reader) == "open, reopened")
        _ = try reader.say(.close, of: [1], note: nil, by: "bert", at: 8)
        #expect(try state(1, reader) == "closed")
        _ = try reader.say(.reopen, of: [1], note: nil, by: "bert", at: 9)
        #expect(try state(1, reader) == "open")
        let entries = try #require(try reader.alert(1)?.stored.triage).entries
        #expect(entries.map(\.by) == ["anna", "bert", "anna", "bert", "bert"])
        #expect(entries.compactMap(\.note) == ["own scan", "told the insurer"])
        #expect(entries.map(\.count) == [1, 50, 50, 51, 51])
    }

    /// A number that is not there keeps all of it from being written.
    @Test("All or none") func allOrNone() throws {
        defer { writer.close() }
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.say(.close, of: [1, 99], note: nil, by: "anna", at: 5).missing == [99])
        #expect(try state(1, reader) == "open")
        #expect(!folder.exists("alerts.db.triage"))
    }

    @Test("As a filter") func asAFilter() throws {
        defer { writer.close() }
        let reader = try AlertReader(path: folder.store)
        _ = try reader.say(.close, of: [1, 2], note: nil, by: "anna", at: 5)
        _ = try reader.say(.acknowledge, of: [3], note: nil, by: "anna", at: 5)
        grow(2, to: 2)
        func ids(_ states: AlertFilter.State...) throws -> [Int64] {
            var filter = AlertFilter()
            filter.states = Set(states)
            return try reader.query(filter).map(\.id)
        }
        #expect(try ids(.closed) == [1])
        #expect(try ids(.open) == [2])
        #expect(try ids(.reopened) == [2])
        #expect(try ids(.acknowledged) == [3])
        #expect(try ids(.closed, .acknowledged) == [1, 3])
    }

    /// What was cut short, by a full disk or a hand, costs that line and no other.
    @Test("A torn line") func aTornLine() throws {
        defer { writer.close() }
        let path = folder.store + ".triage"
        let reader = try AlertReader(path: folder.store)
        _ = try reader.say(.close, of: [1], note: nil, by: "anna", at: 5)
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"alert":2,"action":"clo"#.utf8))
        try handle.close()
        _ = try reader.say(.close, of: [3], note: nil, by: "bert", at: 6)
        let fresh = try AlertReader(path: folder.store)
        #expect(try [1, 2, 3].map { try state($0, fresh) } == ["closed", "open", "closed"])
        let file = TriageFile(beside: folder.store)
        file.refresh()
        #expect(file.damagedLines == 1)
    }

    /// Another store under the same name has other alerts.
    @Test("Another store of the same name") func anotherStore() throws {
        let reader = try AlertReader(path: folder.store)
        _ = try reader.say(.close, of: [1], note: nil, by: "anna", at: 5)
        writer.close()
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.store + suffix) }
        let other = try AlertWriter(path: folder.store)
        _ = try other.beginRun(sampleRun())
        other.submit(.insert(sampleAlert(1)))
        other.close()
        #expect(try state(1, try AlertReader(path: folder.store)) == "open")
    }

    /// Many people at once: every line is whole.
    @Test("At the same time") func atTheSameTime() async throws {
        defer { writer.close() }
        let store = folder.store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for person in 0..<8 {
                group.addTask {
                    let reader = try AlertReader(path: store)
                    for time in 0..<25 {
                        _ = try reader.say(.note, of: [1, 2], note: "n\(time)", by: "p\(person)", at: Int64(time))
                    }
                }
            }
            try await group.waitForAll()
        }
        let reader = try AlertReader(path: store)
        for id in [Int64(1), 2] {
            let entries = try #require(try reader.alert(id)?.stored.triage).entries
            #expect(entries.count == 200)
            #expect(Set(entries.map { "\($0.by) \($0.note ?? "")" }).count == 200)
        }
    }
}
