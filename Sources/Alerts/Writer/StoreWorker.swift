import Foundation

/// Takes changes from the queue to the database, or to the spill file.
///
/// Owned by its thread from `run` on.
///
/// The order of changes is kept: what is in the spill file is older than what waits in memory, so it goes first, and
/// while the file holds anything, an overflow goes to its end.
struct StoreWorker: ~Copyable {
    let queue: WriteQueue
    let connection: StoreConnection
    let settings: AlertWriterSettings
    let notice: @Sendable (StoreNotice) -> Void
    var spill: SpillFile
    /// When the database is to be tried again; `nil` while it works.
    var retryAt: Date?
    var retryDelay: Double
    /// When the spill file is to be tried again after it took nothing.
    var spillAt = Date.distantPast
    var housekeepingAt = Date()
    /// How many changes were stored since retention was looked after.
    var committedSinceHousekeeping = 0
    /// What retention removed for its age, and the log was not told yet.
    var unsaidByAge: [AlertLevel: Int] = [:]
    /// What retention removed for the size of the store, and the log was not told yet.
    var unsaidBySize: [AlertLevel: Int] = [:]
    /// How many of these were open, and high or critical.
    var unsaidOpen = 0
    /// Whether the log was told that the store stays larger than it may be.
    var saidTooLarge = false
    /// Whether the log was told that the spill file takes nothing.
    var saidSpillFails = false
    /// Whether the log was told that alerts are lost.
    var saidLost = false

    init(
        queue: WriteQueue, connection: StoreConnection, spill: consuming SpillFile,
        notice: @escaping @Sendable (StoreNotice) -> Void
    ) {
        self.queue = queue
        self.connection = connection
        self.spill = spill
        self.notice = notice
        settings = queue.settings
        retryDelay = settings.retrySeconds
    }

    /// The life of the thread: returns after the queue was closed and everything has found its place.
    mutating func run() {
        while true {
            let wake = queue.waitForWork(
                retryAt: retryAt, spillAt: spillAt, housekeepingAt: housekeepingAt, hasBacklog: !spill.isEmpty)
            switch wake {
            case .work:
                work()
                keepHouse()
            case .housekeeping: tidy()
            case .close:
                work(isLast: true)
                keepHouse(toTheEnd: true)
                putAway()
                return
            }
        }
    }

    /// Applies retention because its time has come, or wholly because somebody waits for it.
    private mutating func tidy() {
        let asked = queue.locked { $0.housekeepingAsked > $0.housekeepingServed ? $0.housekeepingAsked : 0 }
        if asked > 0 { work() }
        keepHouse(toTheEnd: asked > 0)
        if asked > 0 { queue.serveHousekeeping(upTo: asked) }
    }

    private mutating func work(isLast: Bool = false) {
        let asked = queue.locked { $0.flushesAsked > $0.flushesServed ? $0.flushesAsked : 0 }
        mend()
        if isLast || asked > 0 || retryAt.map({ Date() >= $0 }) ?? true { writeAll() }
        if retryAt != nil { spillOverflow() }
        if asked > 0 { queue.serveFlushes(upTo: asked, succeeded: retryAt == nil) }
    }

    /// Commits the spill file, then what waits, in batches, until all is done or the database refuses.
    private mutating func writeAll() {
        guard takeIn() else { return }
        var left = queue.locked { $0.count }
        while left > 0 {
            let batch = queue.begin(settings.batchSize)
            if batch.isEmpty { return }
            let isDone = commit(batch, fromSpill: false)
            queue.finish(isDone ? batch.count : 0)
            if !isDone { return }
            left -= batch.count
        }
    }

    private mutating func takeIn() -> Bool {
        guard !spill.isEmpty else { return true }
        let waiting = spill.count
        while !spill.isEmpty {
            do {
                let batch = try spill.next(settings.batchSize)
                guard commit(batch.writes, fromSpill: true) else { return false }
                spill.advance(batch)
                noteDamage()
                noteWaiting()
            } catch {
                say(.error, "The spill file \(spill.path) cannot be read, \(spill.alerts) alerts are lost: \(error)")
                let lost = spill.alerts
                queue.locked { $0.counters.lost += lost }
                spill.removeFile()
                noteWaiting()
            }
            if queue.locked({ $0.isCrowded }), !spill.isEmpty { spillOverflow() }
        }
        say(.info, "Took in \(waiting) changes from the spill file.")
        return true
    }

    /// Writes what is left to the spill file: the last act.
    private mutating func putAway() {
        let count = queue.locked { $0.count }
        guard count > 0 else { return }
        let kept = spillOldest(count)
        let lost = queue.locked { queue in
            let lost = queue.alerts(amongOldest: queue.count)
            queue.counters.lost += lost
            return lost
        }
        if kept > 0 {
            say(.warning, "The store takes nothing: \(kept) changes wait in \(spill.path) for the next start.")
        }
        if lost > 0 {
            say(.error, "\(lost) changes of alerts are lost: neither the store nor the spill file took them.")
        }
    }

    /// Makes room when half of the queue is taken; drops the oldest when the spill file takes nothing and it is full.
    mutating func spillOverflow() {
        let isFull = queue.locked { $0.isFull }
        guard isFull || queue.locked({ $0.isCrowded }) && Date() >= spillAt else { return }
        let before = queue.locked { $0.count }
        let kept = spillOldest(max(1, before / 2))
        guard kept == 0 else { return }
        spillAt = Date(timeIntervalSinceNow: retryDelay)
        guard isFull else { return }
        let batch = queue.begin(max(1, before / 10))
        queue.finish(batch.count, counter: \.lost)
        if !saidLost {
            say(.error, "Alerts are lost from now on: neither the store nor the spill file takes them.")
            saidLost = true
        }
    }

    /// Moves the oldest changes to the spill file, a batch at a time; returns how many it took.
    private mutating func spillOldest(_ wanted: Int) -> Int {
        if spill.isEmpty, wanted > 0, !saidSpillFails {
            say(.warning, "The oldest alerts that wait go to \(spill.path).")
        }
        var total = 0
        while total < wanted {
            let batch = queue.begin(min(wanted - total, settings.batchSize))
            var taken = 0
            do {
                taken = try spill.append(batch)
                if taken == batch.count { saidSpillFails = false }
            } catch {
                if !saidSpillFails {
                    let reason = (error as? PrivateFile.Refusal)?.reason ?? error.localizedDescription
                    say(.warning, "\(spill.path) takes nothing: \(reason)")
                }
                saidSpillFails = true
            }
            queue.finish(taken, counter: \.spilled)
            noteWaiting()
            total += taken
            if taken == 0 || taken < batch.count { break }
        }
        return total
    }

    /// Tells the counters how much is in the spill file.
    func noteWaiting() {
        let alerts = max(0, spill.alerts)
        queue.locked { $0.counters.waiting = alerts }
    }

    mutating func noteDamage() {
        guard spill.damaged > 0 else { return }
        let damaged = spill.damaged
        spill.damaged = 0
        queue.locked { $0.counters.damaged += damaged }
        say(.error, "\(damaged) records of the spill file \(spill.path) were damaged and are lost.")
    }

    func say(_ severity: StoreNotice.Severity, _ text: String) {
        notice(StoreNotice(severity: severity, text: text))
    }
}
