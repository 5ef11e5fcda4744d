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
        let bitsOfFields = Dictionary(rareFields.map { ($0.field, $0.bit.rawValue) }) { $0 | $1 }
        let bitsOfSlots = pool.slots.map { bitsOfFields[$0.entry.id, default: 0] }
        let members = members.enumerated().filter { member in
            checks[Int(member.element)].contains { bitsOfSlots[pool.checks[$0].slot] != 0 }
        }
        return bits.compactMap { bit in
            let programs = mask(of: members) { bitsOfSlots[pool.checks[$0].slot] & bit != 0 }
            return programs == 0 ? nil : RequiredFields(fields: bit, programs: programs)
        }
    }

    /// What the ends of texts rule out among `members`, the guard of most programs first.
    func textGuards(of members: [Int32]) -> [(TextGuard, masks: [UInt64])] {
        let all = ProgramGroup(programs: 0..<members.count).all
        var asked: [Int: (checks: Set<Int>, members: [Member])] = [:]
        for member in members.enumerated() {
            for check in checks[Int(member.element)] where isText(pool.slots[pool.checks[check].slot]) {
                let slot = pool.checks[check].slot
                asked[slot, default: ([], [])].checks.insert(check)
                if asked[slot]?.members.last?.offset != member.offset { asked[slot]?.members.append(member) }
            }
        }
        // Which checks say no, for all checks there are: asked so often that a set is too slow.
        var answers = Array(repeating: false, count: pool.checks.count)
        return asked.sorted { $0.key < $1.key }.compactMap { slot, asking in
            let own = asking.checks.sorted()
            let masks =
                table(asking.members, own, all, &answers) { pool.checks[$0].predicate.firstBytes(in: pool) }
                + table(asking.members, own, all, &answers) { pool.checks[$0].predicate.lastBytes(in: pool) }
            let needing = mask(of: asking.members) { pool.checks[$0].slot == slot }
            let excluded = masks.reduce(needing) { $0 | (all & ~$1) }
            return excluded == 0 ? nil : (TextGuard(slot: slot, programs: excluded, needing: needing), masks)
        }
        .sorted { left, right in
            let (one, other) = (left.0.programs.nonzeroBitCount, right.0.programs.nonzeroBitCount)
            return one != other ? one > other : left.0.slot < right.0.slot
        }
    }

    /// A program, by its place in a group and its number.
    private typealias Member = (offset: Int, element: Int32)

    /// Whether a slot holds text as the event gives it.
    private func isText(_ slot: FieldSlot) -> Bool {
        slot.source == nil && (slot.entry.info.type == .text || slot.entry.info.type == .keyword)
    }

    /// For each value of a byte the programs that can match, where `bytes` tells what a check wants to find there;
    /// `nil` is anything.
    private func table(
        _ members: [Member], _ own: [Int], _ all: UInt64, _ saysNo: inout [Bool], _ bytes: (Int) -> ByteForms?
    ) -> [UInt64] {
        let wanted = own.compactMap { check in bytes(check).map { (check: check, forms: $0) } }
        guard !wanted.isEmpty else { return Array(repeating: all, count: 256) }
        for (check, _) in wanted { saysNo[check] = true }
        defer { for (check, _) in wanted { saysNo[check] = false } }
        let unnamed = all & ~mask(of: members) { saysNo[$0] }
        var result = Array(repeating: unnamed, count: 256)
        // Bytes that the same checks want, as the two cases of a letter mostly are, have the same mask.
        var known: [[Int]: UInt64] = [:]
        for byte in Set(wanted.flatMap { [$0.forms.one, $0.forms.other] }) {
            let wanting = wanted.compactMap { $0.forms.contains(byte) ? $0.check : nil }
            if let made = known[wanting] {
                result[Int(byte)] = made
                continue
            }
            for check in wanting { saysNo[check] = false }
            let made = all & ~mask(of: members) { saysNo[$0] }
            for check in wanting { saysNo[check] = true }
            known[wanting] = made
            result[Int(byte)] = made
        }
        return result
    }

    /// The programs that cannot match when the checks that `saysNo` names say no.
    private func mask(of members: [Member], _ saysNo: (Int) -> Bool) -> UInt64 {
        var mask: UInt64 = 0
        // A program without any such check has nothing that could rule it out.
        for (index, member) in members where checks[Int(member)].contains(where: saysNo) {
            let value = conditions[Int(member)].value { saysNo($0) ? false : nil }
            if value == false { mask |= 1 << UInt64(index) }
        }
        return mask
    }
}
