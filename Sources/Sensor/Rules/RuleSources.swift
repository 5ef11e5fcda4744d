import Foundation
import Sigma

/// Where the rules of a site come from: rules, exceptions to them, and lists that both refer to.
public struct RuleSources: Hashable, Sendable {
    /// Folders or files with rules of the site, beside those that come first.
    public var rules: [String]
    /// Folders or files with the rules that come first; empty for the shipped ones.
    public var onlyRules: [String]
    /// Folders or files with the site's own filters.
    public var filters: [String]
    /// The site's lists by name, such as `home_networks`: what `%home_networks%` stands for in a value with `|expand`.
    public var lists: [String: [String]]
    /// Whether payloads are looked into although no rule may ask for it.
    public var inspectsPayloads = false
    /// The file with the policy of the site; `nil` for none.
    public var policy: String?
    /// The site's own list of its machines; `nil` for none.
    public var siteList: String?

    /// Names the sources.
    public init(
        rules: [String] = [], onlyRules: [String] = [], filters: [String] = [], lists: [String: [String]] = [:]
    ) {
        self.rules = rules
        self.onlyRules = onlyRules
        self.filters = filters
        self.lists = lists
    }

    /// Where rules of the site are looked for when nobody names a folder.
    public static let defaultRules = "/etc/earshot/rules"
    /// Where filters are looked for when nobody names a folder.
    public static let defaultFilters = "/etc/earshot/filters"
}

extension Settings {
    /// Where rules, filters and lists come from.
    public var ruleSources: RuleSources {
        var sources = RuleSources(rules: rules, onlyRules: onlyRules, filters: filters, lists: lists)
        sources.inspectsPayloads = keepsInventory || policy != nil
        sources.policy = policy
        sources.siteList = siteList
        return sources
    }
}

/// The rules of a site that take the place of shipped ones.
struct RuleReplacement {
    private var added: [(metadata: SigmaMetadata, names: Set<String>)] = []

    /// Takes up a rule of the site.
    mutating func note(_ document: SigmaDocument) {
        guard let metadata = document.metadata else { return }
        added.append((metadata, Self.names(metadata)))
    }

    /// Removes the rules that have the id or name of one of the site's.
    ///
    /// - Returns: a warning for each, at the rule of the site.
    func replace(in documents: inout [SigmaDocument]) -> [Diagnostic] {
        guard !added.isEmpty else { return [] }
        var found: [Diagnostic] = []
        let files = Set(added.map(\.metadata.file))
        documents.removeAll { document in
            guard let metadata = document.metadata, !files.contains(metadata.file),
                let own = added.first(where: { !$0.names.isDisjoint(with: Self.names(metadata)) })
            else { return false }
            found.append(
                Diagnostic(
                    "replaced-rule", .warning, file: own.metadata.file, at: own.metadata.position,
                    "this rule takes the place of '\(metadata.title.value)' in \(metadata.file)"))
            return true
        }
        return found
    }

    private static func names(_ metadata: SigmaMetadata) -> Set<String> {
        Set([metadata.id?.value.lowercased(), metadata.name?.value].compactMap(\.self))
    }
}

extension SigmaDocument {
    /// What a rule says of itself; `nil` for a filter.
    fileprivate var metadata: SigmaMetadata? {
        switch self {
        case .rule(let rule): rule.metadata
        case .correlation(let correlation): correlation.metadata
        case .filter: nil
        }
    }
}
