import Sigma

/// What a correlation measures in a window.
enum Measure: Hashable, BitwiseCopyable, Sendable {
    case events
    /// Events, too many to keep the time of each.
    case manyEvents
    case distinctValues, rules, orderedRules, sum, average
    /// 0 to 100.
    case percentile(Int)
    case ratio, absence

    /// Whether the entries of its windows are told apart by a key.
    var isDistinct: Bool { self == .distinctValues || self == .rules }
}

/// A correlation with its fields found.
struct CorrelationPlan: Sendable {
    /// Its place among the rules.
    var rule: Int
    var measure: Measure
    /// In nanoseconds, more than 0.
    var timespan: Int64
    /// What the measure must be.
    var bounds: [MeasureBound]
    /// How many entries of a window are worth keeping: with one more than the largest threshold, every bound is
    /// decided as it would be with all of them.
    var entries: Int
    /// Of rules in order, what is looked for.
    var ordered: OrderedPlan?
    /// Of rules in any order, the condition in words: a program whose checks are rules; empty where there is none.
    var conditionCode: [Instruction] = []
    var conditionStart = Instruction.accept
    /// Whether a threshold has a fraction, so that sums of whole numbers are compared as real ones.
    var hasFractions = false
    /// Of a ratio: what both sums must be at least.
    var minimumSum = 0.0
    var minimumOver = 0.0
    /// Of an absence: how many matches in a row make a key regular.
    var after = 0
    /// The most one unit of its numbers is divided by, since windows add up whole numbers: 1 where all are whole.
    var scale: Int64 = 1
    /// What the remembered windows belong to.
    var identity: String
    /// Whether its matches become alerts; not so where it only feeds other correlations.
    var raises = true
}

/// A bound of a measure, with the threshold in both forms.
struct MeasureBound: Hashable, Sendable {
    var comparison: SigmaCorrelation.Comparison
    var threshold: Double
    /// The threshold where it is a whole number; counts and sums of whole numbers are compared with it.
    var whole: Int64

    init(_ bound: SigmaCorrelation.Bound) {
        comparison = bound.comparison
        threshold = bound.fraction ?? Double(bound.threshold)
        whole = bound.threshold
    }

    init(_ bound: EarshotExtension.Bound) {
        comparison = bound.comparison
        threshold = bound.threshold
        whole = Int64(exactly: bound.threshold.rounded()) ?? .max
    }

    func holds(_ measure: Int64) -> Bool { holds(measure, whole) }

    func holds(_ measure: Double) -> Bool { holds(measure, threshold) }

    private func holds<Number: Comparable>(_ measure: Number, _ threshold: Number) -> Bool {
        switch comparison {
        case .gt: measure > threshold
        case .gte: measure >= threshold
        case .lt: measure < threshold
        case .lte: measure <= threshold
        case .eq: measure == threshold
        case .neq: measure != threshold
        }
    }
}

/// A way by which matches get into a correlation: from rules, or from other correlations, whose fields stand at these
/// slots.
struct CorrelationInput: Sendable {
    /// The correlation, as an index into the plans.
    var correlation: Int
    var groupSlots: [Int]
    /// Inputs of a correlation with the same number have the same slots, and so the same key for an event.
    var group = 0
    /// The slot of the counted or added field; -1 where there is none.
    var valueSlot = -1
    /// The slots of all counted fields where there are several, whose combinations are counted.
    var valueSlots: [Int] = []
    /// The slot of the field that a ratio divides by; -1 where there is none.
    var overSlot = -1
    /// Which of the rules of a temporal correlation matches come from.
    var source = 0
    /// The inputs that a match of the correlation goes on to, where the event came in by this one.
    var next: [Int] = []
}
