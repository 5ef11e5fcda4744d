/// Where datagrams are found by their hash: open addressing of a fixed size, at most half full.
struct FragmentIndex: Sendable {
    private struct Entry: Sendable {
        /// -1 where empty.
        var slot: Int32 = -1
        var hash: UInt32 = 0
    }

    private var entries: [Entry]
    private let mask: Int

    /// Room for `count` slots.
    init(count: Int) {
        var size = 2
        while size < 2 * count { size *= 2 }
        entries = Array(repeating: Entry(), count: size)
        mask = size - 1
    }

    /// Where the search for a hash begins.
    func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & mask }

    /// Where the search goes on.
    func next(_ position: Int) -> Int { (position + 1) & mask }

    /// The slot at a position; -1 where the search ends.
    func slot(at position: Int) -> Int { Int(entries[position].slot) }

    mutating func insert(_ slot: Int, _ hash: UInt64) {
        var position = home(hash)
        while entries[position].slot >= 0 { position = next(position) }
        entries[position] = Entry(
            slot: Int32(truncatingIfNeeded: slot), hash: UInt32(truncatingIfNeeded: hash))
    }

    /// Takes a slot out, which is there, and closes the hole in its run, so that no tombstones are left.
    mutating func remove(_ slot: Int, _ hash: UInt64) {
        var hole = home(hash)
        while entries[hole].slot != Int32(truncatingIfNeeded: slot) { hole = next(hole) }
        var position = next(hole)
        while entries[position].slot >= 0 {
            let home = Int(entries[position].hash) & mask
            // Moves back whatever its home position allows.
            if (position - home) & mask >= (position - hole) & mask {
                entries[hole] = entries[position]
                hole = position
            }
            position = next(position)
        }
        entries[hole].slot = -1
    }
}
