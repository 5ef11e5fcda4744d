import Foundation
import GRDB

extension StoreWorker {
    /// Why alerts are removed.
    private enum Cause {
        case age, size

        var counter: WritableKeyPath<AlertWriterCounters, Int> {
            self == .age ? \.removedByAge : \.removedBySize
        }
    }

    /// Applies retention in small steps; a database that refuses is tried again next time.
    ///
    /// Alerts that wait come first: then it takes a step at most, and goes on afterwards. Where `toTheEnd`, it takes as many
    /// as it needs.
    mutating func keepHouse(toTheEnd: Bool = false) {
        let retention = settings.retention
        let isDue = Date() >= housekeepingAt || committedSinceHousekeeping >= retention.intervalChanges
        guard isDue || toTheEnd else { return }
        housekeepingAt = Date(timeIntervalSinceNow: retention.intervalSeconds)
        committedSinceHousekeeping = 0
        guard retryAt == nil, retention.maximumAgeSeconds != nil || retention.maximumBytes != nil else { return }
        do {
            let database = try currentDatabase()
            let ids = settings.closedAlerts()
            var closed = try database.read { try StoreRetention.find(ids, $0) }
            var isDone = try removeByAge(database, &closed, toTheEnd)
            if isDone { isDone = try removeBySize(database, &closed, toTheEnd) }
            if isDone { isDone = try shrink(database, toTheEnd) }
            guard isDone else {
                housekeepingAt = Date()
                return
            }
            sayRemoved()
        } catch  where DamagedStore.isDamage(error) {
            queue.report(damage: Self.reason(error))
        } catch {
            say(.warning, "Old alerts could not be removed: \(Self.reason(error)).")
        }
    }

    /// Removes what has not changed for too long; false where alerts wait and it is not done.
    private mutating func removeByAge(
        _ database: DatabaseQueue, _ closed: inout [StoreRetention.Candidate], _ toTheEnd: Bool
    ) throws -> Bool {
        guard let age = settings.retention.maximumAgeSeconds else { return true }
        let (length, overflow) = age.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return true }
        let cutoff = Self.microsecondsNow() - length
        let limit = settings.retention.batchSize
        // Closed ones of the other classes are found among all of their class.
        let old = closed.filter { $0.storedAt < cutoff && StoreRetention.Class($0.level).staysWhileOpen }
        closed.removeAll { old.contains($0) }
        for start in stride(from: 0, to: old.count, by: limit) {
            try remove(old[start..<min(old.count, start + limit)], .age, database)
        }
        for group in StoreRetention.Class.allCases where !group.staysWhileOpen {
            while true {
                let found = try database.read { try StoreRetention.oldest(group, limit: limit, $0) }
                let old = found.filter { $0.storedAt < cutoff }
                if old.isEmpty { break }
                try remove(old, .age, database)
                if old.count < limit { break }
                if isWanted, !toTheEnd { return false }
            }
        }
        try database.write { try StoreRetention.removeUnreferenced(before: cutoff, $0) }
        return true
    }

    /// Removes what matters least while the file is too large; false where alerts wait and it is not done.
    private mutating func removeBySize(
        _ database: DatabaseQueue, _ closed: inout [StoreRetention.Candidate], _ toTheEnd: Bool
    ) throws -> Bool {
        guard let maximum = settings.retention.maximumBytes else { return true }
        var used = try database.read { try StoreRetention.usedBytes($0) }
        guard used > maximum else {
            saidTooLarge = false
            return true
        }
        // What nothing refers to goes before any alert, and with the last alert that referred to it.
        used = try removeUnreferenced(database)
        let inventory = try database.read { try StoreRetention.inventoryBytes($0) }
        // No more is to go than must: how much an alert takes is known after the first few.
        var limit = min(settings.retention.batchSize, 10)
        while used > maximum {
            let batch = try nextForSize(limit, &closed, database)
            // The inventory counts, and has bounds of its own: it takes half of the room from alerts at most, and none from
            // open high and critical ones.
            let allowed = max(maximum, inventory + (batch.areOpen ? maximum : maximum / 2))
            if batch.candidates.isEmpty || used <= allowed { break }
            try remove(batch.candidates, .size, database)
            if batch.areOpen { unsaidOpen += batch.candidates.count }
            let left = try removeUnreferenced(database)
            let each = (used - left) / Int64(batch.candidates.count)
            let wanted = each > 0 ? (left - allowed) / each + 1 : Int64(limit) * 2
            limit = Int(min(Int64(settings.retention.batchSize), max(1, wanted)))
            used = left
            if isWanted, !toTheEnd { return false }
        }
        if used > maximum { sayTooLarge(used, inventory, maximum) }
        return true
    }

    /// Removes the rules and runs that no alert refers to; gives the bytes that are in use then.
    private func removeUnreferenced(_ database: DatabaseQueue) throws -> Int64 {
        let now = Self.microsecondsNow()
        return try database.write { database in
            try StoreRetention.removeUnreferenced(before: now, database)
            return try StoreRetention.usedBytes(database)
        }
    }

    /// Which alerts go next.
    ///
    /// Closed, low and informational ones; medium ones; closed ones that are high or critical; open high ones; open critical
    /// ones. `areOpen` is true of the last two.
    private func nextForSize(
        _ limit: Int, _ closed: inout [StoreRetention.Candidate], _ database: DatabaseQueue
    ) throws -> (candidates: [StoreRetention.Candidate], areOpen: Bool) {
        let group = { (candidate: StoreRetention.Candidate) in StoreRetention.Class(candidate.level) }
        func oldest(_ group: StoreRetention.Class) throws -> [StoreRetention.Candidate] {
            try database.read { try StoreRetention.oldest(group, limit: limit, $0) }
        }
        let closedMedium = closed.filter { group($0) == .medium }
        let first = Array(Set(try oldest(.low) + closedMedium)).sorted { $0.revision < $1.revision }.prefix(limit)
        if !first.isEmpty {
            closed.removeAll { first.contains($0) }
            return (Array(first), false)
        }
        let medium = try oldest(.medium)
        if !medium.isEmpty { return (medium, false) }
        let closedHigh = closed.filter { group($0).staysWhileOpen }.prefix(limit)
        if !closedHigh.isEmpty {
            closed.removeAll { closedHigh.contains($0) }
            return (Array(closedHigh), false)
        }
        let high = try oldest(.high)
        return (try high.isEmpty ? oldest(.critical) : high, true)
    }

    private mutating func remove(
        _ candidates: some Sequence<StoreRetention.Candidate>, _ cause: Cause, _ database: DatabaseQueue
    ) throws {
        let removed = try database.write { try StoreRetention.remove(candidates, $0) }
        let total = removed.values.reduce(0, +)
        queue.locked { queue in
            queue.steps += 1
            queue.counters[keyPath: cause.counter] += total
            queue.counters.removedByLevel.merge(removed, uniquingKeysWith: +)
        }
        if cause == .age { unsaidByAge.merge(removed, uniquingKeysWith: +) }
        if cause == .size { unsaidBySize.merge(removed, uniquingKeysWith: +) }
    }

    /// Gives all free pages back, a few at a time, and empties the log; false where alerts wait and it is not done.
    private mutating func shrink(_ database: DatabaseQueue, _ toTheEnd: Bool) throws -> Bool {
        var free = try database.read { try StoreRetention.freePages($0) }
        guard free > 0 else { return true }
        while free > 0 {
            try database.writeWithoutTransaction { try StoreRetention.shrink(by: 250, $0) }
            let left = try database.read { try StoreRetention.freePages($0) }
            // A store that was made without this can give none back.
            if left >= free { break }
            free = left
            queue.locked { $0.steps += 1 }
            if isWanted, !toTheEnd { return false }
        }
        try database.writeWithoutTransaction { try StoreMark.truncateLog($0) }
        return true
    }

    /// Tells the log how many alerts of which level went, and why.
    private mutating func sayRemoved() {
        let age = settings.retention.maximumAgeSeconds ?? 0
        let text = age >= 86_400 ? "\(age / 86_400) days" : "\(age) seconds"
        say(unsaidByAge, "they had not changed for \(text)")
        say(unsaidBySize, "the store is larger than \((settings.retention.maximumBytes ?? 0) >> 20) MiB")
        if unsaidOpen > 0 {
            say(
                .warning,
                "\(unsaidOpen) of them were open, and high or critical, for nothing else was left to remove: close what is "
                    + "done with, or raise retention_mebibytes.")
        }
        (unsaidByAge, unsaidBySize, unsaidOpen) = ([:], [:], 0)
    }

    /// Tells the log, once, that the store stays larger than it may be.
    private mutating func sayTooLarge(_ used: Int64, _ inventory: Int64, _ maximum: Int64) {
        guard !saidTooLarge else { return }
        saidTooLarge = true
        func mebibytes(_ bytes: Int64) -> String { "\(bytes >> 20).\((bytes >> 10 & 1023) * 10 >> 10) MiB" }
        say(
            .warning,
            "The store stays larger than the \(mebibytes(maximum)) that it may have (retention_mebibytes): it has "
                + "\(mebibytes(used)), of which the inventory takes \(mebibytes(inventory)); no alert is removed for that."
        )
    }

    private func say(_ removed: [AlertLevel: Int], _ reason: String) {
        guard !removed.isEmpty else { return }
        let counts = removed.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key.rawValue)" }
        // What went although nobody had looked at it is worth a warning.
        let matters = removed.keys.contains { $0 >= .high }
        say(matters ? .warning : .info, "Old alerts were removed, for \(reason): \(counts.joined(separator: ", ")).")
    }

    /// Whether alerts wait for the worker: they come before retention.
    private var isWanted: Bool { queue.locked { $0.count > 0 || $0.isClosing } }
}
