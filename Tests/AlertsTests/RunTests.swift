import Alerts
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct RunTests {
    private func replay(
        _ folder: TemporaryFolder, _ start: RunStart, alerts: Int, status: RunStatus?, again: Bool = false
    ) throws -> AlertWriter.Opening {
        let writer = try AlertWriter(path: folder.store)
        defer { writer.close() }
        let opening = try writer.beginRun(start, again: again)
        guard case .started = opening else { return opening }
        for serial in 0..<alerts {
            writer.submit(.insert(sampleAlert(UInt64(serial), evidence: [sampleFrame(UInt64(serial))])))
        }
        if let status { writer.endRun(finished(status)) }
        return opening
    }

    @Test("a capture that was read to its end is not read again", arguments: [RunStatus.finished, .damaged])
    func aCompleteRunIsNotRepeated(status: RunStatus) throws {
        let folder = try TemporaryFolder()
        #expect(try replay(folder, sampleRun("f"), alerts: 3, status: status) == .started(runID: 1))
        guard case .alreadyRecorded(let run) = try replay(folder, sampleRun("f"), alerts: 3, status: status) else {
            Issue.record("begun twice")
            return
        }
        #expect(run.id == 1 && run.alerts == 3)
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.count() == 3)
        // Other rules, another source, and by request.
        #expect(try replay(folder, sampleRun("f", rules: "r2"), alerts: 2, status: status) == .started(runID: 2))
        #expect(try replay(folder, sampleRun("g"), alerts: 1, status: status) == .started(runID: 3))
        #expect(try replay(folder, sampleRun("f"), alerts: 3, status: status, again: true) == .started(runID: 4))
        #expect(try reader.count() == 9)
    }

    @Test(
        "a run of a file that was interrupted is replaced by the next one", arguments: [RunStatus?.none, .interrupted])
    func anUnfinishedRunOfAFileIsReplaced(status: RunStatus?) throws {
        let folder = try TemporaryFolder()
        _ = try replay(folder, sampleRun("f"), alerts: 5, status: status)
        _ = try replay(folder, sampleRun("other"), alerts: 1, status: nil)
        #expect(try replay(folder, sampleRun("f"), alerts: 7, status: .finished) == .started(runID: 3))
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.count() == 8)
        #expect(try reader.runs().map(\.summary.status) == [.finished, .killed, .replaced])
        #expect(try reader.runs().map(\.alerts) == [7, 1, 0])
        #expect(try reader.alert(6)?.stored.runID == 2, "numbers are not used again")
    }

    @Test("live runs are neither replaced nor refused") func liveRunsAreNeverReplacedOrRefused() throws {
        let folder = try TemporaryFolder()
        _ = try replay(folder, sampleRun(), alerts: 2, status: nil)
        _ = try replay(folder, sampleRun(), alerts: 2, status: .finished)
        _ = try replay(folder, sampleRun(), alerts: 2, status: nil)
        #expect(try AlertReader(path: folder.store).count() == 6)
    }

    @Test("Several runs in one writer") func severalRunsInOneWriter() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        for name in ["a", "b", "a"] {
            guard case .started = try writer.beginRun(sampleRun(name)) else { continue }
            writer.submit(.insert(sampleAlert(1)))
            writer.updateRun(RunSummary(packets: 3))
            writer.updateRun(RunSummary(packets: 4))
            #expect(writer.endRun(finished()))
        }
        writer.close()
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.runs().map(\.start.source) == ["b", "a"])
        #expect(try reader.query().map(\.runID) == [1, 2])
    }

    /// The alerts of a killed run that only its spill file holds must not come back beside those of its repetition.
    @Test("alerts of a replaced run in the spill file are dropped")
    func whatTheSpillFileHoldsOfAReplacedRunIsPassedOver() throws {
        let folder = try TemporaryFolder()
        let first = try AlertWriter(path: folder.store, settings: quickSettings())
        _ = try first.beginRun(sampleRun("f"))
        let locker = try Locker(folder.store)
        for serial in 1...5 { first.submit(.insert(sampleAlert(UInt64(serial)))) }
        first.close()
        try locker.release()
        let spilled = try Data(contentsOf: URL(fileURLWithPath: folder.store + ".spill"))
        #expect(try replay(folder, sampleRun("f"), alerts: 5, status: .finished) == .started(runID: 2))
        try spilled.write(to: URL(fileURLWithPath: folder.store + ".spill"))
        let third = try AlertWriter(path: folder.store)
        #expect(third.flush())
        third.close()
        #expect(try AlertReader(path: folder.store).query().map(\.runID) == [2, 2, 2, 2, 2])
    }

    @Test("committed alerts survive SIGKILL") func whatWasCommittedSurvivesAKill() async throws {
        let path = NSTemporaryDirectory() + "earshot-kill-\(getpid()).db"
        setenv("EARSHOT_TEST_KILL", path, 1)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let path = ProcessInfo.processInfo.environment["EARSHOT_TEST_KILL"] ?? ""
            let writer = try AlertWriter(path: path)
            _ = try writer.beginRun(sampleRun("killed"))
            for serial in 1...2500 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
            let reader = try AlertReader(path: path)
            while try reader.count() < 2500 { usleep(1000) }
            kill(getpid(), SIGKILL)
        }
        defer {
            for suffix in ["", "-wal", "-shm", ".lock"] { unlink(path + suffix) }
        }
        let reader = try AlertReader(path: path)
        #expect(try reader.count() == 2500)
        #expect(try reader.latestRun()?.summary.status == .running)
        // The lock of the dead process is free; its run is replaced.
        let writer = try AlertWriter(path: path)
        #expect(try writer.beginRun(sampleRun("killed")) == .started(runID: 2))
        writer.close()
        #expect(try reader.count() == 0)
    }
}
