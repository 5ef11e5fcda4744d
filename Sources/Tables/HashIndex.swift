/// Where the entries of a table lie: for each the number of its slot and the tag of its key, eight bytes a cell.
///
/// The tag is compared before the slot is looked at, which lies elsewhere in memory; the keys themselves stay with the
/// entries, and whoever owns both compares them:
///
///     var position = index.start(tag)
///     while let slot = index.next(tag, &position) { if entries[slot].key == key { return slot } }
public struct HashIndex: Sendable {
    @usableFromInline
    struct Cell: HashCell {
        /// -1 in a free cell.
        @usableFromInline var slot: Int32
        @usableFromInline var tag: UInt32

        @inlinable
        init(slot: Int32, tag: UInt32) {
            self.slot = slot
            self.tag = tag
        }

        @inlinable static var free: Cell { Cell(slot: -1, tag: 0) }
        @inlinable var isFree: Bool { slot < 0 }
    }

    @usableFromInline var cells = HashCells<Cell>()

    /// An empty index, which allocates nothing yet.
    @inlinable
    public init() {}

    /// How many slots are entered.
    @inlinable
    public var count: Int { cells.count }

    /// The memory taken, in bytes.
    @inlinable
    public var bytes: Int { cells.bytes }

    /// What a slot takes at most, in bytes: of the cells, which double, between a quarter and half are taken.
    @inlinable
    public static var bytesPerSlot: Int { 4 * MemoryLayout<Cell>.stride }

    /// Where a search for a tag begins; -1 where nothing is entered.
    @inlinable
    public func start(_ tag: UInt32) -> Int { cells.count > 0 ? cells.start(tag) : -1 }

    /// The next slot that was entered under a tag, `nil` behind the last; `position` moves on.
    @inlinable
    public func next(_ tag: UInt32, _ position: inout Int) -> Int? {
        guard position >= 0 else { return nil }
        while true {
            let cell = cells[position]
            if cell.isFree { return nil }
            position = cells.after(position)
            if cell.tag == tag { return Int(cell.slot) }
        }
    }

    /// Enters a slot, 0 to 2³¹ - 1, under the tag of its key.
    ///
    /// It must not be there already.
    @inlinable
    public mutating func insert(_ tag: UInt32, slot: Int) {
        cells.insert(Cell(slot: Int32(truncatingIfNeeded: slot), tag: tag))
    }

    /// Takes out a slot that was entered under a tag; gives whether it was there.
    @inlinable @discardableResult
    public mutating func remove(_ tag: UInt32, slot: Int) -> Bool {
        guard cells.count > 0 else { return false }
        let number = Int32(truncatingIfNeeded: slot)
        var position = cells.start(tag)
        while !cells.isFree(position) {
            if cells[position].slot == number, cells[position].tag == tag {
                cells.remove(at: position)
                return true
            }
            position = cells.after(position)
        }
        return false
    }

    /// How many cells a search for a tag looks at before it comes to a free one.
    @inlinable
    public func probes(_ tag: UInt32) -> Int { cells.probes(tag) }
}
