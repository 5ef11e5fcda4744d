/// Names an entry of a `SlotTable`: a slot and how often it was used before.
///
/// The name of an entry that is gone is not given to another one until its slot was used 2³¹ times.
///
/// `Tag` is a type of no values that keeps names of different tables apart.
public struct SlotID<Tag>: RawRepresentable, Hashable, Sendable {
    /// The number of the slot.
    public let index: UInt32
    /// How often the slot was used before, 31 bits.
    public let generation: UInt32

    /// The name of a slot's entry; only the lower 31 bits of `generation` count.
    @inlinable
    public init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation & 0x7FFF_FFFF
    }

    /// The name that `rawValue` stood for.
    ///
    /// A negative number names nothing that `rawValue` could give.
    @inlinable
    public init(rawValue: Int64) {
        index = UInt32(truncatingIfNeeded: rawValue)
        generation = UInt32(truncatingIfNeeded: rawValue >> 32)
    }

    /// The name as a number that is not negative, for whoever keeps it in a table of flows.
    @inlinable
    public var rawValue: Int64 { Int64(generation) << 32 | Int64(index) }
}

/// Bounded slots with names: values that are opened, used for a while and closed.
///
/// When it is full, the one used longest ago makes room.
///
/// A slot that is used again keeps the value that was there, with the room of its buffers: whoever opens it resets it in
/// place. Nothing is allocated once the slots have grown.
public struct SlotTable<Value: Sendable, Tag>: ~Copyable, Sendable {
    /// Names an entry of this table.
    public typealias ID = SlotID<Tag>

    @usableFromInline var values: [Value] = []
    /// Of each slot the generation, 31 bits, and in the topmost bit whether it is open.
    @usableFromInline var generations: [UInt32] = []
    @usableFromInline var order = LRUList()
    /// The most entries there may be.
    public let limit: Int
    /// How many entries were given up for others, as the owner said.
    @inlinable
    public var evictions: UInt64 { evicted }
    @usableFromInline var evicted: UInt64 = 0

    @inlinable
    static var open: UInt32 { 0x8000_0000 }

    /// An empty table for at most `limit` entries, at least one; it allocates nothing yet.
    @inlinable
    public init(limit: Int) { self.limit = max(1, min(limit, 1 << 30)) }

    /// A table whose slot 0 is taken for good by a value of the owner's, which has no name, never makes room and is not
    /// counted.
    @inlinable
    public init(limit: Int, reserving value: Value) {
        self.init(limit: limit)
        values.append(value)
        generations.append(0)
        order.remove(order.allocate())
    }

    /// How many entries are open.
    @inlinable
    public var count: Int { order.count }

    /// How many slots there are: the numbers of slots are less.
    @inlinable
    public var slotCount: Int { values.count }

    /// The memory taken, in bytes, without what values refer to elsewhere.
    @inlinable
    public var bytes: Int {
        values.capacity * MemoryLayout<Value>.stride + generations.capacity * MemoryLayout<UInt32>.stride + order.bytes
    }

    /// What an entry takes at most, in bytes, without what its value refers to elsewhere.
    @inlinable
    public static var bytesPerEntry: Int {
        MemoryLayout<Value>.stride + 2 * MemoryLayout<UInt32>.stride + LRUList.bytesPerSlot
    }

    /// The entry that has to make room before another can be opened; `nil` while there is room.
    @inlinable
    public var victim: Int? { order.count >= limit ? order.oldest : nil }

    /// The slot used longest ago; `nil` where none is open.
    @inlinable
    public var oldest: Int? { order.oldest }

    /// The slot used next after another one: from `oldest` on it goes over all open ones in the order of use.
    @inlinable
    public func newer(than slot: Int) -> Int? { order.newer(than: slot) }

    /// The value in a slot, lent and not copied.
    @inlinable
    public subscript(slot: Int) -> Value {
        _read { yield values[slot] }
        _modify { yield &values[slot] }
    }

    /// Opens a slot.
    ///
    /// Where `victim` is one, the owner closes that before and says so by `close(_:isEvicted:)`.
    ///
    /// - Parameter fresh: the value of a slot that was never used; one that was used before keeps what it had.
    /// - Returns: the slot, which is the one used last.
    @inlinable
    public mutating func open(_ fresh: @autoclosure () -> Value) -> Int {
        let slot = order.allocate()
        if slot == values.count {
            values.reserve(limit: limit + 1)
            values.append(fresh())
            generations.append(Self.open)
        } else {
            generations[slot] |= Self.open
        }
        return slot
    }

    /// Closes a slot, whose name means nothing from now on.
    ///
    /// The value stays until the slot is used again.
    @inlinable
    public mutating func close(_ slot: Int, isEvicted: Bool = false) {
        generations[slot] = (generations[slot] &+ 1) & ~Self.open
        order.release(slot)
        if isEvicted { evicted &+= 1 }
    }

    /// The slot of a name; `nil` where what it named is closed.
    @inlinable
    public func slot(of id: ID) -> Int? {
        let slot = Int(id.index)
        guard slot < generations.count, id.generation < Self.open,
            generations[slot] == id.generation | Self.open
        else { return nil }
        return slot
    }

    /// The name of what is open in a slot.
    @inlinable
    public func id(_ slot: Int) -> ID {
        ID(index: UInt32(truncatingIfNeeded: slot), generation: generations[slot])
    }

    /// Makes the entry in a slot the one used last.
    @inlinable
    public mutating func touch(_ slot: Int) { order.touch(slot) }
}
