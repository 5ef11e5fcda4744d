import Tables

/// What correlations remember: a window for each group.
///
/// A window holds what was seen from `timespan` before an event up to that event, both ends included, as pySigma's SQLite
/// backend has it. What is kept of it:
///
/// | measure             | entries of a window                              | error                                      |
/// |---------------------|--------------------------------------------------|--------------------------------------------|
/// | events              | one more than the largest threshold, the newest  | none                                       |
/// | events, too many    | lots of 1/1024 of the timespan                   | the oldest lot may leave too early         |
/// | distinct values     | one more than the largest threshold, seen last   | none up to `exactValues`, then a sketch    |
/// | sums, averages      | 256 numbers, then lots of 1/128 of the timespan  | the oldest lot may leave too early         |
/// | percentiles         | the newest 1024 numbers                          | said with the measure                      |
///
/// An event that comes late is put to its place in order of time. What left a window less than `latenessBound` ago is
/// kept for that, as far as there is room: up to as many entries as a window has, 16 to 256, and of all windows together a
/// quarter of the pool. An event that more than `WindowPool.longestWalk` entries have passed counts as seen with the last of
/// them. Of the windows that a late event is in, those are looked at that `mostValues` entries come into or leave.
struct CorrelationWindows: ~Copyable {
    /// How many values of a sum are kept one by one.
    static let exactSums = 256
    /// How many lots the events of a window are put together in, at least, where there are too many to keep each.
    static let lots: Int64 = 1024
    /// How many lots the numbers of a window are put together in, at least.
    static let sumLots: Int64 = 128
    /// How many values a percentile looks at.
    static let percentileValues = 1024
    /// Numbers with fractions are kept as multiples of 1 / this.
    static let realScale: Int64 = 1 << 20
    /// Numbers of a sum are clamped to this, so that no sum of a window overflows.
    private static let largestNumber: Int64 = 1 << 52

    var groups: LRUTable<Hash128, WindowGroup>
    var pool: WindowPool
    private var sketches: DistinctSketches
    /// For percentiles: the numbers of a window, to be sorted.
    var numbers: [Int64] = []
    /// The windows of distinct values that a late event is in.
    var sweep = DistinctSweep(values: mostValues)
    private let exactValues: Int
    /// Groups that were pushed out while their window still held something.
    private(set) var evictions: UInt64 = 0
    private let anchor = Anchor()

    init(limits: DetectionLimits) {
        groups = LRUTable(limit: limits.groups)
        pool = WindowPool(limit: limits.windowEntries)
        sketches = DistinctSketches(limit: limits.sketches)
        exactValues = max(1, limits.exactValues)
        numbers.reserveCapacity(Self.percentileValues)
    }

    /// The memory that it has taken, in bytes.
    var bytes: Int { groups.bytes + pool.bytes + sketches.bytes }

    /// How many groups went over from exact counts of distinct values to estimates.
    var sketchesMade: UInt64 { sketches.made }

    /// What the windows of a correlation have in common.
    func kind(_ plan: CorrelationPlans.Core) -> WindowKind {
        let entries = Int32(clamping: max(1, plan.measure.isDistinct ? min(plan.entries, exactValues) : plan.entries))
        let (capacity, most): (Int32, Int32) =
            switch plan.measure {
            case .sum, .average, .ratio: (.max, 2048)
            case .manyEvents: (.max, 8192)
            case .percentile: (Int32(Self.percentileValues), Int32(Self.percentileValues) + 256)
            case .rules: (4096, 4096 + 256)
            case .events, .distinctValues, .orderedRules, .absence: (entries, entries + min(max(16, entries), 256))
            }
        return WindowKind(
            timespan: plan.timespan, capacity: capacity, most: most, isDistinct: plan.measure.isDistinct)
    }

    /// Finds or makes the group of a key, and moves its window on.
    ///
    /// A step back in time by more than the timespan, and by more than `latenessBound`, begins the window anew: the clock
    /// was set back.
    ///
    /// - Returns: the slot of the group, good until the next call.
    mutating func open(_ key: Hash128, _ plan: CorrelationPlans.Core, now: Int64) -> Int {
        guard let slot = groups.use(key) else {
            if groups.isFull, let oldest = groups.oldest { evict(oldest, now: now) }
            return groups.insert(key, WindowGroup(kind(plan), latest: now))
        }
        let latest = groups[slot].latest
        if isSetBack(now, latest: latest, timespan: plan.timespan) {
            pool.clear(&groups[slot])
            groups[slot].latest = now
        } else if now > latest {
            groups[slot].latest = now
            pool.advance(&groups[slot])
        }
        return slot
    }

    /// The latest time that a group has seen.
    func latest(_ slot: Int) -> Int64 { groups[slot].latest }

    /// Whether an event is the one that was counted last; from now on it is.
    private mutating func isRepeated(_ number: UInt64, _ slot: Int) -> Bool {
        if groups[slot].event == number { return true }
        groups[slot].event = number
        return false
    }

    /// Counts an event, the one with that number, unless it was counted already.
    mutating func addEvent(_ number: UInt64, _ slot: Int, _ time: Int64, token: UInt64) {
        if !isRepeated(number, slot) { insert(WindowPool.Entry(time: time, 1, 0, token: token), slot) }
    }

    /// Counts an event in the lot of those just before it, unless it was counted already.
    mutating func addToLot(_ number: UInt64, _ slot: Int, _ time: Int64, token: UInt64) {
        if !isRepeated(number, slot) { addNumbers(1, 0, slot, time, parts: Self.lots, token: token) }
    }

    /// Adds a pair of numbers to the sums.
    mutating func addNumbers(
        _ number: Int64, _ second: Int64, _ slot: Int, _ time: Int64, parts: Int64 = sumLots, token: UInt64
    ) {
        let (number, second) = (Self.clamped(number), Self.clamped(second))
        if Int(groups[slot].count) >= Self.exactSums {
            let before = pool.place(before: time, groups[slot])
            if before >= 0, difference(time, pool[before].time) < groups[slot].timespan / parts {
                let old = pool[before]
                pool.join(
                    before, number: Self.clamped(old.number + number), second: Self.clamped(old.second + second),
                    token: token, &groups[slot])
                return
            }
        }
        insert(WindowPool.Entry(time: time, number, second, token: token), slot)
    }

    /// Keeps a number for a percentile.
    mutating func addRanked(_ number: Int64, _ slot: Int, _ time: Int64, token: UInt64) {
        insert(WindowPool.Entry(time: time, number, 0, token: token), slot)
    }

    /// Counts a distinct value.
    ///
    /// `key` is that of the value below that of the group.
    mutating func addDistinct(
        _ key: Hash128, _ slot: Int, of group: Hash128, entries: Int, _ time: Int64, token: UInt64
    ) {
        let isSketched = entries > exactValues
        if isSketched, Int(groups[slot].count) >= exactValues, pool.place(of: key) < 0, !sketches.holds(group) {
            openSketch(group, slot)
        }
        makeRoom(slot)
        pool.addValue(key, time, token: token, &groups[slot])
        if isSketched, sketches.isUsed { sketches.add(key, to: group, time: time) }
    }

    /// Begins a sketch with the values of a window.
    private mutating func openSketch(_ key: Hash128, _ slot: Int) {
        sketches.open(key, timespan: groups[slot].timespan, time: groups[slot].latest)
        var entry = groups[slot].start
        while entry >= 0 {
            sketches.add(pool[entry].key, to: key, time: pool[entry].time)
            entry = pool[entry].newer
        }
    }

    /// How many distinct values the window of a group has that ends with its latest event, and whether that is an estimate.
    mutating func distinctCount(_ slot: Int, of key: Hash128) -> (count: Int, isEstimate: Bool) {
        let exact = Int(groups[slot].count)
        // While all of the window is known there is nothing to estimate.
        guard exact >= exactValues, let estimate = sketches.count(key, time: groups[slot].latest) else {
            return (exact, false)
        }
        return (max(exact, estimate), true)
    }

    /// Whether a distinct value is in the window of its group that ends at a time.
    func holds(_ key: Hash128, at end: Int64, timespan: Int64) -> Bool {
        pool.holds(key, at: end, timespan: timespan)
    }

    private mutating func insert(_ entry: WindowPool.Entry, _ slot: Int) {
        makeRoom(slot)
        pool.insert(entry, &groups[slot])
        pool.trim(&groups[slot])
    }

    /// Makes room in the pool for an entry of a group: what it keeps outside of its window goes first, then groups that
    /// were used longest ago, then the oldest of its own.
    private mutating func makeRoom(_ slot: Int) {
        if pool.isFull || pool.hasTooManySpare { pool.dropSpare(&groups[slot]) }
        while pool.isFull {
            if let oldest = groups.oldest, oldest != slot {
                evict(oldest, now: groups[slot].latest)
            } else {
                pool.drop(&groups[slot])
            }
        }
    }

    private mutating func evict(_ slot: Int, now: Int64) {
        if groups[slot].count > 0, difference(now, groups[slot].latest) <= groups[slot].timespan { evictions += 1 }
        pool.clear(&groups[slot])
        groups.remove(slot)
    }

    private static func clamped(_ number: Int64) -> Int64 { max(-largestNumber, min(number, largestNumber)) }
}
