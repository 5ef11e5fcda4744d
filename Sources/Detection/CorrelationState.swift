/// What correlations remember: a window for each group.
///
/// A window holds what was seen from `timespan` before an event up to that event, both ends included, as pySigma's SQLite
/// backend has it. Of an `event_count` the newest `entries` events are kept, of a `value_count` the values that were
/// seen last, as many; more cannot change the answer. A `value_sum` is exact up to `exactSums` events in a window; from
/// there on, events are put together with the newest entry while it is younger than 1/128 of the timespan, so that one
/// may leave the window too early by that much.
struct CorrelationState: Sendable {
    /// A group of a correlation.
    private struct Group: Sendable {
        var window = Window()
        /// The latest time that the group has seen, in nanoseconds since 1970.
        var latest: Int64
        let timespan: Int64
        let isDistinct: Bool
    }

    /// How many events of a `value_sum` are kept one by one.
    static let exactSums = 256
    /// Numbers of a `value_sum` are clamped to this, so that no sum of a window overflows.
    private static let largestNumber: Int64 = 1 << 52

    private var groups: RecentTable<Group>
    private var pool: WindowPool
    /// The places of distinct values in the pool.
    private var distinct = KeyIndex()
    /// Groups that were pushed out while their window still held something.
    private(set) var evictions: UInt64 = 0

    init(limits: DetectionLimits) {
        groups = RecentTable(limit: limits.groups)
        pool = WindowPool(limit: limits.windowEntries)
    }

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

    /// Counts an event.
    mutating func addEvent(_ place: Int32, entries: Int) {
        var group = groups[place]
        if group.window.count >= entries { drop(group.window.oldest, from: &group) }
        append(WindowPool.Entry(time: group.latest), to: &group, at: place)
        groups[place] = group
    }

    /// Counts a value, unless it is in the window already. Its key is that of the group with the value added.
    mutating func addDistinct(_ key: TableKey, _ place: Int32, entries: Int) {
        var group = groups[place]
        let known = distinct.place(of: key)
        if known >= 0 {
            pool.renew(known, in: &group.window, time: group.latest)
        } else {
            if group.window.count >= entries { drop(group.window.oldest, from: &group) }
            let made = append(WindowPool.Entry(time: group.latest, key: key), to: &group, at: place)
            distinct.insert(key, place: made)
        }
        groups[place] = group
    }

    /// Adds a number to the sum.
    mutating func addNumber(_ number: Int64, _ place: Int32) {
        var group = groups[place]
        let number = max(-Self.largestNumber, min(number, Self.largestNumber))
        let newest = group.window.newest
        if newest >= 0, group.window.count >= Self.exactSums,
            difference(group.latest, pool[newest].time) < group.timespan / 128
        {
            let old = Int64(bitPattern: pool[newest].key.low)
            let joined = max(-Self.largestNumber, min(old + number, Self.largestNumber))
            pool[newest].key.low = UInt64(bitPattern: joined)
            group.window.sum += joined - old
        } else {
            let key = TableKey(high: 0, low: UInt64(bitPattern: number))
            append(WindowPool.Entry(time: group.latest, key: key), to: &group, at: place)
            group.window.sum += number
        }
        groups[place] = group
    }

    /// How many entries the window of a group has.
    func count(_ place: Int32) -> Int { groups[place].window.count }

    /// The sum over the window of a group; `nil` where there is no number in it.
    func sum(_ place: Int32) -> Int64? {
        let window = groups[place].window
        return window.count == 0 ? nil : window.sum
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
            group.window.sum -= Int64(bitPattern: pool[entry].key.low)
        }
        pool.remove(entry, from: &group.window)
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
