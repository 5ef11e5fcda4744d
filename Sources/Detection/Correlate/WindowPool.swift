import Tables

/// What is remembered of one group of a correlation: a list of entries in order of time, the newest of which are in
/// the window that ends with the latest event of the group.
///
/// Those before are kept for events that come late.
struct WindowGroup: BitwiseCopyable, Sendable {
    var oldest: Int32 = -1
    var newest: Int32 = -1
    /// The oldest entry of the window; -1 where that is empty.
    var start: Int32 = -1
    /// How many entries there are in the window.
    var count: Int32 = 0
    /// How many entries there are altogether.
    var kept: Int32 = 0
    /// How many entries of a window are looked at: the newest ones.
    let capacity: Int32
    /// How many entries are kept.
    let most: Int32
    /// Whether the entries are told apart by a key.
    let isDistinct: Bool
    /// Whether values were left out or put together in the window, so that the measure is not exact.
    var isCut = false
    /// The sum of the first numbers in the window.
    var sum: Int64 = 0
    /// The sum of the second numbers in the window: what a ratio divides by.
    var second: Int64 = 0
    /// The latest time that the group has seen, in nanoseconds since 1970.
    var latest: Int64
    let timespan: Int64
    /// The event that was counted last: one that comes in twice counts once.
    var event: UInt64 = 0

    init(_ kind: WindowKind, latest: Int64) {
        capacity = kind.capacity
        most = kind.most
        isDistinct = kind.isDistinct
        timespan = kind.timespan
        self.latest = latest
    }

    /// When the window begins that ends with the latest event.
    var edge: Int64 { moved(latest, by: -timespan) }
}

/// What the windows of a correlation have in common.
struct WindowKind: BitwiseCopyable, Sendable {
    var timespan: Int64
    var capacity: Int32
    /// `capacity`, and what is kept beyond it for events that come late.
    var most: Int32
    var isDistinct: Bool
}

/// The entries of all windows: a pool of bounded size with lists in it.
///
/// It grows by doubling until its limit; after that nothing is allocated.
struct WindowPool: Sendable {
    /// An event, a number, or a distinct value.
    struct Entry: BitwiseCopyable, Sendable {
        /// When it was seen, in nanoseconds since 1970; of a distinct value, when last.
        var time: Int64
        /// Of a distinct value, when it was seen first without a pause longer than the timespan: it is in every window that
        /// ends from then on until `timespan` after `time`.
        var first: Int64
        /// The key of a distinct value; else two numbers, the first in `low`.
        var key: Hash128
        /// Where the evidence is.
        var token: UInt64
        fileprivate(set) var older: Int32 = -1
        fileprivate(set) var newer: Int32 = -1
        /// The entry of the same value before a pause; -1 where there is none.
        fileprivate(set) var same: Int32 = -1
        fileprivate(set) var isInWindow = false

        init(time: Int64, key: Hash128, token: UInt64) {
            self.time = time
            first = time
            self.key = key
            self.token = token
        }

        init(time: Int64, _ number: Int64, _ second: Int64, token: UInt64) {
            let key = Hash128(high: UInt64(bitPattern: second), low: UInt64(bitPattern: number))
            self.init(time: time, key: key, token: token)
        }

        var number: Int64 { Int64(bitPattern: key.low) }
        var second: Int64 { Int64(bitPattern: key.high) }
    }

    /// How many entries an event that comes late may be passed on the way to its place.
    static let longestWalk = 1024

    private var entries: [Entry] = []
    private var free: Int32 = -1
    private var used = 0
    private let limit: Int
    /// How many entries are outside of their group's window.
    private(set) var spare = 0
    /// The newest entry of each distinct value.
    private var values = HashIndex()

    /// An empty pool for at most `limit` entries, at least one.
    init(limit: Int) { self.limit = max(1, min(limit, Int(Int32.max))) }

    /// The memory that it has taken, in bytes.
    var bytes: Int { entries.capacity * MemoryLayout<Entry>.stride + values.bytes }

    /// Whether an entry must be removed before another can be added.
    var isFull: Bool { used >= limit }

    /// Whether the entries outside of windows are too many of all.
    var hasTooManySpare: Bool { spare > limit / 4 }

    /// An entry.
    subscript(place: Int32) -> Entry { entries[Int(place)] }

    /// The newest entry of a distinct value; -1 where there is none.
    func place(of key: Hash128) -> Int32 {
        var position = values.start(key.tag)
        while let slot = values.next(key.tag, &position) {
            if entries[slot].key == key { return Int32(truncatingIfNeeded: slot) }
        }
        return -1
    }
}

extension WindowPool {
    /// Adds an entry to its place in order of time, behind those of the same time.
    ///
    /// The pool must not be full.
    @discardableResult
    mutating func insert(_ entry: Entry, _ group: inout WindowGroup) -> Int32 {
        var place = free
        if place >= 0 {
            free = entries[Int(place)].older
            entries[Int(place)] = entry
        } else {
            place = Int32(truncatingIfNeeded: entries.count)
            entries.append(entry)
        }
        used += 1
        link(place, &group)
        return place
    }

    /// Adds a number to an entry.
    mutating func join(_ place: Int32, number: Int64, second: Int64, token: UInt64, _ group: inout WindowGroup) {
        let old = entries[Int(place)]
        entries[Int(place)].key = Hash128(high: UInt64(bitPattern: second), low: UInt64(bitPattern: number))
        entries[Int(place)].token = token
        if old.isInWindow {
            group.sum += number - old.number
            group.second += second - old.second
        }
        group.isCut = true
    }

    /// The newest entry that is not later than a time; -1 where there is none.
    func place(before time: Int64, _ group: WindowGroup) -> Int32 {
        var place = group.newest
        var left = Self.longestWalk
        while place >= 0, left > 0, entries[Int(place)].time > time {
            place = entries[Int(place)].older
            left -= 1
        }
        return place
    }

    /// Counts a sight of a distinct value.
    ///
    /// There must be room for an entry.
    mutating func addValue(_ key: Hash128, _ time: Int64, token: UInt64, _ group: inout WindowGroup) {
        let known = place(of: key)
        // The newest entry that the sight may belong to, and the one after it.
        var found = known
        var later: Int32 = -1
        while found >= 0, difference(entries[Int(found)].first, time) > group.timespan {
            later = found
            found = entries[Int(found)].same
        }
        guard found >= 0, difference(time, entries[Int(found)].time) <= group.timespan else {
            var entry = Entry(time: time, key: key, token: token)
            entry.same = found
            let made = insert(entry, &group)
            if later >= 0 {
                entries[Int(later)].same = made
            } else {
                if known >= 0 { values.remove(key.tag, slot: Int(known)) }
                values.insert(key.tag, slot: Int(made))
            }
            trim(&group)
            return
        }
        entries[Int(found)].first = min(entries[Int(found)].first, time)
        if time >= entries[Int(found)].time {
            unlink(found, &group)
            entries[Int(found)].time = time
            entries[Int(found)].token = token
            link(found, &group)
        }
        join(found, &group)
        if later >= 0 { join(later, &group) }
    }

    /// Makes one of an entry of a distinct value and of those before it, where there is no pause between any more.
    private mutating func join(_ place: Int32, _ group: inout WindowGroup) {
        while entries[Int(place)].same >= 0 {
            let earlier = entries[Int(place)].same
            guard difference(entries[Int(place)].first, entries[Int(earlier)].time) <= group.timespan else { return }
            entries[Int(place)].first = min(entries[Int(place)].first, entries[Int(earlier)].first)
            entries[Int(place)].same = entries[Int(earlier)].same
            unlink(earlier, &group)
            release(earlier)
        }
    }

    /// Whether a distinct value is in the window that ends at a time.
    func holds(_ key: Hash128, at end: Int64, timespan: Int64) -> Bool {
        var place = place(of: key)
        while place >= 0 {
            let entry = entries[Int(place)]
            if entry.first <= end, difference(end, entry.time) <= timespan { return true }
            place = entry.same
        }
        return false
    }

    /// Moves the window on to the latest event of its group, and drops what no late event can need any more.
    mutating func advance(_ group: inout WindowGroup) {
        let edge = group.edge
        while group.start >= 0, entries[Int(group.start)].time < edge { leave(&group) }
        let keep = moved(edge, by: -latenessBound)
        while group.oldest >= 0, group.oldest != group.start, entries[Int(group.oldest)].time < keep {
            drop(&group)
        }
    }

    /// Drops the oldest entries of a group while it has more than it may.
    mutating func trim(_ group: inout WindowGroup) {
        while group.kept > group.most, group.oldest != group.start { drop(&group) }
    }

    /// Drops all that a group keeps outside of its window.
    mutating func dropSpare(_ group: inout WindowGroup) {
        while group.oldest >= 0, group.oldest != group.start { drop(&group) }
    }

    /// Drops all entries of a group.
    mutating func clear(_ group: inout WindowGroup) {
        while group.oldest >= 0 { drop(&group) }
    }

    /// Drops the oldest entry of a group.
    mutating func drop(_ group: inout WindowGroup) {
        let place = group.oldest
        if group.isDistinct { forget(place) }
        unlink(place, &group)
        release(place)
    }

    private mutating func forget(_ place: Int32) {
        let entry = entries[Int(place)]
        var other = self.place(of: entry.key)
        if other == place {
            values.remove(entry.key.tag, slot: Int(place))
            if entry.same >= 0 { values.insert(entry.key.tag, slot: Int(entry.same)) }
            return
        }
        while other >= 0, entries[Int(other)].same != place { other = entries[Int(other)].same }
        if other >= 0 { entries[Int(other)].same = entry.same }
    }

    private mutating func release(_ place: Int32) {
        entries[Int(place)].older = free
        free = place
        used -= 1
    }

    /// Puts an entry to its place in the list of its group, and into the window if it belongs there.
    private mutating func link(_ place: Int32, _ group: inout WindowGroup) {
        var older = group.newest
        var left = Self.longestWalk
        while older >= 0, entries[Int(older)].time > entries[Int(place)].time {
            if left == 0 {
                // Too many have come since: it counts as seen with the last of those that were passed.
                entries[Int(place)].time = entries[Int(older)].time
                break
            }
            left -= 1
            older = entries[Int(older)].older
        }
        let newer = older >= 0 ? entries[Int(older)].newer : group.oldest
        entries[Int(place)].older = older
        entries[Int(place)].newer = newer
        if older >= 0 { entries[Int(older)].newer = place } else { group.oldest = place }
        if newer >= 0 { entries[Int(newer)].older = place } else { group.newest = place }
        group.kept += 1
        let time = entries[Int(place)].time
        let isInWindow: Bool
        if group.start < 0 {
            isInWindow = time >= group.edge
        } else if newer == group.start {
            isInWindow = time >= group.edge && group.count < group.capacity
        } else {
            isInWindow = time >= entries[Int(group.start)].time
        }
        entries[Int(place)].isInWindow = isInWindow
        guard isInWindow else {
            spare += 1
            return
        }
        if group.start < 0 || newer == group.start { group.start = place }
        group.count += 1
        if !group.isDistinct {
            group.sum += entries[Int(place)].number
            group.second += entries[Int(place)].second
        }
        if group.count > group.capacity {
            leave(&group)
            group.isCut = true
        }
    }

    /// Takes an entry out of the list of its group.
    private mutating func unlink(_ place: Int32, _ group: inout WindowGroup) {
        let entry = entries[Int(place)]
        if entry.isInWindow {
            if group.start == place { group.start = entry.newer }
            takeOut(entry, &group)
        } else {
            spare -= 1
        }
        if entry.older >= 0 { entries[Int(entry.older)].newer = entry.newer } else { group.oldest = entry.newer }
        if entry.newer >= 0 { entries[Int(entry.newer)].older = entry.older } else { group.newest = entry.older }
        group.kept -= 1
    }

    /// Lets the oldest entry of a window leave it.
    private mutating func leave(_ group: inout WindowGroup) {
        let place = Int(group.start)
        entries[place].isInWindow = false
        spare += 1
        group.start = entries[place].newer
        takeOut(entries[place], &group)
    }

    private func takeOut(_ entry: Entry, _ group: inout WindowGroup) {
        group.count -= 1
        if !group.isDistinct {
            group.sum -= entry.number
            group.second -= entry.second
        }
        if group.count == 0 { group.isCut = false }
    }
}
