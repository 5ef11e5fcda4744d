import Inventory

/// What crosses the network in clear on the way to and from a server.
struct ContentFindings {
    let server: ServerRecord
    let around: Surroundings

    private var key: String { server.key }
    private var topics: [TopicRecord] { around.topics[key] ?? [] }
    private var secrets: [SecretRecord] { around.secrets[key] ?? [] }

    /// All of them.
    var all: [ExposureFinding] {
        [
            passwordInClear, sharedPassword, secretInRecords, inRecords(.medicalInRecords) { $0.hasPrefix("medical.") },
            inRecords(.personalInRecords) { $0.hasPrefix("personal.") },
            inRecords(.firmwareInRecords) { $0.hasPrefix("firmware.") && !Self.isOrder($0) },
            inRecords(.updateOrders, Self.isOrder),
        ].compactMap(\.self)
    }

    /// An order to update, or where from, which the same field tells of as of firmware itself.
    private static func isOrder(_ kind: String) -> Bool { kind.hasPrefix("firmware.update_") }

    private var logins: [SecretRecord] { secrets.filter { $0.kind == "login" } }

    private var passwordInClear: ExposureFinding? {
        let logins = logins
        guard let seen = Sightings.all(logins.map(\.seen)) else { return nil }
        let clients = Set(logins.flatMap(\.clients.counts.keys))
        let count = max(clients.count, logins.map(\.clients.distinct).max() ?? 0)
        var evidence = [
            "\(Words.count(logins.count, "different password")) of \(Words.count(count, "client")) crossed the "
                + "network in "
                + "clear: whoever sees the wire knows \(logins.count == 1 ? "it" : "them")."
        ]
        let users = Set((around.clients[key] ?? []).compactMap(\.user)).sorted()
        if !users.isEmpty { evidence.append("User names: \(Words.list(users)).") }
        return ExposureFinding(
            .passwordInClear, key, .proven, seen,
            figures: ["passwords": Double(logins.count), "clients": Double(count)], evidence)
    }

    private var sharedPassword: ExposureFinding? {
        // Two names of one client are no reuse; three are somebody's habit.
        let shared = logins.filter { $0.clients.distinct >= 3 }.sorted {
            ($1.clients.distinct, $0.digest) < ($0.clients.distinct, $1.digest)
        }
        guard let seen = Sightings.all(shared.map(\.seen)) else { return nil }
        let counts = shared.map { "one password, \(Words.count($0.clients.distinct, "client"))" }
        var evidence = ["\(Words.list(counts, limit: 3))."]
        if let first = shared.first { evidence.append("Among them \(Words.list(first.clients.first(6))).") }
        evidence.append("Somebody who tries one password under many names looks the same.")
        return ExposureFinding(
            .sharedPassword, key, .likely, seen,
            figures: [
                "passwords": Double(shared.count), "clients": Double(shared.map(\.clients.distinct).max() ?? 0),
            ], evidence)
    }

    private var secretInRecords: ExposureFinding? {
        let found = secrets.filter { $0.kind != "login" }
        let places = topics.filter { $0.kinds.counts.keys.contains { $0.hasPrefix("secret.") } }
        guard let seen = Sightings.all(found.map(\.seen) + (found.isEmpty ? places.map(\.seen) : [])) else {
            return nil
        }
        var evidence: [String] = []
        let kinds = Dictionary(found.map { ($0.kind, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
        if !kinds.isEmpty {
            evidence.append(
                "Different secrets: "
                    + Words.list(kinds.map { "\(Words.name(ofKind: $0.key)) (\(Words.number($0.value)))" }, limit: 8)
                    + ".")
        }
        let reused = found.map(\.clients.distinct).max() ?? 0
        if reused > 1 { evidence.append("One of them was shown by \(Words.count(reused, "client")).") }
        let names = Set(places.map(\.template)).union(found.flatMap(\.places.counts.keys)).sorted()
        if !names.isEmpty { evidence.append("They stand in \(Words.list(names)).") }
        return ExposureFinding(
            .secretInRecords, key, .proven, seen,
            figures: ["secrets": Double(found.count), "places": Double(names.count)], evidence)
    }

    /// Records with content of some kinds.
    private func inRecords(_ kind: FindingKind, _ isMeant: (String) -> Bool) -> ExposureFinding? {
        let places = topics.filter { $0.kinds.counts.keys.contains(where: isMeant) }
        guard var seen = Sightings.all(places.map(\.seen)) else { return nil }
        var counts: [String: Int64] = [:]
        for place in places { counts.merge(place.kinds.counts.filter { isMeant($0.key) }, uniquingKeysWith: +) }
        seen.count = counts.values.reduce(0, +)
        let named = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            "\(Words.name(ofKind: $0.key)) (\(Words.count($0.value, "record")))"
        }
        let names = places.reduce(0) { $0 + max(1, $1.distinct) }
        var evidence = ["\(Words.list(named, limit: 8)) under \(Words.count(names, noun))."]
        evidence.append("Such as \(Words.list(places.map(\.template).sorted(), limit: 4)).")
        let readers = Set(places.flatMap(\.readers.counts.keys)).sorted()
        if !readers.isEmpty { evidence.append("Read by \(Words.list(readers)).") }
        return ExposureFinding(
            kind, key, .proven, seen, figures: ["records": Double(seen.count), "names": Double(names)], evidence)
    }

    private var noun: String { server.proto == "coap" ? "resource" : "topic" }
}
