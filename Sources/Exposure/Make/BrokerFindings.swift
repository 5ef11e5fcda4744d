import Inventory
import Network

/// What is wrong with how a broker lets clients in, and what it gives them.
struct BrokerFindings {
    let server: ServerRecord
    let around: Surroundings

    private var key: String { server.key }

    /// All of them.
    var all: [ExposureFinding] {
        [
            openBroker, openToOutside, readAll, systemReadable, systemWritten, openCommands, oldVersion, knownWeakness,
        ].compactMap(\.self)
    }

    private var openBroker: ExposureFinding? {
        guard let anonymous = server.anonymous else { return nil }
        var evidence = [
            "It opened \(Words.count(anonymous.count, "session")) to clients that showed neither name, password nor "
                + "certificate."
        ]
        let networks = server.anonymousNetworks
        if networks.distinct > 0 {
            evidence.append(
                "They came from \(Words.count(networks.distinct, isEstimate: networks.isEstimate, "network")): "
                    + Words.list(networks.first(5).map { around.place($0) }) + ".")
        }
        let clients = (around.clients[key] ?? []).filter { $0.anonymous > 0 }.sorted {
            ($1.anonymous, $0.key) < ($0.anonymous, $1.key)
        }
        if !clients.isEmpty { evidence.append("Such clients are \(Words.list(clients.map(\.label))).") }
        if let refused = server.anonymousRefused {
            evidence.append(
                "It refused \(Words.count(refused.count, "such client")), last \(Words.time(refused.last)).")
        }
        return ExposureFinding(
            .openBroker, key, .proven, anonymous, healthy: server.anonymousRefused,
            figures: ["sessions": Double(anonymous.count), "networks": Double(networks.distinct)], evidence)
    }

    private var openToOutside: ExposureFinding? {
        guard server.anonymous != nil else { return nil }
        let blocks = server.anonymousNetworks.counts.keys.compactMap { CIDRBlock($0) }
        let outside = around.outsideClients(of: key).filter { link in
            guard let client = CIDRBlock(link.client)?.prefix else { return false }
            return blocks.contains { $0.contains(client) }
        }
        guard let seen = Sightings.all(outside.map(\.seen)) else { return nil }
        // The network is that of an anonymous client, the address that of a client: the same one or its neighbour.
        return ExposureFinding(
            .openToOutside, key, .likely, seen, healthy: server.anonymousRefused,
            figures: ["clients": Double(outside.count)],
            [
                "Networks that it let strangers in from are outside: "
                    + Words.list(outside.map { around.place($0.client) }) + "."
            ])
    }

    private var readAll: ExposureFinding? {
        guard let granted = server.grantedAll else { return nil }
        let filters = around.inventory.filters.filter { $0.server == key && $0.granted > 0 }
        let wide = filters.filter { Self.takesAll($0.filter) }
        var evidence = ["It granted \(Words.count(granted.count, "filter")) that take in every topic."]
        let clients = Set(wide.flatMap(\.clients.counts.keys)).sorted()
        if !clients.isEmpty { evidence.append("Asked for by \(Words.list(clients)).") }
        evidence.append(
            "A broker may grant such a filter and still hold back what a client may not see; what was delivered is "
                + "listed "
                + "below.")
        return ExposureFinding(
            .readAll, key, .proven, granted, healthy: server.refusedAll,
            figures: ["granted": Double(granted.count), "clients": Double(clients.count)], evidence)
    }

    /// Whether a filter takes in every topic: `#`, `+/#`, and the like behind a shared subscription (MQTT 5.0, 4.8.2).
    private static func takesAll(_ filter: String) -> Bool {
        var levels = filter.split(separator: "/", omittingEmptySubsequences: false)
        if levels.first == "$share" { levels = Array(levels.dropFirst(2)) }
        return levels.last == "#" && levels.dropLast().allSatisfy { $0 == "+" }
    }

    private var systemReadable: ExposureFinding? {
        guard let seen = server.systemReadable else { return nil }
        var evidence = ["Its own topics ($SYS) were granted or delivered \(Words.count(seen.count, "time"))."]
        let known = server.implementations.filter { $0.basis == .systemTopic }.map(\.value)
        if !known.isEmpty { evidence.append("They tell: \(Words.list(known)).") }
        return ExposureFinding(.systemReadable, key, .proven, seen, evidence)
    }

    private var systemWritten: ExposureFinding? {
        guard let seen = server.systemWritten else { return nil }
        return ExposureFinding(
            .systemWritten, key, .proven, seen,
            [
                "Clients published \(Words.count(seen.count, "message")) under $SYS, where only the broker itself "
                    + "should write. "
                    + "Whether it passed them on was not seen."
            ])
    }

    private var openCommands: ExposureFinding? {
        guard server.anonymous != nil else { return nil }
        let topics = (around.topics[key] ?? []).filter(\.isCommand)
        guard let seen = Sightings.all(topics.map(\.seen)) else { return nil }
        let names = topics.reduce(0) { $0 + max(1, $1.distinct) }
        return ExposureFinding(
            .openCommands, key, .likely, seen, healthy: server.anonymousRefused, figures: ["topics": Double(names)],
            [
                "Devices take commands on \(Words.count(names, "topic")), such as "
                    + "\(Words.list(topics.map(\.template), limit: 3)), "
                    + "and the broker lets anybody in. Whether it would take such a message from a stranger was not "
                    + "seen."
            ])
    }

    private var oldVersion: ExposureFinding? {
        // The protocol level, as `mqtt.ver` has it: 3 is MQTT 3.1.
        let count = (server.versions.counts["3"] ?? 0) + (server.versions.counts["3.1"] ?? 0)
        guard server.proto == "mqtt", count > 0 else { return nil }
        var seen = server.seen
        seen.count = count
        let clients = (around.clients[key] ?? []).filter {
            ($0.versions.counts["3"] ?? 0) + ($0.versions.counts["3.1"] ?? 0) > 0
        }
        var evidence = ["\(Words.count(count, "session")) of MQTT 3.1, of 2010."]
        if !clients.isEmpty { evidence.append("Clients: \(Words.list(clients.map(\.label))).") }
        return ExposureFinding(.oldVersion, key, .proven, seen, figures: ["sessions": Double(count)], evidence)
    }

    private var knownWeakness: ExposureFinding? {
        for claim in server.implementations.sorted(by: { $0.seen.last > $1.seen.last }) {
            let found = KnownWeakness.of(claim.value)
            guard !found.isEmpty else { continue }
            return ExposureFinding(
                .knownWeakness, key, .likely, claim.seen, figures: ["weaknesses": Double(found.count)],
                ["It says that it is \(claim.value)."] + found.map(\.sentence)
                    + ["A distribution may have mended it without changing the number."])
        }
        return nil
    }
}
