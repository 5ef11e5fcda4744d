/// What a `temporal_ordered` correlation remembers of each group: how late a run of its rules, in their order, began.
///
/// For each length of a run and each rule that ends it, the latest beginning is kept: no other run of that kind can lie
/// within a window when that one does not. Runs ascend in time: two matches at the same instant are not in order, as in
/// pySigma's SQLite backend.
struct SequenceTable: Sendable {
    /// The run with the latest beginning, and the one before it, which ended earlier.
    private struct Run: Sendable {
        var start = Int64.min
        var end = Int64.min
        var earlierStart = Int64.min
    }

    private var groups: RecentTable<Int64>
    private var runs: [Run] = []
    private let rules: Int
    private let needed: Int
    let timespan: Int64
    /// Groups that were pushed out while a run of theirs was in the window.
    private(set) var evictions: UInt64 = 0

    /// A table for runs of `needed` out of `rules` rules.
    init(rules: Int, needed: Int, timespan: Int64, limit: Int) {
        groups = RecentTable(limit: limit)
        self.rules = rules
        self.needed = needed
        self.timespan = timespan
    }

    /// The memory that it has taken, in bytes.
    var bytes: Int { groups.bytes + runs.capacity * MemoryLayout<Run>.stride }

    private var stride: Int { rules * needed }

    /// Notes a match of a rule, and tells whether a whole run lies within the timespan before it.
    mutating func add(_ key: TableKey, rule: Int, now: Int64) -> Bool {
        guard needed <= rules, rule < rules else { return false }
        var place = groups.find(key)
        if place < 0 {
            if groups.isFull {
                if difference(now, groups[groups.oldest]) <= timespan { evictions += 1 }
                groups.remove(groups.oldest)
            }
            place = groups.insert(key, now)
            let first = Int(place) * stride
            if runs.count < first + stride {
                runs += Array(repeating: Run(), count: first + stride - runs.count)
            }
            for index in first..<(first + stride) { runs[index] = Run() }
        }
        // Time may step back a little: the match then counts as seen with the latest.
        let now = difference(groups[place], now) > timespan ? now : max(now, groups[place])
        groups[place] = now
        let first = Int(place) * stride
        extend(first, rule: rule, length: 0, start: now, now: now)
        for length in 1..<max(1, needed) {
            var latest = Int64.min
            for earlier in 0..<rule {
                let run = runs[first + (length - 1) * rules + earlier]
                latest = max(latest, run.end < now ? run.start : run.earlierStart)
            }
            if latest > .min { extend(first, rule: rule, length: length, start: latest, now: now) }
        }
        for ending in 0..<rules {
            let start = runs[first + (needed - 1) * rules + ending].start
            if start > .min, difference(now, start) <= timespan { return true }
        }
        return false
    }

    private mutating func extend(_ first: Int, rule: Int, length: Int, start: Int64, now: Int64) {
        let index = first + length * rules + rule
        var run = runs[index]
        if run.end < now { run.earlierStart = run.start }
        run.start = max(run.start, start)
        run.end = now
        runs[index] = run
    }
}
