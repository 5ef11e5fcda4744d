import Alerts
import Foundation
import Synchronization
import Testing

@testable import Sensor

/// Signs of life, which depend on capture and writer both.
@Suite struct WatchdogTests {
    /// What a watchdog told, and a writer as the test wants it.
    private final class Scene: Sendable {
        private struct State {
            var signs = 0
            var lines: [String] = []
            var writer = Watchdog.WriterState(isBusy: false, steps: 0)
        }

        private let state = Mutex(State())

        var signs: Int { state.withLock { $0.signs } }
        var lines: [String] { state.withLock { $0.lines } }

        func write(_ change: (inout Watchdog.WriterState) -> Void) { state.withLock { change(&$0.writer) } }

        func watch(_ writer: (@Sendable () -> Watchdog.WriterState)? = nil) -> Watchdog {
            Watchdog(
                patienceSeconds: 0.4, intervalSeconds: 0.02,
                writer: writer ?? { self.state.withLock { $0.writer } },
                alive: { self.state.withLock { $0.signs += 1 } },
                log: { line in self.state.withLock { $0.lines.append(line) } })
        }

        func waitFor(_ seconds: Double = 10, _ condition: () -> Bool) -> Bool {
            let end = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < end {
                if condition() { return true }
                usleep(5000)
            }
            return false
        }

        /// Signs that come while a part moves, for more than three times the patience.
        func moves(_ step: () -> Void) -> Int {
            let before = signs
            let end = ContinuousClock.now + .milliseconds(1300)
            while ContinuousClock.now < end {
                step()
                usleep(5000)
            }
            return signs - before
        }
    }

    @Test("a capture that moves and a writer that waits are alive; a capture that stands still is told once")
    func capture() {
        let scene = Scene()
        let watchdog = scene.watch()
        defer { watchdog.end() }
        #expect(scene.moves { watchdog.noteCapture() } > 5)
        #expect(scene.lines.isEmpty, "\(scene.lines)")
        #expect(scene.waitFor { !scene.lines.isEmpty })
        #expect(scene.lines == ["the capture has not moved for 0 s; no more signs of life are given"])
        let before = scene.signs
        usleep(300_000)
        #expect(scene.signs == before && scene.lines.count == 1)
        watchdog.noteCapture()
        #expect(scene.waitFor { scene.signs > before && scene.lines.count == 2 })
        #expect(scene.lines.last == "all moves again; signs of life go on")
        // At its end it has a right to stand still.
        watchdog.noteEndOfCapture()
        #expect(scene.moves {} > 5)
    }

    @Test("a writer at work is alive as long as it makes steps")
    func writer() {
        let scene = Scene()
        let watchdog = scene.watch()
        defer { watchdog.end() }
        let signs = scene.moves {
            watchdog.noteCapture()
            scene.write {
                $0.isBusy = true
                $0.steps += 1
            }
        }
        #expect(signs > 5 && scene.lines.isEmpty, "\(scene.lines)")
        let stopped = scene.waitFor {
            watchdog.noteCapture()
            return !scene.lines.isEmpty
        }
        #expect(stopped && scene.lines.first?.hasPrefix("the writer of the alert store has not moved") == true)
        let before = scene.signs
        scene.write { $0.isBusy = false }
        #expect(
            scene.waitFor {
                watchdog.noteCapture()
                return scene.signs > before
            })
    }

    /// Told by the writer of the store itself, whose thread is held in what it has to tell.
    @Test("a writer that is blocked is noticed, and one whose store takes nothing is not taken for one")
    func blockedWriter() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-watch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.db").path
        let mayGoOn = DispatchSemaphore(value: 0)
        let isHeld = Atomic<Bool>(false)
        var settings = AlertWriterSettings()
        settings.retrySeconds = 0.05
        settings.busyTimeoutSeconds = 0.01
        let writer = try AlertWriter(path: path, settings: settings) { notice in
            guard notice.text.contains("takes nothing now") else { return }
            isHeld.store(true, ordering: .relaxed)
            mayGoOn.wait()
        }
        _ = try writer.beginRun(
            RunStart(sensor: "s", started: 1, source: "lo", sourceDigest: nil, version: "1", rulesDigest: "d"))
        let lock = try run("/usr/bin/python3", ["-c", Self.holdingALock, path])
        defer { lock.terminate() }
        let scene = Scene()
        let watchdog = scene.watch {
            let progress = writer.progress
            return Watchdog.WriterState(isBusy: progress.isBusy, steps: progress.steps)
        }
        defer { watchdog.end() }
        writer.updateRun(
            RunSummary(
                status: .running, ended: nil, packets: 1, bytes: 1, droppedKernel: 0, droppedInterface: 0, flows: 0,
                messages: 0, stats: "{}"))
        let isTold = scene.waitFor(20) {
            watchdog.noteCapture()
            return !scene.lines.isEmpty
        }
        #expect(isTold && isHeld.load(ordering: .relaxed))
        #expect(scene.lines.first?.hasPrefix("the writer of the alert store") == true, "\(scene.lines)")
        let before = scene.signs
        mayGoOn.signal()
        // The lock is still held: the store takes nothing, and the writer tries and waits.
        #expect(
            scene.waitFor {
                watchdog.noteCapture()
                return scene.signs > before + 20
            })
        lock.terminate()
        writer.close()
    }

    private static let holdingALock = """
        import sqlite3, sys, time
        store = sqlite3.connect(sys.argv[1], isolation_level=None)
        store.execute('BEGIN IMMEDIATE')
        print('held', flush=True)
        time.sleep(60)
        """

    /// Starts a program and waits until it says something.
    private func run(_ command: String, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        _ = try output.fileHandleForReading.read(upToCount: 1)
        return process
    }
}
