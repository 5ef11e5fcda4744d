/// What stands under the custom attribute `earshot`, which other tools pass over.
public struct EarshotExtension: Sendable {
    /// The one-line summary with `{field}` in it.
    public var summary: Located<String>?
    /// Which fields tell alerts apart, and for how long (nanoseconds) a repetition only counts.
    public var suppress: Suppression?
    /// What the matches of the rule must add up to before it raises an alert.
    public var ratio: Ratio?
    /// The rule raises an alert when its matches stay away.
    public var absence: Absence?
    /// The fields of which a row counts how many different combinations its matches had.
    public var distinct: [Located<String>] = []
    /// The field of which a row adds up the values of its matches, in bytes.
    public var bytes: Located<String>?
    /// The fields of keywords of which a row names all that its matches had.
    public var kinds: [Located<String>] = []
    /// What makes a row worse than the rule says it is, mildest first.
    public var escalate: [Escalation] = []
    /// The rule's own tests.
    public var tests: [RuleTest] = []

    /// An extension that says nothing.
    public init() {}

    /// How repetitions are told: `suppress: {by: [...], for: 1h}`.
    public struct Suppression: Sendable {
        /// The fields that tell alert rows apart.
        public var fields: [Located<String>]
        /// For how long repetitions are added to a row, in nanoseconds.
        public var nanoseconds: Int64
        /// Where it stands.
        public var position: SourcePosition
    }

    /// One sum over another: `ratio: {sum: a, over: b, by: [...], timespan: 1m, gte: 10, minimum: {sum: 1000, over: 1}}`.
    ///
    /// In a sliding window, for each key: the sum of one field over the sum of another. Nothing is raised while either
    /// sum is below its minimum, or while the lower one is 0.
    public struct Ratio: Sendable {
        /// The field whose sum is divided.
        public var field: Located<String>
        /// The field by whose sum it is divided.
        public var over: Located<String>
        /// The fields that tell the windows apart.
        public var groupBy: [Located<String>]
        /// Length of the window in nanoseconds.
        public var timespan: Located<Int64>
        /// All of these must hold of the quotient.
        public var bounds: [Bound]
        /// What the sum that is divided must be at least.
        public var minimumSum: Double
        /// What the sum that it is divided by must be at least.
        public var minimumOver: Double
        /// Where it stands.
        public var position: SourcePosition
    }

    /// What a ratio must be, such as `gte: 1.5`.
    public struct Bound: Hashable, Sendable {
        /// How the measure compares with the threshold.
        public var comparison: SigmaCorrelation.Comparison
        /// What it is compared with.
        public var threshold: Double
    }

    /// What should come and does not: `absence: {by: [...], timespan: 10m, after: 5}`.
    ///
    /// A key that matched `after` times, each within `timespan` of the one before, and then not for `timespan`, is
    /// missed. The clock is capture time, as other events move it on.
    public struct Absence: Sendable {
        /// The fields that make a key.
        public var groupBy: [Located<String>]
        /// How long it must stay away, in nanoseconds.
        public var timespan: Located<Int64>
        /// How many matches in a row make it regular, at least 2.
        public var after: Int
        /// Where it stands.
        public var position: SourcePosition
    }

    /// A step that a row rises to: `escalate: [{condition: granted, level: high, title: Granted Every Topic}]`.
    ///
    /// It never falls back.
    public struct Escalation: Sendable {
        /// Of which matches it is true: a condition over the selections of the rule; `nil` where another rule decides.
        public var condition: Located<Condition>?
        /// The rule whose matches are this step: they join the row instead of raising one of their own.
        public var rule: Located<String>?
        /// How bad the row is from then on.
        public var level: Located<SigmaLevel>
        /// What the row is called from then on; `nil` where it keeps its title.
        public var title: Located<String>?
        /// Its one-line summary from then on; `nil` where that of the rule that matched stays.
        public var summary: Located<String>?
        /// Where it stands.
        public var position: SourcePosition
    }
}
