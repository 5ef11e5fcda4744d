/// What a table is searched by: 128 bits of a seeded hash over the real key, which is not kept.
///
/// Two keys fall together with a probability of about n² / 2¹²⁹ for n entries, and nobody who does not know the seed can
/// make it happen.
struct TableKey: Hashable, Sendable {
    var high: UInt64
    var low: UInt64
}

/// Where the entry of a key lies: open addressing with linear probing, at most half full.
struct KeyIndex: Sendable {
    private struct Cell {
        var key = TableKey(high: 0, low: 0)
        /// -1 in a free cell.
        var place: Int32 = -1
    }

    private var cells: [Cell]
    private(set) var count = 0

    /// The memory that it has taken, in bytes.
    var bytes: Int { cells.capacity * MemoryLayout<Cell>.stride }

    init() { cells = Array(repeating: Cell(), count: 64) }

    private func home(_ key: TableKey) -> Int { Int(truncatingIfNeeded: key.low) & (cells.count &- 1) }

    /// The place stored for a key; -1 where there is none.
    func place(of key: TableKey) -> Int32 {
        var cell = home(key)
        while cells[cell].place >= 0 {
            if cells[cell].key == key { return cells[cell].place }
            cell = (cell &+ 1) & (cells.count &- 1)
        }
        return -1
    }

    /// Stores the place of a key that is not there yet.
    mutating func insert(_ key: TableKey, place: Int32) {
        if 2 * (count + 1) > cells.count { grow() }
        put(key, place)
        count += 1
    }

    private mutating func put(_ key: TableKey, _ place: Int32) {
        var cell = home(key)
        while cells[cell].place >= 0 { cell = (cell &+ 1) & (cells.count &- 1) }
        cells[cell] = Cell(key: key, place: place)
    }

    private mutating func grow() {
        let old = cells
        cells = Array(repeating: Cell(), count: 2 * old.count)
        for cell in old where cell.place >= 0 { put(cell.key, cell.place) }
    }

    /// Forgets a key; those behind it move up, so that no gap is left in their chain.
    mutating func remove(_ key: TableKey) {
        let mask = cells.count &- 1
        var hole = home(key)
        while cells[hole].place >= 0, cells[hole].key != key { hole = (hole &+ 1) & mask }
        guard cells[hole].place >= 0 else { return }
        count -= 1
        var next = (hole &+ 1) & mask
        while cells[next].place >= 0 {
            let distance = (next &- home(cells[next].key)) & mask
            if distance >= (next &- hole) & mask {
                cells[hole] = cells[next]
                hole = next
            }
            next = (next &+ 1) & mask
        }
        cells[hole] = Cell()
    }
}

/// A table of bounded size that knows which entry was used longest ago.
///
/// It grows by doubling until its limit; after that nothing is allocated.
struct RecentTable<Value: Sendable>: Sendable {
    private struct Entry {
        var key: TableKey
        var value: Value
        var newer: Int32
        var older: Int32
    }

    private var entries: [Entry] = []
    private var index = KeyIndex()
    private var newest: Int32 = -1
    private(set) var oldest: Int32 = -1
    private var free: Int32 = -1
    let limit: Int

    /// An empty table for at most `limit` entries, at least one.
    init(limit: Int) { self.limit = max(1, min(limit, Int(Int32.max))) }

    /// The memory that it has taken, in bytes.
    var bytes: Int { entries.capacity * MemoryLayout<Entry>.stride + index.bytes }

    /// How many entries there are.
    var count: Int { index.count }

    /// Whether the next entry needs an old one to go.
    var isFull: Bool { index.count >= limit }

    /// The entry of a key, which now counts as used; -1 where there is none.
    mutating func find(_ key: TableKey) -> Int32 {
        let place = index.place(of: key)
        if place >= 0, place != newest {
            unlink(place)
            linkNewest(place)
        }
        return place
    }

    /// Adds an entry for a key that has none. The table must not be full.
    mutating func insert(_ key: TableKey, _ value: Value) -> Int32 {
        let place: Int32
        let entry = Entry(key: key, value: value, newer: -1, older: -1)
        if free >= 0 {
            place = free
            free = entries[Int(place)].older
            entries[Int(place)] = entry
        } else {
            place = Int32(truncatingIfNeeded: entries.count)
            entries.append(entry)
        }
        index.insert(key, place: place)
        linkNewest(place)
        return place
    }

    /// Removes an entry.
    mutating func remove(_ place: Int32) {
        index.remove(entries[Int(place)].key)
        unlink(place)
        entries[Int(place)].older = free
        free = place
    }

    /// The key of an entry.
    func key(of place: Int32) -> TableKey { entries[Int(place)].key }

    /// The value of an entry.
    subscript(place: Int32) -> Value {
        get { entries[Int(place)].value }
        set { entries[Int(place)].value = newValue }
    }

    private mutating func unlink(_ place: Int32) {
        let (newer, older) = (entries[Int(place)].newer, entries[Int(place)].older)
        if newer >= 0 { entries[Int(newer)].older = older } else { newest = older }
        if older >= 0 { entries[Int(older)].newer = newer } else { oldest = newer }
    }

    private mutating func linkNewest(_ place: Int32) {
        entries[Int(place)].newer = -1
        entries[Int(place)].older = newest
        if newest >= 0 { entries[Int(newest)].newer = place } else { oldest = place }
        newest = place
    }
}
