import Events

/// For each category and message type, the programs that can match, in groups of at most 64.
struct ProgramBuckets: Sendable {
    /// Numbers of programs; a group is a stretch of this.
    private(set) var programs: [Int32] = []
    private(set) var groups: [ProgramGroup] = []
    private(set) var requiredFields: [RequiredFields] = []
    private(set) var textGuards: [TextGuard] = []
    /// The tables of the text guards, `TextGuard.tableSize` each.
    private(set) var textMasks: [UInt64] = []
    private var ranges: [Range<Int>]
    /// For each kind of message the number of its index; -1 where its groups are looked through one by one.
    private var indexNumbers: [Int32]

    init(_ categories: [EventCategory]) {
        let last = categories.map { Int($0.rawValue) }.max() ?? -1
        ranges = Array(repeating: 0..<0, count: 256 * (last + 1))
        indexNumbers = Array(repeating: -1, count: ranges.count)
    }

    /// The stretch of `groups` for a kind of message.
    subscript(category: EventCategory, type: UInt8) -> Range<Int> {
        let place = Int(category.rawValue) << 8 | Int(type)
        return place < ranges.count ? ranges[place] : 0..<0
    }

    /// The number of the index for a kind of message; -1 where there is none.
    func index(_ category: EventCategory, _ type: UInt8) -> Int {
        Int(indexNumbers[Int(category.rawValue) << 8 | Int(type)])
    }

    /// Fills the buckets of a category; those that hold the same programs share their groups.
    mutating func fill(
        _ category: EventCategory, _ entries: [[Int32]], _ guards: GuardBuilder, _ index: inout RuleIndex
    ) {
        var known: [[Int32]: Range<Int>] = [:]
        var indexes: [[Int32]: Int32] = [:]
        for type in UInt8.min...UInt8.max {
            let members = entries[Int(type)]
            var range = known[members]
            if range == nil {
                let start = groups.count
                let number = index.add(members)
                for first in stride(from: 0, to: members.count, by: ProgramGroup.size) {
                    let part = members[first..<min(first + ProgramGroup.size, members.count)]
                    // What an index leaves over is too little to be worth a look at the ends of texts.
                    add(Array(part), guards, guardsTexts: number < 0)
                }
                range = start..<groups.count
                known[members] = range
                indexes[members] = number
            }
            indexNumbers[Int(category.rawValue) << 8 | Int(type)] = indexes[members] ?? -1
            ranges[Int(category.rawValue) << 8 | Int(type)] = range ?? 0..<0
        }
    }

    private mutating func add(_ members: [Int32], _ guards: GuardBuilder, guardsTexts: Bool) {
        var group = ProgramGroup(programs: programs.count..<(programs.count + members.count))
        programs += members
        let needs = guards.requiredFields(of: members)
        group.requiredFields = requiredFields.count..<(requiredFields.count + needs.count)
        requiredFields += needs
        let texts = guardsTexts ? guards.textGuards(of: members) : []
        group.textGuards = textGuards.count..<(textGuards.count + texts.count)
        for (text, masks) in texts {
            var text = text
            text.table = textMasks.count
            textGuards.append(text)
            textMasks += masks
        }
        groups.append(group)
    }
}

/// Programs that are looked at together: a bit for each says whether it can match at all.
struct ProgramGroup: Sendable {
    /// The most programs of a group: the bits of a word.
    static let size = 64

    /// A stretch of `ProgramBuckets.programs`.
    var programs: Range<Int>
    var requiredFields = 0..<0
    var textGuards = 0..<0

    init(programs: Range<Int>) { self.programs = programs }

    /// A bit for each program.
    var all: UInt64 { programs.count == Self.size ? .max : 1 << UInt64(programs.count) &- 1 }
}

/// Programs that cannot match a message without any of some rare fields.
struct RequiredFields: Sendable {
    var fields: UInt32
    var programs: UInt64
}

/// What the first and the last byte of a text say about programs.
struct TextGuard: Sendable {
    /// Masks by the first byte, then masks by the last.
    static let tableSize = 512

    var slot: Int
    /// Where its table begins.
    var table = 0
    /// The programs that it can rule out.
    var programs: UInt64
    /// The programs that cannot match where the text is absent.
    var needing: UInt64
}
