import Inventory
import Network

@testable import Alerts
@testable import Exposure

/// A plant by hand: what a sensor could know of it.
struct Plant {
    /// The time of its first message: 2026-11-12 09:20 UTC.
    static let start: Int64 = 1_794_475_200_000_000
    static let hour: Int64 = 3_600_000_000

    var inventory = InventorySnapshot()
    var alerts: [StoredAlert] = []
    var runs: [RunRecord] = []
    var now = Self.start + 100 * Self.hour

    /// Seen from one hour of the plant to another.
    static func seen(_ first: Int64 = 0, _ last: Int64 = 10, count: Int64 = 7, frame: UInt64 = 42) -> Sightings {
        var seen = Sightings(at: start + first * hour, frame: frame)
        seen.last = start + last * hour
        seen.count = count
        return seen
    }

    /// Adds a server and hands it on to be filled.
    @discardableResult
    mutating func server(
        _ proto: String, _ address: String, _ port: UInt16, _ fill: (inout ServerRecord) -> Void = { _ in }
    ) -> String {
        var server = ServerRecord(proto: proto, address: address, port: port, seen: Self.seen())
        server.messages = 100
        fill(&server)
        inventory.servers.append(server)
        return server.key
    }

    /// Adds a topic or a resource.
    mutating func topic(_ server: String, _ template: String, _ fill: (inout TopicRecord) -> Void = { _ in }) {
        let proto = String(server.prefix { $0 != " " })
        var topic = TopicRecord(proto: proto, server: server, template: template, seen: Self.seen())
        topic.messages = 10
        fill(&topic)
        inventory.topics.append(topic)
    }

    /// Adds a secret that clients showed to a server.
    mutating func secret(_ digest: String, _ kind: String, _ server: String, clients: [String], places: [String] = []) {
        var secret = SecretRecord(digest: digest, kind: kind, seen: Self.seen())
        secret.servers = NameCounts([server: 3])
        secret.clients = NameCounts(Dictionary(clients.map { ($0, 1) }) { $0 + $1 })
        secret.places = NameCounts(Dictionary(places.map { ($0, 1) }) { $0 + $1 })
        inventory.secrets.append(secret)
    }

    /// Adds a run with what `earshot stats --json` says of it.
    mutating func run(_ stats: String) {
        let start = RunStart(
            sensor: "hall-3", started: Self.start, source: "eth1", sourceDigest: nil, version: "0", rulesDigest: "")
        let summary = RunSummary(status: .finished, stats: stats)
        runs.append(RunRecord(id: Int64(runs.count + 1), start: start, summary: summary, alerts: 0))
    }

    /// Adds an alert.
    mutating func alert(_ rule: String, _ level: AlertLevel, server: String, summary: String) {
        let alert = Alert(
            serial: UInt64(alerts.count + 1), firstSeen: Self.start, lastSeen: Self.start + Self.hour, count: 3,
            ruleID: rule, ruleTitle: "Rule \(rule.prefix(4))", level: level, category: "mqtt", summary: summary,
            clientIP: IPAddress("10.0.1.9"), serverIP: IPAddress(server))
        alerts.append(StoredAlert(id: Int64(alerts.count + 1), revision: 1, runID: 1, sensor: "hall-3", alert: alert))
    }

    /// The report of it.
    func report(country: @escaping (IPAddress) -> Country? = { _ in nil }) -> ExposureReport {
        var input = ExposureInput(program: "earshot 9.9", now: now)
        input.inventory = inventory
        input.alerts = alerts
        input.runs = runs
        input.country = country
        return ExposureReport(input)
    }
}

extension ExposureReport {
    /// The ids of all findings, in their order.
    var ids: [String] { findings.map(\.id) }

    /// A finding by its id.
    func finding(_ id: String) -> ExposureFinding? { findings.first { $0.id == id } }
}
