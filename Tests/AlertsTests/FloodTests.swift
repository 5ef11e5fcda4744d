import Alerts
import Foundation
import GRDB
import Testing

/// Rows are collected before they are written.
@Suite struct FloodTests {
    private func changes(_ writer: AlertWriter) -> Int { writer.counters.committed }

    @Test("a new alert is committed within a tenth of a second, though repetitions may wait for a second")
    func newAlertsAreNotHeldUp() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(1)))
        #expect(eventually { changes(writer) == 1 })
        let start = ContinuousClock.now
        writer.submit(.repeated(serial: 1, lastSeen: 1_700_000_000_000_001, count: 2))
        writer.submit(.insert(sampleAlert(2)))
        #expect(eventually { changes(writer) == 3 })
        #expect(ContinuousClock.now - start < .milliseconds(600), "with the new one the repetition is written")
        writer.close()
    }

    @Test("repetitions of a row within a second are written as one") func repetitionsAreMerged() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(1)))
        #expect(eventually { changes(writer) == 1 })
        let start = ContinuousClock.now
        var count: Int64 = 1
        while ContinuousClock.now - start < .milliseconds(700) {
            count += 1
            writer.submit(.repeated(serial: 1, lastSeen: 1_700_000_000_000_000 + count, count: count))
            pause(0.01)
        }
        // A machine that is busy may have let the second pass.
        if ContinuousClock.now - start < .milliseconds(950) { #expect(changes(writer) == 1, "nothing written yet") }
        #expect(eventually { writer.waiting == 0 })
        #expect(changes(writer) <= 3)
        let waited = ContinuousClock.now - start
        #expect(waited > .milliseconds(900) && waited < .seconds(5))
        #expect(try AlertReader(path: folder.store).alert(1)?.stored.alert.count == count)
        writer.submit(.repeated(serial: 1, lastSeen: 1_700_000_000_000_001, count: count + 1))
        let asked = ContinuousClock.now
        #expect(writer.flush())
        #expect(ContinuousClock.now - asked < .milliseconds(500), "flush waits for no window")
        writer.submit(.repeated(serial: 1, lastSeen: 1_700_000_000_000_001, count: count + 2))
        writer.close()
        #expect(try AlertReader(path: folder.store).alert(1)?.stored.alert.count == count + 2)
    }

    @Test("what makes a row worse is as urgent as a new one") func aRiseIsUrgent() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(1)))
        #expect(eventually { changes(writer) == 1 })
        let start = ContinuousClock.now
        writer.submit(.repeated(serial: 1, lastSeen: 1_700_000_000_000_001, count: 2))
        writer.submit(
            .repeated(serial: 1, lastSeen: 1_700_000_000_000_002, count: 3, rise: sampleAlert(1, level: .critical)))
        #expect(eventually { writer.waiting == 0 })
        #expect(ContinuousClock.now - start < .milliseconds(600))
        #expect(try AlertReader(path: folder.store).alert(1)?.stored.alert.level == .critical)
        writer.close()
    }
}
