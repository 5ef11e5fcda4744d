import Foundation
import GRDB
import Synchronization

/// Looks whether a store is whole: quickly when it is opened, and wholly beside the writer where there is reason to doubt.
///
/// A quick look (PRAGMA quick_check) reads every page, about a third of a second for 100 MB that are in memory. It gets one
/// second at most, so that a start waits no longer, however large the store is. What it did not come to, and a store
/// whose writer did not end in order, is looked through with all indices (PRAGMA integrity_check) on a thread of its own.
final class StoreExaminer: Sendable {
    private struct State {
        var database: DatabaseQueue?
        var isRunning = false
        var isStopped = false
        /// Whether a look was begun and has not come to its end with the word that all is well.
        var isUnfinished = false
    }

    private static let startSeconds = 1.0
    private static let endSeconds = 2.0

    private let path: String
    private let found: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// An examiner of the store at `path`, which calls `found` on its own thread with what is wrong.
    init(path: String, found: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.found = found
    }

    /// Has a quick look at a store that is being opened.
    ///
    /// - Returns: whether it came to its end.
    /// - Throws: `StoreError` of the code `damaged` where it found something.
    static func quickLook(_ queue: DatabaseQueue, path: String) throws -> Bool {
        let alarm = Alarm()
        DispatchQueue.global().asyncAfter(deadline: .now() + startSeconds) { alarm.ring(queue) }
        defer { alarm.turnOff() }
        do {
            try check(queue, "quick_check", path)
            return true
        } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_INTERRUPT {
            return false
        }
    }

    /// Begins to look through the store, unless it does so already.
    func begin() {
        let isNew = state.withLock { state in
            guard !state.isRunning, !state.isStopped else { return false }
            (state.isRunning, state.isUnfinished) = (true, true)
            return true
        }
        guard isNew else { return }
        let thread = Thread { [self] in examine() }
        thread.name = "earshot.check"
        thread.start()
    }

    /// Ends it; waits a little for one that is about to come to its end.
    ///
    /// - Returns: whether everything that was to be looked at was, and is whole.
    func end() -> Bool {
        let limit = Date(timeIntervalSinceNow: Self.endSeconds)
        while state.withLock({ $0.isRunning }), Date() < limit { Thread.sleep(forTimeInterval: 0.01) }
        while state.withLock({ state in
            state.isStopped = true
            state.database?.interrupt()
            return state.isRunning
        }) { Thread.sleep(forTimeInterval: 0.01) }
        return state.withLock { !$0.isUnfinished }
    }

    private func examine() {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "earshot.check"
        var finding: String?
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            defer { state.withLock { $0.database = nil } }
            if state.withLock({ state in
                state.database = database
                return !state.isStopped
            }) {
                try Self.check(database, "integrity_check", path)
                state.withLock { $0.isUnfinished = false }
            }
        } catch  where DamagedStore.isDamage(error) {
            finding = StoreWorker.reason(error)
        } catch {
            // It was interrupted, or cannot be opened beside the writer now: the mark of an unclean end stays.
        }
        state.withLock { $0.isRunning = false }
        if let finding { found(finding) }
    }

    private static func check(_ queue: DatabaseQueue, _ pragma: String, _ path: String) throws {
        let findings = try queue.read { try String.fetchAll($0, sql: "PRAGMA \(pragma)(1)") }
        // The first line names the database, which is the file.
        guard let first = findings.first(where: { $0 != "ok" }) else { return }
        let detail = first.split(separator: "\n").filter { !$0.hasPrefix("***") }.joined(separator: " ")
        throw StoreError(code: .damaged, path: path, detail: detail)
    }
}

/// Interrupts what a connection does, unless that has ended.
private final class Alarm: Sendable {
    private let isSet = Mutex(true)

    func ring(_ queue: DatabaseQueue) {
        isSet.withLock { if $0 { queue.interrupt() } }
    }

    func turnOff() { isSet.withLock { $0 = false } }
}
