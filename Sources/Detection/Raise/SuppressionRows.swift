import Network
import Tables

/// The alert rows that repetitions are still added to.
///
/// A row begins with the first match of its key. For its time after that, end not included, each match of the key only
/// counts; the first match later begins another row. Nothing is passed over: a row that is pushed out of the table early
/// begins again. A match that comes late belongs to the row whose time it is in, be it the one before the latest; one that
/// is earlier than a row, by less than its time, belongs to that and becomes its first sight.
struct SuppressionRows: ~Copyable {
    /// What a match brings to its row beside its time.
    struct Match: BitwiseCopyable {
        var time: Int64
        /// The number of its event, whose other matches count for the row as one with it; 0 where there is none.
        var event: UInt64
        /// The step that it raises the row to; 0 is none.
        var step: UInt8 = 0
        /// The step of the row that its rule is; 0 is the rule that the row belongs to.
        var ruleStep: UInt8 = 0
        /// What the row counts the different ones of, if the match has it.
        var value: Hash128?
        /// What the row adds up.
        var bytes: Int64 = 0
        /// The keywords that it names.
        var kinds: UInt64 = 0
    }

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
        /// The event that was counted last.
        var event: UInt64 = 0
        /// Whether the latest match began it.
        var isNew = false
        /// Which of the rules that raise it have, a bit for each, and whether the latest match was the first of its rule.
        var rules: UInt64 = 0
        var isFirstOfRule = false
        /// The highest step that a match raised it to, and whether the latest did.
        var step: UInt8 = 0
        var earlierStep: UInt8 = 0
        var hasRisen = false
        /// What its matches add up to.
        var bytes: Int64 = 0
        /// How many different values its matches in this run had, whether the latest brought a new one, and whether that is an
        /// estimate.
        var values: Int64 = 0
        var hasNewValue = false
        var isEstimate = false
        /// The keywords that its matches had, and whether the latest brought another.
        var kinds: UInt64 = 0
        var hasNewKind = false

        /// A row that begins with a match.
        init(_ alert: UInt64, _ match: Match) {
            self.alert = alert
            begin = match.time
            earliest = match.time
            latest = match.time
            count = 1
            event = match.event
            isNew = true
            rules = 1 << UInt64(match.ruleStep)
            isFirstOfRule = true
            step = match.step
            bytes = match.bytes
            kinds = match.kinds
            hasNewKind = kinds != 0
        }

        /// A row of an earlier run.
        init(_ stored: OpenRow, step: UInt8) {
            alert = stored.alert
            begin = stored.begin.nanoseconds
            earliest = begin
            latest = max(begin, stored.latest.nanoseconds)
            count = stored.count
            self.step = step
            bytes = stored.bytes
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

        fileprivate mutating func add(_ match: Match) {
            earliest = min(earliest, match.time)
            latest = max(latest, match.time)
            isFirstOfRule = rules & 1 << UInt64(match.ruleStep) == 0
            rules |= 1 << UInt64(match.ruleStep)
            isNew = false
            earlierStep = step
            hasRisen = match.step > step
            step = max(step, match.step)
            hasNewValue = false
            hasNewKind = kinds | match.kinds != kinds
            kinds |= match.kinds
            guard match.event == 0 || match.event != event else { return }
            event = match.event
            count += 1
            bytes &+= match.bytes
        }

        fileprivate mutating func note(_ answer: DistinctCounters.Answer) {
            hasNewValue = answer.isNew
            values = Int64(answer.count)
            isEstimate = answer.isEstimate
        }
    }

    private struct Rows: BitwiseCopyable, Sendable {
        var duration: Int64
        var current: Row
        /// The row before it.
        var earlier = Row()
        /// The counter of different values of the current row; -1 where there is none.
        var counter: Int32 = -1
    }

    private var rows: LRUTable<Hash128, Rows>
    private var counters: DistinctCounters
    /// The serial number of the latest row.
    private(set) var alerts: UInt64 = 0
    /// Rows that were pushed out before their time was over.
    private(set) var evictions: UInt64 = 0

    /// The memory that it has taken, in bytes.
    var bytes: Int { rows.bytes + counters.bytes }

    init(limits: DetectionLimits) {
        rows = LRUTable(limit: limits.suppressions)
        counters = DistinctCounters(exactValues: limits.exactValues, bytes: limits.rowValueBytes)
    }

    /// Begins a row that nothing is ever added to.
    mutating func begin(_ match: Match) -> Row {
        alerts += 1
        return Row(alerts, match)
    }

    /// Takes up a row of an earlier run, unless there is one of that key.
    mutating func restore(_ row: Row, _ key: Hash128, duration: Int64) {
        guard rows.use(key) == nil, !rows.isFull else { return }
        rows.insert(key, Rows(duration: duration, current: row))
    }

    /// Counts a match of a key; `nil` where it would begin a row and may not.
    mutating func add(_ key: Hash128, duration: Int64, _ match: Match, mayBegin: Bool) -> Row? {
        guard let slot = rows.use(key) else { return mayBegin ? insert(key, duration, match) : nil }
        let (now, time) = (match.time, rows[slot].duration)
        let isCurrent = rows[slot].current.covers(now, time)
        if !isCurrent, rows[slot].earlier.covers(now, time) {
            rows[slot].earlier.add(match)
            return rows[slot].earlier
        }
        if isCurrent || rows[slot].current.mayBegin(at: now, time) {
            rows[slot].current.add(match)
            count(match, slot)
            return rows[slot].current
        }
        guard mayBegin else { return nil }
        let row = begin(match)
        counters.close(rows[slot].counter)
        rows[slot] = Rows(duration: duration, current: row, earlier: rows[slot].current)
        count(match, slot)
        return rows[slot].current
    }

    private mutating func insert(_ key: Hash128, _ duration: Int64, _ match: Match) -> Row {
        if rows.isFull, let oldest = rows.oldest {
            let (row, time) = (rows[oldest].current, rows[oldest].duration)
            if row.covers(match.time, time) || row.mayBegin(at: match.time, time) { evictions += 1 }
            counters.close(rows[oldest].counter)
        }
        let slot = rows.insert(key, Rows(duration: duration, current: begin(match)))
        count(match, slot)
        return rows[slot].current
    }

    /// Counts the value of a match for the current row.
    private mutating func count(_ match: Match, _ slot: Int) {
        guard let value = match.value else { return }
        if rows[slot].counter < 0 { rows[slot].counter = counters.open() }
        rows[slot].current.note(counters.add(value, to: rows[slot].counter))
    }
}

/// An alert row of an earlier run that repetitions may still be added to.
public struct OpenRow: Sendable {
    /// What tells it apart, by the hashes of that run.
    public var key: RowKey
    /// What it is called in this run.
    public var alert: UInt64
    /// The id of the rule that it belongs to.
    public var ruleID: String
    /// Its level.
    public var level: String
    /// Its first match.
    public var begin: Timestamp
    /// Its latest match.
    public var latest: Timestamp
    /// How many matches it stands for.
    public var count: Int64
    /// What their bytes add up to.
    public var bytes: Int64

    /// Describes a row.
    public init(
        key: RowKey, alert: UInt64, ruleID: String, level: String, begin: Timestamp,
        latest: Timestamp, count: Int64, bytes: Int64 = 0
    ) {
        self.key = key
        self.alert = alert
        self.ruleID = ruleID
        self.level = level
        self.begin = begin
        self.latest = latest
        self.count = count
        self.bytes = bytes
    }
}
