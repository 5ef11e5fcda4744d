/// The alert rows that repetitions are still added to.
///
/// A row begins with the first match of its key. For its time after that, end not included, each match of the key only
/// counts; the first match later begins another row. Nothing is passed over: a row that is pushed out of the table early
/// begins again.
struct SuppressionState: Sendable {
    private struct Row: Sendable {
        var alert: UInt64
        var firstSeen: Int64
        var duration: Int64
        var count: Int64

        /// Whether a match at `now` belongs to it. Capture time may step back by as much as a row lasts.
        func covers(_ now: Int64) -> Bool {
            let age = difference(now, firstSeen)
            return age < duration && age > -duration
        }
    }

    private var rows: RecentTable<Row>
    /// The serial number of the latest row.
    private(set) var alerts: UInt64 = 0
    /// Rows that were pushed out before their time was over.
    private(set) var evictions: UInt64 = 0

    /// The memory that it has taken, in bytes.
    var bytes: Int { rows.bytes }

    init(limits: DetectionLimits) { rows = RecentTable(limit: limits.suppressions) }

    /// Begins a row that nothing is ever added to.
    mutating func begin() -> UInt64 {
        alerts += 1
        return alerts
    }

    /// Counts a match of a key.
    mutating func add(_ key: TableKey, duration: Int64, now: Int64) -> (alert: UInt64, isNew: Bool, count: Int64) {
        let place = rows.find(key)
        if place >= 0 {
            if rows[place].covers(now) {
                rows[place].count += 1
                return (rows[place].alert, false, rows[place].count)
            }
            rows[place] = Row(alert: begin(), firstSeen: now, duration: duration, count: 1)
            return (alerts, true, 1)
        }
        if rows.isFull {
            if rows[rows.oldest].covers(now) { evictions += 1 }
            rows.remove(rows.oldest)
        }
        _ = rows.insert(key, Row(alert: begin(), firstSeen: now, duration: duration, count: 1))
        return (alerts, true, 1)
    }
}
