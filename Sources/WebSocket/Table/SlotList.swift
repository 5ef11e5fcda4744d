/// Numbers from 0 on in the order of their last use: a doubly linked list in two arrays.
struct SlotList {
    private var newer: [Int32] = []
    private var older: [Int32] = []
    private var newest: Int32 = -1
    private(set) var oldest: Int32 = -1

    /// Makes `slot`, which must not be in the list, the one used last.
    mutating func add(_ slot: Int) {
        while newer.count <= slot {
            newer.append(-1)
            older.append(-1)
        }
        let number = Int32(truncatingIfNeeded: slot)
        older[slot] = newest
        newer[slot] = -1
        if newest >= 0 { newer[Int(newest)] = number } else { oldest = number }
        newest = number
    }

    /// Takes out `slot`, which must be in the list.
    mutating func remove(_ slot: Int) {
        let (before, after) = (older[slot], newer[slot])
        if before >= 0 { newer[Int(before)] = after } else { oldest = after }
        if after >= 0 { older[Int(after)] = before } else { newest = before }
    }

    /// Makes `slot`, which must be in the list, the one used last.
    mutating func touch(_ slot: Int) {
        guard newest != Int32(truncatingIfNeeded: slot) else { return }
        remove(slot)
        add(slot)
    }
}
