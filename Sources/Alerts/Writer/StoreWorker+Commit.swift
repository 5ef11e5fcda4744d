import Foundation
import GRDB

extension StoreWorker {
    /// Commits changes in one transaction.
    ///
    /// False when the database does not take them now.
    mutating func commit(_ writes: [QueuedWrite], fromSpill: Bool) -> Bool {
        do {
            do {
                try transact(writes, fromSpill: fromSpill)
            } catch let error where DamagedStore.isDamage(error) {
                try renew(Self.reason(error))
                try transact(writes, fromSpill: fromSpill)
            }
        } catch {
            guard Self.isAboutTheData(error) else {
                failed(error)
                return false
            }
            guard commitOneByOne(writes, fromSpill: fromSpill) else { return false }
        }
        recovered()
        return true
    }

    private mutating func transact(_ writes: [QueuedWrite], fromSpill: Bool) throws {
        let now = Self.microsecondsNow()
        let limit = settings.evidenceLimit
        let orphaned = try currentDatabase().write { database in
            var session = try CommitSession(database, evidenceLimit: limit, now: now)
            for write in writes { try session.apply(write) }
            try session.end()
            return session.orphaned
        }
        let alerts = writes.count { $0.isAlert }
        committedSinceHousekeeping += alerts
        queue.locked { queue in
            queue.steps += 1
            queue.counters.committed += alerts - orphaned
            queue.counters.orphaned += orphaned
            if fromSpill { queue.counters.takenIn += alerts }
        }
    }

    /// Sees to damage that was found beside the writing.
    mutating func mend() {
        guard let reason = queue.takeDamage() else { return }
        do { try renew(reason) } catch { failed(error) }
    }

    /// Puts a store that shows damage aside, and goes on with a new one.
    private func renew(_ reason: String) throws {
        let (path, settings, notice) = (queue.path, settings, notice)
        // Saving what can be read of a large store takes its time, and is no standstill.
        queue.locked { $0.isWorking = false }
        defer { queue.locked { $0.isWorking = true } }
        _ = try connection.replace { try StoreFile.renew(path, settings, reason, notice) }
    }

    /// The database that the path leads to.
    func currentDatabase() throws -> DatabaseQueue { try connection.current().database }

    /// One change that the schema refuses must not keep the others out.
    private mutating func commitOneByOne(_ writes: [QueuedWrite], fromSpill: Bool) -> Bool {
        for write in writes {
            do {
                try transact([write], fromSpill: fromSpill)
            } catch {
                guard Self.isAboutTheData(error) else {
                    // Those before it are written once more later, which changes nothing.
                    failed(error)
                    return false
                }
                queue.locked { $0.counters.lost += 1 }
                say(.error, "The store refused an alert: \(Self.reason(error)).")
            }
        }
        return true
    }

    mutating func failed(_ error: any Error) {
        if retryAt == nil { say(.warning, "The alert store takes nothing now, alerts wait: \(Self.reason(error)).") }
        retryAt = Date(timeIntervalSinceNow: retryDelay)
        retryDelay = min(retryDelay * 2, settings.retrySeconds * 20)
    }

    private mutating func recovered() {
        guard retryAt != nil else { return }
        retryAt = nil
        retryDelay = settings.retrySeconds
        let lost = queue.locked { $0.counters.lost }
        say(.info, "The alert store works again" + (saidLost ? "; \(lost) changes were lost so far." : "."))
        saidLost = false
    }

    private static func isAboutTheData(_ error: any Error) -> Bool {
        switch (error as? DatabaseError)?.resultCode.primaryResultCode {
        case .SQLITE_CONSTRAINT?, .SQLITE_TOOBIG?, .SQLITE_MISMATCH?: true
        default: false
        }
    }

    static func reason(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else { return (error as? StoreError)?.detail ?? "\(error)" }
        return error.message ?? "SQLite error \(error.resultCode.rawValue)"
    }

    static func microsecondsNow() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }
}

extension WriteQueue {
    /// How many of the oldest `limit` changes are alerts.
    func alerts(amongOldest limit: Int) -> Int {
        writes[head..<min(writes.count, head + limit)].count { $0?.isAlert ?? false }
    }
}
