/// All that an inventory knows at one moment: what the store keeps, and what listings, reports and the policy read.
public struct InventorySnapshot: Codable, Hashable, Sendable {
    /// Brokers and other servers.
    public var servers: [ServerRecord] = []
    /// Clients.
    public var clients: [ClientRecord] = []
    /// Topics and resources.
    public var topics: [TopicRecord] = []
    /// Filters of subscriptions.
    public var filters: [FilterRecord] = []
    /// Who speaks with which server, by networks.
    public var links: [LinkRecord] = []
    /// Secrets in clear.
    public var secrets: [SecretRecord] = []
    /// What did not fit: how many of each kind were left out or pushed out, by name.
    public var leftOut: [String: Int64] = [:]

    /// Nothing.
    public init() {}

    /// Whether nothing is known.
    public var isEmpty: Bool { servers.isEmpty && clients.isEmpty && topics.isEmpty }

    /// The records in the order of their keys, which does not depend on the order in which they were seen.
    public mutating func sort() {
        servers.sortByKey()
        clients.sortByKey()
        topics.sortByKey()
        filters.sortByKey()
        links.sortByKey()
        secrets.sortByKey()
    }
}

/// A record that the store keeps: one row of a kind.
public protocol InventoryRecord: Codable, Sendable {
    /// The name of the kind in the store.
    static var kind: String { get }
    /// What names it among those of its kind.
    var key: String { get }
    /// When it was seen.
    var seen: Sightings { get }
}

extension ServerRecord: InventoryRecord {
    /// `server`.
    public static var kind: String { "server" }
}

extension ClientRecord: InventoryRecord {
    /// `client`.
    public static var kind: String { "client" }
}

extension TopicRecord: InventoryRecord {
    /// `topic`, of resources too.
    public static var kind: String { "topic" }
}

extension FilterRecord: InventoryRecord {
    /// `filter`.
    public static var kind: String { "filter" }
}

extension LinkRecord: InventoryRecord {
    /// `link`.
    public static var kind: String { "link" }
}

extension SecretRecord: InventoryRecord {
    /// `secret`.
    public static var kind: String { "secret" }
}

extension Array where Element: InventoryRecord {
    /// Keys are put together when they are asked for: once for each record, not for each comparison.
    fileprivate mutating func sortByKey() {
        guard count > 1 else { return }
        let order = enumerated().map { (key: $0.element.key, index: $0.offset) }.sorted { $0.key < $1.key }
        self = order.map { self[$0.index] }
    }
}
