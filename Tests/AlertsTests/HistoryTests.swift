import Alerts
import Foundation
import Testing

/// What the two ends of an alert did, as the store keeps it.
@Suite struct HistoryTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func history(_ topic: String) -> [HistoryEntry] {
        [
            HistoryEntry(time: 1, frameNumber: 7, isFromClient: true, type: "CONNECT", text: "plc-1"),
            HistoryEntry(time: 2, frameNumber: 9, isFromClient: false, type: "PUBLISH", text: topic),
        ]
    }

    private func alert(_ topic: String, count: Int64 = 1, level: AlertLevel = .medium) -> Alert {
        var alert = sampleAlert(1, level: level)
        alert.history = history(topic)
        alert.count = count
        return alert
    }

    private func kept() throws -> [HistoryEntry]? {
        try AlertReader(path: folder.store).alert(1)?.stored.alert.history
    }

    /// A row that becomes worse shows what led to that; other repetitions change nothing.
    @Test("A row that becomes worse") func aRowThatBecomesWorse() throws {
        let writer = try AlertWriter(path: folder.store)
        defer { writer.close() }
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(alert("a")))
        writer.flush()
        #expect(try kept() == history("a"))
        writer.submit(.repeated(serial: 1, lastSeen: 1_700_000_000_000_001, count: 2))
        writer.flush()
        #expect(try kept() == history("a"))
        let worse = alert("b", level: .high)
        writer.submit(.repeated(serial: 1, lastSeen: 1_700_000_000_000_002, count: 3, rise: worse))
        writer.flush()
        #expect(try kept() == history("b"))
    }

    /// Both before the first commit: they are one write.
    @Test("Worse at once") func worseAtOnce() throws {
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(alert("a")))
        writer.submit(
            .repeated(serial: 1, lastSeen: 1_700_000_000_000_002, count: 2, rise: alert("b", level: .high)))
        writer.close()
        #expect(try kept() == history("b"))
    }

    /// The same capture, grown: the row that is there takes up what the longer one knows.
    @Test("A capture that has grown") func aCaptureThatHasGrown() throws {
        let writer = try AlertWriter(path: folder.store)
        defer { writer.close() }
        var runs: [Int64] = []
        for (digest, topic, count) in [("short", "a", Int64(1)), ("long", "b", 5)] {
            guard case .started(let run?) = try writer.beginRun(sampleRun(digest)) else { continue }
            runs.append(run)
            writer.submit(.insert(alert(topic, count: count)))
            writer.endRun(finished())
        }
        try #require(runs.count == 2)
        #expect(try writer.mergeRepeated(of: [runs[0]], in: runs[1]) == 1)
        #expect(try kept() == history("b"))
    }
}
