import Alerts
import Foundation
import ProgramSupport
import Testing

@testable import Forward

/// What is handed on of a store: each alert once as a new one, each change of worth, and nothing passed over.
@Suite struct OutboxTests {
    @Test("each alert goes once, in its order, whatever the size of a batch", arguments: [1, 2, 7, 100])
    func once(_ limit: Int) throws {
        let store = try TestStore()
        store.insert(1...20)
        // A row that was written again before it was read is behind the others by its revision.
        store.grow(3, to: 2)
        let source = store.source()
        let records = source.all(limit)
        #expect(records.map { $0.alert?.stored.id } == Array(1...20).map { Int64($0) })
        #expect(records.allSatisfy { $0.kind == .alert })
        #expect(source.all(limit).isEmpty)
        store.insert(21...22)
        #expect(source.all(limit).map { $0.alert?.stored.id } == [21, 22])
    }

    @Test("a cursor that was kept goes on where the record said")
    func resumed() throws {
        let store = try TestStore()
        store.insert(1...10)
        let records = store.source().all()
        for (index, record) in records.enumerated() {
            let cursor = try #require(record.cursor?.cursor)
            let rest = store.source(TargetSettings(.file), cursor).all()
            #expect(rest.map(\.id) == records[(index + 1)...].map(\.id))
        }
    }

    @Test("an id stays the same for the same revision, and is another for each change")
    func identity() throws {
        let store = try TestStore()
        store.insert(1...1)
        let first = try #require(store.source().all().first)
        let again = try #require(store.source(TargetSettings(.kafka)).all().first)
        #expect(first.id == again.id)
        store.grow(1, to: 5)
        let grown = try #require(store.source().all().first)
        #expect(grown.id != first.id)
        #expect(first.id.split(separator: ":").prefix(2) == grown.id.split(separator: ":").prefix(2))
    }

    @Test("growth is told at ten times the count, and else waits for its minute")
    func growth() throws {
        let store = try TestStore()
        store.insert(1...2)
        let source = store.source()
        #expect(source.all().count == 2)
        store.grow(1, to: 9)
        #expect(source.all().isEmpty)
        #expect(source.cursor.grown == [1])
        store.grow(1, to: 10)
        let told = source.all()
        #expect(told.map(\.kind) == [.update])
        #expect(told.first?.alert?.stored.alert.count == 10)
        #expect(source.cursor.grown == [])
        store.grow(1, to: 99)
        #expect(source.all().isEmpty)
        // Whoever comes after a death tells what waited.
        let next = store.source(TargetSettings(.file), source.cursor)
        #expect(next.all().map { $0.alert?.stored.alert.count } == [99])
    }

    @Test("a minute passes by a clock that nobody sets")
    func minute() {
        var policy = GrowthPolicy()
        let start = ContinuousClock.now
        var stored = StoredAlert(id: 1, revision: 1, runID: 1, sensor: "s", alert: sampleAlert(1))
        policy.tell(stored, at: start)
        stored.alert.count = 2
        #expect(!policy.wants(stored, at: start + .seconds(59)))
        #expect(policy.wants(stored, at: start + .seconds(60)))
        stored.alert.level = .high
        #expect(policy.wants(stored, at: start))
    }

    @Test("alerts that were removed before they could go are told and counted")
    func gap() throws {
        let store = try TestStore()
        store.insert(1...20)
        try sqlite(store.path, "DELETE FROM alert WHERE id BETWEEN 1 AND 5 OR id BETWEEN 11 AND 12 OR id = 20")
        let source = store.source()
        let records = source.all(3)
        let gaps = records.compactMap(\.gap)
        #expect(gaps.map(\.numbers) == [1...5, 11...12, 20...20])
        #expect(gaps.compactMap(\.count).reduce(0, +) == 8)
        #expect(records.filter { $0.kind == .alert }.count == 12)
        // What was sent before it was removed is no gap.
        try sqlite(store.path, "DELETE FROM alert")
        #expect(source.all().isEmpty)
    }

    @Test("what is taken in twice leaves no gap")
    func takenInTwice() throws {
        let store = try TestStore()
        store.insert(1...3)
        store.insert(2...3)
        store.insert(4...4)
        let records = store.source().all()
        #expect(records.compactMap(\.gap).isEmpty)
        #expect(records.map { $0.alert?.stored.id } == [1, 2, 3, 4])
    }

    @Test("a store that was replaced is read to its end where it lies beside the new one")
    func replaced() throws {
        let store = try TestStore()
        store.insert(1...6)
        let source = store.source()
        #expect(source.next(2).records.count == 2)
        store.writer.close()
        let other = try TestStore()
        other.insert(1...3)
        other.writer.close()
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: store.path + suffix) {
            try FileManager.default.moveItem(atPath: store.path + suffix, toPath: store.path + ".1" + suffix)
        }
        try FileManager.default.copyItem(atPath: other.path, toPath: store.path)
        let rest = source.all(2)
        #expect(rest.compactMap(\.gap).isEmpty)
        #expect(rest.map { $0.alert?.stored.id } == [3, 4, 5, 6, 1, 2, 3])
        #expect(Set(rest.map(\.id)).count == 7)
    }

    @Test("a store that was replaced and is gone is a gap")
    func replacedAndGone() throws {
        let store = try TestStore()
        store.insert(1...6)
        let cursor = try #require(store.source().next(2).records.last?.cursor?.cursor)
        let other = try TestStore()
        other.insert(1...3)
        let records = other.source(TargetSettings(.file), cursor).all()
        #expect(records.first?.gap?.cause == .storeReplaced)
        #expect(records.dropFirst().map { $0.alert?.stored.id } == [1, 2, 3])
    }

    @Test("a copy that was put back is sent again, and its new alerts have ids of their own")
    func wentBack() throws {
        let store = try TestStore()
        store.insert(1...4)
        let before = store.source().all()
        var ahead = try #require(before.last?.cursor?.cursor)
        ahead.position.revision += 10
        ahead.position.alert += 10
        let records = store.source(TargetSettings(.file), ahead).all()
        #expect(records.first?.gap?.cause == .storeWentBack)
        // The same content has the same ids.
        #expect(records.dropFirst().map(\.id) == before.map(\.id))
        try sqlite(store.path, "UPDATE alert SET stored_at = stored_at + 1 WHERE id = 2")
        #expect(store.source().all()[1].id != before[1].id)
    }

    @Test("a backup is a store of its own")
    func backup() throws {
        let store = try TestStore()
        store.insert(1...2)
        let reader = try AlertReader(path: store.path)
        try reader.backup(to: store.folder.file("copy.db"), replacing: false)
        let copy = try AlertReader(path: store.folder.file("copy.db"))
        #expect(copy.identity != reader.identity)
    }

    @Test("what people say goes behind the alert that it is about")
    func triage() throws {
        let store = try TestStore()
        store.insert(1...2)
        let source = store.source()
        #expect(source.all().count == 2)
        let reader = try AlertReader(path: store.path)
        _ = try reader.say(.close, of: [2], note: "our own scan", by: "ann", at: 1_700_000_002_000_000)
        let records = source.all()
        #expect(records.map(\.kind) == [.triage])
        #expect(records.first?.activity == 3)
        #expect(records.first?.triage?.note == "our own scan")
        #expect(records.first?.alert?.stored.state == .closed)
        #expect(source.all().isEmpty)
        #expect(store.source(TargetSettings(.file), source.cursor).all().isEmpty)
    }

    @Test("filters hold back by level, rule and tag, and the cursor moves on")
    func filters() throws {
        let store = try TestStore()
        store.insert(1...3, level: .low)
        store.insert(4...5, level: .high)
        let high = store.source(TargetSettings(.file) { $0.level = .high })
        #expect(high.all().map { $0.alert?.stored.id } == [4, 5])
        #expect(store.source(TargetSettings(.file) { $0.rules = ["*every TOPIC"] }).all().count == 5)
        #expect(store.source(TargetSettings(.file) { $0.rules = ["other"] }).all().isEmpty)
        #expect(store.source(TargetSettings(.file) { $0.notRules = ["rule-?"] }).all().isEmpty)
        #expect(store.source(TargetSettings(.file) { $0.tags = ["attack.*"] }).all().isEmpty)
        let none = store.source(TargetSettings(.file) { $0.rules = ["other"] })
        _ = none.all()
        #expect(none.cursor.position.alert == 5)
    }
}
