/// A cell of `HashCells`.
public protocol HashCell: Sendable {
    /// A cell that holds nothing.
    static var free: Self { get }
    /// Whether the cell holds nothing.
    var isFree: Bool { get }
    /// What the cell's home follows from. In a table that outsiders fill: bits of a seeded hash, or of a number whose range
    /// bounds how many may share a home.
    var tag: UInt32 { get }
}

/// Cells with open addressing and linear probing: the hash table below all others here.
///
/// The count of cells is a power of two, and at most half of them are taken, so that a search is short. A removal moves
/// back the cells behind it that it kept from their home (backward shift): there are no tombstones that pile up. Cells
/// double as they fill and never shrink; nothing is allocated once they have grown. The owner bounds how many it inserts.
///
/// A search goes over positions, so that nothing has to be passed in that compares keys:
///
///     var position = cells.start(tag)
///     while !cells.isFree(position) {
///         if cells[position].key == key { return position }
///         position = cells.after(position)
///     }
public struct HashCells<Cell: HashCell>: Sendable {
    @usableFromInline var cells: [Cell] = []
    /// How many cells are taken.
    @inlinable
    public var count: Int { taken }
    @usableFromInline var taken = 0

    /// No cells: the first insertion allocates.
    @inlinable
    public init() {}

    /// The memory taken, in bytes.
    @inlinable
    public var bytes: Int { cells.capacity * MemoryLayout<Cell>.stride }

    /// How many cells there are, free ones among them: positions are less.
    @inlinable
    public var capacity: Int { cells.count }

    @inlinable var mask: Int { cells.count &- 1 }

    /// The cell at a position that a search gave, to be read or changed in place.
    ///
    /// Its tag must stay the same.
    @inlinable
    public subscript(position: Int) -> Cell {
        _read { yield cells[position] }
        _modify { yield &cells[position] }
    }

    /// Where a search for a tag begins.
    ///
    /// There must be a taken cell: ask `count` first.
    @inlinable
    public func start(_ tag: UInt32) -> Int { Int(tag) & mask }

    /// Whether the search has come to its end at this position.
    @inlinable
    public func isFree(_ position: Int) -> Bool { cells[position].isFree }

    /// The position behind another.
    @inlinable
    public func after(_ position: Int) -> Int { (position &+ 1) & mask }

    /// Adds a cell, which is not free, beside those of the same tag.
    ///
    /// - Complexity: constant on average; linear where the cells double.
    @inlinable
    public mutating func insert(_ cell: Cell) {
        if count &* 2 >= cells.count { grow() }
        taken &+= 1
        let home = start(cell.tag)
        if cells[home].isFree { cells[home] = cell } else { place(cell) }
    }

    /// Frees a taken cell and moves back the cells behind it that it kept from their home: positions known before are void.
    @inlinable
    public mutating func remove(at position: Int) {
        taken &-= 1
        var hole = position
        var next = after(position)
        while !cells[next].isFree {
            let distance = (next &- start(cells[next].tag)) & mask
            if distance >= (next &- hole) & mask {
                cells[hole] = cells[next]
                hole = next
            }
            next = after(next)
        }
        cells[hole] = .free
    }

    /// Frees all cells.
    ///
    /// Memory is given back where there are more than `kept` cells.
    @inlinable
    public mutating func removeAll(keeping kept: Int = .max) {
        if cells.count > kept {
            cells = []
        } else if count > 0 {
            for position in cells.indices { cells[position] = .free }
        }
        taken = 0
    }

    /// How many cells a search for a tag looks at before it comes to a free one.
    @inlinable
    public func probes(_ tag: UInt32) -> Int {
        guard count > 0 else { return 0 }
        var (position, probes) = (start(tag), 0)
        while !cells[position].isFree {
            position = after(position)
            probes &+= 1
        }
        return probes
    }

    @inlinable
    mutating func place(_ cell: Cell) {
        var position = start(cell.tag)
        while !cells[position].isFree { position = after(position) }
        cells[position] = cell
    }

    @inlinable
    mutating func grow() {
        let old = cells
        cells = Array(repeating: .free, count: max(8, old.count &* 2))
        for cell in old where !cell.isFree { place(cell) }
    }
}
