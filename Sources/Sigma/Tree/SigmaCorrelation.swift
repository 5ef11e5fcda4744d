/// A rule about other rules' matches in a window of time.
public struct SigmaCorrelation: Sendable {
    /// What the correlation says of itself.
    public var metadata: SigmaMetadata
    /// What it measures.
    public var kind: Located<Kind>
    /// Names or ids of the rules it counts.
    public var rules: [Located<String>]
    /// The fields, or aliases, that tell its windows apart.
    public var groupBy: [Located<String>]
    /// Names of `groupBy` or `field` that stand for another field in each rule.
    public var aliases: [Alias] = []
    /// Length of the window in nanoseconds.
    public var timespan: Located<Int64>
    /// All of these must hold of the count; empty where `condition` says what must match.
    public var bounds: [Bound]
    /// Which of `rules`, by their index, must match in the window, and which must not: a condition in words, which only
    /// `temporal` and `temporal_ordered` correlations have.
    public var condition: Condition?
    /// The fields whose distinct values are counted (`value_count`; of several, their combinations), or the one whose values are
    /// reckoned with (`value_sum`, `value_avg`, `value_median`, `value_percentile`).
    public var fields: [Located<String>]
    /// Which percentile, 0 to 100; 50 for a median.
    public var percentile = 50
    /// Whether the rules it refers to raise alerts of their own as well.
    public var generate: Bool

    /// The kinds of correlation.
    ///
    /// The correlation rules specification 2.1 names the first four; pySigma has the others.
    public enum Kind: String, CaseIterable, Sendable {
        case eventCount = "event_count"
        case valueCount = "value_count"
        case temporal
        case temporalOrdered = "temporal_ordered"
        case valueSum = "value_sum"
        case valueAvg = "value_avg"
        case valuePercentile = "value_percentile"
        case valueMedian = "value_median"

        /// Whether it needs a field.
        public var hasField: Bool {
            switch self {
            case .eventCount, .temporal, .temporalOrdered: false
            case .valueCount, .valueSum, .valueAvg, .valuePercentile, .valueMedian: true
            }
        }

        /// Whether it is a number of events, values or rules, never below 0 and never with a fraction.
        public var isCount: Bool {
            switch self {
            case .eventCount, .valueCount, .temporal, .temporalOrdered: true
            case .valueSum, .valueAvg, .valuePercentile, .valueMedian: false
            }
        }
    }

    /// A name for other fields: `internal_ip: {rule_a: destination.ip, rule_b: source.ip}`.
    public struct Alias: Sendable {
        /// The name that stands for other fields.
        public var name: Located<String>
        /// For rules, by id or name, the field that the alias stands for.
        public var fields: [(rule: Located<String>, field: Located<String>)]
    }

    /// What the measure must be, such as `gte: 50`.
    public struct Bound: Hashable, Sendable {
        /// How the measure compares with the threshold.
        public var comparison: Comparison
        /// The threshold, or the whole number below it.
        public var threshold: Int64
        /// The threshold where it is not a whole number, which no count has.
        public var fraction: Double?

        /// Makes a bound.
        public init(_ comparison: Comparison, _ threshold: Int64, fraction: Double? = nil) {
            self.comparison = comparison
            self.threshold = threshold
            self.fraction = fraction
        }
    }

    /// How a count compares with a threshold.
    public enum Comparison: String, CaseIterable, Sendable {
        case gt, gte, lt, lte, eq, neq
    }
}

extension SigmaCorrelation {
    /// Whether the condition is a number of rules that is enough.
    public var asksForAtLeast: Bool {
        condition == nil && bounds.allSatisfy { $0.comparison == .gt || $0.comparison == .gte }
    }

    /// How many rules are enough, where it `asksForAtLeast`: from 0 to one more than there are.
    public var neededRules: Int {
        let needed = bounds.map { bound in
            bound.comparison == .gt && bound.threshold < .max ? bound.threshold + 1 : bound.threshold
        }
        return Int(max(0, min(needed.max() ?? 0, Int64(rules.count) + 1)))
    }
}
