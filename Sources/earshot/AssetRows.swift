import Alerts
import Foundation
import Inventory
import Places

/// The inventory as tables for people.
struct AssetRows {
    let context: AssetContext
    let zone: TimeZone
    let width: Int
    /// What was seen last before this is gone; `nil` where nobody asked.
    let goneBefore: Int64?

    /// The table of a list, of records in the order that tells most at the top.
    func table(_ kind: AssetKind, _ found: InventorySnapshot, limit: Int) -> (lines: [String], left: Int) {
        switch kind {
        case .brokers: lines(found.servers.filter(\.isBroker).byUse, limit, brokers)
        case .servers: lines(found.servers.filter { !$0.isBroker }.byUse, limit, servers)
        case .clients: lines(found.clients.byUse, limit, clients)
        case .topics: lines(found.topics.filter { !$0.isResource }.byUse, limit, topics)
        case .resources: lines(found.topics.filter(\.isResource).byUse, limit, resources)
        case .links: lines(found.links.byUse, limit, links)
        case .filters: lines(found.filters.byUse, limit, filters)
        case .secrets: lines(found.secrets.sorted { $0.clients.distinct > $1.clients.distinct }, limit, secrets)
        }
    }

    private func lines<Record>(
        _ records: [Record], _ limit: Int, _ make: (ArraySlice<Record>) -> TextTable
    ) -> (lines: [String], left: Int) {
        guard !records.isEmpty else { return (["none"], 0) }
        let shown = records.prefix(limit)
        return (make(shown).lines(width: width), records.count - shown.count)
    }

    /// What people call a client: its name, or of many that one address made up how many and where.
    static func label(_ client: ClientRecord) -> String {
        guard client.name == "{names}", let names = client.distinct else { return client.label }
        return "\(client.isEstimate ?? false ? "about " : "")\(names) names" + client.label.dropFirst("{names}".count)
    }

    /// `11-21 09:30` in the zone.
    private func time(_ microseconds: Int64) -> String {
        let parts = CalendarTime(microseconds: microseconds, zone: zone)
        return "\(parts.date.suffix(5)) \(parts.clock.prefix(5))"
    }

    private var last: TextTable.Column { .word(goneBefore == nil ? "last seen" : "gone since") }
    private var first: TextTable.Column { .word("first seen", rank: 5) }

    private func brokers(_ records: ArraySlice<ServerRecord>) -> TextTable {
        var table = TextTable([
            .text("broker", 18), .text("program", 12, rank: 1), .text("vendor", 12, rank: 7),
            .text("versions", 5, rank: 6),
            .word("without login"), .word("#", rank: 2), .word("$SYS", rank: 3), .word("tls", rank: 5),
            .number("messages", rank: 8), first, last,
        ])
        for server in records {
            table.add([
                server.endpoint, claims(server.implementations), claims(context.vendors(server)),
                versions(server), access(server), allTopics(server),
                systemTopics(server), server.encryptedPort.map { "\($0)" } ?? "not seen", "\(server.messages)",
                time(server.seen.first), time(server.seen.last),
            ])
        }
        return table
    }

    private func servers(_ records: ArraySlice<ServerRecord>) -> TextTable {
        var table = TextTable([
            .text("server", 18), .text("program", 10, rank: 6), .text("vendor", 12, rank: 4),
            .number("resources", rank: 2),
            .number("amplifies", rank: 1), .number("open writes", rank: 3), .number("protected", rank: 5),
            .number("messages", rank: 7), first, last,
        ])
        for server in records {
            table.add([
                server.endpoint, claims(server.implementations), claims(context.vendors(server)), "\(server.listed)",
                factor(server.amplification), server.unprotectedWrites.map { "\($0.count)" } ?? "not seen",
                server.protected.map { "\($0.count)" } ?? "not seen", "\(server.messages)", time(server.seen.first),
                time(server.seen.last),
            ])
        }
        return table
    }

    private func clients(_ records: ArraySlice<ClientRecord>) -> TextTable {
        var table = TextTable([
            .text("client", 16), .text("address", 13), .text("vendor", 12, rank: 4), .text("does", 10),
            .text("servers", 14, rank: 6), .text("keep alive", 4, rank: 8), .number("published", rank: 3),
            .number("received", rank: 2), first, last,
        ])
        for client in records {
            let vendors = context.vendors(client)
            let behind = context.view.gateway(client.hardwareAddresses).map { "behind \($0.hardwareAddress)" }
            table.add([
                Self.label(client), names(client.addresses), vendors.isEmpty ? behind ?? "" : claims(vendors),
                client.roles.joined(separator: ", "), names(client.servers), names(client.keepAlives),
                "\(client.published)", "\(client.received)", time(client.seen.first), time(client.seen.last),
            ])
        }
        return table
    }

    private func topics(_ records: ArraySlice<TopicRecord>) -> TextTable {
        var table = TextTable([
            .text("topic", 20), .text("broker", 14, rank: 7), .number("names", rank: 5), .number("messages"),
            .number("bytes", rank: 6), .word("keeps", rank: 8), .text("class", 9, rank: 2), .text("holds", 9, rank: 1),
            .text("published by", 10, rank: 3), .text("read by", 10, rank: 4), last,
        ])
        for topic in records {
            table.add([
                AssetTree.label(topic), topic.server, count(topic), "\(topic.messages)", "\(topic.bytes)",
                topic.isRetained ? "retained" : "", names(topic.categories), names(topic.kinds),
                names(topic.publishers),
                names(topic.readers), time(topic.seen.last),
            ])
        }
        return table
    }

    private func resources(_ records: ArraySlice<TopicRecord>) -> TextTable {
        var table = TextTable([
            .text("resource", 16), .text("server", 16, rank: 3), .number("names", rank: 7), .text("methods", 8),
            .text("answers", 8, rank: 2), .text("class", 9, rank: 4), .text("holds", 9, rank: 1),
            .number("amplifies", rank: 5), .text("types", 8, rank: 6), last,
        ])
        for topic in records {
            table.add([
                AssetTree.label(topic), topic.server, count(topic), names(topic.methods), names(topic.outcomes),
                names(topic.categories), names(topic.kinds), factor(topic.amplification),
                topic.types.joined(separator: ", "), time(topic.seen.last),
            ])
        }
        return table
    }

    private func filters(_ records: ArraySlice<FilterRecord>) -> TextTable {
        var table = TextTable([
            .text("filter", 16), .text("broker", 16, rank: 2), .text("asked for by", 12), .number("granted"),
            .number("refused", rank: 1), first, last,
        ])
        for filter in records {
            table.add([
                filter.filter, filter.server, names(filter.clients), "\(filter.granted)", "\(filter.refused)",
                time(filter.seen.first), time(filter.seen.last),
            ])
        }
        return table
    }

    private func links(_ records: ArraySlice<LinkRecord>) -> TextTable {
        var table = TextTable([
            .text("clients of", 14), .word("are"), .text("server", 18), .word("is"), .text("place", 8, rank: 2),
            .number("to server", rank: 3), .number("to client", rank: 1), first, last,
        ])
        for link in records {
            let outside = link.isClientInside ? ServerRecord.address(ofKey: link.server) : link.client
            table.add([
                link.client, link.isClientInside ? "inside" : "outside", link.server,
                link.isServerInside ? "inside" : "outside", context.place(outside)?.text ?? "",
                "\(link.bytesToServer)", "\(link.bytesToClient)", time(link.seen.first), time(link.seen.last),
            ])
        }
        return table
    }

    private func secrets(_ records: ArraySlice<SecretRecord>) -> TextTable {
        var table = TextTable([
            .text("secret", 8), .text("code", 10), .number("clients"), .text("shown by", 10, rank: 2),
            .text("to or by", 16, rank: 3), .text("where", 12, rank: 1), first, last,
        ])
        for secret in records {
            table.add([
                secret.kind, secret.digest, "\(secret.clients.distinct)", names(secret.clients), names(secret.servers),
                names(secret.places), time(secret.seen.first), time(secret.seen.last),
            ])
        }
        return table
    }

    /// The most frequent name, and how many others there are.
    private func names(_ names: NameCounts) -> String {
        guard let first = names.sorted.first else { return "" }
        return names.distinct > 1 ? "\(first.name) +\(names.distinct - 1)" : first.name
    }

    /// What was claimed last, with a mark where something else was, too.
    private func claims(_ claims: [Claim]) -> String {
        guard let newest = claims.max(by: { ($0.seen.last, $0.confidence) < ($1.seen.last, $1.confidence) }) else {
            return ""
        }
        let others = Set(claims.map(\.value)).subtracting([newest.value]).count
        return others > 0 ? "\(newest.value) +\(others)" : newest.value
    }

    /// The newest version first, as its specification is called; the levels of MQTT are numbers of their own.
    private func versions(_ server: ServerRecord) -> String {
        let known = server.proto == "mqtt" ? ["3": "3.1", "4": "3.1.1", "5": "5.0"] : [:]
        return server.versions.names.reversed().map { known[$0] ?? $0 }.joined(separator: ", ")
    }

    private func access(_ server: ServerRecord) -> String {
        if let anonymous = server.anonymous { return "let in \(anonymous.count)" }
        return server.anonymousRefused.map { "refused \($0.count)" } ?? "not seen"
    }

    private func allTopics(_ server: ServerRecord) -> String {
        if server.grantedAll != nil { return "granted" }
        return server.refusedAll == nil ? "not seen" : "refused"
    }

    private func systemTopics(_ server: ServerRecord) -> String {
        if server.systemWritten != nil { return "written" }
        return server.systemReadable == nil ? "not seen" : "read"
    }

    private func count(_ topic: TopicRecord) -> String { topic.isEstimate ? "~\(topic.distinct)" : "\(topic.distinct)" }

    private func factor(_ factor: Double?) -> String {
        factor.map { "\(($0 * 10).rounded() / 10)" } ?? ""
    }
}

extension Array where Element: InventoryRecord {
    /// The most used first.
    fileprivate var byUse: [Element] {
        sorted { $0.seen.count != $1.seen.count ? $0.seen.count > $1.seen.count : $0.key < $1.key }
    }
}
