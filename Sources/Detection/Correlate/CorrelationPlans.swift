import Bytes
import Network

/// All correlations as flat data: what is looked at for each event lies in a few arrays, and a plan is copied at the price
/// of its bytes.
struct CorrelationPlans: Sendable {
    /// A correlation.
    struct Core: Sendable {
        /// Its place among the rules.
        var rule: Int32
        /// Where it has a table of its own, its place among those of its kind; -1 where it has windows.
        var table: Int32 = -1
        var measure: Measure
        /// In nanoseconds, more than 0.
        var timespan: Int64
        /// What the measure must be: a stretch of `bounds`.
        var bounds: IndexRange
        /// How many entries of a window decide what its measure is compared with.
        var entries: Int
        /// Of a condition in words over rules, its first instruction; one of the two ends where there is none.
        var conditionStart: Int32
        /// Whether there is a condition in words over rules.
        var hasCondition: Bool
        /// Whether a threshold has a fraction.
        var hasFractions: Bool
        /// Whether its matches become alerts.
        var raises: Bool
        /// Of a ratio: what both sums must be at least.
        var minimumSum: Double
        var minimumOver: Double
        /// What a unit of its numbers is divided by.
        var scale: Int64
        /// Of an absence: how many matches in a row make a key regular.
        var after: Int
        /// A hash of its definition: what is remembered belongs to that, and not to its place.
        var hash: UInt64
    }

    /// A way into a correlation.
    struct Input: BitwiseCopyable, Sendable {
        var correlation: Int32
        /// Inputs of a correlation with the same number group by the same fields.
        var group: Int32
        /// Which of the rules of a temporal correlation matches come from.
        var source: Int32
        /// The inputs that a match of the correlation goes on to: a stretch of `next`.
        var next: IndexRange
    }

    /// How the rows of a rule are told apart.
    struct Row: BitwiseCopyable, Sendable {
        /// For how long a repetition only counts, in nanoseconds; -1 where each match is a row of its own.
        var duration: Int64
        /// A hash of the rule's id and of what it says of repetitions.
        var hash: UInt64
        /// Whether a match of a rule on single events becomes an alert.
        var raises: Bool
        /// The rule whose rows they are.
        var owner: Int32
        /// The step that a match raises a row of another rule to.
        var step: UInt8 = 0
    }

    private(set) var cores: [Core] = []
    private(set) var bounds: [MeasureBound] = []
    private(set) var instructions: [Instruction] = []
    private(set) var inputs: [Input] = []
    private(set) var next: [Int32] = []
    private(set) var rows: [Row] = []

    /// Lays out the correlations of a rule set.
    init(_ rules: CompiledRules, _ hash: SeededHash) {
        for plan in rules.correlations {
            let offset = Int32(truncatingIfNeeded: instructions.count)
            func moved(_ target: Int32) -> Int32 { target >= 0 ? target + offset : target }
            instructions += plan.conditionCode.map {
                Instruction(check: $0.check, ifTrue: moved($0.ifTrue), ifFalse: moved($0.ifFalse))
            }
            let start = bounds.count
            bounds += plan.bounds
            cores.append(
                Core(
                    rule: Int32(truncatingIfNeeded: plan.rule), measure: plan.measure, timespan: plan.timespan,
                    bounds: IndexRange(start..<bounds.count), entries: plan.entries,
                    conditionStart: moved(plan.conditionStart),
                    hasCondition: !plan.conditionCode.isEmpty || plan.conditionStart != Instruction.accept,
                    hasFractions: plan.hasFractions, raises: plan.raises, minimumSum: plan.minimumSum,
                    minimumOver: plan.minimumOver, scale: plan.scale, after: plan.after,
                    hash: hash.hash(of: plan.identity)))
        }
        for input in rules.inputs {
            let start = next.count
            next += input.next.map { Int32(truncatingIfNeeded: $0) }
            inputs.append(
                Input(
                    correlation: Int32(truncatingIfNeeded: input.correlation),
                    group: Int32(truncatingIfNeeded: input.group), source: Int32(truncatingIfNeeded: input.source),
                    next: IndexRange(start..<next.count)))
        }
        rows = rules.rules.enumerated().map { number, rule in
            let owner = rule.rowOwner.map { rules.rules[$0] } ?? rule
            return Row(
                duration: owner.suppression?.duration ?? -1,
                hash: hash.hash(of: "\(owner.id)|\(owner.suppression?.identity ?? "")"),
                raises: rule.raisesAlerts, owner: Int32(truncatingIfNeeded: rule.rowOwner ?? number),
                step: rule.ownerStep)
        }
    }

    /// Numbers the correlations that have a table of their own.
    mutating func setTable(_ table: Int, of correlation: Int) {
        cores[correlation].table = Int32(truncatingIfNeeded: table)
    }

    /// Whether a whole number is within the bounds of a correlation.
    func holds(_ plan: Core, _ measure: Int64) -> Bool {
        for index in plan.bounds.indices where !bounds[index].holds(measure) { return false }
        return true
    }

    /// Whether a number is within the bounds of a correlation.
    func holds(_ plan: Core, _ measure: Double) -> Bool {
        for index in plan.bounds.indices where !bounds[index].holds(measure) { return false }
        return true
    }
}

extension SeededHash {
    /// A hash of a text.
    fileprivate func hash(of text: String) -> UInt64 {
        let utf8 = Array(text.utf8)
        return hash(utf8.span.bytes)
    }
}
