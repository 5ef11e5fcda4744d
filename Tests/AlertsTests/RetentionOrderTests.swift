import Foundation
import GRDB
import Testing

@testable import Alerts

/// What matters least goes first.
@Suite struct RetentionOrderTests {
    /// A store with alerts of the levels given, one after the other, each with a frame of the size given.
    private func store(_ levels: [AlertLevel], frame: Int = 3) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        for (index, level) in levels.enumerated() {
            let frame = sampleFrame(1, bytes: [UInt8](repeating: 9, count: frame))
            writer.submit(.insert(sampleAlert(UInt64(index), level: level, evidence: [frame])))
        }
        writer.close()
        return folder
    }

    private func size(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.size] as? NSNumber)?.intValue ?? 0
    }

    @Test("by age all go but open high and critical ones") func byAge() throws {
        let folder = try store([.informational, .low, .medium, .high, .critical, .high, .critical, .low])
        let queue = try DatabaseQueue(path: folder.store)
        try queue.write { try $0.execute(sql: "UPDATE alert SET stored_at = stored_at - 3600000000 WHERE id < 8") }
        try queue.close()
        var settings = quickSettings()
        settings.retention.maximumAgeSeconds = 600
        settings.closedAlerts = { [6, 7] }
        let notices = Notices()
        let writer = try AlertWriter(path: folder.store, settings: settings) { notices.add($0) }
        writer.applyRetention()
        #expect(try AlertReader(path: folder.store).query().map(\.id) == [4, 5, 8])
        #expect(writer.counters.removedByAge == 5 && writer.counters.removedBySize == 0)
        #expect(
            writer.counters.removedByLevel == [.informational: 1, .low: 1, .medium: 1, .high: 1, .critical: 1])
        writer.close()
        let said = notices.all.filter { $0.text.contains("removed") }
        #expect(said.count == 1, "\(notices.all)")
        #expect(
            said.first?.text.contains("1 informational, 1 low, 1 medium, 1 high, 1 critical") == true
                && said.first?.text.contains("600 seconds") == true, "\(said)")
    }

    /// Twenty alerts of each kind, of which so many stay as the limit leaves room for: the order in which kinds vanish is
    /// the order in which they matter.
    @Test("by size the order is: closed and low, medium, closed high, high, critical") func bySizeInOrder() throws {
        let kinds: [AlertLevel] = [.critical, .high, .high, .medium, .medium, .low, .informational]
        // Of the kinds, the third and the fifth are closed.
        let levels = kinds.flatMap { level in (0..<20).map { _ in level } }
        let folder = try store(levels, frame: 20_000)
        let closed = Set(Int64(41)...60).union(Set(Int64(81)...100))
        var gone: [Int] = []
        let whole = try size(folder.store)
        for step in 1...14 {
            var settings = quickSettings()
            settings.retention.batchSize = 5
            settings.retention.maximumBytes = Int64(whole - step * whole / 15)
            settings.closedAlerts = { closed }
            let writer = try AlertWriter(path: folder.store, settings: settings)
            writer.applyRetention()
            writer.close()
            let left = Set(try AlertReader(path: folder.store).query().map(\.id))
            let missing = kinds.indices.filter { kind in
                (1...20).contains { !left.contains(Int64(kind * 20 + $0)) }
            }
            for kind in missing where !gone.contains(kind) { gone.append(kind) }
            #expect(try size(folder.store) <= whole - step * whole / 15 + 40_960)
        }
        // Closed medium ones changed before low ones, those before informational ones.
        #expect(gone == [4, 5, 6, 3, 2, 1, 0], "\(gone)")
    }

    @Test("a critical alert survives a flood of low ones, and the file stays small") func aFlood() throws {
        let folder = try TemporaryFolder()
        var settings = quickSettings()
        let limit = 4 << 20
        settings.retention.maximumBytes = Int64(limit)
        let writer = try AlertWriter(path: folder.store, settings: settings)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(0, level: .critical)))
        var largest = 0
        for serial in 1...50_000 {
            writer.submit(.insert(sampleAlert(UInt64(serial), level: .low)))
            if serial % 5000 == 0 { largest = max(largest, try size(folder.store)) }
        }
        writer.close()
        let reader = try AlertReader(path: folder.store)
        let rows = try reader.query(limit: 100_000)
        #expect(rows.first?.alert.level == .critical)
        #expect(rows.last?.alert.serial == 50_000, "the newest of the others stay")
        #expect(rows.count > 1000 && writer.counters.lost == 0)
        #expect(rows.count + writer.counters.removedBySize == 50_001)
        #expect(writer.counters.removedByLevel.keys.sorted() == [.low])
        #expect(try size(folder.store) <= limit + 262_144)
        #expect(try size(folder.store + "-wal") == 0)
        #expect(largest < 40 << 20, "also while it goes on: \(largest)")
        let queue = try DatabaseQueue(path: folder.store)
        #expect(try queue.read { try Int.fetchOne($0, sql: "PRAGMA freelist_count") } == 0)
    }

    /// A store with an open critical alert and twenty low ones, each by a rule of its own with a long text.
    private func storeWithLongRules() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        let text = String(repeating: "x", count: 100_000)
        writer.setRules(
            (0...20).map {
                let source = $0 == 0 ? "short" : "\(text)\($0)"
                return RuleRecord(id: "rule-\($0)", title: "T", level: .low, tags: [], source: source, loadedAt: 1)
            })
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(0, rule: "rule-0", level: .critical)))
        for serial in 1...20 {
            writer.submit(.insert(sampleAlert(UInt64(serial), rule: "rule-\(serial)", level: .low)))
        }
        writer.close()
        return folder
    }

    @Test("the texts of rules that no alert refers to any more go before an alert that matters") func textsOfRulesGo()
        throws
    {
        let folder = try storeWithLongRules()
        #expect(try size(folder.store) < 2_500_000, "a text is there once")
        var settings = quickSettings()
        settings.retention.maximumBytes = 1 << 20
        let writer = try AlertWriter(path: folder.store, settings: settings)
        writer.applyRetention()
        #expect(writer.counters.removedByLevel.keys.sorted() == [.low])
        writer.close()
        #expect(try AlertReader(path: folder.store).query().first?.id == 1)
        #expect(try size(folder.store) <= 1 << 20)
        // Texts that nothing refers to go alone.
        let queue = try DatabaseQueue(path: folder.store)
        try queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO rule(id, title, level, tags, source, loaded_at) \
                    VALUES('left', 'T', 'low', '', hex(zeroblob(1000000)), 1)
                    """)
        }
        let before = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM alert") }
        try queue.close()
        let second = try AlertWriter(path: folder.store, settings: settings)
        second.applyRetention()
        second.close()
        #expect(try AlertReader(path: folder.store).query().count == before)
        #expect(try size(folder.store) <= 1 << 20)
    }

    /// An inventory of a megabyte in a store that may have one: half of it is room for alerts, and the one that matters stays.
    @Test("the inventory takes no room from an open critical alert, and the log says that the store is too large")
    func anInventoryStays() throws {
        let folder = try store([.critical] + [AlertLevel](repeating: .low, count: 100), frame: 10_000)
        let queue = try DatabaseQueue(path: folder.store)
        try queue.write { database in
            for number in 1...100 {
                try database.execute(
                    sql: "INSERT INTO inventory VALUES('topic', ?, 1, 1, 1, hex(zeroblob(5000)))",
                    arguments: ["\(number)"])
            }
        }
        try queue.close()
        var settings = quickSettings()
        settings.retention.maximumBytes = 1 << 20
        let notices = Notices()
        let writer = try AlertWriter(path: folder.store, settings: settings) { notices.add($0) }
        writer.applyRetention()
        writer.applyRetention()
        writer.close()
        let rows = try AlertReader(path: folder.store).query()
        #expect(rows.first?.alert.level == .critical)
        #expect(rows.count > 10 && rows.count < 50, "\(rows.count)")
        #expect(notices.all.count { $0.text.contains("stays larger than the 1.0 MiB") } == 1, "\(notices.all)")
    }

    @Test("that open high and critical alerts had to go is said") func openOnesAreSaid() throws {
        let folder = try store([AlertLevel](repeating: .high, count: 100), frame: 20_000)
        var settings = quickSettings()
        settings.retention.maximumBytes = 1 << 20
        let notices = Notices()
        let writer = try AlertWriter(path: folder.store, settings: settings) { notices.add($0) }
        writer.applyRetention()
        let removed = writer.counters.removedBySize
        writer.close()
        #expect(removed > 0)
        #expect(notices.all.contains { $0.text.hasPrefix("\(removed) of them were open, and high or critical") })
    }

    /// Each batch is found by an index that holds just the rows of its class, in their order: it ends at the limit.
    @Test("no batch looks at all alerts", arguments: StoreRetention.Class.allCases)
    func noFullScan(group: StoreRetention.Class) throws {
        let folder = try store([.low])
        let queue = try DatabaseQueue(path: folder.store)
        let plan = try queue.read { database in
            let sql = "EXPLAIN QUERY PLAN " + StoreRetention.oldestQuery(group)
            return try Row.fetchAll(database, sql: sql, arguments: [5]).map { $0["detail"] as String }
        }
        #expect(plan == ["SCAN alert USING INDEX alert_of_\(group)_level"], "\(plan)")
    }
}
