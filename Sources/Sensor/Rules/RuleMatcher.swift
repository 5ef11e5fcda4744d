import Bytes
import Detection
import Events
import Network

/// Says of each event which rules it meets: those on single events, and the correlations that it completes.
///
/// Nothing is suppressed and nothing stored.
public struct RuleMatcher: ~Copyable {
    /// The rules and their windows.
    public var engine: DetectionEngine
    /// The rules that the latest event met, as indices into `CompiledRules.rules`, rising.
    public private(set) var matches: [Int] = []
    private var counts: [UInt64]

    /// A matcher that has seen nothing yet.
    public init(rules: CompiledRules, limits: DetectionLimits = DetectionLimits(), hash: SeededHash = SeededHash()) {
        engine = DetectionEngine(rules: rules, limits: limits, hash: hash)
        counts = Array(repeating: 0, count: rules.rules.count)
    }

    /// Holds an event against the rules; `matches` has the result.
    public mutating func evaluate(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        engine.evaluate(event, context, message: message)
        matches.removeAll(keepingCapacity: true)
        for index in counts.indices where engine.matchesByRule[index] != counts[index] {
            counts[index] = engine.matchesByRule[index]
            matches.append(index)
        }
    }

    /// Holds a recorded event against the rules.
    public mutating func evaluate(_ event: RecordedEvent) {
        let none: [UInt8] = []
        evaluate(event, event.context, message: none.span.bytes)
    }
}
