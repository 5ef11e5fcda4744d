// The syntax tree of Sigma documents (specification 2.1): what a rule file says, with the place of everything that an
// error could point at. Nothing here knows what the fields mean.

/// A place in a rule file; line and column count from 1.
public struct SourcePosition: Hashable, Sendable {
    public var line: Int
    public var column: Int

    /// Makes a place.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A value together with the place where it stands.
public struct Located<Value> {
    public var value: Value
    public var position: SourcePosition

    /// Makes a located value.
    public init(_ value: Value, at position: SourcePosition) {
        self.value = value
        self.position = position
    }
}

extension Located: Sendable where Value: Sendable {}
extension Located: Equatable where Value: Equatable {}

/// One YAML document of a rule file.
public enum SigmaDocument: Sendable {
    case rule(SigmaRule)
    case correlation(SigmaCorrelation)
}

/// What rules and correlations have in common.
public struct SigmaMetadata: Sendable {
    public var title: Located<String>
    /// Lower-case UUID; absent in a correlation that is only known by name.
    public var id: Located<String>?
    /// The name by which correlations refer to it.
    public var name: Located<String>?
    public var status: String?
    public var description: String?
    public var references: [String] = []
    public var author: String?
    public var date: String?
    public var tags: [String] = []
    public var fields: [Located<String>] = []
    public var falsePositives: [String] = []
    public var level: Located<SigmaLevel>
    /// The attribute `earshot`, as far as it was given.
    public var earshot: EarshotExtension
    /// The file it came from, as it was given to the reader.
    public var file: String
    /// The text of this document, as it stands in the file.
    public var source: String
    /// Where the document begins.
    public var position: SourcePosition
}

/// Sigma's levels, in rising order.
public enum SigmaLevel: String, CaseIterable, Comparable, Sendable {
    case informational, low, medium, high, critical

    public static func < (left: SigmaLevel, right: SigmaLevel) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What stands under the custom attribute `earshot`.
public struct EarshotExtension: Sendable {
    /// The one-line summary with `{field}` in it.
    public var summary: Located<String>?
    /// Which fields tell alerts apart, and for how long (nanoseconds) a repetition only counts.
    public var suppress: Suppression?
    /// The rule's own tests.
    public var tests: [RuleTest] = []

    public init() {}

    /// `suppress: {by: [...], for: 1h}`
    public struct Suppression: Sendable {
        public var fields: [Located<String>]
        public var nanoseconds: Int64
        public var position: SourcePosition
    }
}

/// A rule on single events.
public struct SigmaRule: Sendable {
    public var metadata: SigmaMetadata
    public var logsource: LogSource
    /// The named selections, in the order of the file.
    public var selections: [Selection]
    /// One or more conditions; any of them may hold.
    public var conditions: [Located<Condition>]

    /// `logsource`.
    public struct LogSource: Sendable {
        public var product: Located<String>?
        public var category: Located<String>?
        public var service: Located<String>?
        public var position: SourcePosition
    }
}

/// A named part of `detection`.
public struct Selection: Sendable {
    public var name: Located<String>
    public var body: SelectionBody
}

/// What a selection asks.
public indirect enum SelectionBody: Sendable {
    /// A map: all of its tests hold.
    case all([FieldTest])
    /// A list of maps: any of them holds.
    case any([SelectionBody])
    /// A list of words without a field: any stands anywhere in the event.
    case keywords([Located<SigmaValue>], position: SourcePosition)
}

/// `field|modifier|modifier: value or list of values`
public struct FieldTest: Sendable {
    public var field: Located<String>
    /// In the order of the rule; `all` is among them where it was given.
    public var modifiers: [Located<SigmaModifier>]
    /// Any value must match, unless `all` is among the modifiers. Never empty.
    public var values: [Located<SigmaValue>]
}

/// A field modifier; unknown ones never get this far.
public enum SigmaModifier: String, CaseIterable, Sendable {
    case contains, startswith, endswith, all, cased, re, cidr, exists, gt, gte, lt, lte
    /// Sub-modifiers of `re`: case-insensitive, multi-line, `.` matches line feeds.
    case i, m, s
}

/// A value in a detection.
public enum SigmaValue: Hashable, Sendable {
    case string(SigmaString)
    case int(Int64)
    case float(Double)
    case bool(Bool)
    case null
}

/// A string with its wildcards found: `*` and `?`, with `\` as the escape (specification 2.1, *Escaping*).
public struct SigmaString: Hashable, Sendable {
    /// A stretch of literal text or a wildcard.
    public enum Part: Hashable, Sendable {
        case literal(String)
        /// `*`: any number of characters.
        case anyRun
        /// `?`: exactly one character.
        case anyOne
    }

    /// The string as the file has it, which is what `re` and `cidr` use.
    public var raw: String
    /// Its parts; no two literals or two `*` in a row. Empty for the empty string.
    public var parts: [Part]

    /// Takes a string apart.
    ///
    /// `\` hides the meaning of a `*`, `?` or `\` after it, and is itself before anything else and at the end.
    public init(_ raw: String) {
        self.raw = raw
        parts = []
        var literal = String.UnicodeScalarView()
        // By scalars: an accent after a `*` would make one `Character` of the two, and hide the wildcard.
        var rest = raw.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\":
                if let next = rest.first, next == "*" || next == "?" || next == "\\" {
                    literal.append(next)
                    rest.removeFirst()
                } else {
                    literal.append("\\")
                }
            case "*", "?":
                if !literal.isEmpty { parts.append(.literal(String(literal))) }
                literal = String.UnicodeScalarView()
                if scalar == "?" { parts.append(.anyOne) } else if parts.last != .anyRun { parts.append(.anyRun) }
            default: literal.append(scalar)
            }
        }
        if !literal.isEmpty { parts.append(.literal(String(literal))) }
    }

    /// The text, where no wildcard is in it.
    public var literal: String? {
        if parts.isEmpty { return "" }
        guard parts.count == 1, case .literal(let text) = parts[0] else { return nil }
        return text
    }
}

/// A condition over selections. Names are resolved: each selection named here exists.
public indirect enum Condition: Hashable, Sendable {
    /// The selection with this index holds.
    case selection(Int)
    case not(Condition)
    case and([Condition])
    case or([Condition])
}

/// A rule about other rules' matches in a window of time.
public struct SigmaCorrelation: Sendable {
    public var metadata: SigmaMetadata
    public var kind: Located<Kind>
    /// Names or ids of the rules it counts.
    public var rules: [Located<String>]
    public var groupBy: [Located<String>]
    /// Length of the window in nanoseconds.
    public var timespan: Located<Int64>
    /// All of these must hold of the count.
    public var bounds: [Bound]
    /// The field whose distinct values are counted (`value_count`) or whose values are added up (`value_sum`).
    public var field: Located<String>?
    /// Whether the rules it refers to raise alerts of their own as well.
    public var generate: Bool

    /// The kinds of correlation that can be loaded.
    public enum Kind: String, CaseIterable, Sendable {
        case eventCount = "event_count"
        case valueCount = "value_count"
        case valueSum = "value_sum"
    }

    /// `gte: 50`
    public struct Bound: Hashable, Sendable {
        public var comparison: Comparison
        public var threshold: Int64

        /// Makes a bound.
        public init(_ comparison: Comparison, _ threshold: Int64) {
            self.comparison = comparison
            self.threshold = threshold
        }
    }

    /// How a count compares with a threshold.
    public enum Comparison: String, CaseIterable, Sendable {
        case gt, gte, lt, lte, eq, neq
    }
}
