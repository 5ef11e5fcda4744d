import Foundation
import GRDB
import Inventory

/// The one writer of a store.
///
/// Alerts handed to `submit` are committed by a thread of its own, in batches.
///
/// What was committed survives the death of the process (`kill -9`); what had waited for less than the batch delay does
/// not. While the database takes nothing (a full disk, another program's lock) alerts wait in a bounded queue; when half
/// of it is taken the oldest go to `NAME.spill` beside the store, and are taken in again at the next success or by the
/// next writer; what neither takes is counted as lost and said. Nothing stops, and order is kept.
///
/// A second writer of the same store is refused (a lock on `NAME.lock`). All methods may be called from any thread.
public final class AlertWriter: Sendable {
    /// The file.
    public let path: String

    private let queue: WriteQueue
    private let connection: StoreConnection
    private let lock: StoreLock
    private let examiner: StoreExaminer
    private let inherited: [RunHandle]
    private let settings: AlertWriterSettings
    private let notice: @Sendable (StoreNotice) -> Void

    /// Opens the store, makes it where it is missing, brings it up to the newest schema.
    ///
    /// - Parameters:
    ///   - path: the path of the store.
    ///   - settings: its limits and times.
    ///   - notice: called with lines for the log, from the writer's thread mostly; must not call the writer.
    /// - Throws: `StoreError` where the file cannot be made or written, or is not a store.
    public init(
        path: String, settings: AlertWriterSettings = AlertWriterSettings(),
        notice: @escaping @Sendable (StoreNotice) -> Void = { _ in }
    ) throws(StoreError) {
        let path = StoreFile.absolute(path)
        try StoreFile.checkPlace(path)
        // Only who holds the lock makes, moves or removes anything.
        let lock = try StoreLock(store: path)
        let isNew = FileStatus(path) == nil
        do throws(StoreError) {
            let queue = WriteQueue(path: path, settings: settings)
            let examiner = StoreExaminer(path: path) { queue.report(damage: $0) }
            let connection = try Self.connect(path, settings, examiner, notice)
            var spill: SpillFile
            do throws(StoreError) {
                spill = try SpillFile(path: path + ".spill", limit: settings.spillLimitBytes)
            } catch {
                Self.close(connection, examiner)
                throw error
            }
            self.queue = queue
            self.examiner = examiner
            self.connection = connection
            inherited = spill.inherited
            spill.inherited = []
            self.lock = lock
            self.path = path
            self.settings = settings
            self.notice = notice
            start(spill)
        } catch {
            if isNew { StoreFile.discard(path) }
            lock.release()
            throw error
        }
    }

    /// Hands a store that root made, where there is one, over to a user and to the group of `access`.
    ///
    /// To be done before the process becomes that user and shuts itself in: then owners and modes stay as they are.
    ///
    /// - Parameters:
    ///   - path: the path of the store.
    ///   - owner: the number of the user; `nil` where the owner stays.
    ///   - access: who may read it.
    /// - Throws: `StoreError` where the system does not let it.
    public static func handOver(_ path: String, to owner: UInt32?, access: StoreAccess) throws(StoreError) {
        try StoreFile.handOver(StoreFile.absolute(path), to: owner, access)
    }

    private static func connect(
        _ path: String, _ settings: AlertWriterSettings, _ examiner: StoreExaminer,
        _ notice: @escaping @Sendable (StoreNotice) -> Void
    ) throws(StoreError) -> StoreConnection {
        do {
            return try StoreConnection(path: path, outlivesItsName: false) { left in
                guard let hold = left.hold else { return }
                let moved = MovedStore(path: path, database: left.database, hold: hold, access: settings.access)
                let text = moved.leave()
                notice(StoreNotice(severity: .error, text: "\(text) Alerts go to a new file at \(path) from now on."))
            } open: {
                try StoreFile.openOrRenew(path, settings, doubt: examiner.begin, notice)
            }
        } catch {
            throw StoreError(error, path: path, fallback: .cannotWrite)
        }
    }

    private func start(_ spill: SpillFile) {
        let (path, queue, connection, lock, examiner, notice) = (path, queue, connection, lock, examiner, notice)
        let thread = Thread {
            var worker = StoreWorker(queue: queue, connection: connection, spill: spill, notice: notice)
            worker.noteDamage()
            worker.noteWaiting()
            worker.run()
            Self.close(connection, examiner)
            if let reason = queue.takeDamage() {
                let error = StoreError(code: .damaged, path: path, detail: reason)
                notice(StoreNotice(severity: .error, text: error.description))
            }
            lock.release()
            queue.markDead()
        }
        thread.name = "earshot.store"
        thread.start()
    }

    /// The last connection to close folds the log into the database; a failure leaves it for the next one.
    ///
    /// A store that is not known to be whole keeps the mark by which the next writer looks through it.
    private static func close(_ connection: StoreConnection, _ examiner: StoreExaminer) {
        let isKnown = examiner.end()
        try? connection.close { isKnown ? try StoreMark.remove($0) : try StoreMark.keepLog($0) }
    }

    /// Hands over a change of the current run.
    ///
    /// Waits only for room in a full queue, and not for long.
    public func submit(_ change: AlertChange) { queue.submit(change) }

    /// Whether changes of the inventory would be taken now.
    public var hasRoomForInventory: Bool { queue.locked { !$0.isFull && !$0.hasInventory } }

    /// Hands over what changed in the inventory during the current run; never waits.
    ///
    /// - Parameters:
    ///   - changes: the records that changed, wholly.
    ///   - follows: whether they are taken although earlier changes still wait.
    /// - Returns: false where they are not taken: then they are to come again later.
    public func submit(_ changes: InventoryChanges, follows: Bool = false) -> Bool {
        queue.submit(changes, follows: follows)
    }

    /// Tells the rules that are loaded from now on.
    ///
    /// The text of one is stored when it first fires.
    public func setRules(_ rules: [RuleRecord]) {
        let byID = Dictionary(rules.map { ($0.id, $0) }) { $1 }
        queue.locked { $0.rules = byID }
    }

    /// What was done so far.
    public var counters: AlertWriterCounters { queue.locked { $0.counters } }

    /// How many changes wait in memory.
    public var waiting: Int { queue.locked { $0.count } }

    /// Whether the writer's thread has something in hand, and how many steps it has done so far.
    ///
    /// One that is at work and whose number stays for long hangs: in a file system that does not answer, for instance.
    public var progress: (isBusy: Bool, steps: Int) { queue.locked { ($0.isWorking, $0.steps) } }

    /// Tries to commit everything that was submitted, now.
    ///
    /// True when all of it is in the database.
    @discardableResult
    public func flush() -> Bool { queue.flush() }

    /// Applies retention now, wholly; returns when it is done.
    public func applyRetention() {
        guard settings.retention.maximumAgeSeconds != nil || settings.retention.maximumBytes != nil else { return }
        queue.keepHouse()
    }

    /// Commits what it can, puts the rest into the spill file, and closes the store.
    ///
    /// Later calls do nothing.
    public func close() { queue.close() }

    deinit { queue.askToClose() }

    /// Runs a transaction beside those of the writer's thread; what SQLite says becomes a `StoreError`.
    func write<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        do {
            return try connection.current().database.write(body)
        } catch {
            throw StoreError(error, path: path, fallback: .cannotWrite)
        }
    }
}

extension AlertWriter {
    /// What became of `beginRun`.
    public enum Opening: Hashable, Sendable {
        /// The run began; its number, or `nil` while the database does not take it.
        case started(runID: Int64?)
        /// A complete run of the same source and rules is in the store: its alerts would double.
        case alreadyRecorded(RunRecord)
    }

    /// Whether the store holds a complete run of the same source and rules, whose alerts `beginRun` would not double.
    public func isRecorded(_ start: RunStart) throws(StoreError) -> Bool {
        flush()
        do {
            return try connection.current().database.read { database in
                try StoreRuns.complete(start, database) != nil
            }
        } catch { throw StoreError(error, path: path, fallback: .cannotWrite) }
    }

    /// The runs of captures that tell what they read.
    public func recordedContents() throws(StoreError) -> [RecordedContent] {
        flush()
        do {
            return try connection.current().database.read { try StoreRuns.contents($0) }
        } catch { throw StoreError(error, path: path, fallback: .cannotWrite) }
    }

    /// Makes one row of those that a run, which has ended, and earlier ones of the same capture have: of the same rule, of
    /// the same time, about the same, of the same frame.
    ///
    /// The earliest stays, and is brought up to what the later ones know. What only one of them has stays.
    ///
    /// - Parameters:
    ///   - runs: earlier runs of the same capture.
    ///   - near: earlier runs of other captures that may have some of its frames, under other numbers.
    ///   - run: the run that has ended.
    /// - Returns: how many rows went.
    /// - Throws: `StoreError` where the store does not take it.
    @discardableResult
    public func mergeRepeated(
        of runs: [Int64], near: [Int64] = [], in run: Int64
    ) throws(StoreError) -> Int {
        flush()
        return try write { database in
            try RepeatedRows.merge(
                RepeatedRows.Runs(latest: run, alike: Set(runs), near: Set(near)), now: StoreWorker.microsecondsNow(),
                database)
        }
    }

    /// Begins a run: changes submitted from now on belong to it.
    ///
    /// A run of a file is known by the digests of its source and its rules. Where the store holds a complete one, nothing
    /// begins, unless `again`. Where it holds one that did not reach the end of its source (killed, interrupted), the
    /// alerts of that one are removed and it is marked as replaced, in the transaction that begins this one.
    ///
    /// - Throws: `StoreError` where the store does not take the run of a file. A live run begins in any case.
    public func beginRun(_ start: RunStart, again: Bool = false) throws(StoreError) -> Opening {
        // What still waits may be the end of an earlier run of the same source.
        flush()
        let handle = RunHandle(start, isLive: true)
        let deadline = Date(timeIntervalSinceNow: settings.openTimeoutSeconds)
        var isRenewed = false
        while true {
            do {
                let opening = try connection.current().database.write { database in
                    if !again, let complete = try StoreRuns.complete(start, database) {
                        return Opening.alreadyRecorded(complete)
                    }
                    try StoreRuns.buryTheDead(database, except: nil)
                    _ = try StoreRuns.replaceUnfinished(start, inherited: inherited, database)
                    return .started(runID: try StoreRuns.ensureRow(of: handle, status: .running, database))
                }
                if case .started = opening { queue.locked { $0.run = handle } }
                return opening
            } catch {
                if !isRenewed, DamagedStore.isDamage(error) {
                    isRenewed = true
                    try renew(error)
                    continue
                }
                let isBusy = (error as? DatabaseError)?.resultCode.primaryResultCode == .SQLITE_BUSY
                if isBusy, start.sourceDigest != nil, Date() < deadline { continue }
                guard start.sourceDigest == nil else {
                    throw StoreError(error, path: path, fallback: .cannotWrite)
                }
                queue.locked { $0.run = handle }
                notice(
                    StoreNotice(
                        severity: .warning,
                        text: "The run begins although the alert store takes nothing: \(StoreWorker.reason(error))."))
                return .started(runID: nil)
            }
        }
    }

    private func renew(_ error: any Error) throws(StoreError) {
        do {
            _ = try connection.replace {
                try StoreFile.renew(path, settings, StoreWorker.reason(error), notice)
            }
        } catch { throw StoreError(error, path: path, fallback: .cannotWrite) }
    }

    /// Stores the counters of the run so far; it goes on.
    public func updateRun(_ summary: RunSummary) { _ = queue.submit(summary) }

    /// Stores the counters of the run and ends it.
    ///
    /// True when that and all its alerts are in the database.
    @discardableResult
    public func endRun(_ summary: RunSummary) -> Bool {
        guard queue.submit(summary) else { return false }
        let isCommitted = queue.flush()
        queue.locked { $0.run = nil }
        return isCommitted
    }
}
