import Bytes
import Capture
import Detection
import Engine
import Events
import Network
import Packets
import Sigma

/// Measures what each rule costs on the events of a capture: each one runs by itself, so that it pays for all the
/// fields that it reads.
///
/// Together rules share fields and searches, and cost less.
public struct RuleCosts: EventSink, ~Copyable {
    /// What a rule cost.
    public struct Cost: Sendable {
        /// The rule that was measured.
        public var rule: CompiledRule
        /// Events that its condition was held against; of a correlation, of the rules that it counts.
        ///
        /// These are the events of its category and message types that passed over none of what it needs.
        public var evaluations: UInt64
        /// Events that met its condition.
        public var matches: UInt64
        /// Seconds for all events; of a correlation, without the rules that it counts.
        public var seconds: Double
    }

    /// Events that were held against the rules.
    public private(set) var events: UInt64 = 0
    /// Seconds that all rules took together.
    public private(set) var secondsTogether = 0.0
    private var recorded: [RecordedEvent] = []
    private let fields: [FieldID]
    private let runs: [RuleRun]
    private var together: RuleRun?

    /// Costs of the rules of a set.
    ///
    /// The engines of all rules exist at once, each with small tables.
    public init(_ rules: RuleSet) {
        fields = rules.compiled.fields.compactMap { Protocols.registry.field(named: $0)?.id }
        runs = rules.compiled.rules.compactMap { rule in
            let (documents, sources) = rules.closure(of: rule)
            return documents.isEmpty ? nil : RuleRun(rule, documents, rules, sources: sources)
        }
        together = RuleRun(nil, rules.documents, rules, sources: [])
        recorded.reserveCapacity(Self.batch)
    }

    /// Events of a batch: so many fit into the processor's caches, and asking the clock does not show.
    private static let batch = 512

    /// Records an event; once a batch is full, each rule runs on it.
    public mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        recorded.append(RecordedEvent(of: event, context, message: message, fields: fields))
        if recorded.count >= Self.batch { flush() }
    }

    /// Runs what is left.
    public mutating func flush() {
        events += UInt64(recorded.count)
        if let together { secondsTogether += together.run(recorded) }
        for run in runs { _ = run.run(recorded) }
        recorded.removeAll(keepingCapacity: true)
    }

    /// The costs, highest first.
    public func costs() -> [Cost] {
        var seconds: [String: Double] = [:]
        for run in runs { if let rule = run.rule { seconds[rule.id] = run.seconds } }
        let costs = runs.compactMap { run -> Cost? in
            guard let rule = run.rule else { return nil }
            let (evaluations, matches) = run.counts()
            let sources = run.sources.reduce(0) { $0 + (seconds[$1] ?? 0) }
            return Cost(
                rule: rule, evaluations: evaluations, matches: matches, seconds: max(0, run.seconds - sources))
        }
        return costs.sorted { ($0.seconds, $1.rule.id) > ($1.seconds, $0.rule.id) }
    }
}

/// Some rules with an engine of their own, and the time that they took.
private final class RuleRun {
    let rule: CompiledRule?
    let sources: [String]
    private(set) var seconds = 0.0
    private var engine: DetectionEngine
    private let place: Int

    init(_ rule: CompiledRule?, _ documents: [SigmaDocument], _ rules: RuleSet, sources: [String]) {
        self.rule = rule
        self.sources = sources
        let (compiled, _) = RuleCompiler.compile(
            documents, placeholders: Placeholders(rules.lists), registry: Protocols.registry,
            discriminators: Protocols.discriminators, rareFields: Protocols.rareFields,
            settledFields: Protocols.settledFields)
        place = compiled.rules.firstIndex { $0.id == rule?.id } ?? 0
        engine = DetectionEngine(rules: compiled)
    }

    func run(_ events: [RecordedEvent]) -> Double {
        let none: [UInt8] = []
        let start = ContinuousClock.now
        for event in events { engine.evaluate(event, event.context, message: none.span.bytes) }
        let taken = (ContinuousClock.now - start) / .seconds(1)
        seconds += taken
        return taken
    }

    func counts() -> (evaluations: UInt64, matches: UInt64) {
        let matches = engine.matchesByRule.indices.contains(place) ? engine.matchesByRule[place] : 0
        return (engine.counters.evaluations, matches)
    }
}

extension RuleSet {
    /// The documents that a rule needs to run by itself, and the ids of the rules among them that are not itself.
    func closure(of rule: CompiledRule) -> (documents: [SigmaDocument], sources: [String]) {
        var pending = [rule]
        var taken: [String] = []
        var documents: [SigmaDocument] = []
        while let next = pending.popLast() {
            guard !taken.contains(next.id), let document = document(of: next) else { continue }
            taken.append(next.id)
            documents.append(document)
            for filter in filters(on: next) {
                var alone = filter
                // Other rules that it is on as well are not there.
                alone.rules = .rules([Located(next.id, at: filter.position)])
                documents.append(.filter(alone))
            }
            if case .correlation(let correlation) = document { pending += sources(of: correlation) }
        }
        return (documents, taken.filter { $0 != rule.id })
    }
}
