import Foundation
import Inventory

/// The changes that wait for the database, oldest first: bounded, and shared by whoever submits and the one worker.
///
/// `@unchecked Sendable`: every stored property is guarded by `condition`.
final class WriteQueue: @unchecked Sendable {
    /// Names an alert of a run of this process.
    struct Key: Hashable {
        let run: ObjectIdentifier
        let serial: UInt64
    }

    /// The store that the changes are for.
    let path: String
    let settings: AlertWriterSettings
    let condition = NSCondition()
    /// Changes from `head` on; those before it are gone.
    var writes: [QueuedWrite?] = []
    var head = 0
    /// How many changes were ever removed from the front of `writes`.
    var removed = 0
    /// Where in the sequence of all changes an alert's latest one stands, while another may still join it.
    var places: [Key: Int] = [:]
    /// How many of the oldest the worker is committing now.
    var inFlight = 0
    /// What all that wait take in memory.
    var cost = 0
    /// When the oldest that wait came.
    var firstQueued = Date.distantFuture
    /// How many of those that wait are new alerts or alerts that become worse.
    var urgent = 0
    /// When the oldest of these came.
    var firstUrgent = Date.distantFuture
    var run: RunHandle?
    /// The runs of this process with their alerts' lowest serials, oldest first: an alert may be repeated in a later run.
    var runsBySerial: [(first: UInt64, run: RunHandle)] = []
    var rules: [String: RuleRecord] = [:]
    var counters = AlertWriterCounters()
    /// What somebody who looked through the store found, and the worker has not seen to yet.
    var damage: String?
    /// Somebody waited for room in vain: nobody waits again before the worker made some.
    var isStalled = false
    var isClosing = false
    var isDead = false
    var flushesAsked = 0
    var flushesServed = 0
    var lastFlushSucceeded = true
    var housekeepingAsked = 0
    var housekeepingServed = 0
    /// Whether the worker has something in hand, and how far it has come: whoever watches over it sees whether it moves.
    var isWorking = false
    var steps = 0

    init(path: String, settings: AlertWriterSettings) {
        self.path = path
        self.settings = settings
    }

    /// How many wait.
    var count: Int { writes.count - head }

    /// Whether no more fits.
    var isFull: Bool { count >= settings.queueLimit || cost >= settings.queueLimitBytes }

    /// Runs `body` with the lock held.
    func locked<Result>(_ body: (WriteQueue) -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        return body(self)
    }
}

extension WriteQueue {
    /// Adds a change of the current run, or joins it with one that waits.
    func submit(_ change: AlertChange) {
        condition.lock()
        defer { condition.unlock() }
        counters.submitted += 1
        guard let run, !isClosing else {
            counters.lost += 1
            return
        }
        switch change {
        case .insert(var alert):
            if settings.evidenceLimit <= 0 { alert.evidence = [] }
            note(alert.serial, of: run)
            let write = QueuedWrite(run: run, change: .insert(alert, rule: rules[alert.ruleID]))
            add(write, key: Key(run: ObjectIdentifier(run), serial: alert.serial))
        case .repeated(let serial, let firstSeen, let lastSeen, let count, let frames, let leftOut, let tally, let rise):
            var later = Repetition(
                serial: serial, lastSeen: lastSeen, count: count,
                evidence: settings.evidenceLimit > 0 ? frames : [], firstSeen: firstSeen,
                leftOut: leftOut > 0 ? leftOut : nil)
            later.tally = tally
            later.rise = rise.map {
                Repetition.Rise(
                    level: $0.level, title: $0.ruleTitle, summary: $0.summary, ruleID: $0.ruleID,
                    rule: rules[$0.ruleID], history: $0.history)
            }
            let run = runsBySerial.last { $0.first <= serial }?.run ?? run
            let key = Key(run: ObjectIdentifier(run), serial: serial)
            if join(later, key) {
                counters.coalesced += 1
            } else {
                add(QueuedWrite(run: run, change: .repeated(later)), key: key)
            }
        }
    }

    /// Adds the counters of the current run; the latest that wait are replaced.
    ///
    /// False where there is no run.
    func submit(_ summary: RunSummary) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard let run, !isClosing else { return false }
        if count > inFlight, let last = writes.last ?? nil, last.run === run, case .summary = last.change {
            writes[writes.count - 1] = QueuedWrite(run: run, change: .summary(summary))
        } else {
            append(QueuedWrite(run: run, change: .summary(summary)))
        }
        return true
    }

    /// Adds what changed in the inventory; nobody waits for room for it.
    ///
    /// False where there is none, where there is no run, or, unless `follows`, where earlier changes still wait: what is not
    /// taken now comes together with what changes later.
    func submit(_ changes: InventoryChanges, follows: Bool) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard let run, !isClosing, !isFull, follows || !hasInventory else { return false }
        append(QueuedWrite(run: run, change: .inventory(changes)))
        return true
    }

    /// Whether changes of the inventory wait.
    var hasInventory: Bool {
        writes[head...].contains { write in
            if case .inventory? = write?.change { return true }
            return false
        }
    }

    private func note(_ serial: UInt64, of run: RunHandle) {
        if let last = runsBySerial.last, last.run === run {
            if serial < last.first { runsBySerial[runsBySerial.count - 1].first = serial }
        } else {
            runsBySerial.append((serial, run))
        }
    }

    private func join(_ later: Repetition, _ key: Key) -> Bool {
        guard let place = places[key] else { return false }
        let index = place - removed
        guard index >= head + inFlight, index < writes.count else { return false }
        // In its place: a change is large, and each copy counts the references to all that it holds.
        let limit = settings.evidenceLimit
        let before = writes[index].map { (cost: $0.cost, isUrgent: $0.isUrgent) }
        guard let before else { return false }
        writes[index]?.merge(later, evidenceLimit: limit)
        cost += (writes[index]?.cost ?? 0) - before.cost
        if !before.isUrgent, later.rise != nil { noteUrgent() }
        return true
    }

    private func add(_ write: QueuedWrite, key: Key) {
        guard waitForRoom() else {
            counters.lost += 1
            return
        }
        append(write)
        places[key] = removed + writes.count - 1
    }

    private func append(_ write: QueuedWrite) {
        if count == 0 { firstQueued = Date() }
        writes.append(write)
        cost += write.cost
        if write.isUrgent { noteUrgent() }
        // The worker needs to hear of the first, which starts its clock, and of a full queue.
        if count == 1 || isFull { condition.broadcast() }
    }

    private func noteUrgent() {
        urgent += 1
        if urgent == 1 { firstUrgent = Date() }
        // It starts a shorter clock, and a full batch ends it.
        if urgent == 1 || urgent == settings.batchSize { condition.broadcast() }
    }

    private func waitForRoom() -> Bool {
        guard isFull else { return true }
        let deadline = Date(timeIntervalSinceNow: settings.patienceSeconds)
        while isFull, !isStalled, !isClosing {
            condition.broadcast()
            if !condition.wait(until: deadline) { isStalled = isFull }
        }
        return !isFull && !isClosing
    }
}
