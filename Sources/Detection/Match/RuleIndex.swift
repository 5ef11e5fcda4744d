import Events
import Patterns

/// The keys of all rules, field by field: how to find in one pass which of them are in a message.
struct RuleIndex: Sendable {
    /// The keys of one field.
    struct Field: Sendable {
        var slot: Int
        /// The bits of which an event has one that may have the field; 0 where each may.
        var rare: UInt32 = 0
        /// What finds the expressions; `nil` where there are none.
        var set: PatternSet?
        /// For each expression of the set its key.
        var expressions: [Int32] = []
        /// Hashes of values that are asked for, and their keys: open addressing.
        var hashes: [(hash: UInt64, key: Int32)] = []
        /// The length of the longest text among those values: what is longer need not be hashed.
        var longest = 0
    }

    /// What one kind of message can match.
    struct Bucket: Sendable {
        /// For each group of programs those that must be looked at whatever the message says.
        var always: [UInt64]
        /// For each group of programs those whose keys all lie in settled fields: where none is there, none will be in a message
        /// with the same number.
        var settled: [UInt64]
        /// The fields, as indices, that are worth a search for this kind of message.
        var fields: [Int]
        /// For each key, where its programs begin in `programs`; one more for the end.
        var starts: [Int32]
        /// Places of programs in the bucket: the group times its size, plus the bit.
        var programs: [Int32]
    }

    private(set) var fields: [Field] = []
    private(set) var buckets: [Bucket] = []
    private var keys: [RuleKey: Int32] = [:]
    /// The keys of each program; `nil` where it has none that can be searched for.
    private var programKeys: [Int32: [Int32]] = [:]
    /// For each key, whether it lies in a settled field.
    private var isSettled: [Bool] = []
    /// The lists of programs that are worth an index.
    private var crowded: Set<[Int32]> = []

    /// Buckets with fewer programs, and fewer searches in texts, are faster looked through one by one.
    private static let fewestPrograms = 65
    private static let fewestSearches = 32

    /// Whether an index of a bucket with these programs is worth what it costs each message.
    static func isWorthwhile(_ members: [Int32], conditions: [Expression], pool: CheckPool) -> Bool {
        if members.count >= fewestPrograms { return true }
        let checks = Set(members.flatMap { conditions[Int($0)].checks })
        return checks.count { pool.checks[$0].predicate.isSearch } >= fewestSearches
    }

    /// Finds the keys of the programs in buckets.
    ///
    /// `rareFields` are those whose absence an event tells at once, `settledSlots` those of fields that it has a number for.
    init(
        _ lists: Set<[Int32]>, conditions: [Expression], pool: CheckPool, rareFields: [RareField] = [],
        settledSlots: [Bool] = []
    ) {
        crowded = lists.filter { Self.isWorthwhile($0, conditions: conditions, pool: pool) }
        let programs = Set(crowded.joined())
        let finder = KeyFinder(pool: pool)
        var found: [Int32: Set<RuleKey>] = [:]
        for program in programs { found[program] = finder.keys(of: conditions[Int(program)]) }
        var unusable: Set<RuleKey> = []
        for slot in Set(found.values.joined().map(\.slot)).sorted() {
            let bits = rareFields.filter { $0.field == pool.slots[slot].entry.id }.reduce(UInt32(0)) {
                $0 | $1.bit.rawValue
            }
            addField(slot, bits, Set(found.values.joined().filter { $0.slot == slot }), pool.cache, &unusable)
        }
        for (program, wanted) in found where wanted.isDisjoint(with: unusable) {
            programKeys[program] = wanted.compactMap { keys[$0] }.sorted()
        }
        isSettled = Array(repeating: false, count: keys.count)
        for (key, number) in keys where settledSlots.indices.contains(key.slot) {
            isSettled[Int(number)] = settledSlots[key.slot]
        }
    }

    private mutating func addField(
        _ slot: Int, _ rare: UInt32, _ wanted: Set<RuleKey>, _ cache: PatternCache, _ unusable: inout Set<RuleKey>
    ) {
        var field = Field(slot: slot, rare: rare)
        var expressions: [(text: String, options: PatternOptions)] = []
        var values: [(UInt64, Int32)] = []
        var finding: [RuleKey] = []
        for key in wanted.sorted(by: { $0.isBefore($1) }) {
            let number = Int32(truncatingIfNeeded: keys.count)
            keys[key] = number
            switch key {
            case .equals(_, let hash, let length):
                values.append((hash, number))
                field.longest = max(field.longest, length)
            case .finds(_, let text, let options):
                expressions.append((text, options))
                field.expressions.append(number)
                finding.append(key)
            }
        }
        if !expressions.isEmpty {
            field.set = cache.set(expressions)
            if field.set == nil { unusable.formUnion(finding) }
        }
        if !values.isEmpty {
            let size = max(8, (2 * values.count).nextPowerOfTwo)
            field.hashes = Array(repeating: (0, -1), count: size)
            for (hash, key) in values {
                var place = Int(truncatingIfNeeded: hash) & (size - 1)
                while field.hashes[place].key >= 0 { place = (place + 1) & (size - 1) }
                field.hashes[place] = (hash, key)
            }
        }
        fields.append(field)
    }

    /// Adds the index of a bucket with these programs, in groups of 64.
    ///
    /// - Returns: its number; -1 where it is not worth one, or no program has a key.
    mutating func add(_ members: [Int32]) -> Int32 {
        guard crowded.contains(members), members.contains(where: { programKeys[$0] != nil }) else { return -1 }
        var always = Array(repeating: UInt64(0), count: (members.count + ProgramGroup.size - 1) / ProgramGroup.size)
        var settled = always
        var lists: [[Int32]] = Array(repeating: [], count: keys.count)
        var used: Set<Int> = []
        for (place, member) in members.enumerated() {
            guard let own = programKeys[member] else {
                always[place / ProgramGroup.size] |= 1 << UInt64(place % ProgramGroup.size)
                continue
            }
            if own.allSatisfy({ isSettled[Int($0)] }) {
                settled[place / ProgramGroup.size] |= 1 << UInt64(place % ProgramGroup.size)
            }
            for key in own {
                lists[Int(key)].append(Int32(truncatingIfNeeded: place))
                used.insert(Int(key))
            }
        }
        var bucket = Bucket(always: always, settled: settled, fields: [], starts: [], programs: [])
        for list in lists {
            bucket.starts.append(Int32(truncatingIfNeeded: bucket.programs.count))
            bucket.programs += list
        }
        bucket.starts.append(Int32(truncatingIfNeeded: bucket.programs.count))
        bucket.fields = fields.indices.filter { index in
            fields[index].expressions.contains { used.contains(Int($0)) }
                || fields[index].hashes.contains { $0.key >= 0 && used.contains(Int($0.key)) }
        }
        buckets.append(bucket)
        return Int32(truncatingIfNeeded: buckets.count - 1)
    }
}

extension Predicate {
    /// Whether it looks for something anywhere in a text.
    fileprivate var isSearch: Bool {
        switch self {
        case .text(.contains, _, _), .contains, .pattern, .glob: true
        default: false
        }
    }
}

extension Int {
    /// The smallest power of two that is not less.
    fileprivate var nextPowerOfTwo: Int { self < 2 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
