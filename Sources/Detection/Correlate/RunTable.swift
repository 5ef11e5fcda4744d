/// What a `temporal_ordered` correlation with a `RunPlan` remembers of each group: how late each of the runs began, and when
/// each rule matched last.
///
/// A run's latest beginning is enough: no other run of that kind lies in a window when that one does not. Runs ascend in
/// time, as in `SequenceTable`. Rules that must not match are looked for in the same window, which ends with the match
/// that was just noted: what comes later is not waited for.
struct RunTable: Sendable {
    /// The run with the latest beginning, and the one before it, which ended earlier.
    private struct Run: Sendable {
        var start = Int64.min
        var end = Int64.min
        var earlierStart = Int64.min
    }

    private var groups: RecentTable<Int64>
    private var runs: [Run] = []
    private var seen: [Int64] = []
    private let plan: RunPlan
    private let rules: Int
    let timespan: Int64
    /// Groups that were pushed out while a match of theirs was in the window.
    private(set) var evictions: UInt64 = 0

    /// A table for at most `limit` groups.
    init(_ plan: RunPlan, timespan: Int64, limit: Int) {
        groups = RecentTable(limit: limit)
        self.plan = plan
        rules = plan.endings.count
        self.timespan = timespan
    }

    /// The memory that it has taken, in bytes.
    var bytes: Int {
        groups.bytes + runs.capacity * MemoryLayout<Run>.stride + seen.capacity * MemoryLayout<Int64>.stride
    }

    /// Notes a match of a rule.
    ///
    /// - Returns: of how many rules the run is that makes the condition true in the window before it; `nil` where none does.
    mutating func add(_ key: TableKey, rule: Int, now: Int64) -> Int? {
        guard rule >= 0, rule < rules else { return nil }
        let place = open(key, now: now)
        // Time may step back a little: the match then counts as seen with the latest.
        let now = max(now, groups[place])
        groups[place] = now
        let (first, firstSeen) = (Int(place) * plan.nodes.count, Int(place) * rules)
        seen[firstSeen + rule] = now
        for index in plan.endings[rule].indices {
            let node = plan.endings[rule][index]
            let parent = plan.nodes[node].parent
            var start = now
            if parent >= 0 {
                let before = runs[first + parent]
                start = before.end < now ? before.start : before.earlierStart
            }
            if start > .min { extend(first + node, start: start, now: now) }
        }
        var present: UInt64 = 0
        for rule in 0..<rules where isRecent(seen[firstSeen + rule], now) { present |= 1 << UInt64(rule) }
        return goal(first, present, now)
    }

    private func goal(_ first: Int, _ present: UInt64, _ now: Int64) -> Int? {
        switch plan.goal {
        case .count(let bounds):
            let count = present.nonzeroBitCount
            for index in bounds.indices where !bounds[index].holds(Int64(count)) { return nil }
            return isRecent(runs[first + Int(present) - 1].start, now) ? count : nil
        case .ways(let ways):
            for index in ways.indices where ways[index].absent & present == 0 {
                let node = ways[index].node
                if node < 0 || isRecent(runs[first + node].start, now) { return ways[index].length }
            }
            return nil
        }
    }

    private func isRecent(_ time: Int64, _ now: Int64) -> Bool { time > .min && difference(now, time) <= timespan }

    /// Finds or makes a group; one that time has left far behind, or that lies in the future, begins anew.
    private mutating func open(_ key: TableKey, now: Int64) -> Int32 {
        var place = groups.find(key)
        if place >= 0, difference(groups[place], now) <= timespan { return place }
        if place >= 0 {
            groups[place] = now
        } else {
            if groups.isFull {
                if difference(now, groups[groups.oldest]) <= timespan { evictions += 1 }
                groups.remove(groups.oldest)
            }
            place = groups.insert(key, now)
        }
        let (end, endSeen) = ((Int(place) + 1) * plan.nodes.count, (Int(place) + 1) * rules)
        if runs.count < end { runs += Array(repeating: Run(), count: end - runs.count) }
        if seen.count < endSeen { seen += Array(repeating: .min, count: endSeen - seen.count) }
        for index in (end - plan.nodes.count)..<end { runs[index] = Run() }
        for index in (endSeen - rules)..<endSeen { seen[index] = .min }
        return place
    }

    private mutating func extend(_ index: Int, start: Int64, now: Int64) {
        var run = runs[index]
        if run.end < now { run.earlierStart = run.start }
        run.start = max(run.start, start)
        run.end = now
        runs[index] = run
    }
}
