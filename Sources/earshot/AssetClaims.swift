import Alerts
import Foundation
import Inventory
import Places

/// Something that the inventory says of a record, how it is known, and since when.
struct AssetClaim {
    let attribute: String
    let value: String
    let basis: Claim.Basis
    /// From 1 (a guess) to 5 (it says so itself); 0 where nothing was seen.
    let confidence: Int
    let seen: Sightings?
    /// How often, where no times are known.
    var count: Int64?
    /// Whether it is the newest of those that contradict each other; `nil` where none do.
    var isNewest: Bool?

    /// What a reader may make of it: nothing is said to be closed because it was not seen.
    var level: String {
        switch confidence {
        case 0: "not seen"
        case 5: "proven"
        default: "likely"
        }
    }
}

/// All that is claimed of a record.
struct AssetClaims {
    private(set) var claims: [AssetClaim] = []

    private mutating func add(
        _ attribute: String, _ value: String?, _ basis: Claim.Basis = .message, _ seen: Sightings? = nil
    ) {
        guard let value else { return }
        claims.append(AssetClaim(attribute: attribute, value: value, basis: basis, confidence: 5, seen: seen))
    }

    private mutating func add(
        _ attribute: String, _ names: NameCounts, _ basis: Claim.Basis = .message, confidence: Int = 5
    ) {
        for (name, count) in names.sorted {
            claims.append(
                AssetClaim(
                    attribute: attribute, value: name, basis: basis, confidence: confidence, seen: nil, count: count))
        }
        let left = names.distinct - names.counts.count
        guard left > 0 else { return }
        add(attribute, "and \(names.isEstimate ? "about " : "")\(left) more", basis)
    }

    /// Something that happened or was not seen to happen.
    private mutating func add(
        _ attribute: String, _ seen: Sightings?, _ value: String = "yes", _ basis: Claim.Basis = .message
    ) {
        claims.append(
            AssetClaim(
                attribute: attribute, value: seen == nil ? "not seen" : value, basis: basis,
                confidence: seen == nil ? 0 : 5, seen: seen))
    }

    private mutating func add(_ attribute: String, _ found: [Claim]) {
        let newest = found.map(\.seen.last).max()
        let isContradicted = Set(found.map(\.value)).count > 1
        for claim in found.sorted(by: { $0.seen.last > $1.seen.last }) {
            claims.append(
                AssetClaim(
                    attribute: attribute, value: claim.value, basis: claim.basis, confidence: claim.confidence,
                    seen: claim.seen, isNewest: isContradicted ? claim.seen.last == newest : nil))
        }
    }

    private mutating func addHardware(_ names: NameCounts, _ vendors: [Claim], _ context: AssetContext) {
        add("hardware address", names)
        add("vendor", vendors)
        guard let gateway = context.view.gateway(names) else { return }
        let value =
            "\(gateway.hardwareAddress), a router: \(plural(gateway.addresses.count, "address", "addresses")) behind it"
        claims.append(
            AssetClaim(
                attribute: "hidden behind", value: value, basis: .hardwareAddress, confidence: 4, seen: gateway.seen))
    }

    private mutating func addPlace(_ address: String?, _ context: AssetContext) {
        guard let place = context.place(address) else { return }
        claims.append(
            AssetClaim(attribute: "place", value: place.text, basis: .message, confidence: 3, seen: nil))
    }

    init(_ server: ServerRecord, _ context: AssetContext) {
        add("seen", server.endpoint, .message, server.seen)
        addHardware(server.hardwareAddresses, context.vendors(server), context)
        addPlace(server.address, context)
        add("carrier", server.carriers)
        add("version", server.versions)
        add("program", server.implementations)
        for (name, number) in server.abilities.sorted(by: { $0.key < $1.key }) { add(name, "\(number)", .connack) }
        if server.isBroker {
            add("lets in without login", server.anonymous, "yes", .connack)
            add("network of those", server.anonymousNetworks, .connack)
            add("lets in with login", server.authenticated, "yes", .connack)
            add("refuses sessions", server.refused, "yes", .connack)
            add("refuses without login", server.anonymousRefused, "yes", .connack)
            add("grants all topics", server.grantedAll)
            add("refuses all topics", server.refusedAll)
            add("topics of the broker read", server.systemReadable)
            add("topics of the broker written", server.systemWritten)
        } else {
            add("writes without protection", server.unprotectedWrites)
            add("protected messages", server.protected)
            if server.listed > 0 { add("resources listed", "\(server.listed)", .linkFormat) }
            add("answer to request, in bytes", server.amplification.map { "\($0) times" })
        }
        if let port = server.encryptedPort {
            claims.append(
                AssetClaim(
                    attribute: "encrypted beside it", value: "port \(port)", basis: .port, confidence: 3, seen: nil))
        } else {
            add("encrypted beside it", nil as Sightings?, "", .port)
        }
        add("network of clients", server.clientNetworks)
    }

    init(_ client: ClientRecord, _ context: AssetContext) {
        add("seen", AssetRows.label(client), .message, client.seen)
        for example in client.examples { add("calls itself", example) }
        if let names = client.distinct, names > client.examples.count {
            add("calls itself", "\(client.isEstimate ?? false ? "about " : "")\(names) names in all")
        }
        add("user", client.user)
        add("address", client.addresses)
        addHardware(client.hardwareAddresses, context.vendors(client), context)
        addPlace(client.addresses.sorted.first?.name, context)
        add("server", client.servers)
        add("version", client.versions)
        add("keep alive, in seconds", client.keepAlives)
        if client.isBridge { add("bridge", "it says so") }
        for (name, count) in [
            ("sessions without login", client.anonymous), ("sessions refused", client.refused),
            ("published", client.published), ("commands", client.commands), ("received", client.received),
        ] where count > 0 {
            add(name, NameCounts(["yes": count]), name == "sessions without login" ? .connack : .message)
        }
        add("filter", client.filters)
    }

    init(_ topic: TopicRecord) {
        add("seen", AssetTree.label(topic), .message, topic.seen)
        for example in topic.examples { add("for example", example) }
        add(topic.isResource ? "written by" : "published by", topic.publishers)
        add("read by", topic.readers)
        if topic.isRetained { add("kept by the server", "yes") }
        if !topic.isResource { add("highest quality of service", "\(topic.qos)") }
        add("format", topic.formats, .payload, confidence: 4)
        add("class", topic.categories, .payload, confidence: 4)
        add("holds", topic.kinds, .payload, confidence: 4)
        add("key", topic.keys, .payload)
        if let number = topic.number {
            add("numbers", "\(number.least) to \(number.greatest), mean \(number.mean)", .payload)
        }
        if let interval = topic.interval { add("seconds between", "\(Double(interval.mean) / 1_000_000)") }
        if topic.isCommand { add("commands", "yes", .payload) }
        add("method", topic.methods)
        add("answer", topic.outcomes)
        if topic.isListed { add("listed by the server", "yes", .linkFormat) }
        for type in topic.types { add("type", type, .linkFormat) }
        if topic.isObserved { add("observed", "yes") }
        add("answer to request, in bytes", topic.amplification.map { "\($0) times" })
    }

    init(_ filter: FilterRecord) {
        add("seen", filter.filter, .message, filter.seen)
        add("asked for by", filter.clients)
        add("granted", NameCounts(filter.granted > 0 ? ["yes": filter.granted] : [:]))
        add("refused", NameCounts(filter.refused > 0 ? ["yes": filter.refused] : [:]))
    }

    init(_ link: LinkRecord, _ context: AssetContext) {
        add("seen", link.key, .message, link.seen)
        add("bytes to the server", "\(link.bytesToServer)")
        add("bytes to clients", "\(link.bytesToClient)")
        addPlace(link.isClientInside ? ServerRecord.address(ofKey: link.server) : link.client, context)
    }

    init(_ secret: SecretRecord) {
        add("seen", secret.key, .message, secret.seen)
        add("shown by", secret.clients)
        add("to or by", secret.servers)
        add("where", secret.places)
    }

    /// A table: what, how it is known, how sure, how often, when.
    func lines(width: Int, zone: TimeZone) -> [String] {
        var table = TextTable([
            .text("what", 14), .text("value", 16), .word("level"), .text("known by", 7), .number("sure", rank: 4),
            .number("count", rank: 3), .number("frame", rank: 2), .word("first seen", rank: 1),
            .word("last seen", rank: 1),
        ])
        func time(_ microseconds: Int64?) -> String {
            guard let microseconds else { return "" }
            let parts = CalendarTime(microseconds: microseconds, zone: zone)
            return "\(parts.date) \(parts.clock)"
        }
        for claim in claims {
            let mark = claim.isNewest.map { $0 ? " (newest)" : " (older)" } ?? ""
            table.add([
                claim.attribute, claim.value + mark, claim.level, claim.confidence == 0 ? "" : claim.basis.rawValue,
                claim.confidence == 0 ? "" : "\(claim.confidence)",
                (claim.seen?.count ?? claim.count).map { "\($0)" } ?? "", claim.seen.map { "\($0.frame)" } ?? "",
                time(claim.seen?.first), time(claim.seen?.last),
            ])
        }
        return table.lines(width: width)
    }

    /// One JSON object a claim.
    func json(_ key: String) -> [String] {
        claims.map { claim in
            var object = JSONObject()
            object.add("version", Int64(AssetFields.version))
            object.add("kind", "claim")
            object.add("key", key)
            object.add("attribute", claim.attribute)
            object.add("value", claim.value)
            object.add("level", claim.level.replacing(" ", with: "_"))
            if claim.confidence > 0 {
                object.add("basis", claim.basis.rawValue)
                object.add("confidence", Int64(claim.confidence))
            }
            if let isNewest = claim.isNewest { object.add("newest", isNewest) }
            if let seen = claim.seen { object.add(seen) } else if let count = claim.count { object.add("count", count) }
            return terminalSafeJSON(object.text)
        }
    }
}
