// The syntax tree of Sigma documents (specification 2.1): what a rule file says, with the place of everything that an
// error could point at. Nothing here knows what the fields mean.

/// A place in a rule file; line and column count from 1.
public struct SourcePosition: Hashable, Sendable {
    /// The line, from 1.
    public var line: Int
    /// The character in the line, from 1.
    public var column: Int

    /// Makes a place.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A value together with the place where it stands.
public struct Located<Value> {
    /// What stands there.
    public var value: Value
    /// Where it stands.
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
    case filter(SigmaFilter)
}

/// What rules and correlations have in common.
public struct SigmaMetadata: Sendable {
    /// What the rule finds, in a few words.
    public var title: Located<String>
    /// Lower-case UUID; absent in a correlation that is only known by name.
    public var id: Located<String>?
    /// The name by which correlations refer to it.
    public var name: Located<String>?
    /// How far the rule has come: `stable`, `test`, `experimental`, `deprecated`, `unsupported`.
    public var status: String?
    /// What the rule finds, and why that matters.
    public var description: String?
    /// Where more is said of it.
    public var references: [String] = []
    /// Who wrote it.
    public var author: String?
    /// When it was written, as it stands in the file.
    public var date: String?
    /// Its tags as they stand in the file.
    public var tags: [String] = []
    /// The fields that are worth showing with an alert.
    public var fields: [Located<String>] = []
    /// What else may match it.
    public var falsePositives: [String] = []
    /// How bad a match is.
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

    /// Whether a level is less bad than another.
    public static func < (left: SigmaLevel, right: SigmaLevel) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// A rule on single events.
public struct SigmaRule: Sendable {
    /// What the rule says of itself.
    public var metadata: SigmaMetadata
    /// Which events it looks at.
    public var logsource: LogSource
    /// The named selections, in the order of the file.
    public var selections: [Selection]
    /// One or more conditions; any of them may hold.
    public var conditions: [Located<Condition>]

    /// `logsource`.
    public struct LogSource: Sendable {
        /// The product whose events they are.
        public var product: Located<String>?
        /// The category of the events.
        public var category: Located<String>?
        /// The service within the product.
        public var service: Located<String>?
        /// Where it stands.
        public var position: SourcePosition
    }
}

/// A named part of `detection`.
public struct Selection: Sendable {
    /// What conditions call it.
    public var name: Located<String>
    /// What it asks of an event.
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

/// A test of one field: `field|modifier|modifier: value or list of values`.
///
/// Without a name in front (`'|all': [a, b]`) it is a keyword test: the values are looked for in every text of the event.
public struct FieldTest: Sendable {
    /// The name of the field; empty in a keyword test.
    public var field: Located<String>
    /// In the order of the rule; `all` is among them where it was given.
    public var modifiers: [Located<SigmaModifier>]
    /// Any value must match, unless `all` is among the modifiers.
    ///
    /// Never empty.
    public var values: [Located<SigmaValue>]

    /// Whether it names no field.
    public var isKeyword: Bool { field.value.isEmpty }
}

/// A value in a detection.
public enum SigmaValue: Hashable, Sendable {
    case string(SigmaString)
    case int(Int64)
    case float(Double)
    case bool(Bool)
    case null
}

/// A condition over selections.
///
/// Names are resolved: each selection named here exists.
public indirect enum Condition: Hashable, Sendable {
    /// The selection with this index holds.
    case selection(Int)
    case not(Condition)
    case and([Condition])
    case or([Condition])
}
