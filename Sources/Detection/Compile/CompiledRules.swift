import Bytes
import Events
import Network
import Sigma

/// A rule or correlation that was loaded: what people want to know about it.
public struct CompiledRule: Sendable {
    /// Title, level, tags, source text and all else that the document says of itself.
    public let metadata: SigmaMetadata
    /// The id; of a correlation without one, its name.
    public let id: String
    /// The category whose events it looks at; `nil` for all, and for a correlation over several.
    public let category: EventCategory?
    /// Whether it counts other rules' matches.
    public let isCorrelation: Bool
    /// The texts of the filters of the site that are on it.
    public internal(set) var filters: [String] = []
    /// Whether its matches become alerts; not so for a rule that only feeds correlations.
    public internal(set) var raisesAlerts: Bool

    /// What the rule finds, in a few words.
    public var title: String { metadata.title.value }
    /// How bad that is.
    public var level: SigmaLevel { metadata.level.value }
    /// Its tags as they stand in the file.
    public var tags: [String] { metadata.tags }
    /// The text of its document.
    public var source: String { metadata.source }
    /// The file it came from.
    public var file: String { metadata.file }
    /// Its own tests.
    public var tests: [EarshotExtension.RuleTest] { metadata.earshot.tests }
    /// The ATT&CK techniques among its tags, such as `T0802` or `T1110.001`, in the order of the tags.
    public var techniques: [String] { metadata.tags.compactMap(technique) }

    /// How repetitions are counted instead of raised again; `nil` where each match is an alert.
    var suppression: SuppressionPlan?
    /// The summary with its fields found.
    var summary: SummaryTemplate
}

/// `attack.t1110.001` or `attack.ics.t0802` as the number of the technique.
private func technique(_ tag: String) -> String? {
    let parts = tag.lowercased().split(separator: ".")
    guard parts.first == "attack" else { return nil }
    let rest = parts.dropFirst().drop { $0 == "ics" || $0 == "mobile" }
    guard let first = rest.first, first.hasPrefix("t"), first.count == 5, first.dropFirst().allSatisfy(\.isNumber)
    else { return nil }
    return rest.joined(separator: ".").uppercased()
}

/// Which fields tell alerts apart, and for how long a repetition only counts.
struct SuppressionPlan: Sendable {
    var slots: [Int]
    /// In nanoseconds.
    var duration: Int64
    /// What the alert rows belong to: of another definition under the same id they would be of no use.
    var identity: String
}

/// Rules that are ready to run: programs over the fields of events, sorted by the messages that can match.
///
/// The order of the rules is that of the documents they were made from, without those that had errors.
public struct CompiledRules: Sendable {
    /// The rules; an index into this array is what a `Hit` carries.
    public let rules: [CompiledRule]
    /// Each ATT&CK technique that a loaded rule is tagged with, sorted.
    public var techniques: [String] { Set(rules.flatMap(\.techniques)).sorted() }

    /// The regular expressions of the rules as they were compiled, for the next time that the same rules are; `nil` where
    /// `known` holds just these.
    public func patterns(otherThan known: PatternCache = PatternCache()) -> PatternCache? {
        let sets = index.fields.compactMap(\.set)
        return known.holds(pool.patterns, sets) ? nil : PatternCache(pool.patterns, sets)
    }

    /// What the rules are called, in their order.
    public let names: RuleNames

    let pool: CheckPool
    let instructions: [Instruction]
    let programs: [Program]
    let buckets: ProgramBuckets
    let index: RuleIndex
    let correlations: [CorrelationPlan]
    let inputs: [CorrelationInput]
    /// For each rule, the inputs that its matches go into.
    let feeds: [[Int]]
    let registry: FieldRegistry

    /// The names of the fields that the rules look at, in the order of the registry.
    public var fields: [String] {
        let used = Set(pool.slots.map(\.entry.id))
        return registry.entries.filter { used.contains($0.id) }.map(\.info.name)
    }
}
