import Alerts
import ArgumentParser
import Foundation
import Glibc
import Inventory
import Network
import Places
import Sensor

/// Which assets are asked for, and in which form.
///
/// A repeated option gives alternatives; different options must all be met. A record that has nothing of what an option asks
/// for does not meet it.
struct AssetOptions: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only what has this address or one of this block. Repeatable.", valueName: "address"))
    var ip: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Only what is of this server: its address, a block, or 'mqtt 10.0.0.5:*' as in file names.",
            valueName: "name"))
    var server: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only what is of this client: its name; '*' and '?' as in file names.", valueName: "name"))
    var client: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only topics, resources and filters of this name; '*' and '?' too.", valueName: "glob"))
    var topic: [String] = []

    @Option(
        name: .customLong("class"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only topics with records of this class (payload.category).", valueName: "name"))
    var category: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only what holds this kind: secret, secret.jwt, 'personal.*'.", valueName: "name"))
    var kind: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Only what was seen since: \(TimeOption.forms).", valueName: "time"))
    var since: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only what was seen until then.", valueName: "time"))
    var until: String?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Only what was seen for the first time since.", valueName: "time"))
    var newSince: String?

    @Option(
        help: ArgumentHelp("Only what was not seen in the last so many days of the inventory.", valueName: "days"))
    var gone: Int?

    @Option(
        name: [.customShort("n"), .long], parsing: .unconditional, help: "How many rows, 200 by default in tables.")
    var limit: Int?

    @Option(
        help: ArgumentHelp(
            "A database of countries or networks in MaxMind's format (.mmdb). Repeatable; beats the setting.",
            valueName: "file"),
        completion: .file())
    var geoip: [String] = []

    @Flag(help: "Read and show times in UTC; otherwise those of a terminal are local.")
    var utc = false

    @Flag(help: "One JSON object a record (Docs/assets.md).") var json = false
    @Flag(help: "Comma-separated values with a header.") var csv = false

    /// Rows of a table where nobody says how many.
    static let usualLimit = 200

    /// The zone in which times are read, and shown at a terminal.
    var zone: TimeZone { utc ? .gmt : .current }

    func validate() throws {
        for text in ip where CIDRBlock(text) == nil {
            throw ValidationError("'\(text)' is no address and no block such as 10.0.0.0/8")
        }
        for text in [since, until, newSince].compactMap(\.self) where TimeOption(zone: zone).microseconds(text) == nil {
            throw ValidationError("'\(text)' is no time; these are: \(TimeOption.forms)")
        }
        if let gone, !(1...36_500).contains(gone) { throw ValidationError("--gone wants a number of days above 0") }
        if let limit, limit < 1 { throw ValidationError("--limit wants a number above 0") }
        if json, csv { throw ValidationError("name one of --json and --csv") }
    }

    /// Options that say nothing to these lists, by name.
    func useless(for kinds: [AssetKind]) -> [String] {
        let hasClients = kinds.contains { $0 != .brokers && $0 != .servers }
        let hasNames = kinds.contains { ![.brokers, .servers, .clients, .links].contains($0) }
        let hasClasses = kinds.contains { [.topics, .resources].contains($0) }
        return [
            (client.isEmpty || hasClients, "--client"), (topic.isEmpty || hasNames, "--topic"),
            (category.isEmpty || hasClasses, "--class"),
            (kind.isEmpty || hasClasses || kinds.contains(.secrets), "--kind"),
        ].filter { !$0.0 }.map(\.1)
    }

    /// The filter that these options describe; `latest` is when anything was seen last.
    func filter(latest: Int64) -> AssetFilter {
        let times = TimeOption(zone: zone)
        var filter = AssetFilter()
        filter.addresses = ip.compactMap { CIDRBlock($0) }
        filter.servers = server
        filter.clients = client
        filter.topics = topic
        filter.classes = category
        filter.kinds = kind
        filter.since = since.flatMap { times.microseconds($0) }
        filter.until = until.flatMap { times.microseconds($0, isEnd: true) }
        filter.newSince = newSince.flatMap { times.microseconds($0) }
        filter.goneBefore = gone.map { latest - Int64($0) * 86_400_000_000 }
        return filter
    }
}

/// Which records are wanted.
struct AssetFilter {
    var addresses: [CIDRBlock] = []
    var servers: [String] = []
    var clients: [String] = []
    var topics: [String] = []
    var classes: [String] = []
    var kinds: [String] = []
    var since: Int64?
    var until: Int64?
    var newSince: Int64?
    var goneBefore: Int64?

    /// The records of a snapshot that are wanted.
    func apply(to all: InventorySnapshot) -> InventorySnapshot {
        var found = InventorySnapshot()
        found.leftOut = all.leftOut
        found.servers = all.servers.filter { server in
            meets(server.seen) && meets([server.address]) && meets(server: [server.key]) && clients.isEmpty
                && topics.isEmpty && classes.isEmpty && kinds.isEmpty
        }
        found.clients = all.clients.filter { client in
            meets(client.seen) && meets(client.addresses.names) && meets(server: client.servers.names)
                && Self.meets(clients, [client.name, client.group, client.label].compactMap(\.self) + client.examples)
                && topics.isEmpty && classes.isEmpty && kinds.isEmpty
        }
        found.topics = all.topics.filter { topic in
            meets(topic.seen) && meets([ServerRecord.address(ofKey: topic.server)]) && meets(server: [topic.server])
                && Self.meets(clients, topic.publishers.names + topic.readers.names)
                && Self.meets(topics, [topic.template] + topic.examples) && Self.meets(classes, topic.categories.names)
                && meets(kinds: topic.kinds.names)
        }
        found.filters = all.filters.filter { filter in
            meets(filter.seen) && meets([ServerRecord.address(ofKey: filter.server)]) && meets(server: [filter.server])
                && Self.meets(clients, filter.clients.names) && Self.meets(topics, [filter.filter]) && classes.isEmpty
                && kinds.isEmpty
        }
        found.links = all.links.filter { link in
            meets(link.seen) && meets([link.client, ServerRecord.address(ofKey: link.server)])
                && meets(server: [link.server]) && clients.isEmpty && topics.isEmpty && classes.isEmpty && kinds.isEmpty
        }
        found.secrets = all.secrets.filter { secret in
            meets(secret.seen) && meets(secret.servers.names.map(ServerRecord.address(ofKey:)))
                && meets(server: secret.servers.names) && Self.meets(clients, secret.clients.names)
                && Self.meets(topics, secret.places.names) && classes.isEmpty
                && meets(kinds: ["secret.\(secret.kind)"])
        }
        return found
    }

    private func meets(_ seen: Sightings) -> Bool {
        seen.last >= since ?? .min && seen.first <= until ?? .max && seen.first >= newSince ?? .min
            && seen.last < goneBefore ?? .max
    }

    /// A network counts where it lies in what is wanted, or what is wanted in it.
    private func meets(_ found: [String]) -> Bool {
        guard !addresses.isEmpty else { return true }
        let blocks = found.compactMap { CIDRBlock($0) }
        return addresses.contains { wanted in
            blocks.contains { $0.length >= wanted.length ? wanted.contains($0.prefix) : $0.contains(wanted.prefix) }
        }
    }

    private func meets(server keys: [String]) -> Bool {
        servers.isEmpty
            || servers.contains { wanted in
                let block = CIDRBlock(wanted)
                return keys.contains { key in
                    let endpoint = key.split(separator: " ").last.map(String.init) ?? key
                    let address = IPAddress(ServerRecord.address(ofKey: key))
                    return block.map { block in address.map { block.contains($0) } ?? false } ?? false
                        || key == wanted || Self.fits(wanted, [key, endpoint])
                }
            }
    }

    /// `secret` stands for all kinds of secrets, and a kind for itself without what it is one of.
    private func meets(kinds found: [String]) -> Bool {
        guard !kinds.isEmpty else { return true }
        return kinds.contains { wanted in
            Self.fits(wanted, found + found.compactMap { $0.split(separator: ".").last.map(String.init) })
                || found.contains { $0.hasPrefix(wanted + ".") }
        }
    }

    private static func meets(_ wanted: [String], _ found: [String]) -> Bool {
        wanted.isEmpty || wanted.contains { fits($0, found) }
    }

    /// Whether one of the names is this one, or fits it as a pattern of file names.
    private static func fits(_ wanted: String, _ names: [String]) -> Bool {
        names.contains { $0 == wanted || fnmatch(wanted, $0, 0) == 0 }
    }
}
