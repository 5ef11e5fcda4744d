/// Slots, numbered from 0 on, in the order of their last use: a doubly linked list whose links lie in one array, eight
/// bytes a slot, beside whatever the slots hold.
///
/// Slots that are not in the list are either free, chained up to be handed out again, or whoever took them out keeps them.
public struct LRUList: Sendable {
    @usableFromInline
    struct Links: Sendable {
        /// The next slot used later; -1 for none.
        @usableFromInline var newer: Int32
        /// The next slot used earlier, or the next free one; -1 for none.
        @usableFromInline var older: Int32

        @inlinable
        init(newer: Int32, older: Int32) {
            self.newer = newer
            self.older = older
        }
    }

    @usableFromInline var links: [Links] = []
    @usableFromInline var head: Int32 = -1
    @usableFromInline var tail: Int32 = -1
    @usableFromInline var firstFree: Int32 = -1
    /// How many slots are in the list.
    @inlinable
    public var count: Int { linked }
    @usableFromInline var linked = 0

    /// An empty list, which allocates nothing yet.
    @inlinable
    public init() {}

    /// The memory taken, in bytes.
    @inlinable
    public var bytes: Int { links.capacity * MemoryLayout<Links>.stride }

    /// What a slot takes at most, in bytes: the array of links doubles as it grows.
    @inlinable
    public static var bytesPerSlot: Int { 2 * MemoryLayout<Links>.stride }

    /// How many slots were ever numbered: the numbers of slots are less.
    @inlinable
    public var slotCount: Int { links.count }

    /// The slot used last.
    @inlinable
    public var newest: Int? { head < 0 ? nil : Int(head) }

    /// The slot used longest ago.
    @inlinable
    public var oldest: Int? { tail < 0 ? nil : Int(tail) }

    /// The slot used next after one that is in the list.
    @inlinable
    public func newer(than slot: Int) -> Int? { links[slot].newer < 0 ? nil : Int(links[slot].newer) }

    /// The slot used last before one that is in the list.
    @inlinable
    public func older(than slot: Int) -> Int? { links[slot].older < 0 ? nil : Int(links[slot].older) }

    /// Hands out a free slot, or a new one whose number is `slotCount`, and makes it the one used last.
    @inlinable
    public mutating func allocate() -> Int {
        if firstFree >= 0 {
            let slot = Int(firstFree)
            firstFree = links[slot].older
            link(slot)
            return slot
        }
        links.append(Links(newer: -1, older: -1))
        link(links.count &- 1)
        return links.count &- 1
    }

    /// Takes a slot, which must be in the list, out of it and frees it.
    @inlinable
    public mutating func release(_ slot: Int) {
        unlink(slot)
        links[slot].older = firstFree
        firstFree = Int32(truncatingIfNeeded: slot)
    }

    /// Makes a slot that is in no list the one used last, for owners that number slots themselves: one slot may be in
    /// several lists.
    @inlinable
    public mutating func add(_ slot: Int) {
        while links.count <= slot { links.append(Links(newer: -1, older: -1)) }
        link(slot)
    }

    /// Takes a slot, which must be in the list, out of it.
    ///
    /// It is not free: whoever took it out keeps it.
    @inlinable
    public mutating func remove(_ slot: Int) { unlink(slot) }

    /// Makes a slot, which must be in the list, the one used last.
    @inlinable
    public mutating func touch(_ slot: Int) {
        let (number, first) = (Int32(truncatingIfNeeded: slot), head)
        guard first != number else { return }
        head = number
        var last = tail
        // One span: each change to the array by itself would ask again whether somebody shares it.
        var span = links.mutableSpan
        let own = span[slot]
        if own.newer >= 0 { span[Int(own.newer)].older = own.older }
        if own.older >= 0 { span[Int(own.older)].newer = own.newer } else { last = own.newer }
        span[slot] = Links(newer: -1, older: first)
        span[Int(first)].newer = number
        tail = last
    }

    /// Moves a slot, which must be in the list, to just before another one, as if it had been used earlier than that.
    @inlinable
    public mutating func move(_ slot: Int, before newer: Int) {
        guard slot != newer else { return }
        unlink(slot)
        let (number, next) = (Int32(truncatingIfNeeded: slot), Int32(truncatingIfNeeded: newer))
        let older = links[newer].older
        links[slot] = Links(newer: next, older: older)
        links[newer].older = number
        if older >= 0 { links[Int(older)].newer = number } else { tail = number }
        linked &+= 1
    }

    @inlinable
    mutating func link(_ slot: Int) {
        let (number, first) = (Int32(truncatingIfNeeded: slot), head)
        head = number
        if first < 0 { tail = number }
        linked &+= 1
        var span = links.mutableSpan
        span[slot] = Links(newer: -1, older: first)
        if first >= 0 { span[Int(first)].newer = number }
    }

    @inlinable
    mutating func unlink(_ slot: Int) {
        var (first, last) = (head, tail)
        var span = links.mutableSpan
        let own = span[slot]
        if own.newer >= 0 { span[Int(own.newer)].older = own.older } else { first = own.older }
        if own.older >= 0 { span[Int(own.older)].newer = own.newer } else { last = own.newer }
        head = first
        tail = last
        linked &-= 1
    }
}
