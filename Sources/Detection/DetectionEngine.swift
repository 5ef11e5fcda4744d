import Bytes
import Events
import Network

/// Holds each event against the rules, counts for the correlations, and tells new alerts from repetitions.
///
/// It runs a matcher and, behind it, a correlator for one thread, which gives it the events as they come in. Their times
/// may step back a little: an event that comes late is counted in the windows it belongs to. Once its tables have grown to
/// what the traffic asks for, `evaluate` allocates nothing.
public struct DetectionEngine: ~Copyable {
    /// The rules that it runs.
    public let rules: CompiledRules
    var matcher: Matcher
    var correlator: Correlator
    /// What the engines before this one evaluated.
    private var earlier = DetectionCounters()

    /// Makes an engine for rules.
    ///
    /// - Parameters:
    ///   - rules: the rules, from the compiler.
    ///   - limits: how much it may remember.
    ///   - hash: the seed of its hashes; given by tests that must repeat.
    public init(rules: CompiledRules, limits: DetectionLimits = DetectionLimits(), hash: SeededHash = SeededHash()) {
        self.rules = rules
        matcher = Matcher(rules, hash)
        correlator = Correlator(rules, limits: limits, hash: hash)
    }

    /// Makes an engine for other rules that goes on where `old` stopped.
    ///
    /// Rules that kept id and `suppress` keep their alert rows. Correlations whose text is the same, and that of the rules
    /// they refer to, keep their windows. Serial numbers and counters go on as well, but for `matchesByRule` and
    /// `rowsByRule`, which begin anew.
    ///
    /// - Parameters:
    ///   - rules: the rules to go on with.
    ///   - old: the engine that ends here.
    public init(rules: CompiledRules, continuing old: consuming DetectionEngine) {
        self.rules = rules
        earlier = old.counters
        matcher = Matcher(rules, old.correlator.hash)
        matcher.keywords = old.matcher.keywords
        correlator = Correlator(rules, continuing: old.correlator)
    }

    /// The alerts that the latest event raised or added to: absences that it made plain, single-event rules in their
    /// order, then correlations.
    public var hits: [Hit] {
        _read { yield correlator.hits }
    }

    /// The tokens of the events that made the correlations among `hits`, which have the ranges.
    public var evidenceTokens: [UInt64] {
        _read { yield correlator.evidenceTokens }
    }

    /// Whether the latest event came into a correlation: its token may be among the evidence of a later alert.
    public var cameIntoCorrelation: Bool { correlator.hasEntered }

    /// Whether the latest event brought keys that may be missed: a frame of it is to be kept with them.
    public var wantsFrame: Bool { !correlator.arrivals.isEmpty }

    /// Keeps a frame of the latest event with the keys that it brought, for the alert where they are missed; to be called
    /// before the next event is evaluated.
    public mutating func keep(_ frame: RawSpan, _ place: LastFrame.Place) { correlator.keep(frame, place) }

    /// For each rule, how many events met its condition.
    public var matchesByRule: [UInt64] {
        _read { yield correlator.matchesByRule }
    }

    /// For each rule, how many alert rows it began, or had a part in that belong to another rule which it is a step of.
    public var rowsByRule: [UInt64] {
        _read { yield correlator.rowsByRule }
    }

    /// The keys whose absence the latest event made plain; a `Hit` refers to them.
    public var missed: [MissedKey] {
        _read { yield correlator.missed }
    }

    /// For each correlation, by the index of its rule, what it measured last in any window, whether or not that met its
    /// condition; `nil` unless somebody wants to know, who sets it to an empty dictionary.
    public var latestMeasures: [Int: Double]? {
        _read { yield correlator.latestMeasures }
        _modify { yield &correlator.latestMeasures }
    }

    /// The keywords of a hit's `kinds`.
    public func kindNames(of hit: Hit) -> [String] { matcher.keywords.names(hit.kinds) }

    /// What was counted since the engine was made.
    public var counters: DetectionCounters {
        var result = earlier
        result.events &+= matcher.generation
        result.evaluations &+= matcher.evaluations
        result.patternErrors &+= matcher.patternErrors
        correlator.add(to: &result)
        return result
    }

    /// Holds an event against the rules; `hits` has the result.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - context: what surrounded it; its time is that of the event.
    ///   - message: the buffer that the event was dissected from.
    ///   - token: what the caller calls the event, below 2⁶³; 0 where its evidence is not kept.
    public mutating func evaluate(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan, token: UInt64 = 0
    ) {
        WorkStage.matching.begin()
        correlator.begin()
        let now = context.timestamp.nanoseconds
        if correlator.nextAbsence < now { correlator.raiseAbsences(now: now) }
        matcher.match(event, context, message: message, token: token & (1 << 63 - 1))
        if matcher.recordCount == 0 { return }
        WorkStage.correlating.begin()
        matcher.handOver(to: &correlator, context)
        if !correlator.regular.isEmpty { showRegular(event, context, message: message) }
    }

    /// Says that nothing was captured for a while: what should have come meanwhile is not missed.
    public mutating func noteHole(_ hole: CaptureHole) { correlator.passOver(hole) }

    /// Says that bytes between two addresses were lost: what should have come in them is not missed.
    public mutating func noteLoss(client: IPAddress, server: IPAddress, at time: Timestamp) {
        correlator.noteLoss(client: client, server: server, at: time)
    }

    /// Makes the text of keys that have become regular: the one time that this is done before a row is raised, since the
    /// event that raises it is another.
    private mutating func showRegular(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        for index in correlator.regular.indices {
            let key = correlator.regular[index]
            let input = rules.inputs[key.input]
            let plan = rules.correlations[input.correlation]
            let hit = Hit(rule: plan.rule, matched: Int64(plan.after))
            let shown = MissedKey(
                lastSeen: context, summary: matcher.summary(of: hit, event, context, message: message),
                groupKey: matcher.keyText(input.groupSlots, event, context, message: message))
            correlator.absences[key.table].show(shown, key.slot)
        }
    }
}
