/// What correlations remember: a window for each group.
///
/// A window holds what was seen from `timespan` before an event up to that event, both ends included, as pySigma's SQLite
/// backend has it. Of events the newest `entries` are kept, of distinct values those that were seen last, as many; more
/// cannot change the answer. Sums are exact up to `exactSums` values in a window; from there on, values are put together
/// with the newest entry while it is younger than 1/128 of the timespan, so that one may leave the window too early by
/// that much; likewise for events where a threshold is too large to keep each, with 1/1024. A percentile is that of the newest `percentileValues` in the window. Distinct values beyond
/// `DetectionLimits.exactValues` are estimated by a sketch.
struct CorrelationState: Sendable {
    /// A group of a correlation.
    private struct Group: Sendable {
        var window = Window()
        /// The latest time that the group has seen, in nanoseconds since 1970.
        var latest: Int64
        let timespan: Int64
        let isDistinct: Bool
        /// The event that was counted last: one that comes in twice counts once.
        var event: UInt64 = 0
        /// Whether values were left out or put together in the window, so that the measure is not exact.
        var isCut = false
    }

    /// How many values of a sum are kept one by one.
    static let exactSums = 256
    /// How many lots the events of a window are put together in, at least, where there are too many to keep each.
    private static let lots: Int64 = 1024
    /// How many values a percentile looks at.
    static let percentileValues = 1024
    /// Numbers with fractions are kept as multiples of 1 / this.
    static let realScale: Int64 = 1 << 20
    /// Numbers of a sum are clamped to this, so that no sum of a window overflows.
    private static let largestNumber: Int64 = 1 << 52

    private var groups: RecentTable<Group>
    private var pool: WindowPool
    /// The places of distinct values in the pool.
    private var distinct = KeyIndex()
    /// Groups that were pushed out while their window still held something.
    private(set) var evictions: UInt64 = 0
    private var sketches: DistinctSketches
    /// For percentiles: the numbers of a window, to be sorted.
    private var numbers: [Int64] = []
    private let exactValues: Int

    init(limits: DetectionLimits) {
        groups = RecentTable(limit: limits.groups)
        pool = WindowPool(limit: limits.windowEntries)
        sketches = DistinctSketches(limit: limits.sketches)
        exactValues = max(1, limits.exactValues)
    }

    /// The memory that it has taken, in bytes.
    var bytes: Int { groups.bytes + pool.bytes + distinct.bytes + sketches.bytes }

    /// How many groups went over from exact counts of distinct values to estimates.
    var sketchesMade: UInt64 { sketches.made }

    /// Finds or makes the group of a key and drops what has left its window.
    ///
    /// Capture time may step back a little: an event that is older than the latest of its group, by no more than the
    /// timespan, counts as seen with that one. A larger step back starts the window anew.
    ///
    /// - Returns: the place of the group, good until the next call.
    mutating func open(_ key: TableKey, timespan: Int64, isDistinct: Bool, now: Int64) -> Int32 {
        var place = groups.find(key)
        if place < 0 {
            if groups.isFull { evict(groups.oldest, now: now) }
            place = groups.insert(key, Group(latest: now, timespan: timespan, isDistinct: isDistinct))
            return place
        }
        var group = groups[place]
        if now < group.latest, difference(group.latest, now) > timespan {
            clear(&group)
            group.latest = now
        }
        group.latest = max(group.latest, now)
        let start = group.latest.subtractingReportingOverflow(timespan)
        while group.window.oldest >= 0, !start.overflow, pool[group.window.oldest].time < start.partialValue {
            drop(group.window.oldest, from: &group)
        }
        groups[place] = group
        return place
    }

    /// Counts an event, the one with that number, unless it was counted already.
    mutating func addEvent(_ number: UInt64, _ place: Int32, entries: Int) {
        var group = groups[place]
        guard group.event != number else { return }
        group.event = number
        if group.window.count >= entries { drop(group.window.oldest, from: &group) }
        append(WindowPool.Entry(time: group.latest), to: &group, at: place)
        groups[place] = group
    }

    /// Counts an event in the lot of those just before it, unless it was counted already.
    mutating func addToLot(_ number: UInt64, _ place: Int32) {
        guard groups[place].event != number else { return }
        groups[place].event = number
        addNumbers(1, 0, place, parts: Self.lots)
    }

    /// Whether a value is in the window of its group, as it was when that was opened.
    func holds(_ key: TableKey) -> Bool { distinct.place(of: key) >= 0 }

    /// Counts a value, unless it is in the window already. `key` is that of the value below that of the group.
    mutating func addDistinct(_ key: TableKey, _ place: Int32, of groupKey: TableKey, entries: Int) {
        var group = groups[place]
        let known = distinct.place(of: key)
        if known >= 0 {
            pool.renew(known, in: &group.window, time: group.latest)
        } else {
            if group.window.count >= min(entries, exactValues) {
                if entries > exactValues, !sketches.holds(groupKey) { openSketch(groupKey, group) }
                drop(group.window.oldest, from: &group)
            }
            let made = append(WindowPool.Entry(time: group.latest, key: key), to: &group, at: place)
            distinct.insert(key, place: made)
        }
        if entries > exactValues, sketches.isUsed { sketches.add(key, to: groupKey, time: group.latest) }
        groups[place] = group
    }

    /// Begins a sketch with the values of a window.
    private mutating func openSketch(_ key: TableKey, _ group: Group) {
        sketches.open(key, timespan: group.timespan, time: group.latest)
        var entry = group.window.oldest
        while entry >= 0 {
            sketches.add(pool[entry].key, to: key, time: pool[entry].time)
            entry = pool[entry].newer
        }
    }

    /// How many distinct values the window of a group has, and whether that is an estimate.
    mutating func distinctCount(_ place: Int32, of key: TableKey) -> (count: Int, isEstimate: Bool) {
        let exact = groups[place].window.count
        // While all of the window is known there is nothing to estimate.
        guard exact >= exactValues, let estimate = sketches.count(key, time: groups[place].latest) else {
            return (exact, false)
        }
        return (max(exact, estimate), true)
    }

    /// Adds a pair of numbers to the sums.
    mutating func addNumbers(_ first: Int64, _ second: Int64, _ place: Int32, parts: Int64 = 128) {
        var group = groups[place]
        let (first, second) = (Self.clamped(first), Self.clamped(second))
        let newest = group.window.newest
        if newest >= 0, group.window.count >= Self.exactSums,
            difference(group.latest, pool[newest].time) < group.timespan / parts
        {
            let old = pool[newest]
            let joined = WindowPool.Entry(
                time: old.time, first: Self.clamped(old.first + first), second: Self.clamped(old.second + second))
            pool[newest].key = joined.key
            group.window.sum += joined.first - old.first
            group.window.second += joined.second - old.second
            group.isCut = true
        } else {
            append(WindowPool.Entry(time: group.latest, first: first, second: second), to: &group, at: place)
            group.window.sum += first
            group.window.second += second
        }
        groups[place] = group
    }

    /// Keeps a number for a percentile.
    mutating func addRanked(_ number: Int64, _ place: Int32) {
        var group = groups[place]
        if group.window.count >= Self.percentileValues {
            drop(group.window.oldest, from: &group)
            group.isCut = true
        }
        append(WindowPool.Entry(time: group.latest, first: number, second: 0), to: &group, at: place)
        groups[place] = group
    }

    private static func clamped(_ number: Int64) -> Int64 { max(-largestNumber, min(number, largestNumber)) }

    /// How many entries the window of a group has.
    func count(_ place: Int32) -> Int { groups[place].window.count }

    /// The sums over the window of a group; `nil` where there is no number in it.
    func sums(_ place: Int32) -> (first: Int64, second: Int64, isCut: Bool)? {
        let group = groups[place]
        return group.window.count == 0 ? nil : (group.window.sum, group.window.second, group.isCut)
    }

    /// A percentile of the numbers in the window of a group, between two of them by their distance, as pySigma's SQLite
    /// backend has it; `nil` where there is no number.
    mutating func percentile(_ percent: Int, _ place: Int32) -> (value: Double, isCut: Bool)? {
        let group = groups[place]
        guard group.window.count > 0 else { return nil }
        numbers.removeAll(keepingCapacity: true)
        var entry = group.window.oldest
        while entry >= 0 {
            numbers.append(pool[entry].first)
            entry = pool[entry].newer
        }
        numbers.sortInPlace()
        let position = Double(numbers.count - 1) * Double(percent) / 100
        let low = max(0, min(Int(position), numbers.count - 1))
        let high = min(low + 1, numbers.count - 1)
        let fraction = position - Double(low)
        return (Double(numbers[low]) * (1 - fraction) + Double(numbers[high]) * fraction, group.isCut)
    }

    @discardableResult
    private mutating func append(_ entry: WindowPool.Entry, to group: inout Group, at place: Int32) -> Int32 {
        while pool.isFull {
            if groups.oldest != place {
                evict(groups.oldest, now: group.latest)
            } else {
                drop(group.window.oldest, from: &group)
            }
        }
        return pool.append(entry, to: &group.window)
    }

    private mutating func drop(_ entry: Int32, from group: inout Group) {
        if group.isDistinct {
            distinct.remove(pool[entry].key)
        } else {
            group.window.sum -= pool[entry].first
            group.window.second -= pool[entry].second
        }
        pool.remove(entry, from: &group.window)
        if group.window.count == 0 { group.isCut = false }
    }

    private mutating func clear(_ group: inout Group) {
        while group.window.oldest >= 0 { drop(group.window.oldest, from: &group) }
    }

    private mutating func evict(_ place: Int32, now: Int64) {
        var group = groups[place]
        if group.window.count > 0, difference(now, group.latest) <= group.timespan { evictions += 1 }
        clear(&group)
        groups.remove(place)
    }
}

/// How far `later` is behind `earlier`, clamped instead of overflowing.
func difference(_ later: Int64, _ earlier: Int64) -> Int64 {
    let (result, overflow) = later.subtractingReportingOverflow(earlier)
    return overflow ? (later < earlier ? .min : .max) : result
}
