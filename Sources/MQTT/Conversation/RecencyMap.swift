/// A bounded table from seeded 64-bit hashes to values. When it is full, the entry used longest ago makes room.
///
/// Only the hash is kept of a key: two keys with the same hash are taken for one, which happens by chance once in 2^64
/// pairs and, as the hash is seeded, not on purpose. Open addressing with linear probing; the table grows by doubling up to its limit.
struct RecencyMap<Value> {
    private struct Entry {
        var key: UInt64
        var value: Value
    }

    /// Entry number plus one; 0 is a free place. The count is a power of two, at least twice that of entries.
    private var places: [UInt32] = []
    private var entries: [Entry] = []
    private var free: [UInt32] = []
    private var recency = RecencyList()
    /// The most entries there may be.
    let limit: Int
    /// How many entries made room for others.
    private(set) var evictions: UInt64 = 0

    init(limit: Int) { self.limit = max(1, min(limit, 1 << 30)) }

    /// How many entries there are.
    var count: Int { entries.count &- free.count }

    /// The value of `key`, which counts as a use.
    mutating func find(_ key: UInt64) -> Value? {
        guard let place = place(of: key) else { return nil }
        let index = Int(places[place]) &- 1
        recency.touch(index)
        return entries[index].value
    }

    /// The value of `key`, which does not count as a use.
    func peek(_ key: UInt64) -> Value? {
        guard let place = place(of: key) else { return nil }
        return entries[Int(places[place]) &- 1].value
    }

    /// Changes the value of `key`, which counts as a use; gives whether it was there.
    @discardableResult
    mutating func update(_ key: UInt64, _ change: (inout Value) -> Void) -> Bool {
        guard let place = place(of: key) else { return false }
        let index = Int(places[place]) &- 1
        change(&entries[index].value)
        recency.touch(index)
        return true
    }

    /// Stores a value; gives whether the key was new.
    @discardableResult
    mutating func store(_ value: Value, for key: UInt64) -> Bool {
        if let place = place(of: key) {
            let index = Int(places[place]) &- 1
            entries[index].value = value
            recency.touch(index)
            return false
        }
        if count >= limit, let oldest = recency.oldest {
            remove(entries[oldest].key)
            evictions &+= 1
        }
        let index: Int
        if let reused = free.popLast() {
            index = Int(reused)
            entries[index] = Entry(key: key, value: value)
        } else {
            index = entries.count
            entries.append(Entry(key: key, value: value))
            if entries.count &* 2 > places.count { grow() }
        }
        insert(index, key)
        recency.add(index)
        return true
    }

    /// Forgets a key; gives whether it was there.
    @discardableResult
    mutating func remove(_ key: UInt64) -> Bool {
        guard let place = place(of: key) else { return false }
        let index = Int(places[place]) &- 1
        close(place)
        recency.remove(index)
        free.append(UInt32(truncatingIfNeeded: index))
        return true
    }

    private var mask: Int { places.count &- 1 }

    private func home(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key) & mask }

    private func place(of key: UInt64) -> Int? {
        guard !places.isEmpty else { return nil }
        var place = home(key)
        while places[place] != 0 {
            if entries[Int(places[place]) &- 1].key == key { return place }
            place = (place &+ 1) & mask
        }
        return nil
    }

    private mutating func insert(_ index: Int, _ key: UInt64) {
        var place = home(key)
        while places[place] != 0 { place = (place &+ 1) & mask }
        places[place] = UInt32(truncatingIfNeeded: index &+ 1)
    }

    private mutating func grow() {
        let old = places
        places = [UInt32](repeating: 0, count: max(16, old.count &* 2))
        for number in old where number != 0 {
            let index = Int(number) &- 1
            insert(index, entries[index].key)
        }
    }

    /// Frees a place and moves back the entries behind it that it kept from their home.
    private mutating func close(_ freed: Int) {
        var hole = freed
        var place = (freed &+ 1) & mask
        while places[place] != 0 {
            let distance = (place &- home(entries[Int(places[place]) &- 1].key)) & mask
            if distance >= (place &- hole) & mask {
                places[hole] = places[place]
                hole = place
            }
            place = (place &+ 1) & mask
        }
        places[hole] = 0
    }
}
