import Bytes
import Events
import Network

/// Holds each event against the rules, counts for the correlations, and tells new alerts from repetitions.
///
/// One thread owns an engine and gives it the events in the order of capture. Once its tables have grown to what the
/// traffic asks for, `evaluate` allocates nothing.
public struct DetectionEngine: ~Copyable {
    /// The rules that it runs.
    public let rules: CompiledRules
    /// The alerts that the latest event raised or added to: absences that it made plain, single-event rules in their
    /// order, then correlations.
    public internal(set) var hits: [Hit] = []
    /// For each rule, how many events met its condition.
    public internal(set) var matchesByRule: [UInt64]
    /// For each correlation, by the index of its rule, what it measured last in any window, whether or not that met its
    /// condition; `nil` unless somebody wants to know, who sets it to an empty dictionary.
    public var latestMeasures: [Int: Double]?
    var tally = DetectionCounters()

    /// The values of the current event that were asked for, behind those of some events before it.
    var values = FieldValues()
    /// For each slot, where its values lie in `values`, if it was asked for them.
    var fetched: [FetchedField]
    /// The number of the current event, so that nothing must be cleared between events.
    var generation: UInt64 = 0
    var textBuffer: [UInt8] = []
    /// For each check, the event that it was last made for, and its answer in the lowest bit.
    var answers: [UInt64]

    /// What `evaluate` looks at for each event, apart from the rule set: a chain of structs would be followed, and its
    /// arrays counted, at each step.
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
    let scratch: PatternScratch

    let hash: SeededHash
    /// For each rule a hash of its id, so that what is remembered belongs to the rule and not to its place.
    let ruleHashes: [UInt64]
    /// For each correlation a hash of its definition, for the same reason.
    let correlationHashes: [UInt64]
    var correlations: CorrelationState
    var suppressions: SuppressionState
    /// The tables of correlations that need one of their own, by correlation.
    var sequences: [Int: SequenceTable] = [:]
    var runs: [Int: RunTable] = [:]
    var absences: [Int: AbsenceTable] = [:]
    /// When the next key can be missed, in nanoseconds since 1970: the one thing that is looked at for each event.
    var nextAbsence = Int64.max
    /// The keys whose absence the latest event made plain; a `Hit` refers to them.
    public internal(set) var missed: [MissedKey] = []
    /// For each input, the event that last came in by it.
    var touched: [UInt64]
    /// The inputs that the current event came in by.
    var pending: [Int] = []
    let limits: DetectionLimits

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

    /// Makes an engine for rules. `hash` is given by tests that must repeat.
    public init(rules: CompiledRules, limits: DetectionLimits = DetectionLimits(), hash: SeededHash = SeededHash()) {
        self.init(
            rules, limits, hash, CorrelationState(limits: limits), SuppressionState(limits: limits),
            DetectionCounters())
        makeTables()
    }

    /// Makes an engine for other rules that goes on where `old` stopped.
    ///
    /// Rules that kept id and `suppress` keep their alert rows. Correlations whose text is the same, and that of the rules
    /// they refer to, keep their windows. Serial numbers and counters go on as well, but for `matchesByRule`, which begins
    /// anew.
    public init(rules: CompiledRules, continuing old: consuming DetectionEngine) {
        let generation = old.generation
        self.init(rules, old.limits, old.hash, old.correlations, old.suppressions, old.counters)
        // Windows remember the number of the event that they counted last.
        self.generation = generation
        tally.events &-= generation
        makeTables()
        takeTables(of: old.correlationHashes, old.sequences, old.runs, old.absences)
    }

    private init(
        _ rules: CompiledRules, _ limits: DetectionLimits, _ hash: SeededHash, _ correlations: CorrelationState,
        _ suppressions: SuppressionState, _ counters: DetectionCounters
    ) {
        self.rules = rules
        self.limits = limits
        self.hash = hash
        self.correlations = correlations
        self.suppressions = suppressions
        tally = counters
        matchesByRule = Array(repeating: 0, count: rules.rules.count)
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
        index = rules.index
        marked = Array(repeating: 0, count: rules.index.buckets.map(\.always.count).max() ?? 0)
        scratch = PatternScratch(for: rules.pool.patterns, rules.index.fields.compactMap(\.set))
        ruleHashes = rules.rules.map { hash.hash(of: "\($0.id)|\($0.suppression?.identity ?? "")") }
        correlationHashes = rules.correlations.map { hash.hash(of: $0.identity) }
        touched = Array(repeating: 0, count: rules.inputs.count)
        hits.reserveCapacity(rules.rules.count)
        pending.reserveCapacity(rules.inputs.count)
    }

    /// What was counted since the engine was made.
    public var counters: DetectionCounters {
        var result = tally
        result.events = tally.events &+ generation
        result.alerts = suppressions.alerts
        result.groupsEvicted = correlations.evictions
        for table in sequences.values { result.groupsEvicted &+= table.evictions }
        for table in runs.values { result.groupsEvicted &+= table.evictions }
        for table in absences.values { result.groupsEvicted &+= table.evictions }
        result.sketchesMade = correlations.sketchesMade
        result.stateBytes =
            correlations.bytes + suppressions.bytes + sequences.values.reduce(0) { $0 + $1.bytes }
            + runs.values.reduce(0) { $0 + $1.bytes } + absences.values.reduce(0) { $0 + $1.bytes }
        result.suppressionsEvicted = suppressions.evictions
        return result
    }

    /// Holds an event against the rules; `hits` has the result.
    ///
    /// - Parameter message: the buffer that the event was dissected from.
    public mutating func evaluate(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        generation &+= 1
        // The values of earlier events are not looked at: their generation is over.
        if values.isHalfFull { values.removeAll() }
        if !hits.isEmpty { hits.removeAll(keepingCapacity: true) }
        if !pending.isEmpty { pending.removeAll(keepingCapacity: true) }
        if context.timestamp.nanoseconds > nextAbsence { raiseAbsences(event, context, message: message) }
        let range = buckets[event.category, event.messageType]
        let indexNumber = range.isEmpty ? -1 : buckets.index(event.category, event.messageType)
        if indexNumber >= 0 { mark(indexNumber, event, context, message: message) }
        for place in range {
            let group = buckets.groups[place]
            tally.evaluations &+= UInt64(group.programs.count)
            var start = group.all
            if indexNumber >= 0 {
                start &= marked[place &- range.lowerBound]
                if start == 0 { continue }
            }
            var candidates = candidates(group, start, event, context, message: message)
            while candidates != 0 {
                let program = buckets.programs[group.programs.lowerBound &+ candidates.trailingZeroBitCount]
                candidates &= candidates &- 1
                run(programs[Int(program)], event, context, message: message)
            }
        }
        // A correlation that matches may queue those that refer to it, behind itself.
        var next = 0
        while next < pending.count {
            count(next, event, context, message: message)
            next &+= 1
        }
    }
}

extension DetectionEngine {
    /// The programs of a group that may match, a bit for each, out of those in `start`: most are ruled out by what the message lacks, and by how
    /// its texts begin and end.
    private mutating func candidates(
        _ group: ProgramGroup, _ start: UInt64, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, message: RawSpan
    ) -> UInt64 {
        var candidates = start
        let rare = event.rareFields.rawValue
        for index in group.requiredFields where rare & buckets.requiredFields[index].fields == 0 {
            candidates &= ~buckets.requiredFields[index].programs
        }
        for index in group.textGuards where candidates & buckets.textGuards[index].programs != 0 {
            let (slot, table) = (buckets.textGuards[index].slot, buckets.textGuards[index].table)
            if fetched[slot].generation != generation { fetch(slot, event, context, message: message) }
            let range = fetched[slot].range
            if range.isEmpty { candidates &= ~buckets.textGuards[index].needing }
            // Of several values one may answer one check and one another.
            guard range.count == 1, case .bytes(let reference) = values.values[range.lowerBound] else { continue }
            candidates &= values.withBytes(reference, message: message) { text in
                guard text.byteCount > 0 else { return .max }
                return buckets.textMasks[table &+ Int(text.byte(at: 0))]
                    & buckets.textMasks[table &+ 256 &+ Int(text.byte(at: text.byteCount &- 1))]
            }
        }
        return candidates
    }

    /// Walks a program, and notes it where it ends with a match.
    private mutating func run(
        _ program: Program, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext,
        message: RawSpan
    ) {
        var next = program.start
        while next >= 0 {
            let instruction = instructions[Int(next)]
            let check = Int(instruction.check)
            var answer = answers[check]
            if answer >> 1 != generation {
                let slot = Int(checkSlots[check])
                let isTrue: Bool
                if slot >= 0 {
                    if fetched[slot].generation != generation { fetch(slot, event, context, message: message) }
                    isTrue = anyValue(of: slot, answers: check, message: message)
                } else {
                    isTrue = compareFields(check, event, context, message: message)
                }
                answer = generation << 1 | (isTrue ? 1 : 0)
                answers[check] = answer
            }
            next = answer & 1 == 1 ? instruction.ifTrue : instruction.ifFalse
        }
        if next == Instruction.accept { matched(Int(program.rule), event, context, message: message) }
    }
}

extension DetectionEngine {
    /// A check that needs two fields.
    private mutating func compareFields(
        _ check: Int, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> Bool {
        guard case .fieldReference(let other, let shape, let cased) = checks[check].predicate else { return false }
        let slot = checks[check].slot
        fetch(slot, event, context, message: message)
        fetch(other, event, context, message: message)
        return anyValue(of: slot, refersTo: other, shape, cased: cased, message: message)
    }
}

extension SeededHash {
    fileprivate func hash(of text: String) -> UInt64 {
        let utf8 = Array(text.utf8)
        return hash(utf8.span.bytes)
    }
}
