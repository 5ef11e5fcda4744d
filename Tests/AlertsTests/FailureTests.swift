import Alerts
import Foundation
import GRDB
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct FailureTests {
    @Test("alerts wait in memory while another process locks the database") func alertsWaitWhileTheDatabaseIsLocked()
        throws
    {
        let folder = try TemporaryFolder()
        let notices = Notices()
        let writer = try AlertWriter(path: folder.store, settings: quickSettings()) { notices.add($0) }
        _ = try writer.beginRun(sampleRun())
        let locker = try Locker(folder.store)
        for serial in 1...200 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
        #expect(!writer.flush())
        #expect(writer.waiting == 200)
        #expect(notices.count(.warning) == 1, "said once, not at each attempt")
        writer.submit(.repeated(serial: 5, lastSeen: 1_700_000_000_000_001, count: 2))
        try locker.release()
        #expect(eventually { writer.waiting == 0 })
        #expect(notices.count(.info) == 1)
        writer.close()
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.query().map(\.alert.serial) == Array(1...200))
        #expect(try reader.alert(5)?.stored.alert.count == 2)
        #expect(writer.counters.lost == 0)
        #expect(notices.count(.error) == 0)
    }

    @Test("when the queue is full, the oldest alerts go to the spill file and come back later")
    func theOldestAreSpilledAndTakenInAgain() throws {
        let folder = try TemporaryFolder()
        var settings = quickSettings()
        settings.queueLimit = 100
        settings.batchSize = 30
        let writer = try AlertWriter(path: folder.store, settings: settings)
        writer.setRules([
            RuleRecord(id: "rule-1", title: "T", level: .low, tags: [], source: "text", loadedAt: 1)
        ])
        _ = try writer.beginRun(sampleRun())
        let locker = try Locker(folder.store)
        for serial in 1...1000 {
            writer.submit(.insert(sampleAlert(UInt64(serial), evidence: [sampleFrame(UInt64(serial))])))
            // A repetition whose alert may be in the spill file by now.
            if serial % 10 == 0 {
                writer.submit(
                    .repeated(
                        serial: UInt64(max(1, serial - 90)), lastSeen: 1_700_000_000_000_002, count: 7,
                        evidence: [sampleFrame(9999)]))
            }
        }
        #expect(writer.counters.spilled > 800)
        #expect(writer.counters.lost == 0)
        #expect(folder.exists("alerts.db.spill"))
        try locker.release()
        #expect(eventually { writer.waiting == 0 && !folder.exists("alerts.db.spill") })
        #expect(writer.counters.takenIn == writer.counters.spilled)
        writer.close()
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.query(limit: 2000).map(\.alert.serial) == Array(1...1000))
        let repeated = try reader.query(limit: 2000).filter { $0.alert.count == 7 }.map(\.alert.serial)
        #expect(repeated == [1] + stride(from: 10, through: 910, by: 10))
        let detail = try #require(try reader.alert(500))
        #expect(detail.stored.alert.evidence == [sampleFrame(500), sampleFrame(9999)])
        #expect(detail.rule?.source == "text")
    }

    @Test("alerts left in the spill file are stored by the next writer")
    func whatIsLeftAtTheEndIsTakenInByTheNextWriter() throws {
        let folder = try TemporaryFolder()
        let notices = Notices()
        let first = try AlertWriter(path: folder.store, settings: quickSettings()) { notices.add($0) }
        _ = try first.beginRun(sampleRun())
        let locker = try Locker(folder.store)
        for serial in 1...50 { first.submit(.insert(sampleAlert(UInt64(serial)))) }
        #expect(!first.endRun(finished()))
        first.close()
        #expect(folder.exists("alerts.db.spill"))
        #expect(first.counters.spilled == 50)
        #expect(notices.all.contains { $0.text.contains("next start") })
        try locker.release()
        let second = try AlertWriter(path: folder.store, settings: quickSettings())
        #expect(second.flush())
        #expect(!folder.exists("alerts.db.spill"))
        second.close()
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.count() == 50)
        #expect(try reader.latestRun()?.summary == finished())
    }

    @Test("a live run starts although the database is locked") func aLiveRunBeginsEvenWhileTheDatabaseIsLocked() throws
    {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store, settings: quickSettings())
        let locker = try Locker(folder.store)
        #expect(try writer.beginRun(sampleRun()) == .started(runID: nil))
        writer.submit(.insert(sampleAlert(1)))
        #expect(throws: StoreError.self) { try writer.beginRun(sampleRun("file")) }
        try locker.release()
        #expect(eventually { writer.waiting == 0 })
        #expect(writer.endRun(finished()))
        writer.close()
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.latestRun()?.summary.status == .finished)
        #expect(try reader.latestRun()?.alerts == 1)
    }

    @Test(
        "a full disk costs alerts, which are counted, and stops nothing",
        .needs(SmallDisk.isAllowed, "mounting is not permitted"))
    func aFullDatabaseStopsNothing() throws {
        let folder = try TemporaryFolder()
        var settings = quickSettings()
        settings.queueLimit = 200
        let notices = Notices()
        let disk = try #require(SmallDisk(folder.path + "/disk"))
        defer { disk.remove() }
        let writer = try AlertWriter(path: disk.path + "/a.db", settings: settings) { notices.add($0) }
        _ = try writer.beginRun(sampleRun())
        for serial in 1...200 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
        #expect(writer.flush())
        try disk.fill()
        for serial in 201...1000 {
            let frame = sampleFrame(1, bytes: [UInt8](repeating: 7, count: 1500))
            writer.submit(.insert(sampleAlert(UInt64(serial), evidence: [frame])))
        }
        #expect(!writer.flush())
        #expect(writer.counters.submitted == 1000)
        #expect(notices.count(.warning) >= 1)
        disk.free()
        #expect(eventually { writer.flush() })
        writer.close()
        let counters = writer.counters
        #expect(counters.lost > 0, "the spill file is on the same disk")
        #expect(notices.count(.error) >= 1)
        #expect(counters.committed + counters.lost == 1000)
        let reader = try AlertReader(path: disk.path + "/a.db")
        #expect(try reader.count() == counters.committed)
        #expect(try reader.last(1).first?.alert.serial == 1000, "the newest are kept")
    }

    /// Neither the database nor the spill file takes anything, and that takes no more than a little of the processor.
    @Test("when neither database nor spill file can be written, the newest alerts are kept")
    func whereNothingTakesAlertsTheNewestAreKept() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            var settings = quickSettings()
            settings.queueLimit = 1000
            let notices = Notices()
            let writer = try AlertWriter(path: folder.store, settings: settings) { notices.add($0) }
            _ = try writer.beginRun(sampleRun())
            try FileManager.default.createDirectory(
                atPath: folder.store + ".spill", withIntermediateDirectories: false)
            let locker = try Locker(folder.store)
            for serial in 1...700 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
            let before = clock()
            pause(1)
            #expect(Double(clock() - before) / Double(CLOCKS_PER_SEC) < 0.5)
            #expect(writer.counters.lost == 0 && writer.waiting == 700)
            for serial in 701...5000 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
            #expect(writer.counters.lost >= 4000)
            try locker.release()
            #expect(eventually { writer.flush() })
            writer.close()
            #expect(writer.counters.committed + writer.counters.lost == 5000)
            #expect(notices.count(.error) == 1, "said once")
            #expect(notices.count(.warning) <= 3, "\(notices.all)")
            let last = try AlertReader(path: folder.store).last(1)
            #expect(last.first?.alert.serial == 5000)
        }
    }

    @Test("a damaged spill file loses only the records that are damaged")
    func aTornTailAndDamageInTheMiddleCostOnlyWhatTheyHit() throws {
        let folder = try TemporaryFolder()
        try spill(folder, alerts: 20)
        let path = folder.path + "/alerts.db.spill"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let marks = bytes.indices.filter { bytes[$0...].starts(with: [0x1E, 0x45, 0x53, 0x01]) }
        #expect(marks.count == 21, "a run and twenty alerts")
        bytes[marks[5] + 30] ^= 1
        bytes.removeLast(7)
        bytes.append(contentsOf: [0x1E, 0x45])
        try bytes.write(to: URL(fileURLWithPath: path))
        let notices = Notices()
        let writer = try AlertWriter(path: folder.store) { notices.add($0) }
        #expect(writer.flush())
        writer.close()
        // Record 5 is the alert with serial 5: record 0 is the run.
        let serials = try AlertReader(path: folder.store).query().map(\.alert.serial)
        #expect(serials == (1...19).filter { $0 != 5 })
        #expect(writer.counters.damaged == 2)
        #expect(notices.count(.error) == 1)
    }

    @Test(
        "a spill file that is none is ignored",
        arguments: ["", "nonsense", "\u{1E}ES\u{1}\u{7F}\u{7F}\u{7F}\u{7F}abcdefgh"])
    func aSpillFileOfNonsenseIsPassedOver(content: String) throws {
        let folder = try TemporaryFolder()
        try Data(content.utf8).write(to: URL(fileURLWithPath: folder.path + "/alerts.db.spill"))
        let writer = try AlertWriter(path: folder.store)
        #expect(writer.flush())
        #expect(writer.counters.damaged == (content.isEmpty ? 0 : 1))
        #expect(!folder.exists("alerts.db.spill"))
        writer.close()
    }

    @Test("reading the same spill file twice stores each alert once") func takingInTheSameSpillFileTwiceDoublesNothing()
        throws
    {
        let folder = try TemporaryFolder()
        try spill(folder, alerts: 20)
        let path = folder.path + "/alerts.db.spill"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for _ in 1...2 {
            try bytes.write(to: URL(fileURLWithPath: path))
            let writer = try AlertWriter(path: folder.store)
            #expect(writer.flush())
            writer.close()
        }
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.count() == 20)
        #expect(try reader.alert(1)?.stored.alert.evidence.count == 1)
        #expect(try reader.runs().count == 1)
    }

    private func spill(_ folder: TemporaryFolder, alerts: Int) throws {
        let writer = try AlertWriter(path: folder.store, settings: quickSettings())
        let locker = try Locker(folder.store)
        _ = try writer.beginRun(sampleRun())
        for serial in 1...alerts {
            writer.submit(.insert(sampleAlert(UInt64(serial), evidence: [sampleFrame(UInt64(serial))])))
        }
        writer.close()
        try locker.release()
    }
}
