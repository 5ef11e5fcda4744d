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
    /// The rule's own tests.
    public var tests: [RuleTest] = []

    public init() {}

    /// `suppress: {by: [...], for: 1h}`
    public struct Suppression: Sendable {
        public var fields: [Located<String>]
        public var nanoseconds: Int64
        public var position: SourcePosition
    }

    /// `ratio: {sum: a, over: b, by: [...], timespan: 1m, gte: 10, minimum: {sum: 1000, over: 1}}`
    ///
    /// In a sliding window, for each key: the sum of one field over the sum of another. Nothing is raised while either
    /// sum is below its minimum, or while the lower one is 0.
    public struct Ratio: Sendable {
        /// The field whose sum is divided.
        public var field: Located<String>
        /// The field by whose sum it is divided.
        public var over: Located<String>
        public var groupBy: [Located<String>]
        /// Length of the window in nanoseconds.
        public var timespan: Located<Int64>
        /// All of these must hold of the quotient.
        public var bounds: [Bound]
        public var minimumSum: Double
        public var minimumOver: Double
        public var position: SourcePosition
    }

    /// `gte: 1.5`
    public struct Bound: Hashable, Sendable {
        public var comparison: SigmaCorrelation.Comparison
        public var threshold: Double
    }

    /// `absence: {by: [...], timespan: 10m, after: 5}`
    ///
    /// A key that matched `after` times, each within `timespan` of the one before, and then not for `timespan`, is
    /// missed. The clock is capture time, as other events move it on.
    public struct Absence: Sendable {
        public var groupBy: [Located<String>]
        /// How long it must stay away, in nanoseconds.
        public var timespan: Located<Int64>
        /// How many matches in a row make it regular, at least 2.
        public var after: Int
        public var position: SourcePosition
    }
}
