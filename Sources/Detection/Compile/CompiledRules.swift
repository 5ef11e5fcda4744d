import Bytes
import Events
import Network
import Patterns
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

    /// How its alert rows look: as the rule says, and behind that at each step of its `escalate`.
    public internal(set) var steps: [RowStep]
    /// The rule whose rows its matches join, as an index into `CompiledRules.rules`; `nil` where they are its own.
    public internal(set) var rowOwner: Int?
    /// What the different values are called that its rows count, such as `clients`; `nil` where they count none.
    public internal(set) var distinctName: String?
    /// Whether its rows add up bytes.
    public var countsBytes: Bool { bytesSlot >= 0 }
    /// Whether its rows name kinds.
    public var namesKinds: Bool { !kindSlots.isEmpty }

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
    /// The fields whose different values its rows count.
    var distinctSlots: [Int] = []
    /// The field that its rows add up; -1 where there is none.
    var bytesSlot = -1
    /// The fields whose keywords its rows name.
    var kindSlots: [Int] = []
    /// The conditions of its steps, the mildest first.
    var stepConditions: [MatchPlans.Step] = []
    /// The step of another rule's rows that its matches are.
    var ownerStep: UInt8 = 0
}

/// How an alert row looks at one of its steps.
public struct RowStep: Sendable {
    /// How bad it is.
    public let level: SigmaLevel
    /// What it is called.
    public internal(set) var title: String
    /// The rule that the step is, as an index into `CompiledRules.rules`; `nil` where it is the row's own.
    public internal(set) var rule: Int?
    /// Its summary; `nil` where that of the rule that matched stands.
    let summary: SummaryTemplate?
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

    /// The regular expressions of the rules as they were compiled, for the next time that the same rules are.
    ///
    /// `nil` where `known` holds just these. Sets of expressions that others use are kept `with` them.
    public func patterns(
        with others: [PatternSet] = [], otherThan known: PatternCache = PatternCache()
    ) -> PatternCache? {
        let sets = index.fields.compactMap(\.set) + others
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
    /// The fields that an event has a number for.
    let settledFields: Set<FieldID>

    /// The longest time for which a repetition only counts, in nanoseconds.
    public var longestSuppression: Int64 {
        rules.compactMap(\.suppression?.duration).reduce(Correlator.foldDuration) { max($0, $1) }
    }

    /// The rule that an alert row is called by: that of its step, or the one that it belongs to.
    ///
    /// - Parameters:
    ///   - step: the step of the row, as an index into `steps`.
    ///   - owner: the rule that it belongs to, as an index into `rules`.
    /// - Returns: the rule.
    public func shownRule(_ step: Int, of owner: Int) -> CompiledRule {
        rules[rules[owner].steps[step].rule ?? owner]
    }

    /// The names of the fields that the rules look at, in the order of the registry.
    public var fields: [String] {
        let used = Set(pool.slots.map(\.entry.id))
        return registry.entries.filter { used.contains($0.id) }.map(\.info.name)
    }
}
