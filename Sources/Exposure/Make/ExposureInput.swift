import Alerts
import Inventory
import Network

/// A country, as a report names it.
public struct Country: Hashable, Sendable {
    /// Two letters (ISO 3166-1).
    public var code: String
    /// Its name.
    public var name: String

    /// Makes a country.
    public init(code: String, name: String) {
        self.code = code
        self.name = name
    }
}

/// All that a report is made from.
public struct ExposureInput {
    /// What the sensor knows of the network.
    public var inventory = InventorySnapshot()
    /// Alerts that nobody has closed: those of levels high and critical, and logins with default credentials.
    public var alerts: [StoredAlert] = []
    /// The runs of the sensor.
    public var runs: [RunRecord] = []
    /// What is wrong with the store although it can be read, a sentence; `nil` where nothing is.
    public var warning: String?
    /// The country of an address; `nil` where nobody knows.
    public var country: (IPAddress) -> Country? = { _ in nil }
    /// The version of the program.
    public var program: String
    /// The time now, microseconds since 1970 UTC.
    public var now: Int64

    /// Nothing yet.
    public init(program: String, now: Int64) {
        self.program = program
        self.now = now
    }
}

/// What findings are made from: the inventory by servers.
struct Surroundings {
    let inventory: InventorySnapshot
    let topics: [String: [TopicRecord]]
    let secrets: [String: [SecretRecord]]
    let links: [String: [LinkRecord]]
    let clients: [String: [ClientRecord]]
    let country: (IPAddress) -> Country?

    init(_ input: ExposureInput) {
        inventory = input.inventory
        country = input.country
        topics = Dictionary(grouping: inventory.topics, by: \.server)
        links = Dictionary(grouping: inventory.links, by: \.server)
        var secrets: [String: [SecretRecord]] = [:]
        for secret in inventory.secrets {
            for server in secret.servers.counts.keys { secrets[server, default: []].append(secret) }
        }
        self.secrets = secrets
        var clients: [String: [ClientRecord]] = [:]
        for client in inventory.clients {
            for server in client.servers.counts.keys { clients[server, default: []].append(client) }
        }
        self.clients = clients
    }

    /// Whether a server is outside: a link says so.
    func isOutside(_ server: String) -> Bool { links[server]?.contains { !$0.isServerInside } ?? false }

    /// Networks and addresses outside that speak with a server inside.
    func outsideClients(of server: String) -> [LinkRecord] {
        (links[server] ?? []).filter { !$0.isClientInside && $0.isServerInside }
    }

    /// An address or network with its country, where that is known: `203.0.113.9 (Germany)`.
    func place(_ text: String) -> String {
        guard let block = CIDRBlock(text), let country = country(block.prefix) else { return text }
        return "\(text) (\(country.name))"
    }
}

extension NameCounts {
    /// The most frequent names.
    func first(_ count: Int) -> [String] { sorted.prefix(count).map(\.name) }
}

extension Sightings {
    /// All sightings of several things as one; `nil` for none.
    static func all(_ sightings: [Sightings]) -> Sightings? {
        sightings.dropFirst().reduce(into: sightings.first) { $0?.merge($1) }
    }
}
