import Foundation

// What only the worker's thread calls.

extension WriteQueue {
    /// Why the worker was woken.
    enum Wake {
        case work
        case housekeeping
        case close
    }

    /// Waits until there is something to do.
    ///
    /// - Parameters:
    ///   - retryAt: the time before which the database is not to be tried again, after a failure.
    ///   - spillAt: the time before which the spill file is not to be tried again, unless the queue is full.
    ///   - housekeepingAt: the time when retention is due.
    ///   - hasBacklog: whether the spill file holds anything.
    /// - Returns: why it is over.
    func waitForWork(retryAt: Date?, spillAt: Date, housekeepingAt: Date, hasBacklog: Bool) -> Wake {
        condition.lock()
        isWorking = false
        steps += 1
        defer {
            isWorking = true
            condition.unlock()
        }
        while true {
            let now = Date()
            if isClosing { return .close }
            if damage != nil { return .work }
            if flushesAsked > flushesServed { return .work }
            if housekeepingAsked > housekeepingServed { return .housekeeping }
            var deadline = housekeepingAt
            if let retryAt {
                if isFull || isCrowded && now >= spillAt { return .work }
                if isCrowded { deadline = min(deadline, spillAt) }
                if now >= retryAt { return .work }
                deadline = min(deadline, retryAt)
            } else if hasBacklog || urgent >= settings.batchSize || isCrowded || isFull {
                return .work
            } else if count > 0 {
                if now >= due { return .work }
                deadline = min(deadline, due)
            }
            if now >= housekeepingAt { return .housekeeping }
            _ = condition.wait(until: deadline)
        }
    }

    /// Tells the worker that the store is damaged.
    func report(damage: String) {
        condition.lock()
        defer { condition.unlock() }
        self.damage = damage
        condition.broadcast()
    }

    /// What is to be seen to, once.
    func takeDamage() -> String? {
        locked { queue in
            defer { queue.damage = nil }
            return queue.damage
        }
    }

    /// When what waits is to be written: a repetition may wait longer, since others may join it.
    private var due: Date {
        min(
            firstUrgent.addingTimeInterval(settings.batchDelaySeconds),
            firstQueued.addingTimeInterval(settings.repetitionDelaySeconds))
    }

    /// Whether half of the room is taken: time to spill, when the database does not take anything.
    var isCrowded: Bool { count > settings.queueLimit / 2 || cost > settings.queueLimitBytes / 2 }

    /// The oldest changes, at most `limit`: from now on nothing joins them.
    ///
    /// `finish` must follow.
    func begin(_ limit: Int) -> [QueuedWrite] {
        condition.lock()
        defer { condition.unlock() }
        let batch = writes[head..<min(writes.count, head + limit)].compactMap { $0 }
        inFlight = batch.count
        return batch
    }

    /// Ends what `begin` began: the first `done` of them are removed, the rest stay at the front.
    ///
    /// How many of those are alerts is added to `counter`, in the same instant.
    func finish(_ done: Int, counter: WritableKeyPath<AlertWriterCounters, Int>? = nil) {
        condition.lock()
        defer { condition.unlock() }
        inFlight = 0
        steps += 1
        if let counter { counters[keyPath: counter] += alerts(amongOldest: done) }
        guard done > 0 else { return }
        for index in head..<(head + done) {
            if let write = writes[index] { forget(write, at: index) }
            writes[index] = nil
        }
        head += done
        if head == writes.count || head > 4096 && head > writes.count / 2 {
            writes.removeFirst(head)
            removed += head
            head = 0
        }
        firstQueued = count > 0 ? Date() : .distantFuture
        firstUrgent = urgent > 0 ? Date() : .distantFuture
        isStalled = false
        condition.broadcast()
    }

    private func forget(_ write: QueuedWrite, at index: Int) {
        cost -= write.cost
        if write.isUrgent { urgent -= 1 }
        let serial: UInt64
        switch write.change {
        case .insert(let alert, _): serial = alert.serial
        case .repeated(let repetition): serial = repetition.serial
        case .summary, .inventory: return
        }
        let key = Key(run: ObjectIdentifier(write.run), serial: serial)
        if places[key] == removed + index { places[key] = nil }
    }

    /// Tells those who wait in `flush` what became of it.
    func serveFlushes(upTo asked: Int, succeeded: Bool) {
        condition.lock()
        defer { condition.unlock() }
        guard asked > flushesServed else { return }
        flushesServed = asked
        lastFlushSucceeded = succeeded
        condition.broadcast()
    }

    /// Asks for everything to be written now and waits for the attempt.
    ///
    /// True when all is committed.
    func flush() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !isDead else { return count == 0 }
        flushesAsked += 1
        let mine = flushesAsked
        condition.broadcast()
        while flushesServed < mine, !isDead { condition.wait() }
        return lastFlushSucceeded
    }

    /// Asks for retention to be applied now and waits until it was.
    func keepHouse() {
        condition.lock()
        defer { condition.unlock() }
        guard !isDead, !isClosing else { return }
        housekeepingAsked += 1
        let mine = housekeepingAsked
        condition.broadcast()
        while housekeepingServed < mine, !isDead { condition.wait() }
    }

    /// Tells those who wait in `keepHouse` that it was done.
    func serveHousekeeping(upTo asked: Int) {
        condition.lock()
        defer { condition.unlock() }
        housekeepingServed = max(housekeepingServed, asked)
        condition.broadcast()
    }

    /// Takes no more changes; the worker ends when it has put away what waits.
    func askToClose() {
        condition.lock()
        defer { condition.unlock() }
        isClosing = true
        condition.broadcast()
    }

    /// Takes no more changes and waits until the worker's thread has ended.
    func close() {
        askToClose()
        condition.lock()
        defer { condition.unlock() }
        while !isDead { condition.wait() }
    }

    /// Says that the worker's thread has ended.
    func markDead() {
        condition.lock()
        defer { condition.unlock() }
        isDead = true
        isWorking = false
        condition.broadcast()
    }
}
