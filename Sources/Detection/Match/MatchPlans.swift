/// What the matcher works out for each rule and each correlation input, as flat data.
struct MatchPlans: Sendable {
    /// What a rule on single events leads to.
    struct Rule: BitwiseCopyable, Sendable {
        /// The inputs that its matches come into, and those that they may come into from there: a stretch of `reached`.
        var reached = IndexRange(0..<0)
        /// What its alert rows are told apart by, and tell.
        var row = Row()
        /// The steps that an event may raise a row to, the worst first: a stretch of `steps`.
        var steps = IndexRange(0..<0)
    }

    /// What an alert row asks of an event.
    struct Row: BitwiseCopyable, Sendable {
        /// The fields that tell alert rows apart; -1 where that is not asked for.
        var key: Int32 = -1
        /// The fields whose different values are counted; -1 where there are none.
        var distinct: Int32 = -1
        /// The slot of the field whose values are added up; -1 where there is none.
        var bytesSlot: Int32 = -1
        /// The slots of the fields whose keywords are named: a stretch of `kindSlots`.
        var kinds = IndexRange(0..<0)
    }

    /// When an event raises a row to a step.
    struct Step: BitwiseCopyable, Sendable {
        /// The first instruction of the condition, or one of the two ends.
        var start: Int32
        var number: UInt8
    }

    /// An input that matches come into.
    struct Reached: BitwiseCopyable, Sendable {
        var input: Int32
        /// Whether another correlation stands between.
        var isChained: Bool
    }

    /// What kind of values an input asks for.
    enum Values: BitwiseCopyable, Sendable {
        case none
        /// A hash of each value.
        case hashes
        /// A hash of the values of several fields, where none of them is absent.
        case combination
        /// Each value as a number.
        case numbers
        /// The sums of two fields.
        case totals
    }

    /// What an input asks of an event.
    struct Input: BitwiseCopyable, Sendable {
        /// The fields that the correlation groups by.
        var group: Int32
        /// What its alert rows are told apart by, and tell.
        var row = Row()
        var values: Values
        var valueSlot: Int32
        /// The fields whose combination is counted; -1 where there is one or none.
        var combination: Int32 = -1
        var overSlot: Int32
        /// What a unit of its numbers is divided by.
        var scale: Int64
    }

    private(set) var rules: [Rule] = []
    private(set) var reached: [Reached] = []
    private(set) var inputs: [Input] = []
    /// For each list of fields that something is told apart by, a stretch of `keySlots`.
    private(set) var keys: [IndexRange] = []
    private(set) var keySlots: [Int32] = []
    private(set) var kindSlots: [Int32] = []
    private(set) var steps: [Step] = []

    /// Lays out the rules; each list of fields is hashed once for an event, whoever asks for it.
    init(_ compiled: CompiledRules) {
        var known: [[Int]: Int32] = [:]
        for (index, rule) in compiled.rules.enumerated() {
            var plan = Rule()
            plan.reached = append(reach(of: compiled.feeds[index], compiled.inputs))
            if !rule.isCorrelation, rule.raisesAlerts {
                plan.row = row(of: rule, compiled, &known)
                let start = steps.count
                steps += rule.stepConditions.reversed()
                plan.steps = IndexRange(start..<steps.count)
            }
            rules.append(plan)
        }
        for input in compiled.inputs {
            let plan = compiled.correlations[input.correlation]
            let values: Values =
                switch plan.measure {
                case .distinctValues: input.valueSlots.isEmpty ? .hashes : .combination
                case .sum, .average, .percentile: .numbers
                case .ratio: .totals
                case .events, .manyEvents, .rules, .orderedRules, .absence: .none
                }
            var made = Input(
                group: key(input.groupSlots, &known), values: values, valueSlot: Int32(input.valueSlot),
                overSlot: Int32(input.overSlot), scale: plan.scale)
            if !input.valueSlots.isEmpty { made.combination = key(input.valueSlots, &known) }
            if plan.raises, plan.measure != .absence {
                made.row = row(of: compiled.rules[plan.rule], compiled, &known)
            }
            inputs.append(made)
        }
    }

    private mutating func key(_ slots: [Int], _ known: inout [[Int]: Int32]) -> Int32 {
        if let number = known[slots] { return number }
        let start = keySlots.count
        keySlots += slots.map { Int32(truncatingIfNeeded: $0) }
        keys.append(IndexRange(start..<keySlots.count))
        known[slots] = Int32(keys.count - 1)
        return Int32(keys.count - 1)
    }

    /// What a row of a rule asks of an event; where it joins those of another rule, that one decides what it tells.
    private mutating func row(of rule: CompiledRule, _ compiled: CompiledRules, _ known: inout [[Int]: Int32]) -> Row {
        guard let suppression = rule.suppression else { return Row() }
        let owner = rule.rowOwner.map { compiled.rules[$0] } ?? rule
        var row = Row(key: key(suppression.slots, &known))
        if !owner.distinctSlots.isEmpty { row.distinct = key(owner.distinctSlots, &known) }
        row.bytesSlot = Int32(truncatingIfNeeded: owner.bytesSlot)
        let start = kindSlots.count
        kindSlots += owner.kindSlots.map { Int32(truncatingIfNeeded: $0) }
        row.kinds = IndexRange(start..<kindSlots.count)
        return row
    }

    private mutating func append(_ inputs: [Reached]) -> IndexRange {
        let start = reached.count
        reached += inputs
        return IndexRange(start..<reached.count)
    }

    private func reach(of feeds: [Int], _ inputs: [CorrelationInput]) -> [Reached] {
        var found = feeds.map { Reached(input: Int32($0), isChained: false) }
        var seen = Set<Int>()
        var next = feeds.flatMap { inputs[$0].next }
        while let input = next.popLast() {
            guard seen.insert(input).inserted else { continue }
            found.append(Reached(input: Int32(input), isChained: true))
            next += inputs[input].next
        }
        return found
    }
}
