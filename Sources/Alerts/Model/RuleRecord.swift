/// A rule as it was loaded. The store keeps each text that ever fired, once.
public struct RuleRecord: Codable, Hashable, Sendable {
    public var id: String
    public var title: String
    public var level: AlertLevel
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
