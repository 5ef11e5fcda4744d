import Events
import Patterns
import Sigma

/// A field whose value follows from the type of a message: rules that ask for it are sorted by that type, and never ask
/// the message.
public struct Discriminator: Sendable {
    /// The category of messages.
    public var category: EventCategory
    /// The field.
    public var field: FieldID
    /// The message types for each text the field can have.
    ///
    /// A type that stands nowhere here is not taken for known, unless `isElseAbsent`.
    public var codes: [String: [UInt8]]
    /// Whether messages of types that stand nowhere in `codes` do not have the field.
    public var isElseAbsent: Bool

    /// Makes a discriminator.
    public init(category: EventCategory, field: FieldID, codes: [String: [UInt8]], isElseAbsent: Bool = false) {
        self.category = category
        self.field = field
        self.codes = codes
        self.isElseAbsent = isElseAbsent
    }

    /// Makes a discriminator of a field with one text for each message type.
    public init(category: EventCategory, field: FieldID, codes: [String: UInt8]) {
        self.init(category: category, field: field, codes: codes.mapValues { [$0] })
    }
}

/// Turns Sigma documents into rules that can run.
public enum RuleCompiler {
    /// The largest threshold of an `event_count` that is decided exactly: a window keeps the time of that many events.
    ///
    /// Of more, those close together are counted as one lot, so that the oldest may leave the window 1/1024 of the
    /// timespan too early.
    public static let exactThreshold: Int64 = 65_536
    /// The largest threshold of an `event_count`.
    public static let maximumThreshold: Int64 = 1 << 40

    /// Compiles documents against the registry of fields.
    ///
    /// A document with an error is left out, the others stay. The diagnostics come in the order of the documents. Filters
    /// may stand anywhere among the documents, and apply to all rules that they name or that their logsource covers.
    ///
    /// - Parameters:
    ///   - documents: the documents that were read without errors.
    ///   - broken: documents that had errors when they were read. They do not run; what else is wrong with them is said.
    ///   - placeholders: the lists of the site, for `expand`.
    ///   - registry: the fields that there are.
    ///   - discriminators: fields that follow from the type of a message.
    ///   - rareFields: fields whose absence an event tells at once.
    ///   - settledFields: fields that an event has a number for. All three make rules cheaper and change nothing else.
    ///   - patterns: regular expressions that were compiled before.
    /// - Returns: the rules, and what was found wrong.
    public static func compile(
        _ documents: [SigmaDocument], broken: [BrokenDocument] = [], placeholders: Placeholders = Placeholders(),
        registry: FieldRegistry, discriminators: [Discriminator] = [], rareFields: [RareField] = [],
        settledFields: [FieldID] = [], patterns: PatternCache = PatternCache()
    ) -> (rules: CompiledRules, diagnostics: [Diagnostic]) {
        var compilation = Compilation(registry: registry, placeholders: placeholders)
        compilation.pool.cache = patterns
        compilation.unreadable = broken.reduce(into: []) { $0.formUnion($1.identities) }
        let sound = documents.count
        let documents = documents + broken.compactMap(\.document)
        compilation.markBroken(sound..<documents.count)
        compilation.names = RuleNames(documents)
        compilation.checkIdentities(documents)
        for (index, document) in documents.enumerated() {
            if case .rule(let rule) = document { compilation.compile(rule, index) }
        }
        for (index, document) in documents.enumerated() {
            if case .filter(let filter) = document { compilation.apply(filter, index, documents) }
        }
        for index in documents.indices { compilation.compileCorrelation(index, documents) }
        compilation.joinRows()
        let rules = compilation.link(discriminators, rareFields, Set(settledFields))
        return (rules, compilation.orderedDiagnostics)
    }
}

/// The state of one run of the compiler.
struct Compilation {
    let registry: FieldRegistry
    let placeholders: Placeholders
    var pool = CheckPool()
    /// What came of each document that has no error, by its index.
    var loaded: [Int: LoadedDocument] = [:]
    /// What the documents are called.
    var names = RuleNames([RuleNames.Entry]())
    private var found: [(document: Int, diagnostic: Diagnostic)] = []
    private var broken: Set<Int> = []
    /// What documents with errors call themselves: they are there, though nothing else may be known of them.
    var unreadable: Set<String> = []
    /// Rules that raise no alerts unless some correlation has `generate: true`, and who counts them.
    var silencing: [(source: Int, reference: Located<String>, place: Place)] = []
    /// Correlations that are being compiled: one that is met again refers to itself.
    var open: Set<Int> = []

    init(registry: FieldRegistry, placeholders: Placeholders) {
        self.registry = registry
        self.placeholders = placeholders
    }

    /// A document without errors.
    struct LoadedDocument {
        var rule: CompiledRule
        /// The condition, with checks on fields of any category.
        var condition: Expression = .constant(false)
        var correlation: CorrelationDraft?
        /// The conditions of its steps; `nil` where another rule decides.
        var steps: [Expression?] = []
        /// The document of the rule whose rows its matches join.
        var ownerDocument: Int?
    }

    /// A correlation on the way: it refers to documents, and to the inputs of other drafts.
    struct CorrelationDraft {
        var plan: CorrelationPlan
        var inputs: [InputDraft]
        /// The documents that it refers to; none for what a rule measures of its own matches.
        var sources: [Int]
        var generates: Bool
        /// The names of its group, for which each input has slots.
        var groupNames: [String]
        /// How many correlations lie below it at most.
        var depth = 0
    }

    /// An input on the way, with what leads into it.
    struct InputDraft {
        var input: CorrelationInput
        var rules: [Int] = []
        var inputs: [(document: Int, input: Int)] = []
    }

    /// The diagnostics, sorted by document.
    var orderedDiagnostics: [Diagnostic] {
        found.enumerated().sorted { ($0.element.document, $0.offset) < ($1.element.document, $1.offset) }
            .map(\.element.diagnostic)
    }

    /// Whether an error was found in a document.
    func isBroken(_ document: Int) -> Bool { broken.contains(document) }

    /// Notes documents of which an error was told already.
    mutating func markBroken(_ documents: Range<Int>) { broken.formUnion(documents) }

    /// Notes what is wrong with a document.
    mutating func report(_ document: Int, _ diagnostic: Diagnostic) {
        found.append((document, diagnostic))
        if diagnostic.severity == .error { broken.insert(document) }
    }

    /// Finds missing and repeated ids and names.
    mutating func checkIdentities(_ documents: [SigmaDocument]) {
        var byIdentity: [String: Int] = [:]
        for (index, document) in documents.enumerated() {
            let identities = document.identities
            let place = Place(document: index, file: document.file, category: nil)
            if isBroken(index) {
                // That an id is missing or wrong was said by the reader.
            } else if case .rule(let rule) = document, identities.id == nil {
                error(place, "missing-id", rule.metadata.position, "The rule has no id", hint: "add a UUID as id")
            } else if case .correlation(let correlation) = document, identities.id == nil, identities.name == nil {
                error(
                    place, "missing-id", correlation.metadata.position, "The rule has no id", hint: "add a UUID as id")
            }
            for (kind, identity) in [("id", identities.id), ("name", identities.name)] {
                guard let identity else { continue }
                if let other = byIdentity[identity.value], other != index {
                    let first = documents[other]
                    error(
                        place, "duplicate-\(kind)", identity.position,
                        "The \(kind) \(identity.value) is taken by \(first.file):\(first.position.line)")
                } else {
                    byIdentity[identity.value] = index
                }
            }
        }
    }

    /// The document that a reference means; `nil` where it means none, or several.
    func document(of reference: String) -> Int? {
        if case .one(let document) = names.find(reference) { return document }
        return nil
    }

    /// Why a reference means no document, and what may be meant.
    func doubt(of reference: String) -> (message: String, hint: String?) {
        switch names.find(reference) {
        case .several(let count): ("\(count) rules are called \(reference)", "name the one that is meant by its id")
        case .none(let nearest?): ("There is no rule \(reference)", "did you mean \(nearest)?")
        case .one, .none: ("There is no rule \(reference)", nil)
        }
    }

    /// Where a piece of a document belongs.
    struct Place {
        var document: Int
        var file: String
        /// The category whose fields the document may use; `nil` for any.
        var category: EventCategory?
    }

    mutating func error(
        _ place: Place, _ code: String, _ position: SourcePosition?, _ message: String, hint: String? = nil
    ) {
        report(place.document, Diagnostic(code, file: place.file, at: position, message, hint: hint))
    }

    mutating func warn(
        _ place: Place, _ code: String, _ position: SourcePosition?, _ message: String, hint: String? = nil
    ) {
        report(place.document, Diagnostic(code, .warning, file: place.file, at: position, message, hint: hint))
    }

    /// The field of that name, if the document may use it.
    mutating func field(_ name: Located<String>, _ place: Place) -> FieldRegistry.Entry? {
        guard let entry = registry.field(named: name.value) else {
            error(
                place, "unknown-field", name.position, "There is no field \(name.value)",
                hint: registry.nearestName(to: name.value).map { "did you mean \($0)?" })
            return nil
        }
        if let wanted = place.category, let actual = entry.category, wanted != actual {
            error(
                place, "foreign-field", name.position,
                "The field \(name.value) belongs to \(actual), the rule to \(wanted)",
                hint: "an event of \(wanted) never has this field")
            return nil
        }
        return entry
    }
}

extension SigmaDocument {
    /// What other documents can call it.
    var identities: (id: Located<String>?, name: Located<String>?) {
        switch self {
        case .rule(let rule): (rule.metadata.id, rule.metadata.name)
        case .correlation(let correlation): (correlation.metadata.id, correlation.metadata.name)
        case .filter(let filter): (filter.id, filter.name)
        }
    }

    /// The file it came from.
    var file: String {
        switch self {
        case .rule(let rule): rule.metadata.file
        case .correlation(let correlation): correlation.metadata.file
        case .filter(let filter): filter.file
        }
    }

    /// Where it begins.
    var position: SourcePosition {
        switch self {
        case .rule(let rule): rule.metadata.position
        case .correlation(let correlation): correlation.metadata.position
        case .filter(let filter): filter.position
        }
    }
}
