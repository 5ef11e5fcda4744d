/// The events, or the distinct values, of one group that lie within its timespan: a list in a pool, oldest first.
struct Window: Sendable {
    var oldest: Int32 = -1
    var newest: Int32 = -1
    var count = 0
    /// The sum of the first numbers of all entries.
    var sum: Int64 = 0
    /// The sum of the second numbers: how many values were added, or what a ratio divides by.
    var second: Int64 = 0
}

/// The entries of all windows: a pool of bounded size with lists in it.
///
/// It grows by doubling until its limit; after that nothing is allocated.
struct WindowPool: Sendable {
    /// An event or a distinct value.
    struct Entry {
        /// When it was seen, in nanoseconds since 1970; of a distinct value, when last.
        var time: Int64
        /// The key of a distinct value; else two numbers, the first in `low`.
        var key: TableKey
        fileprivate(set) var older: Int32 = -1
        fileprivate(set) var newer: Int32 = -1

        init(time: Int64, key: TableKey = TableKey(high: 0, low: 0)) {
            self.time = time
            self.key = key
        }

        init(time: Int64, first: Int64, second: Int64) {
            self.init(time: time, key: TableKey(high: UInt64(bitPattern: second), low: UInt64(bitPattern: first)))
        }

        var first: Int64 { Int64(bitPattern: key.low) }
        var second: Int64 { Int64(bitPattern: key.high) }
    }

    private var entries: [Entry] = []
    private var free: Int32 = -1
    private var used = 0
    private let limit: Int

    /// The memory that it has taken, in bytes.
    var bytes: Int { entries.capacity * MemoryLayout<Entry>.stride }

    /// An empty pool for at most `limit` entries, at least one.
    init(limit: Int) { self.limit = max(1, min(limit, Int(Int32.max))) }

    /// Whether an entry must be removed before another can be appended.
    var isFull: Bool { used >= limit }

    subscript(place: Int32) -> Entry {
        get { entries[Int(place)] }
        set { entries[Int(place)] = newValue }
    }

    /// Appends an entry as the newest of `window`. The pool must not be full.
    ///
    /// - Returns: its place.
    mutating func append(_ entry: Entry, to window: inout Window) -> Int32 {
        var place = free
        if place >= 0 {
            free = entries[Int(place)].older
            entries[Int(place)] = entry
        } else {
            place = Int32(truncatingIfNeeded: entries.count)
            entries.append(entry)
        }
        used += 1
        link(place, to: &window)
        return place
    }

    /// Takes an entry out of `window`.
    mutating func remove(_ place: Int32, from window: inout Window) {
        unlink(place, from: &window)
        entries[Int(place)].older = free
        free = place
        used -= 1
    }

    /// Makes an entry of `window` its newest.
    mutating func renew(_ place: Int32, in window: inout Window, time: Int64) {
        unlink(place, from: &window)
        entries[Int(place)].time = time
        link(place, to: &window)
    }

    private mutating func link(_ place: Int32, to window: inout Window) {
        entries[Int(place)].older = window.newest
        entries[Int(place)].newer = -1
        if window.newest >= 0 { entries[Int(window.newest)].newer = place } else { window.oldest = place }
        window.newest = place
        window.count += 1
    }

    private mutating func unlink(_ place: Int32, from window: inout Window) {
        let (older, newer) = (entries[Int(place)].older, entries[Int(place)].newer)
        if older >= 0 { entries[Int(older)].newer = newer } else { window.oldest = newer }
        if newer >= 0 { entries[Int(newer)].older = older } else { window.newest = older }
        window.count -= 1
    }
}
