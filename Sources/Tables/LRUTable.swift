/// A bounded table from keys to values.
///
/// When it is full, the entry used longest ago makes room.
///
/// Keys are 128 bits of a seeded hash (`Hash128`), or whatever else is a `TableKey`. An entry lies in a slot, whose number
/// stays good until the entry is removed; values are read and changed in place by slot. What counts as a use is up to
/// the owner: `use` and `touch` do, `find` and the subscript do not. Slots and index double up to the limit and are used
/// again from then on, so that nothing is allocated in the steady state.
public struct LRUTable<Key: TableKey, Value: Sendable>: ~Copyable, Sendable {
    // All of it is inlinable: whoever uses the table in another module would else run it unspecialised, which looks up the
    // metadata of the entries and allocates a frame for each value that is lent.
    @usableFromInline
    struct Entry: Sendable {
        @usableFromInline var key: Key
        @usableFromInline var value: Value

        @inlinable
        init(key: Key, value: consuming Value) {
            self.key = key
            self.value = value
        }
    }

    @usableFromInline var entries: [Entry] = []
    @usableFromInline var index = HashIndex()
    @usableFromInline var order = LRUList()
    /// The most entries there may be.
    public let limit: Int
    @usableFromInline var evicted: UInt64 = 0
    /// How many entries made room for others.
    @inlinable
    public var evictions: UInt64 { evicted }

    /// An empty table for at most `limit` entries, at least one; it allocates nothing yet.
    @inlinable
    public init(limit: Int) { self.limit = max(1, min(limit, 1 << 30)) }

    /// How many entries there are.
    @inlinable
    public var count: Int { order.count }

    /// Whether the next entry that is added needs an old one to go.
    @inlinable
    public var isFull: Bool { order.count >= limit }

    /// How many slots there are: the numbers of slots are less.
    @inlinable
    public var slotCount: Int { entries.count }

    /// The memory taken, in bytes, without what values refer to elsewhere.
    @inlinable
    public var bytes: Int { entries.capacity * MemoryLayout<Entry>.stride + index.bytes + order.bytes }

    /// What an entry takes at most, in bytes, without what its value refers to elsewhere.
    public static var bytesPerEntry: Int {
        MemoryLayout<Entry>.stride + HashIndex.bytesPerSlot + LRUList.bytesPerSlot
    }

    /// The slot used longest ago; `nil` where the table is empty.
    @inlinable
    public var oldest: Int? { order.oldest }

    /// The slot used last; `nil` where the table is empty.
    @inlinable
    public var newest: Int? { order.newest }

    /// The slot used next after another one: from `oldest` on it goes over all entries in the order of use.
    @inlinable
    public func newer(than slot: Int) -> Int? { order.newer(than: slot) }

    /// The value in a slot, lent and not copied.
    ///
    /// Always inlined: an accessor that is called allocates a frame for each value that is lent.
    public subscript(slot: Int) -> Value {
        @inlinable @inline(__always) _read { yield entries[slot].value }
        @inlinable @inline(__always) _modify { yield &entries[slot].value }
    }

    /// The key of the entry in a slot.
    @inlinable
    public func key(at slot: Int) -> Key { entries[slot].key }

    /// The slot of a key; `nil` where it has none.
    ///
    /// Does not count as a use.
    @inlinable
    public func find(_ key: Key) -> Int? {
        let tag = key.tag
        var position = index.start(tag)
        while let slot = index.next(tag, &position) {
            if entries[slot].key == key { return slot }
        }
        return nil
    }

    /// The slot of a key, which is from now on the one used last; `nil` where it has none.
    @inlinable
    public mutating func use(_ key: Key) -> Int? {
        guard let slot = find(key) else { return nil }
        order.touch(slot)
        return slot
    }

    /// Makes the entry in a slot the one used last.
    @inlinable
    public mutating func touch(_ slot: Int) { order.touch(slot) }

    /// Adds a value under a key that has none yet; a full table gives up the entry used longest ago.
    ///
    /// An owner that has to clear up behind an entry looks at `isFull` and `oldest` before.
    ///
    /// - Returns: the slot, which is the one used last.
    @inlinable @discardableResult
    public mutating func insert(_ key: Key, _ value: consuming Value) -> Int {
        if isFull, let oldest = order.oldest {
            remove(oldest)
            evicted &+= 1
        }
        let slot = order.allocate()
        if slot == entries.count {
            entries.reserve(limit: limit)
            entries.append(Entry(key: key, value: value))
        } else {
            entries[slot].key = key
            entries[slot].value = value
        }
        index.insert(key.tag, slot: slot)
        return slot
    }

    /// Stores a value under a key, whether or not it has one; counts as a use.
    ///
    /// - Returns: whether the key is new.
    @inlinable @discardableResult
    public mutating func store(_ value: consuming Value, for key: Key) -> Bool {
        guard let slot = use(key) else {
            insert(key, value)
            return true
        }
        entries[slot].value = value
        return false
    }

    /// Removes the entry in a slot.
    ///
    /// The slot keeps the value until it is used again: an owner whose values refer to memory elsewhere takes that out
    /// before.
    @inlinable
    public mutating func remove(_ slot: Int) {
        index.remove(entries[slot].key.tag, slot: slot)
        order.release(slot)
    }

    /// Removes a key; gives whether it was there.
    @inlinable @discardableResult
    public mutating func remove(key: Key) -> Bool {
        guard let slot = find(key) else { return false }
        remove(slot)
        return true
    }

    /// How many cells of the index a search for a key looks at.
    @inlinable
    public func probes(_ key: Key) -> Int { index.probes(key.tag) }
}

extension Array {
    /// Makes room for one more element where doubling the room would be more than `limit` elements need.
    @inlinable
    mutating func reserve(limit: Int) {
        if count == capacity, 2 * count > limit, count < limit { reserveCapacity(limit) }
    }
}
