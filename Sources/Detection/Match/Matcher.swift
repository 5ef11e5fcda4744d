import Bytes
import Events
import Network
import Patterns
import Tables

/// Holds one event after another against the compiled rules, while its message is borrowed.
///
/// It remembers nothing of earlier events: whatever needs more than one is told to the correlator by `records`. In the
/// steady state nothing is allocated.
struct Matcher: ~Copyable {
    /// The rules that it runs.
    let rules: CompiledRules
    /// What the latest event met, in the first places: rules in their order, then correlation inputs in theirs.
    private var records: [MatchRecord]
    /// How many records there are of the latest event.
    private(set) var recordCount = 0
    /// The values that `records` refer to.
    private(set) var recordValues: [MatchValue] = []
    /// Conditions of rules that were evaluated.
    var evaluations: UInt64 = 0
    /// Searches that Vectorscan gave up.
    var patternErrors: UInt64 = 0

    /// The values of the current event that were asked for, behind those of some events before it.
    var values = FieldValues()
    /// For each slot, where its values lie in `values`, if it was asked for them.
    var fetched: [FetchedField]
    /// The number of the current event, so that nothing must be cleared between events.
    var generation: UInt64 = 0
    var textBuffer: [UInt8] = []
    /// The keywords that alert rows name.
    var keywords = KeywordTable()
    /// For each check, the event that it was last made for, and its answer in the lowest bit.
    var answers: [UInt64]

    /// What is looked at for each event, apart from the rule set: a chain of structs would be followed, and its arrays
    /// counted, at each step.
    let instructions: [Instruction]
    let checks: [Check]
    /// The slot of each check; -1 where it needs two.
    let checkSlots: [Int32]
    let slots: [SlotPlan]
    let programs: [Program]
    let buckets: ProgramBuckets
    let index: RuleIndex
    /// For each group of the current kind of message, the programs that can match.
    var marked: [UInt64]
    let databases: [OpaquePointer]
    let blocks: [CIDRBlock]
    let scratch: PatternScratch
    /// What searches found in texts that came before.
    var found: FoundKeys
    /// What is left to ask of messages whose settled fields are known.
    var known: SettledMatches
    /// For each check, whether it asks for settled fields only.
    let isSettled: [Bool]

    let hash: SeededHash
    let plans: MatchPlans
    /// The rules that the current event met, in the first places.
    var met: [Int32]
    var metCount = 0
    /// The inputs that the current event may come in by, in ascending order, in the first places.
    var pending: [Int32]
    var pendingCount = 0
    /// For each input, the event that was last found to come in by it, and in the lowest bit whether directly.
    var touched: [UInt64]
    /// For each list of fields, the event that was hashed last, and its hash.
    var keys: [EventKey]
    private let anchor = Anchor()

    /// How a slot is filled.
    struct SlotPlan {
        var field: FieldID
        /// The slot whose values it shows as text; -1 for a field as the event gives it.
        var source: Int
        var isCommon: Bool
    }

    /// Where the values of a field lie.
    struct FetchedField {
        var generation: UInt64 = 0
        var range = 0..<0
    }

    /// The hash of some fields of an event.
    struct EventKey: BitwiseCopyable {
        var generation: UInt64 = 0
        var hash = Hash128(high: 0, low: 0)
        /// Whether the event has all of the fields.
        var isWhole = false
    }

    /// A matcher for rules, with the seed of its hashes.
    init(_ rules: CompiledRules, _ hash: SeededHash) {
        self.rules = rules
        self.hash = hash
        fetched = Array(repeating: FetchedField(), count: rules.pool.slots.count)
        answers = Array(repeating: 0, count: rules.pool.checks.count)
        instructions = rules.instructions
        checks = rules.pool.checks
        checkSlots = rules.pool.checks.map { check in
            if case .fieldReference = check.predicate { return -1 }
            return Int32(truncatingIfNeeded: check.slot)
        }
        slots = rules.pool.slots.map {
            SlotPlan(field: $0.entry.id, source: $0.source ?? -1, isCommon: $0.isCommon)
        }
        programs = rules.programs
        buckets = rules.buckets
        databases = rules.pool.patterns.map(\.database)
        blocks = rules.pool.blocks
        index = rules.index
        marked = Array(repeating: 0, count: rules.index.buckets.map(\.always.count).max() ?? 0)
        scratch = PatternScratch(for: rules.pool.patterns, rules.index.fields.compactMap(\.set))
        found = FoundKeys(hash)
        known = SettledMatches()
        isSettled = rules.settledChecks
        plans = MatchPlans(rules)
        touched = Array(repeating: 0, count: rules.inputs.count)
        keys = Array(repeating: EventKey(), count: plans.keys.count)
        met = Array(repeating: 0, count: rules.rules.count)
        pending = Array(repeating: 0, count: rules.inputs.count)
        let none = MatchRecord(time: 0, token: 0, number: 0, kind: .rule)
        records = Array(repeating: none, count: rules.rules.count + rules.inputs.count)
        recordValues.reserveCapacity(rules.inputs.count)
    }

    /// Holds an event against the rules; `records` has the result.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - context: what surrounded it.
    ///   - message: the buffer that the event was dissected from.
    ///   - token: what the caller calls the event.
    mutating func match(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan, token: UInt64
    ) {
        begin()
        let range = buckets[event.category, event.messageType]
        let indexNumber = range.isEmpty ? -1 : buckets.index(event.category, event.messageType)
        let rare = range.isEmpty ? 0 : event.rareFields.rawValue
        let errors = patternErrors
        var name: UInt64 = 0
        if indexNumber >= 0, let settled = event.settled(context, message: message) {
            name = SettledMatches.name(settled, rare, bucket: indexNumber)
            let place = known.place(of: name)
            if known.isKnown(name, place) {
                evaluations &+= known.evaluations(place)
                for number in 0..<known.count(place) {
                    let (start, rule) = known.left(number, place)
                    if isMet(start, event, context, message: message) { note(rule) }
                }
                if metCount > 0 { record(event, context, message: message, token: token) }
                return
            }
        }
        if indexNumber >= 0 { mark(indexNumber, rare, event, context, message: message) }
        for place in range {
            let group = buckets.groups[place]
            evaluations &+= UInt64(group.programs.count)
            var start = group.all
            if indexNumber >= 0 {
                start &= marked[place &- range.lowerBound]
                if start == 0 { continue }
            }
            var candidates = candidates(group, start, rare, event, context, message: message)
            while candidates != 0 {
                let program = buckets.programs[group.programs.lowerBound &+ candidates.trailingZeroBitCount]
                candidates &= candidates &- 1
                run(programs[Int(program)], event, context, message: message)
            }
        }
        // A search that was given up is no answer that lasts.
        if name != 0, patternErrors == errors, known.isSeenAgain(name) {
            learn(name, range, indexNumber, rare, event, context, message: message)
        }
        if metCount > 0 { record(event, context, message: message, token: token) }
    }

    private mutating func begin() {
        generation &+= 1
        // The values of earlier events are not looked at: their generation is over.
        if values.isHalfFull { values.removeAll() }
        metCount = 0
        pendingCount = 0
        recordCount = 0
        if !recordValues.isEmpty { recordValues.removeAll(keepingCapacity: true) }
    }

    /// Adds a record.
    mutating func add(_ record: MatchRecord) {
        records[recordCount] = record
        recordCount &+= 1
    }

    /// Adds a value of the record that comes next.
    mutating func add(_ value: MatchValue) { recordValues.append(value) }

    /// Gives the records of the latest event to a correlator: the door between the two.
    mutating func handOver(to correlator: inout Correlator, _ context: EventContext) {
        correlator.take(records.span.extracting(0..<recordCount), recordValues.span, context)
    }
}
