import Alerts
import Crypto
import Detection
import Foundation
import Patterns
import Payload
import Sigma

/// Rules ready to run, with all that was said about them on the way.
public struct RuleSet: Sendable {
    /// The rules that can be loaded.
    public let compiled: CompiledRules
    /// What the files hold, documents without errors of their own, in the order of the files; filters last.
    public let documents: [SigmaDocument]
    /// The site's lists, with those that it did not give.
    public let lists: [String: [String]]
    /// Errors and warnings, in the order of the files and of their lines.
    public let diagnostics: [Diagnostic]
    /// SHA-256 over all rule texts, filters and lists: two runs with the same digest ran the same rules.
    public private(set) var digest: String
    /// What payloads are looked into with; `nil` where neither a rule nor the inventory asks what is in them.
    public private(set) var payload: PayloadKnowledge?
    /// What the site's traffic is held against beside the rules; `nil` where the configuration names no policy.
    public var policy: PolicyFile?
    /// The site's own list of its machines; `nil` where the configuration names none.
    public var siteList: SiteInventory?
    private let texts: [String: String]

    /// Reads and compiles the rules of some folders alone, without filters and lists; with none given, the shipped ones.
    public static func load(_ paths: [String]) throws(SensorError) -> RuleSet {
        try load(RuleSources(onlyRules: paths))
    }

    /// Reads and compiles rules and filters.
    ///
    /// A rule of the site with the id or name of one of those that come first takes its place.
    ///
    /// The tests of rules are read where `withTests`, regular expressions taken from `patterns` where they are there.
    public static func load(
        _ sources: RuleSources, withTests: Bool = true, patterns: PatternCache = PatternCache()
    ) throws(SensorError) -> RuleSet {
        var first = sources.onlyRules
        if first.isEmpty {
            guard let shipped = RuleFiles.shipped() else {
                throw SensorError(.noInput, "the shipped rules were not found; name a folder with --only-rules")
            }
            first = [shipped]
        }
        let base = try RuleFiles.read(first)
        let own = try RuleFiles.read(sources.rules)
        // Looking up where links lead costs more than most rules, so it is done only where two paths may lead to one file.
        let known = own.files.isEmpty ? [] : Set(base.files.map { RuleFiles.resolved($0.path) })
        let filters = try RuleFiles.read(sources.filters, .filters)
        var rules = RuleSet(
            files: base.files, added: own.files.filter { !known.contains(RuleFiles.resolved($0.path)) },
            filters: filters.files, lists: sources.lists,
            found: base.diagnostics + own.diagnostics + filters.diagnostics, withTests: withTests, patterns: patterns)
        if sources.inspectsPayloads || PayloadKnowledge.isAsked(by: rules.compiled.fields) {
            let lists = try WordListFiles.read(sources)
            rules.payload = try PayloadKnowledge.load(lists, patterns: patterns)
            // Other words are other rules.
            var hasher = SHA256()
            for text in [rules.digest] + lists.flatMap({ [$0.name, $0.text] }) { hasher.update(data: Data(text.utf8)) }
            rules.digest = hasher.finalize().map { String(format: "%02x", $0) }.joined()
        }
        return rules
    }

    /// Compiles rule files, with the filters and lists of a site.
    ///
    /// Rules of `added` take the place of those of `files` with the same id or name. `found` is what was said of the files
    /// already. Without `withTests` the rules have no tests, and nothing is said of
    /// them. `patterns` are regular expressions that were compiled before.
    public init(
        files: [RuleFiles.File], added: [RuleFiles.File] = [], filters: [RuleFiles.File] = [],
        lists: [String: [String]] = [:],
        found: [Diagnostic] = [], withTests: Bool = true, patterns: PatternCache = PatternCache()
    ) {
        var documents: [SigmaDocument] = []
        var broken: [BrokenDocument] = []
        var diagnostics = found
        var hasher = SHA256()
        var texts: [String: String] = [:]
        var replacement = RuleReplacement()
        for (index, file) in (files + added + filters).enumerated() {
            texts[file.path] = file.text
            hasher.update(data: Data(file.text.utf8))
            hasher.update(data: Data([0]))
            if let problem = file.problem {
                diagnostics.append(problem)
                broken += Self.unusable(file)
                continue
            }
            let reading = SigmaReader.readAll(text: file.text, file: file.path, withTests: withTests)
            diagnostics += reading.diagnostics
            broken += reading.broken
            for document in reading.documents {
                if index >= files.count + added.count, let problem = Self.notAFilter(document, file.path) {
                    diagnostics.append(problem)
                } else {
                    if index >= files.count, index < files.count + added.count { replacement.note(document) }
                    documents.append(document)
                }
            }
        }
        diagnostics += replacement.replace(in: &documents)
        let lists = SiteLists.completed(lists)
        for (name, members) in lists.sorted(by: { $0.key < $1.key }) {
            hasher.update(data: Data(([name] + members).joined(separator: "\n").utf8))
            hasher.update(data: Data([1]))
        }
        let (rules, compilerFound) = RuleCompiler.compile(
            documents, broken: broken, placeholders: Placeholders(lists), registry: Protocols.registry,
            discriminators: Protocols.discriminators, rareFields: Protocols.rareFields,
            settledFields: Protocols.settledFields, patterns: patterns)
        compiled = rules
        self.documents = documents
        self.lists = lists
        self.diagnostics = Self.sorted(diagnostics + compilerFound, by: (files + added + filters).map(\.path))
        self.texts = texts
        digest = hasher.finalize().map { String(format: "%02x", $0) }.joined()
    }

    /// The regular expressions of rules and payloads as they were compiled, for the next time; `nil` where `known` holds just
    /// these.
    public func patterns(otherThan known: PatternCache) -> PatternCache? {
        compiled.patterns(with: payload?.patternSets ?? [], otherThan: known)
    }

    /// The diagnostics that keep a rule from being loaded.
    public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

    /// A diagnostic as text for people, with the line it is about.
    public func render(_ diagnostic: Diagnostic) -> String { diagnostic.render(source: texts[diagnostic.file]) }

    /// What a file holds that cannot be used: other documents may refer to it.
    private static func unusable(_ file: RuleFiles.File) -> [BrokenDocument] {
        let reading = SigmaReader.readAll(text: file.text, file: file.path)
        let names = reading.documents.map { BrokenDocument(text: $0.source) }
        return names + reading.broken.map { BrokenDocument(names: $0.identities) }
    }

    /// All that is said of a file together, in the order of the lines; what is said of none of the files first.
    private static func sorted(_ diagnostics: [Diagnostic], by files: [String]) -> [Diagnostic] {
        let order = Dictionary(files.enumerated().map { ($1, $0) }) { first, _ in first }
        func place(_ diagnostic: Diagnostic) -> (Int, Int, Int) {
            let position = diagnostic.position
            return (order[diagnostic.file] ?? -1, position?.line ?? 0, position?.column ?? 0)
        }
        return diagnostics.enumerated().sorted { left, right in
            let (first, second) = (place(left.element), place(right.element))
            return first == second ? left.offset < right.offset : first < second
        }.map(\.element)
    }

    /// What to say of a document in the folder of filters that is none.
    private static func notAFilter(_ document: SigmaDocument, _ file: String) -> Diagnostic? {
        let position: SourcePosition
        switch document {
        case .filter: return nil
        case .rule(let rule): position = rule.metadata.position
        case .correlation(let correlation): position = correlation.metadata.position
        }
        return Diagnostic(
            "not-a-filter", file: file, at: position, "there are only filters in a folder of filters",
            hint: "put rules into a folder of their own, and name it with --rules")
    }
}

extension RuleSet {
    /// The rules as the store keeps them: the text of a rule, and behind it those of the site's filters on it.
    public var records: [RuleRecord] {
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
        return compiled.rules.map { rule in
            RuleRecord(
                id: rule.id, title: rule.title, level: AlertLevel(rawValue: rule.level.rawValue) ?? .medium,
                tags: rule.tags, source: ([rule.source] + rule.filters).joined(separator: "\n---\n"), loadedAt: now)
        }
    }
}
