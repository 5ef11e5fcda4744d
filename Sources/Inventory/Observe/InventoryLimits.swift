/// Bounds of what an inventory keeps: each table's most entries.
public struct InventoryLimits: Sendable {
    /// Servers.
    public var servers = 2048
    /// Clients.
    public var clients = 8192
    /// Topics and resources, as templates.
    public var topics = 16_384
    /// Filters of subscriptions.
    public var filters = 4096
    /// Links between networks and servers.
    public var links = 4096
    /// Secrets, by their digests.
    public var secrets = 2048
    /// Names of records as they are, each with when it came last.
    public var names = 65_536
    /// Names with who publishes or reads them.
    public var pairs = 131_072
    /// Pairs of ends whose messages are attributed without asking who they are.
    public var connections = 16_384
    /// Templates, or clients at an address, that one of them may bring before those that came once only are put together.
    public var mostNamesOfOne = 1024

    /// The defaults.
    public init() {}

    /// The bounds of an inventory that takes at most about so many bytes.
    ///
    /// Of 64 parts: 28 topics, 11 clients, 6 pairs, 7 names, 3 filters, 3 links, 2 servers, 3 connections, 1 secrets.
    public init(bytes: Int) {
        let part = max(bytes, 1 << 20) / 64
        topics = max(64, 28 * part / 1400)
        clients = max(64, 11 * part / 1300)
        pairs = max(256, 6 * part / 112)
        names = max(256, 7 * part / 140)
        filters = max(64, 3 * part / 600)
        links = max(64, 3 * part / 400)
        servers = max(32, 2 * part / 2000)
        connections = max(64, 3 * part / 260)
        secrets = max(32, part / 700)
        mostNamesOfOne = max(32, min(1024, topics / 8))
    }
}
