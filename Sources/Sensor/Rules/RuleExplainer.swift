import Detection
import Events
import Foundation
import Network
import Sigma

/// Says of recorded events what each part of a rule makes of them.
///
/// The parts are run by the same engine as the rule: a rule of its own is made of each selection and of each test.
public struct RuleExplainer: ~Copyable {
    /// A part of a rule and what came of it.
    public struct Line: Sendable {
        /// How deep the part lies in the rule, from 0.
        public var depth: Int
        /// The part as the rule has it.
        public var text: String
        /// Whether the event meets it.
        public var verdict: Bool
        /// Whether it is a whole rule, with the filters on it.
        public var isRule: Bool
        /// The field that is tested; `nil` for parts that test none.
        public var field: String?
        /// What the event has in the field that was tested; `nil` for parts that test no field, `-` where it is absent.
        public var seen: String?
    }

    /// The rule that is explained.
    public let rule: CompiledRule
    private let rules: RuleSet
    private let place: Int
    private let parts: [RulePart]
    private let names: [String: Int]
    private var whole: RuleMatcher
    private var pieces: RuleMatcher
    private var groups = WindowNotes()
    private let correlation: SigmaCorrelation?

    /// Explains the rule at `place` of a rule set.
    public init(_ rules: RuleSet, rule place: Int) throws(SensorError) {
        rule = rules.compiled.rules[place]
        self.rules = rules
        self.place = place
        var collector = RulePartCollector(rules)
        switch rules.document(of: rule) {
        case .rule(let tree)?: collector.add(tree, rule, depth: 0)
        case .correlation(let tree)?: collector.add(tree, rule, depth: 0)
        case .filter?, nil: throw SensorError(.software, "the text of the rule \(rule.id) is not at hand")
        }
        if case .correlation(let tree)? = rules.document(of: rule) { correlation = tree } else { correlation = nil }
        parts = collector.parts
        let (compiled, _) = RuleCompiler.compile(
            collector.documents, placeholders: Placeholders(rules.lists), registry: Protocols.registry,
            discriminators: Protocols.discriminators, rareFields: Protocols.rareFields,
            settledFields: Protocols.settledFields)
        names = Dictionary(compiled.rules.enumerated().map { ($1.id, $0) }) { first, _ in first }
        whole = RuleMatcher(rules: rules.compiled)
        pieces = RuleMatcher(rules: compiled)
        whole.engine.latestMeasures = [:]
    }

    /// Holds the next event against the rule, after those before it.
    public mutating func explain(_ event: RecordedEvent) -> [Line] {
        whole.evaluate(event)
        pieces.evaluate(event)
        let met = Set(whole.matches)
        let metPieces = Set(pieces.matches)
        var lines: [Line] = []
        for part in parts {
            let (verdict, isRule) =
                switch part.source {
                case .rule(let id):
                    (rules.compiled.rules.firstIndex { $0.id == id }.map { met.contains($0) } ?? false, true)
                case .piece(let id): (names[id].map { metPieces.contains($0) } ?? false, false)
                }
            lines.append(
                Line(
                    depth: part.depth, text: part.text, verdict: verdict, isRule: isRule, field: part.field,
                    seen: part.field.map { event.text(of: $0) ?? "-" }))
        }
        if let correlation { note(correlation, event, met) }
        return lines
    }

    /// Notes what a window of the correlation has come to, if the event entered one.
    private mutating func note(_ correlation: SigmaCorrelation, _ event: RecordedEvent, _ met: Set<Int>) {
        let sources = Set(rules.sources(of: correlation).map(\.id))
        guard let source = met.first(where: { sources.contains(rules.compiled.rules[$0].id) }) else { return }
        let aliases = correlation.aliases.map { alias in
            let own = alias.fields.first { rules.means($0.rule.value, rules.compiled.rules[source]) }
            return (alias.name.value, own?.field.value ?? alias.name.value)
        }
        let names = Dictionary(aliases) { first, _ in first }
        let group = correlation.groupBy.map { ($0.value, event.text(of: names[$0.value] ?? $0.value)) }
        // Without a value to group by, an event is in no window.
        guard group.allSatisfy({ $0.1 != nil }) else { return }
        groups.note(
            group.map { ($0, $1 ?? "") }, measure: whole.engine.latestMeasures?[place],
            at: event.context.timestamp, isMet: met.contains(place))
    }

    /// For a correlation, each of its windows after all events so far: the group, what was counted at its latest event, and
    /// whether that met the condition.
    public var windows: [String] { correlation.map { groups.lines($0) } ?? [] }
}

/// What is known of the windows of a correlation.
private struct WindowNotes {
    private var order: [String] = []
    private var notes: [String: (measure: Double?, time: Timestamp, isMet: Bool)] = [:]
    private var latest = Timestamp.zero

    mutating func note(_ group: [(name: String, value: String)], measure: Double?, at time: Timestamp, isMet: Bool) {
        let key = group.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
        if notes[key] == nil { order.append(key) }
        notes[key] = (measure, time, isMet)
        latest = max(latest, time)
    }

    func lines(_ correlation: SigmaCorrelation) -> [String] {
        order.compactMap { key in
            guard let note = notes[key] else { return nil }
            let isOver = latest.nanoseconds(since: note.time) > correlation.timespan.value
            let number = note.measure.map { measure in
                (Int64(exactly: measure).map(String.init) ?? "\(measure)") + " at "
            }
            return "\(key.isEmpty ? "all events" : key): \(number ?? "")\(note.time), "
                + (note.isMet ? "condition met" : "condition not met") + (isOver ? "; the window is over" : "")
        }
    }
}
