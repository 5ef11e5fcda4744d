import Tables

/// The alert rows that repetitions are still added to.
///
/// A row begins with the first match of its key. For its time after that, end not included, each match of the key only
/// counts; the first match later begins another row. Nothing is passed over: a row that is pushed out of the table early
/// begins again. A match that comes late belongs to the row whose time it is in, be it the one before the latest; one that
/// is earlier than a row, by less than its time, belongs to that and becomes its first sight.
struct SuppressionRows: ~Copyable {
    /// A row, and the match that was counted for it.
    struct Row: BitwiseCopyable, Sendable {
        /// Serial number.
        var alert: UInt64 = 0
        /// The match that it began with.
        var begin: Int64 = 0
        /// Its earliest and its latest match.
        var earliest: Int64 = 0
        var latest: Int64 = 0
        var count: Int64 = 0

        /// A row that begins with a match.
        init(_ alert: UInt64, at time: Int64) {
            self.alert = alert
            begin = time
            earliest = time
            latest = time
            count = 1
        }

        /// No row.
        fileprivate init() {}

        /// Whether a match lies in its time.
        fileprivate func covers(_ time: Int64, _ duration: Int64) -> Bool {
            let age = difference(time, begin)
            return count > 0 && age >= 0 && age < duration
        }

        /// Whether a match lies before it, but less than its time.
        fileprivate func mayBegin(at time: Int64, _ duration: Int64) -> Bool {
            let age = difference(time, begin)
            return count > 0 && age < 0 && age > -duration
        }

        fileprivate mutating func add(_ time: Int64) {
            earliest = min(earliest, time)
            latest = max(latest, time)
            count += 1
        }
    }

    private struct Rows: BitwiseCopyable, Sendable {
        var duration: Int64
        var current: Row
        /// The row before it.
        var earlier = Row()
    }

    private var rows: LRUTable<Hash128, Rows>
    /// The serial number of the latest row.
    private(set) var alerts: UInt64 = 0
    /// Rows that were pushed out before their time was over.
    private(set) var evictions: UInt64 = 0

    /// The memory that it has taken, in bytes.
    var bytes: Int { rows.bytes }

    init(limits: DetectionLimits) { rows = LRUTable(limit: limits.suppressions) }

    /// Begins a row that nothing is ever added to.
    mutating func begin(at time: Int64) -> Row {
        alerts += 1
        return Row(alerts, at: time)
    }

    /// Counts a match of a key.
    mutating func add(_ key: Hash128, duration: Int64, now: Int64) -> Row {
        guard let slot = rows.use(key) else {
            if rows.isFull, let oldest = rows.oldest {
                let (row, time) = (rows[oldest].current, rows[oldest].duration)
                if row.covers(now, time) || row.mayBegin(at: now, time) { evictions += 1 }
            }
            let row = begin(at: now)
            rows.insert(key, Rows(duration: duration, current: row))
            return row
        }
        let time = rows[slot].duration
        if rows[slot].current.covers(now, time) {
            rows[slot].current.add(now)
            return rows[slot].current
        }
        if rows[slot].earlier.covers(now, time) {
            rows[slot].earlier.add(now)
            return rows[slot].earlier
        }
        if rows[slot].current.mayBegin(at: now, time) {
            rows[slot].current.add(now)
            return rows[slot].current
        }
        let row = begin(at: now)
        rows[slot] = Rows(duration: duration, current: row, earlier: rows[slot].current)
        return row
    }
}
