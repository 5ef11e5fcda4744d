/// A rule as it was loaded.
///
/// The store keeps each text that ever fired, once.
public struct RuleRecord: Codable, Hashable, Sendable {
    /// The id of the rule.
    public var id: String
    /// What it finds, in a few words.
    public var title: String
    /// How bad a match is.
    public var level: AlertLevel
    /// Its tags as they stand in the file.
    public var tags: [String]
    /// The rule's own text.
    public var source: String
    /// When it was loaded, microseconds since 1970 UTC.
    public var loadedAt: Int64

    /// Makes a record.
    public init(id: String, title: String, level: AlertLevel, tags: [String], source: String, loadedAt: Int64) {
        self.id = id
        self.title = title
        self.level = level
        self.tags = tags
        self.source = source
        self.loadedAt = loadedAt
    }
}
