import Alerts
import Inventory
import Network

extension StrangerView {
    /// What strangers get, by server; those that give most first.
    static func all(_ around: Surroundings) -> [StrangerView] {
        let views = around.inventory.servers.filter { !around.isOutside($0.key) }.compactMap { server in
            server.proto == "coap" ? ofResources(server, around) : ofBroker(server, around)
        }
        return Array(
            views.sorted { ($1.kinds.count, $1.names, $0.server) < ($0.kinds.count, $0.names, $1.server) }.prefix(50))
    }

    /// A broker that lets anybody in; proven where such a client was granted every topic.
    private static func ofBroker(_ server: ServerRecord, _ around: Surroundings) -> StrangerView? {
        guard server.anonymous != nil else { return nil }
        let isProven =
            server.grantedAll != nil
            && (around.clients[server.key] ?? []).contains { $0.anonymous > 0 && $0.filters.counts["#"] != nil }
        return StrangerView(server.key, isProven ? .proven : .likely, around.topics[server.key] ?? [])
    }

    /// A CoAP server that answers in clear: whoever reaches it reads what others read.
    private static func ofResources(_ server: ServerRecord, _ around: Surroundings) -> StrangerView? {
        let read = (around.topics[server.key] ?? []).filter {
            $0.methods.counts["GET"] != nil || $0.methods.counts["FETCH"] != nil || $0.isObserved
        }
        guard !read.isEmpty, server.protected == nil else { return nil }
        return StrangerView(server.key, .proven, read)
    }

    private init?(_ server: String, _ claim: ClaimLevel, _ topics: [TopicRecord]) {
        guard !topics.isEmpty else { return nil }
        self.server = server
        self.claim = claim
        names = topics.reduce(0) { $0 + max(1, $1.distinct) }
        retained = topics.count(where: \.isRetained)
        commands = topics.count(where: \.isCommand)
        (classes, kinds) = ([:], [:])
        for topic in topics {
            for name in topic.categories.counts.keys { classes[name, default: 0] += 1 }
            for name in topic.kinds.counts.keys { kinds[name, default: 0] += 1 }
        }
        let best = topics.sorted {
            ($1.kinds.distinct, $1.categories.distinct, $1.messages, $0.template)
                < ($0.kinds.distinct, $0.categories.distinct, $0.messages, $1.template)
        }
        examples = best.prefix(8).map(\.template)
    }
}

extension ClassShare {
    /// The classes of the 2018 study, in its order.
    static let names = [
        "environment", "positioning", "energy", "manufacturing", "emergency", "transportation", "consumer", "medical",
    ]

    /// The records of each class, also where there are none, and of no class.
    static func all(_ topics: [TopicRecord]) -> [ClassShare] {
        guard !topics.isEmpty else { return [] }
        var shares = names.map { ClassShare(name: $0, names: 0, messages: 0, servers: 0) }
        var none = ClassShare(name: "none", names: 0, messages: 0, servers: 0)
        var servers: [String: Set<String>] = [:]
        for topic in topics {
            let count = max(1, topic.distinct)
            for (index, name) in names.enumerated() {
                guard let messages = topic.categories.counts[name] else { continue }
                shares[index].names += count
                shares[index].messages += messages
                servers[name, default: []].insert(topic.server)
            }
            guard topic.categories.counts.isEmpty else { continue }
            none.names += count
            none.messages += topic.messages
            servers["none", default: []].insert(topic.server)
        }
        return (shares + [none]).map { share in
            var share = share
            share.servers = servers[share.name]?.count ?? 0
            return share
        }
    }
}

extension ServerSummary {
    /// How many servers are listed.
    static let most = 300

    /// The servers, those with most messages first.
    static func all(_ around: Surroundings) -> [ServerSummary] {
        let sorted = around.inventory.servers.sorted { ($1.messages, $0.key) < ($0.messages, $1.key) }
        return sorted.prefix(most).map { server in
            ServerSummary(
                key: server.key,
                implementation: server.implementations.max { $0.confidence < $1.confidence }?.value ?? "",
                versions: server.versions.names.map { version(server.proto, $0) },
                clients: around.clients[server.key]?.count ?? 0, topics: around.topics[server.key]?.count ?? 0,
                messages: server.messages, traits: traits(server), isOutside: around.isOutside(server.key),
                first: server.seen.first, last: server.seen.last)
        }
    }

    /// Protocol levels of MQTT as the names of the versions.
    private static func version(_ proto: String, _ level: String) -> String {
        proto == "mqtt" ? ["3": "3.1", "4": "3.1.1", "5": "5.0"][level] ?? level : level
    }

    private static func traits(_ server: ServerRecord) -> [String] {
        var traits: [String] = []
        if server.anonymous != nil { traits.append("lets anybody in") }
        if server.authenticated != nil { traits.append("asks for proof") }
        if server.grantedAll != nil { traits.append("gives every topic") }
        if server.systemReadable != nil { traits.append("tells about itself") }
        if let port = server.encryptedPort { traits.append("encrypted on \(port)") }
        if server.protected != nil { traits.append("protected above the transport") }
        if server.unprotectedWrites != nil { traits.append("open to writes") }
        if server.listed > 0 { traits.append("lists \(Words.count(server.listed, "resource"))") }
        if let factor = server.amplification, factor >= ServerFindings.leastAmplification {
            traits.append("amplifies \(Words.decimal(factor)) times")
        }
        return traits
    }
}

extension CountryShare {
    /// The countries of clients and servers outside, by bytes.
    static func all(_ around: Surroundings) -> [CountryShare] {
        var shares: [String: CountryShare] = [:]
        var addresses: [String: Set<String>] = [:]
        func note(_ text: String, isClient: Bool, out: Int64, into: Int64) {
            let country = CIDRBlock(text).flatMap { around.country($0.prefix) }
            let code = country?.code ?? ""
            var share =
                shares[code]
                ?? CountryShare(
                    code: code, name: country?.name ?? "not known", clients: 0, servers: 0, bytesOut: 0, bytesIn: 0,
                    examples: [])
            if addresses[code, default: []].insert((isClient ? "c " : "s ") + text).inserted {
                if isClient { share.clients += 1 } else { share.servers += 1 }
                if share.examples.count < 5, !share.examples.contains(text) { share.examples.append(text) }
            }
            share.bytesOut &+= out
            share.bytesIn &+= into
            shares[code] = share
        }
        let servers = Dictionary(around.inventory.servers.map { ($0.key, $0.address) }) { first, _ in first }
        for link in around.inventory.links {
            if !link.isClientInside {
                note(link.client, isClient: true, out: link.bytesToClient, into: link.bytesToServer)
            } else if !link.isServerInside, let address = servers[link.server] {
                note(address, isClient: false, out: link.bytesToServer, into: link.bytesToClient)
            }
        }
        return shares.values.sorted { ($1.bytesOut, $0.code) < ($0.bytesOut, $1.code) }
    }
}

extension AlertSummary {
    /// How many rules are listed.
    static let most = 60

    /// Alerts by their rules.
    init(_ alerts: [StoredAlert]) {
        critical = alerts.count { $0.alert.level == .critical }
        high = alerts.count { $0.alert.level == .high }
        let groups = Dictionary(grouping: alerts, by: \.alert.ruleID).values.compactMap { rows -> Rule? in
            guard let first = rows.first else { return nil }
            let worst = rows.map(\.alert.level).max() ?? first.alert.level
            return Rule(
                rule: first.alert.ruleID, title: first.alert.ruleTitle, level: worst.rawValue, rows: rows.count,
                matches: rows.reduce(0) { $0 &+ $1.alert.count }, first: rows.map(\.alert.firstSeen).min() ?? 0,
                last: rows.map(\.alert.lastSeen).max() ?? 0, example: first.alert.shownSummary,
                ids: rows.prefix(5).map(\.id))
        }
        rules = Array(
            groups.sorted {
                $0.level != $1.level ? $0.level == "critical" : ($1.rows, $0.title) < ($0.rows, $1.title)
            }.prefix(Self.most))
    }
}
