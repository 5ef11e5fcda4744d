import Foundation
import GRDB

extension StoreWorker {
    /// Applies retention; a database that refuses is tried again next time.
    mutating func keepHouse() {
        let retention = settings.retention
        housekeepingAt = Date(timeIntervalSinceNow: retention.intervalSeconds)
        guard retryAt == nil, retention.maximumAgeSeconds != nil || retention.maximumBytes != nil else { return }
        do {
            let database = try currentDatabase()
            try removeByAge(database)
            try removeBySize(database)
        } catch {
            say(.warning, "Old alerts could not be removed: \(Self.reason(error)).")
        }
    }

    private func removeByAge(_ database: DatabaseQueue) throws {
        guard let age = settings.retention.maximumAgeSeconds else { return }
        let (length, overflow) = age.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return }
        let cutoff = Self.microsecondsNow() - length
        let limit = settings.retention.batchSize
        var removed = 0
        repeat {
            removed = try database.write { try StoreRetention.removeOlder(than: cutoff, limit: limit, $0) }
            queue.locked { $0.counters.removedByAge += removed }
        } while removed == limit && !isWanted()
        try database.write { try StoreRetention.removeUnreferenced(before: cutoff, $0) }
    }

    private func removeBySize(_ database: DatabaseQueue) throws {
        guard let maximum = settings.retention.maximumBytes else { return }
        let limit = settings.retention.batchSize
        var total = 0
        while !isWanted(), try database.read({ try StoreRetention.usedBytes($0) }) > maximum {
            let removed = try database.write { try StoreRetention.removeOldest(limit, $0) }
            if removed == 0 { break }
            total += removed
            queue.locked { $0.counters.removedBySize += removed }
        }
        guard total > 0 else { return }
        let now = Self.microsecondsNow()
        try database.write { try StoreRetention.removeUnreferenced(before: now, $0) }
        try database.writeWithoutTransaction { try StoreRetention.shrink($0) }
    }

    /// Whether alerts wait for the worker: they come before retention.
    private func isWanted() -> Bool { queue.locked { $0.isCrowded || $0.isClosing } }
}
