import Events

/// Finds what rules a program out before any of its checks is made: a condition is walked with the checks that must say
/// no taken for answered.
struct GuardBuilder {
    let pool: CheckPool
    /// The condition of each program.
    let conditions: [Expression]
    /// The checks of each condition.
    private let checks: [[Int]]
    /// The rare fields of the category.
    var rareFields: [RareField] = []

    /// A builder for programs with these conditions.
    init(pool: CheckPool, conditions: [Expression]) {
        self.pool = pool
        self.conditions = conditions
        checks = conditions.map(\.checks)
    }

    /// The programs among `members` that need a rare field, field by field.
    func requiredFields(of members: [Int32]) -> [RequiredFields] {
        let bits = Set(rareFields.map(\.bit.rawValue)).sorted()
        return bits.compactMap { bit in
            let fields = Set(rareFields.filter { $0.bit.rawValue == bit }.map(\.field))
            let programs = mask(of: members) { fields.contains(pool.slots[pool.checks[$0].slot].entry.id) }
            return programs == 0 ? nil : RequiredFields(fields: bit, programs: programs)
        }
    }

    /// What the ends of texts rule out among `members`, the guard of most programs first.
    func textGuards(of members: [Int32]) -> [(TextGuard, masks: [UInt64])] {
        let all = ProgramGroup(programs: 0..<members.count).all
        var checksBySlot: [Int: Set<Int>] = [:]
        for member in members {
            for check in checks[Int(member)] where isText(pool.slots[pool.checks[check].slot]) {
                checksBySlot[pool.checks[check].slot, default: []].insert(check)
            }
        }
        return checksBySlot.keys.sorted().compactMap { slot in
            let own = checksBySlot[slot, default: []].sorted()
            let masks =
                table(members, own, all) { pool.checks[$0].predicate.firstBytes(in: pool) }
                + table(members, own, all) { pool.checks[$0].predicate.lastBytes(in: pool) }
            let needing = mask(of: members) { pool.checks[$0].slot == slot }
            let excluded = masks.reduce(needing) { $0 | (all & ~$1) }
            return excluded == 0 ? nil : (TextGuard(slot: slot, programs: excluded, needing: needing), masks)
        }
        .sorted { left, right in
            let (one, other) = (left.0.programs.nonzeroBitCount, right.0.programs.nonzeroBitCount)
            return one != other ? one > other : left.0.slot < right.0.slot
        }
    }

    /// Whether a slot holds text as the event gives it.
    private func isText(_ slot: FieldSlot) -> Bool {
        slot.source == nil && (slot.entry.info.type == .text || slot.entry.info.type == .keyword)
    }

    /// For each value of a byte the programs that can match, where `bytes` tells what a check wants to find there;
    /// `nil` is anything.
    private func table(
        _ members: [Int32], _ own: [Int], _ all: UInt64, _ bytes: (Int) -> ByteForms?
    ) -> [UInt64] {
        let wanted = Dictionary(uniqueKeysWithValues: own.compactMap { check in bytes(check).map { (check, $0) } })
        let unnamed = all & ~mask(of: members) { wanted[$0] != nil }
        var result = Array(repeating: unnamed, count: 256)
        // Bytes that the same checks want, as the two cases of a letter mostly are, have the same mask.
        var known: [[Int]: UInt64] = [:]
        for byte in Set(wanted.values.flatMap { [$0.one, $0.other] }) {
            let wanting = own.filter { wanted[$0]?.contains(byte) ?? false }
            let made =
                known[wanting] ?? all & ~mask(of: members) { wanted[$0].map { !$0.contains(byte) } ?? false }
            known[wanting] = made
            result[Int(byte)] = made
        }
        return result
    }

    /// The programs that cannot match when the checks that `saysNo` names say no.
    private func mask(of members: [Int32], _ saysNo: (Int) -> Bool) -> UInt64 {
        var mask: UInt64 = 0
        // A program without any such check has nothing that could rule it out.
        for (index, member) in members.enumerated() where checks[Int(member)].contains(where: saysNo) {
            let value = conditions[Int(member)].value { saysNo($0) ? false : nil }
            if value == false { mask |= 1 << UInt64(index) }
        }
        return mask
    }
}
