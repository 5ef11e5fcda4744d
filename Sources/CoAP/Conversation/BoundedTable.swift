/// A key of 128 bits that a seeded hash made: equal keys are taken for equal ends, ids and tokens.
struct HashedKey: Hashable, Sendable {
    var high: UInt64
    var low: UInt64
}

/// A hash table with a limit that forgets the entry unused for longest.
///
/// Entries lie in slots whose numbers stay good until the entry is removed. Slots and index double up to the limit and
/// are used again from then on, so that nothing is allocated in the steady state. Open addressing with linear probing;
/// the index is at most half full.
struct BoundedTable<Value: Sendable>: Sendable {
    private struct Slot: Sendable {
        var key: HashedKey
        var value: Value
        /// Neighbours in the order of use; -1 for none. `older` links the free slots, too.
        var newer: Int32
        var older: Int32
    }

    private static var none: Int32 { -1 }

    /// An entry of the index: a slot, and the low half of its key, from which its home follows without a look into the
    /// slot, which lies elsewhere in memory.
    private struct Place: Sendable {
        var slot: Int32
        var low: UInt32

        static var empty: Place { Place(slot: -1, low: 0) }
    }

    private var slots: [Slot] = []
    private var index: [Place]
    private var newest = Self.none
    private var firstFree = Self.none
    private let limit: Int

    /// The slot unused for longest, or -1.
    private var oldestSlot = Self.none
    /// How many entries there are.
    private(set) var count = 0
    /// How many entries were forgotten because the table was full.
    private(set) var evictions: UInt64 = 0

    /// An empty table for at most `limit` entries.
    init(limit: Int) {
        self.limit = max(1, min(limit, 1 << 24))
        index = Array(repeating: .empty, count: 64)
    }

    /// How many slots there are: the numbers of slots are less.
    var slotCount: Int { slots.count }

    /// The slot unused for longest; `nil` where the table is empty.
    var oldest: Int? { oldestSlot == Self.none ? nil : Int(oldestSlot) }

    /// The entry in a slot that `find` or `insert` returned.
    subscript(slot: Int) -> Value {
        // Lent, not copied: entries are large, and some hold arrays.
        _read { yield slots[slot].value }
        _modify { yield &slots[slot].value }
    }

    /// The slot of a key; `nil` where it is unknown.
    func find(_ key: HashedKey) -> Int? {
        let low = UInt32(truncatingIfNeeded: key.low)
        var position = home(low)
        while index[position].slot != Self.none {
            let slot = Int(index[position].slot)
            if index[position].low == low, slots[slot].key == key { return slot }
            position = (position &+ 1) & mask
        }
        return nil
    }

    /// Makes the entry the one used last.
    mutating func touch(_ slot: Int) {
        guard newest != slot else { return }
        unlink(slot)
        linkNewest(slot)
    }

    /// Adds an entry under a key that is not in the table; a full table forgets the entry unused for longest.
    mutating func insert(_ key: HashedKey, _ value: Value) -> Int {
        if count == limit, let oldest {
            remove(oldest)
            evictions &+= 1
        }
        let slot = takeSlot(key, value)
        count &+= 1
        if count &* 2 > index.count { growIndex() } else { enter(slot, key) }
        return slot
    }

    /// Removes an entry; its slot will be used again.
    mutating func remove(_ slot: Int) {
        leaveIndex(slot)
        unlink(slot)
        slots[slot].older = firstFree
        firstFree = Int32(truncatingIfNeeded: slot)
        count &-= 1
    }
}

extension BoundedTable {
    private var mask: Int { index.count &- 1 }

    /// The place that a key would have alone; the index has at most 2^25 places.
    private func home(_ low: UInt32) -> Int { Int(low) & mask }

    /// Puts an entry into a free slot or a new one, as the one used last.
    private mutating func takeSlot(_ key: HashedKey, _ value: Value) -> Int {
        let slot = Slot(key: key, value: value, newer: Self.none, older: newest)
        let number: Int
        if firstFree == Self.none {
            number = slots.count
            slots.append(slot)
        } else {
            number = Int(firstFree)
            firstFree = slots[number].older
            slots[number] = slot
        }
        let link = Int32(truncatingIfNeeded: number)
        if newest == Self.none { oldestSlot = link } else { slots[Int(newest)].newer = link }
        newest = link
        return number
    }

    private mutating func enter(_ slot: Int, _ key: HashedKey) {
        let low = UInt32(truncatingIfNeeded: key.low)
        var position = home(low)
        while index[position].slot != Self.none { position = (position &+ 1) & mask }
        index[position] = Place(slot: Int32(truncatingIfNeeded: slot), low: low)
    }

    /// Doubles the index and enters every entry in the order of use.
    private mutating func growIndex() {
        index = Array(repeating: .empty, count: index.count &* 2)
        var slot = newest
        while slot != Self.none {
            enter(Int(slot), slots[Int(slot)].key)
            slot = slots[Int(slot)].older
        }
    }

    /// Takes an entry out of the index and closes the gap, so that no tombstones pile up.
    private mutating func leaveIndex(_ slot: Int) {
        var gap = home(UInt32(truncatingIfNeeded: slots[slot].key.low))
        while index[gap].slot != Int32(truncatingIfNeeded: slot) { gap = (gap &+ 1) & mask }
        var position = gap
        while true {
            position = (position &+ 1) & mask
            guard index[position].slot != Self.none else { break }
            let distance = (position &- home(index[position].low)) & mask
            guard distance >= (position &- gap) & mask else { continue }
            index[gap] = index[position]
            gap = position
        }
        index[gap] = .empty
    }

    private mutating func unlink(_ slot: Int) {
        let (newer, older) = (slots[slot].newer, slots[slot].older)
        if newer == Self.none { newest = older } else { slots[Int(newer)].older = older }
        if older == Self.none { oldestSlot = newer } else { slots[Int(older)].newer = newer }
    }

    private mutating func linkNewest(_ slot: Int) {
        let number = Int32(truncatingIfNeeded: slot)
        slots[slot].newer = Self.none
        slots[slot].older = newest
        if newest == Self.none { oldestSlot = number } else { slots[Int(newest)].newer = number }
        newest = number
    }
}
