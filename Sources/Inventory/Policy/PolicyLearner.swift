import Network

/// Somebody whom an alert of medium level or above is about: what it did is not learned.
public struct PolicySuspect: Hashable, Sendable {
    /// Its address, as text; `nil` where the alert names none.
    public var address: String?
    /// The name that it gave itself; `nil` where the alert names none.
    public var client: String?
    /// The number of the alert.
    public var alert: Int64
    /// What the alert says.
    public var reason: String

    /// Makes a suspect.
    public init(address: String?, client: String?, alert: Int64, reason: String) {
        self.address = address
        self.client = client
        self.alert = alert
        self.reason = reason
    }
}

/// Makes a policy of what an inventory knows.
///
/// A pure function: the same snapshot and the same suspects give the same policy, in whatever order things were seen.
public struct PolicyLearner {
    /// What was not learned, and why.
    public struct Omission: Hashable, Sendable {
        /// What it is, such as `mqtt client evil at 10.0.0.66`.
        public var subject: String
        /// Why.
        public var reason: String
    }

    /// Times that something has to be seen to be sure of it.
    public static let leastCount: Int64 = 3
    /// Different days on which it has to be seen.
    public static let leastDays = 2
    /// How many different texts an entry lists; where there are more, it does not say.
    static let mostTexts = 16

    /// What comes of it.
    public internal(set) var policy = Policy()
    /// What was left out.
    public internal(set) var omissions: [Omission] = []

    /// The clients that count, by their protocols and kinds.
    private var kinds: [ClientKind: KindSummary] = [:]
    /// Kinds of which nobody is left.
    private var suspectKinds: Set<ClientKind> = []

    /// Clients without names are known by their addresses; of many such, networks are what people can read.
    private var clients = AddressFolding([])
    /// The same of servers.
    var servers = AddressFolding([])
    /// Kinds of clients that publish to a server, and that read from it.
    private var writers: [String: Set<String>] = [:]
    private var readers: [String: Set<String>] = [:]

    struct ClientKind: Hashable {
        var proto: String
        var name: String
    }

    /// All clients of a kind together.
    struct KindSummary {
        var members = 0
        var publishing = 0
        var seen: Sightings
        var addresses: Set<String> = []
        var versions: Set<String> = []
        var keepAlives: Set<String> = []
        var roles: Set<String> = []
        var names: [String] = []
        var users: Set<String> = []
    }

    /// Learns a snapshot, but for what suspects did.
    public static func learn(_ snapshot: InventorySnapshot, except suspects: [PolicySuspect] = []) -> PolicyLearner {
        var learner = PolicyLearner()
        learner.clients = AddressFolding(
            snapshot.clients.filter { $0.group == nil }.compactMap { record in record.home.map { (record.proto, $0) } })
        learner.servers = AddressFolding(servers: snapshot.servers.map { ($0.proto, $0.address, $0.port) })
        learner.addClients(snapshot.clients, Suspicions(suspects))
        learner.addServers(snapshot)
        learner.addFilters(snapshot.filters)
        for record in snapshot.topics { learner.addTopic(record) }
        learner.addCommands(snapshot.topics)
        learner.policy.joinEntries()
        learner.policy.sort()
        learner.omissions = Set(learner.omissions).sorted { ($0.subject, $0.reason) < ($1.subject, $1.reason) }
        return learner
    }

    /// Suspects by what they are known by.
    private struct Suspicions {
        var byAddress: [String: String] = [:]
        var byName: [String: String] = [:]

        init(_ suspects: [PolicySuspect]) {
            for suspect in suspects.sorted(by: { $0.alert < $1.alert }) {
                let reason = "alert \(suspect.alert): \(suspect.reason)"
                if let address = suspect.address { byAddress[address] = byAddress[address] ?? reason }
                if let client = suspect.client { byName[client] = byName[client] ?? reason }
            }
        }
    }

    private mutating func addClients(_ records: [ClientRecord], _ suspicions: Suspicions) {
        var dropped: Set<ClientKind> = []
        for record in records {
            let kind = ClientKind(proto: record.proto, name: clients.shown(record.kindName, record.proto))
            let known = Set(record.addresses.counts.keys)
            let addresses = known.filter { suspicions.byAddress[$0] == nil }
            // Without an address a name is all there is to go by: it may be that of somebody who was only impersonated.
            let isSuspect =
                addresses.isEmpty && (!known.isEmpty || record.examples.contains { suspicions.byName[$0] != nil })
            guard !isSuspect else {
                let reason =
                    known.sorted().lazy.compactMap { suspicions.byAddress[$0] }.first
                    ?? record.examples.lazy.compactMap { suspicions.byName[$0] }.first ?? "an alert"
                omissions.append(Omission(subject: "\(record.proto) client \(record.label)", reason: reason))
                dropped.insert(kind)
                continue
            }
            let hasActed = record.published > 0 || record.received > 0 || record.filters.distinct > 0
            guard record.refused == 0 || hasActed || record.seen.count > record.refused * 2 else {
                omissions.append(
                    Omission(subject: "\(record.proto) client \(record.label)", reason: "the server refused it"))
                dropped.insert(kind)
                continue
            }
            for address in known.subtracting(addresses) {
                omissions.append(
                    Omission(
                        subject: "\(record.proto) client \(record.label) at \(address)",
                        reason: suspicions.byAddress[address] ?? "an alert"))
            }
            kinds[kind, default: KindSummary(seen: record.seen)].add(record, addresses: addresses)
            noteServers(record)
        }
        suspectKinds = dropped.filter { kinds[$0] == nil }
        for (kind, summary) in kinds { policy.entries.append(summary.entry(kind)) }
    }

    private mutating func addServers(_ snapshot: InventorySnapshot) {
        // A server to which nobody but suspects spoke is theirs.
        var spoke: [String: (all: Int, bad: Int)] = [:]
        for record in snapshot.clients {
            let isBad = suspectKinds.contains(
                ClientKind(proto: record.proto, name: clients.shown(record.kindName, record.proto)))
            for server in record.servers.counts.keys {
                spoke[server, default: (0, 0)].all += 1
                if isBad { spoke[server, default: (0, 0)].bad += 1 }
            }
        }
        for record in snapshot.servers {
            if let count = spoke[record.key], count.bad == count.all, count.all > 0 {
                omissions.append(
                    Omission(subject: "server \(record.key)", reason: "only clients that were left out spoke with it"))
                continue
            }
            var entry = PolicyEntry(.servers, servers.shown(record.key))
            entry.set(.versions, record.versions.counts.keys)
            entry.set(.implementation, record.implementations.filter { $0.confidence >= 3 }.map(\.value))
            add(entry, record.seen)
        }
    }

    private mutating func addFilters(_ records: [FilterRecord]) {
        for record in records {
            let readers = learned(record.clients, of: record.server)
            guard !readers.isEmpty, record.granted > 0 || record.refused == 0 else {
                leaveOut("filter \(record.key)", record.clients, of: record.server)
                continue
            }
            var entry = PolicyEntry(.filters, record.filter, scope: servers.shown(record.server))
            entry.set(.readers, readers)
            add(entry, record.seen)
        }
    }

    private mutating func addCommands(_ records: [TopicRecord]) {
        var topics: [String: [String: (templates: Set<String>, seen: Sightings)]] = [:]
        for record in records where record.isCommand && !record.isFold {
            for kind in learned(record.publishers, of: record.server, publishing: true) {
                var entry = topics[record.server, default: [:]][kind] ?? ([], record.seen)
                if !entry.templates.isEmpty { entry.seen.merge(record.seen) }
                entry.templates.insert(record.template)
                topics[record.server, default: [:]][kind] = entry
            }
        }
        for (server, kinds) in topics {
            for (kind, found) in kinds {
                var entry = PolicyEntry(.commands, kind, scope: servers.shown(server))
                entry.set(.topics, found.templates.sorted().prefix(Self.mostTexts))
                add(entry, found.seen)
            }
        }
    }

    /// Adds an entry with what it rests on.
    mutating func add(_ entry: PolicyEntry, _ seen: Sightings) {
        var entry = entry
        entry.seen = seen
        entry.state = Self.state(of: seen)
        policy.entries.append(entry)
    }

    /// Says that something was left out whose clients were.
    mutating func leaveOut(_ subject: String, _ clients: NameCounts, of server: String) {
        let names = clients.names.joined(separator: ", ")
        omissions.append(Omission(subject: subject, reason: names.isEmpty ? "nobody is known for it" : "of \(names)"))
    }

    /// The kinds of clients that were learned among those of a record.
    ///
    /// A record keeps some names only. Where there are more it may be any of those that publish to the server, or read from
    /// it: one that was left out would be told as new.
    func learned(_ clients: NameCounts, of server: String, publishing: Bool = false) -> [String] {
        let proto = String(server.prefix { $0 != " " })
        var names = Set(clients.names.map { self.clients.shown($0, proto) })
        if clients.distinct > clients.counts.count {
            names.formUnion((publishing ? writers : readers)[server] ?? [])
        }
        return names.sorted().filter { !suspectKinds.contains(ClientKind(proto: proto, name: $0)) }
    }

    /// Notes at which servers a client publishes and reads.
    private mutating func noteServers(_ record: ClientRecord) {
        let kind = clients.shown(record.kindName, record.proto)
        for server in record.servers.counts.keys {
            if record.published > 0 { writers[server, default: []].insert(kind) }
            if record.received > 0 || record.filters.distinct > 0 { readers[server, default: []].insert(kind) }
        }
    }

    /// How many clients of a kind publish.
    func publishing(_ kind: String, of server: String) -> Int {
        kinds[ClientKind(proto: String(server.prefix { $0 != " " }), name: kind)]?.publishing ?? 0
    }

    /// What is thought of something that was seen so often.
    static func state(of seen: Sightings) -> PolicyEntry.State {
        seen.count < leastCount || seen.days < leastDays ? .candidate : .allow
    }
}

extension ClientRecord {
    /// The name of its kind: what topics call those that publish and read them.
    public var kindName: String { group ?? home ?? "" }
}
