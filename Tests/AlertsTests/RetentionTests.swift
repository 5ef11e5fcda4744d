import Alerts
import Foundation
import GRDB
import Testing

@Suite struct RetentionTests {
    private func settings(_ change: (inout AlertWriterSettings.Retention) -> Void) -> AlertWriterSettings {
        var settings = quickSettings()
        settings.retention.intervalSeconds = 0.05
        settings.retention.batchSize = 50
        change(&settings.retention)
        return settings
    }

    @Test("retention by age counts from the last change of an alert") func byAgeOfTheLastChange() throws {
        let folder = try TemporaryFolder()
        let first = try AlertWriter(path: folder.store)
        first.setRules([RuleRecord(id: "rule-1", title: "T", level: .low, tags: [], source: "x", loadedAt: 1)])
        _ = try first.beginRun(sampleRun())
        for serial in 1...300 {
            first.submit(.insert(sampleAlert(UInt64(serial), evidence: [sampleFrame(UInt64(serial))])))
        }
        first.endRun(finished())
        first.close()
        let other = try DatabaseQueue(path: folder.store)
        try other.write { try $0.execute(sql: "UPDATE alert SET stored_at = stored_at - 3600000000 WHERE id <= 260") }
        try other.close()

        let writer = try AlertWriter(path: folder.store, settings: settings { $0.maximumAgeSeconds = 600 })
        #expect(eventually { writer.counters.removedByAge == 260 })
        writer.close()
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.count() == 40)
        #expect(try reader.query().first?.id == 261)
        #expect(try reader.alert(261)?.rule?.source == "x", "a rule that is referred to stays")
        let kept = try DatabaseQueue(path: folder.store)
        #expect(try kept.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM evidence") } == 40)
    }

    /// Capture time does not count: the alerts of a capture from 2023 are not old when they are stored. One that was stored
    /// long ago goes, which shows that the other was looked at.
    @Test("retention by age goes by the time of storing, not by capture time") func anOldCaptureIsNotOld() throws {
        let folder = try TemporaryFolder()
        let first = try AlertWriter(path: folder.store)
        _ = try first.beginRun(sampleRun("old"))
        for serial in 1...2 { first.submit(.insert(sampleAlert(UInt64(serial), seen: 0))) }
        first.close()
        let other = try DatabaseQueue(path: folder.store)
        try other.write { try $0.execute(sql: "UPDATE alert SET stored_at = stored_at - 3600000000 WHERE id = 2") }
        try other.close()

        let writer = try AlertWriter(path: folder.store, settings: settings { $0.maximumAgeSeconds = 600 })
        #expect(eventually { writer.counters.removedByAge == 1 })
        writer.close()
        #expect(try AlertReader(path: folder.store).query().map(\.id) == [1])
    }

    @Test("retention by size removes the oldest alerts, and the file shrinks")
    func bySizeTheOldestFirstAndTheFileShrinks() throws {
        let folder = try TemporaryFolder()
        func size() throws -> Int {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.store)
            return (attributes[.size] as? NSNumber)?.intValue ?? 0
        }
        let first = try AlertWriter(path: folder.store)
        _ = try first.beginRun(sampleRun())
        for serial in 1...1000 {
            let frame = sampleFrame(1, bytes: [UInt8](repeating: 9, count: 1400))
            first.submit(.insert(sampleAlert(UInt64(serial), evidence: [frame])))
        }
        // The first one is still going on: it changed last.
        first.flush()
        first.submit(.repeated(serial: 1, lastSeen: 1_700_000_000_000_001, count: 2))
        first.close()
        let before = try size()
        let limit = 600_000
        #expect(before > 2 * limit)
        let writer = try AlertWriter(path: folder.store, settings: settings { $0.maximumBytes = Int64(limit) })
        #expect(eventually { writer.counters.removedBySize > 0 })
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(5000)))
        writer.close()
        #expect(try size() <= limit + 65_536)
        let rows = try AlertReader(path: folder.store).query()
        #expect(rows.count > 100)
        #expect(rows.first?.id == 1)
        #expect(rows.last?.alert.serial == 5000)
        #expect(writer.counters.removedBySize + rows.count == 1001)
    }
}
