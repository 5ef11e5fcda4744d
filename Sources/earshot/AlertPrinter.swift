import Alerts
import Foundation

/// Prints alerts as they are raised, for `run` and `replay`.
///
/// A thread of its own writes, so that a terminal that is stopped or a slow pipe keeps nobody from capturing. What waits
/// is bounded; lines that find no room are left out and counted, and said at the end: the store has them all.
final class AlertPrinter: Sendable {
    /// Lines that may wait.
    private static let limit = 10_000
    /// How long `end` waits for whoever reads, in seconds.
    private static let patience = 2.0

    // Guarded by the condition.
    private struct State {
        var lines: [String] = []
        var leftOut = 0
        var isEnding = false
        var isDone = false
    }

    private let condition = NSCondition()
    nonisolated(unsafe) private var state = State()
    private let output: any AlertOutput
    private let isQuiet: Bool

    init(quiet: Bool) {
        isQuiet = quiet
        output = Terminal.alertOutput(.current)
        guard !quiet else { return }
        let thread = Thread { self.write() }
        thread.name = "earshot.print"
        thread.start()
    }

    /// Prints a new alert, and one that has become worse; any other repetition only counts.
    func observe(_ change: AlertChange) {
        guard !isQuiet else { return }
        let alert: Alert
        switch change {
        case .insert(let new): alert = new
        case .repeated(_, _, _, _, _, _, _, let rise?): alert = rise
        case .repeated: return
        }
        let line = output.line(StoredAlert(id: 0, revision: 0, runID: 0, sensor: "", alert: alert))
        condition.withLock {
            if state.lines.count < Self.limit { state.lines.append(line) } else { state.leftOut += 1 }
            condition.signal()
        }
    }

    /// Prints what waits, and says what was left out.
    ///
    /// Gives up on a reader who does not read.
    func end() {
        guard !isQuiet else { return }
        let leftOut = condition.withLock {
            state.isEnding = true
            condition.signal()
            let deadline = Date(timeIntervalSinceNow: Self.patience)
            while !state.isDone, condition.wait(until: deadline) {}
            return state.leftOut + (state.isDone ? 0 : state.lines.count)
        }
        if leftOut > 0 { Terminal.log("\(plural(leftOut, "alert")) not printed: standard output took no more") }
    }

    private func write() {
        var output = Output()
        while let lines = next() {
            for line in lines { output.line(line) }
            output.flush()
        }
        condition.withLock {
            state.isDone = true
            condition.broadcast()
        }
    }

    /// Waits for lines; `nil` at the end.
    private func next() -> [String]? {
        condition.withLock {
            while state.lines.isEmpty, !state.isEnding { condition.wait() }
            guard !state.lines.isEmpty else { return nil }
            defer { state.lines = [] }
            return state.lines
        }
    }
}
