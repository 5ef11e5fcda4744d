import Inventory

/// What is wrong with how a server can be reached, and what a CoAP server does for whoever asks.
struct ServerFindings {
    /// From this factor on a server is of use to somebody who floods a third with its answers.
    static let leastAmplification = 5.0

    let server: ServerRecord
    let around: Surroundings

    private var key: String { server.key }

    /// All of them.
    var all: [ExposureFinding] {
        [outsideReader, outsideServer, encryption, unprotectedWrites, amplifies, resourcesListed].compactMap(\.self)
    }

    private var outsideReader: ExposureFinding? {
        let links = around.outsideClients(of: key).filter { $0.bytesToClient > 0 }
        guard let seen = Sightings.all(links.map(\.seen)) else { return nil }
        let bytes = links.reduce(0) { $0 + $1.bytesToClient }
        let sorted = links.sorted { ($1.bytesToClient, $0.client) < ($0.bytesToClient, $1.client) }
        return ExposureFinding(
            .outsideReader, key, .proven, seen, figures: ["clients": Double(links.count), "bytes": Double(bytes)],
            [
                "\(Words.bytes(bytes)) went to \(Words.count(links.count, "address", "addresses")) outside: "
                    + Words.list(sorted.map { "\(around.place($0.client)), \(Words.bytes($0.bytesToClient))" }) + "."
            ])
    }

    private var outsideServer: ExposureFinding? {
        let links = (around.links[key] ?? []).filter { $0.isClientInside && !$0.isServerInside }
        guard let seen = Sightings.all(links.map(\.seen)) else { return nil }
        let bytes = links.reduce(0) { $0 + $1.bytesToServer }
        return ExposureFinding(
            .outsideServer, key, .proven, seen, figures: ["networks": Double(links.count), "bytes": Double(bytes)],
            [
                "\(around.place(server.address)) is outside. \(Words.bytes(bytes)) went there from "
                    + Words.list(links.map(\.client).sorted()) + ", in clear."
            ])
    }

    private var encryption: ExposureFinding? {
        guard server.messages > 0 else { return nil }
        var seen = server.seen
        seen.count = max(seen.count, server.messages)
        let count = Words.count(server.messages, "message")
        if let port = server.encryptedPort {
            return ExposureFinding(
                .clearBesideTLS, key, .proven, seen,
                ["\(count) in clear, although it is spoken to with encryption on port \(port)."])
        }
        if let protected = server.protected {
            guard protected.count < server.messages else { return nil }
            return ExposureFinding(
                .clearBesideTLS, key, .proven, seen,
                ["\(count), of which \(Words.number(protected.count)) were protected above the transport (OSCORE)."])
        }
        return ExposureFinding(
            .noEncryption, key, .proven, seen, ["\(count) in clear. No encrypted connection to it was seen."])
    }

    private var unprotectedWrites: ExposureFinding? {
        guard let writes = server.unprotectedWrites else { return nil }
        let places = (around.topics[key] ?? []).filter { topic in
            ["PUT", "POST", "DELETE", "PATCH", "iPATCH"].contains { topic.methods.counts[$0] != nil }
        }
        var evidence = [
            "It carried out \(Words.count(writes.count, "request")) that change something, without protection and "
                + "without "
                + "proof of who asked."
        ]
        if !places.isEmpty { evidence.append("Such as \(Words.list(places.map(\.template).sorted())).") }
        return ExposureFinding(
            .unprotectedWrites, key, .proven, writes, figures: ["requests": Double(writes.count)], evidence)
    }

    private var amplifies: ExposureFinding? {
        let places = (around.topics[key] ?? []).compactMap { topic in
            topic.amplification.map { (topic: topic, factor: $0) }
        }.filter { $0.factor >= Self.leastAmplification }.sorted {
            ($1.factor, $0.topic.template) < ($0.factor, $1.topic.template)
        }
        let factor = max(server.amplification ?? 0, places.first?.factor ?? 0)
        guard factor >= Self.leastAmplification, factor.isFinite else { return nil }
        let seen = Sightings.all(places.map(\.topic.seen)) ?? server.seen
        var evidence = ["Measured: its answers are up to \(Words.decimal(factor)) times as long as the questions."]
        if !places.isEmpty {
            evidence.append(
                "By resource: " + Words.list(places.map { "\($0.topic.template) \(Words.decimal($0.factor))" }) + ".")
        }
        return ExposureFinding(.amplifies, key, .proven, seen, figures: ["factor": factor], evidence)
    }

    private var resourcesListed: ExposureFinding? {
        guard server.listed > 0 else { return nil }
        let directory = (around.topics[key] ?? []).filter { $0.template.hasSuffix(".well-known/core") }
        let seen = Sightings.all(directory.map(\.seen)) ?? server.seen
        var evidence = ["It listed \(Words.count(server.listed, "resource")) to whoever asked."]
        let listed = (around.topics[key] ?? []).filter(\.isListed).map(\.template).sorted()
        if !listed.isEmpty { evidence.append("Such as \(Words.list(listed)).") }
        let readers = Set(directory.flatMap(\.readers.counts.keys)).sorted()
        if !readers.isEmpty { evidence.append("Asked by \(Words.list(readers)).") }
        return ExposureFinding(
            .resourcesListed, key, .proven, seen, figures: ["resources": Double(server.listed)], evidence)
    }
}
