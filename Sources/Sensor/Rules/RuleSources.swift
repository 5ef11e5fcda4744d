import Foundation

/// Where the rules of a site come from: rules, exceptions to them, and lists that both refer to.
public struct RuleSources: Hashable, Sendable {
    /// Folders or files with rules; empty for the shipped rules.
    public var rules: [String]
    /// Folders or files with the site's own filters.
    public var filters: [String]
    /// The site's lists by name, such as `home_networks`: what `%home_networks%` stands for in a value with `|expand`.
    public var lists: [String: [String]]

    /// Names the sources.
    public init(rules: [String] = [], filters: [String] = [], lists: [String: [String]] = [:]) {
        self.rules = rules
        self.filters = filters
        self.lists = lists
    }

    /// Where filters are looked for when nobody names a folder.
    public static let defaultFilters = "/etc/earshot/filters"
}

extension Settings {
    /// Where rules, filters and lists come from.
    public var ruleSources: RuleSources { RuleSources(rules: rules, filters: filters, lists: lists) }
}
