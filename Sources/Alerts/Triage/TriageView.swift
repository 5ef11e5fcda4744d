import GRDB
import Synchronization

/// What people said, as a reader of a store sees it: beside its rows, and as functions of SQL for its filters.
public final class TriageView: Sendable {
    private let file: TriageFile
    /// The identity of the store that is being read.
    private let store = Mutex("")

    init(_ file: TriageFile) { self.file = file }

    /// Reads what was added to the file, and which store is read.
    func refresh(_ database: Database) {
        file.refresh()
        let identity = (try? StoreSchema.identity(database)) ?? ""
        store.withLock { $0 = identity }
    }

    /// The row with what was said of it.
    func said(of stored: StoredAlert) -> StoredAlert {
        var stored = stored
        stored.triage = triage(stored.id, count: stored.alert.count, level: stored.alert.level)
        return stored
    }

    private func triage(_ alert: Int64, count: Int64, level: AlertLevel) -> AlertTriage? {
        file.triage(alert, store: store.withLock { $0 }, count: count, level: level)
    }

    /// `earshot_state` and `earshot_reopened`, of the number, the count and the level of an alert.
    var functions: [DatabaseFunction] {
        [
            DatabaseFunction("earshot_state", argumentCount: 3) { [self] values in
                (arguments(values).flatMap { triage($0.alert, count: $0.count, level: $0.level) }?.state ?? .open)
                    .rawValue
            },
            DatabaseFunction("earshot_reopened", argumentCount: 3) { [self] values in
                arguments(values).flatMap { triage($0.alert, count: $0.count, level: $0.level) }?.isReopened ?? false
            },
        ]
    }

    private func arguments(_ values: [DatabaseValue]) -> (alert: Int64, count: Int64, level: AlertLevel)? {
        guard let alert = Int64.fromDatabaseValue(values[0]), let count = Int64.fromDatabaseValue(values[1]) else {
            return nil
        }
        let level = String.fromDatabaseValue(values[2]).flatMap { AlertLevel(rawValue: $0) }
        return (alert, count, level ?? .informational)
    }
}

extension AlertReader {
    /// Writes down what somebody says of alerts.
    ///
    /// - Parameters:
    ///   - action: what is said.
    ///   - alerts: the numbers of the alerts.
    ///   - note: a remark with it.
    ///   - person: who says it.
    ///   - time: the wall clock, microseconds since 1970 UTC.
    /// - Returns: the alerts as they are now, and the numbers that the store does not have; then nothing is written.
    /// - Throws: `StoreError` where the store cannot be read or the file beside it cannot be written.
    public func say(
        _ action: TriageEntry.Action, of alerts: [Int64], note: String?, by person: String, at time: Int64
    ) throws(StoreError) -> (alerts: [StoredAlert], missing: [Int64]) {
        var found: [StoredAlert] = []
        for id in alerts { if let detail = try alert(id) { found.append(detail.stored) } }
        let missing = alerts.filter { id in !found.contains { $0.id == id } }
        guard missing.isEmpty else { return (found, missing) }
        let identity = self.identity
        try TriageFile(beside: path).append(
            found.map { stored in
                TriageEntry(
                    store: identity, alert: stored.id, action: action, note: note, by: person, at: time,
                    count: stored.alert.count, level: stored.alert.level)
            })
        var now: [StoredAlert] = []
        for id in alerts { if let detail = try alert(id) { now.append(detail.stored) } }
        return (now, [])
    }
}
