/// The numbers from 0 on, in the order of their last use: a doubly linked list in two arrays.
struct RecencyList {
    private static let nobody: Int32 = -1
    private var newer: [Int32] = []
    private var older: [Int32] = []
    private var newest = nobody
    private var oldestMember = nobody

    /// The member used longest ago.
    var oldest: Int? { oldestMember < 0 ? nil : Int(oldestMember) }

    /// Makes `index`, which must not be a member, the one used last.
    mutating func add(_ index: Int) {
        while newer.count <= index {
            newer.append(Self.nobody)
            older.append(Self.nobody)
        }
        let member = Int32(truncatingIfNeeded: index)
        older[index] = newest
        newer[index] = Self.nobody
        if newest >= 0 { newer[Int(newest)] = member } else { oldestMember = member }
        newest = member
    }

    /// Takes out `index`, which must be a member.
    mutating func remove(_ index: Int) {
        let (before, after) = (older[index], newer[index])
        if before >= 0 { newer[Int(before)] = after } else { oldestMember = after }
        if after >= 0 { older[Int(after)] = before } else { newest = before }
    }

    /// Makes the member `index` the one used last.
    mutating func touch(_ index: Int) {
        guard newest != Int32(truncatingIfNeeded: index) else { return }
        remove(index)
        add(index)
    }
}
