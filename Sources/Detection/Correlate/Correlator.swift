import Events
import Network
import Tables

/// Counts what the matcher found: windows, runs of rules, absences, and the alert rows that matches add to.
///
/// It is given records in the order of arrival, from which their times may differ a little. All that it needs of an event is
/// in its records; text is made by its owner, for what raises a row. In the steady state nothing is allocated.
struct Correlator: ~Copyable {
    /// What the latest event raised or added to.
    var hits: [Hit] = []
    /// The tokens of what made the correlations among `hits`, which have the ranges.
    private(set) var evidenceTokens: [UInt64] = []
    /// Whether the latest event came into a correlation.
    var hasEntered = false
    /// The keys whose absence became plain last; a `Hit` refers to them.
    var missed: [MissedKey] = []
    /// The keys that have become regular with the latest event, and of which it must be told how they are to be shown.
    var regular: [RegularKey] = []
    /// The regular keys of absences that came last with the latest event, or have become regular with it.
    var arrivals: [RegularKey] = []
    /// For each rule, how many events met its condition.
    var matchesByRule: [UInt64]
    /// For each rule, how many alert rows it began or was the first to raise as a step of another rule's.
    var rowsByRule: [UInt64]
    /// What each correlation measured last; `nil` where nobody wants to know.
    var latestMeasures: [Int: Double]?
    /// When the next key can be missed, in nanoseconds since 1970: the one thing that is looked at for each event.
    var nextAbsence = Int64.max
    /// Matches that no correlation counted because a field of `group-by` was absent.
    private(set) var eventsWithoutGroup: UInt64 = 0
    var keysMissed: UInt64 = 0

    let hash: SeededHash
    let limits: DetectionLimits
    var plans: CorrelationPlans
    var windows: CorrelationWindows
    var ordered: [OrderedRuns] = []
    var absences: [AbsenceTable] = []
    /// When bytes were last lost between two addresses, for what may have come in them.
    var losses = LRUTable<UInt64, Int64>(limit: 1024)
    var suppressions: SuppressionRows
    var tokenSets = TokenSets()
    var collector = TokenCollector()
    /// The number of the current event: windows remember the one that they counted last.
    var number: UInt64 = 0
    /// For each input, what came into it from the correlations before it.
    var chained: [Chained]
    /// When each rule began its latest rows.
    var ceiling: RowCeiling
    private let anchor = Anchor()

    /// A match of a correlation that goes on to another.
    struct Chained: BitwiseCopyable, Sendable {
        /// The event that completed it.
        var number: UInt64 = 0
        /// When its window ends.
        var time: Int64 = 0
        var token: UInt64 = 0
    }

    /// A regular key, in a table of absences.
    struct RegularKey: BitwiseCopyable, Sendable {
        var table: Int
        var slot: Int
        var input: Int
    }

    /// A correlator that has seen nothing yet.
    init(_ rules: CompiledRules, limits: DetectionLimits, hash: SeededHash) {
        self.init(rules, limits, hash, CorrelationWindows(limits: limits), SuppressionRows(limits: limits))
    }

    /// A correlator for other rules that goes on where `old` stopped.
    ///
    /// What is remembered of correlations whose definition is the same stays.
    init(_ rules: CompiledRules, continuing old: consuming Correlator) {
        let (number, cores) = (old.number, old.plans.cores)
        let (ordered, absences, ceiling) = (old.ordered, old.absences, old.ceiling)
        let (eventsWithoutGroup, keysMissed, tokenSets) = (old.eventsWithoutGroup, old.keysMissed, old.tokenSets)
        self.init(rules, old.limits, old.hash, old.windows, old.suppressions)
        self.number = number
        self.ceiling.takeOver(ceiling)
        self.eventsWithoutGroup = eventsWithoutGroup
        self.keysMissed = keysMissed
        self.tokenSets = tokenSets
        for plan in plans.cores where plan.table >= 0 {
            guard let same = cores.first(where: { $0.hash == plan.hash && $0.measure == plan.measure && $0.table >= 0 })
            else { continue }
            if plan.measure == .absence {
                self.absences[Int(plan.table)] = absences[Int(same.table)]
            } else {
                self.ordered[Int(plan.table)] = ordered[Int(same.table)]
            }
        }
        findNextAbsence()
    }

    private init(
        _ rules: CompiledRules, _ limits: DetectionLimits, _ hash: SeededHash,
        _ windows: consuming CorrelationWindows, _ suppressions: consuming SuppressionRows
    ) {
        self.limits = limits
        self.hash = hash
        self.windows = windows
        self.suppressions = suppressions
        plans = CorrelationPlans(rules, hash)
        ceiling = RowCeiling(rules: rules.rules.map(\.id), rows: limits.rowsAnHour)
        matchesByRule = Array(repeating: 0, count: rules.rules.count)
        rowsByRule = matchesByRule
        chained = Array(repeating: Chained(), count: rules.inputs.count)
        hits.reserveCapacity(rules.rules.count)
        regular.reserveCapacity(rules.inputs.count)
        let orderedPlans = rules.correlations.indices.filter { rules.correlations[$0].measure == .orderedRules }
        for index in orderedPlans {
            let plan = rules.correlations[index]
            guard let found = plan.ordered else { continue }
            plans.setTable(ordered.count, of: index)
            ordered.append(
                OrderedRuns(found, timespan: plan.timespan, limit: limits.sequences / orderedPlans.count))
        }
        let absencePlans = rules.correlations.indices.filter { rules.correlations[$0].measure == .absence }
        for index in absencePlans {
            let plan = rules.correlations[index]
            plans.setTable(absences.count, of: index)
            absences.append(
                AbsenceTable(timespan: plan.timespan, after: plan.after, limit: limits.absences / absencePlans.count))
        }
    }

    /// Adds what was counted to counters.
    func add(to counters: inout DetectionCounters) {
        counters.alerts = suppressions.alerts
        counters.suppressionsEvicted = suppressions.evictions
        counters.groupsEvicted = windows.evictions
        counters.stateBytes = windows.bytes + suppressions.bytes + tokenSets.bytes
        for index in ordered.indices {
            counters.groupsEvicted &+= ordered[index].evictions
            counters.stateBytes += ordered[index].bytes
        }
        for index in absences.indices {
            counters.groupsEvicted &+= absences[index].evictions
            counters.stateBytes += absences[index].bytes
        }
        counters.stateBytes += losses.bytes
        counters.sketchesMade = windows.sketchesMade
        counters.eventsWithoutGroup = eventsWithoutGroup
        counters.keysMissed = keysMissed
    }

    /// Forgets what the event before raised.
    mutating func begin() {
        number &+= 1
        hasEntered = false
        if !hits.isEmpty { hits.removeAll(keepingCapacity: true) }
        if !evidenceTokens.isEmpty { evidenceTokens.removeAll(keepingCapacity: true) }
        if !regular.isEmpty { regular.removeAll(keepingCapacity: true) }
        if !arrivals.isEmpty { arrivals.removeAll(keepingCapacity: true) }
        if !missed.isEmpty { missed.removeAll(keepingCapacity: true) }
    }

    /// Takes all records of an event, and the values they refer to.
    ///
    /// `context` is what surrounded the event; it is kept of keys that may be missed.
    mutating func take(_ records: Span<MatchRecord>, _ values: Span<MatchValue>, _ context: EventContext) {
        for index in records.indices {
            let record = records[index]
            if record.kind == .rule {
                takeMatch(record)
                continue
            }
            guard isEntered(record) else { continue }
            guard record.hasGroup else {
                eventsWithoutGroup &+= 1
                continue
            }
            hasEntered = true
            count(record, isLast: isLast(index, records), values, context)
        }
    }

    private func isEntered(_ record: MatchRecord) -> Bool {
        record.kind == .input || chained[Int(record.number)].number == number
    }

    /// Whether no record that comes in behind has the same correlation and group: an event that comes in twice is measured
    /// once, when all of it is in.
    private func isLast(_ index: Int, _ records: Span<MatchRecord>) -> Bool {
        let own = plans.inputs[Int(records[index].number)]
        var next = index + 1
        while next < records.count {
            let other = plans.inputs[Int(records[next].number)]
            guard other.correlation == own.correlation, other.group == own.group else { return true }
            if isEntered(records[next]) { return false }
            next += 1
        }
        return true
    }

    private mutating func takeMatch(_ record: MatchRecord) {
        let rule = Int(record.number)
        matchesByRule[rule] &+= 1
        if plans.rows[rule].raises { raise(Hit(rule: rule, matched: 1), record) }
    }

    /// The key of a group or a row: what the fields came to, below what they belong to.
    func below(_ key: Hash128, _ owner: UInt64) -> Hash128 {
        var hash = KeyHash(hash, below: key)
        hash.add(owner)
        return hash.key
    }

    /// Adds what `collector` has found to the tokens of all hits; gives the range.
    mutating func keepEvidence(_ completing: UInt64) -> Range<Int> {
        collector.resolve(tokenSets, completing: completing)
        let start = evidenceTokens.count
        for index in collector.tokens.indices { evidenceTokens.append(collector.tokens[index]) }
        return start..<evidenceTokens.count
    }
}
