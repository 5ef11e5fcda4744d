import Alerts
import ArgumentParser
import Foundation
import Inventory
import Sensor

/// `earshot assets`: how many there are and what stands out, or all of them for machines.
struct AssetsOverview: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "overview",
        abstract: "How many there are, what stands out, what was left out (the default).",
        discussion: """
            With --json all records of all kinds, an object a line; with --why all that is known of one of them, and how.

            EXAMPLES
              earshot assets overview
              earshot assets --why 'mqtt 10.0.0.5:1883'
              earshot assets --json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var options: AssetOptions

    @Option(
        help: ArgumentHelp(
            "All that is known of one record, and how: its key, or a client's or server's name.", valueName: "key"))
    var why: String?

    @Option(
        help: ArgumentHelp("Write devices, addresses and services as CSV that NetBox imports.", valueName: "folder"),
        completion: .directory)
    var netbox: String?

    func validate() throws {
        if options.csv { throw ValidationError("--csv wants a list, such as 'earshot assets clients --csv'") }
        if why != nil, netbox != nil { throw ValidationError("name one of --why and --netbox") }
    }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let assets = try AssetStore(store, nil, geoip: options.geoip)
            let filter = options.filter(latest: assets.span?.last ?? 0)
            let found = filter.apply(to: assets.all)
            var output = Output()
            let width = Terminal.width ?? 160
            let zone = Terminal.width == nil ? .gmt : options.zone
            if let why {
                for (key, claims) in try claims(why, found, assets.context) {
                    if !options.json { output.line(terminalSafe(key)) }
                    let lines = options.json ? claims.json(key) : claims.lines(width: width, zone: zone)
                    for line in lines { output.line(line) }
                }
            } else if let netbox {
                let files = NetBoxFiles(found, assets.context)
                for line in try files.write(to: netbox) { output.line(line) }
            } else if options.json {
                AssetExport(context: assets.context, options: options).write(found, AssetKind.allCases, to: &output)
            } else {
                let overview = AssetOverview(found, assets.span, assets.context, zone: zone)
                for line in overview.lines { output.line(fitted(terminalSafe(line), width)) }
            }
            try output.end()
        }
    }

    /// The records that a text names: by key, else by what people call them.
    private func claims(
        _ wanted: String, _ found: InventorySnapshot, _ context: AssetContext
    ) throws(SensorError) -> [(key: String, claims: AssetClaims)] {
        var exact: [(key: String, claims: AssetClaims)] = []
        var called: [(key: String, claims: AssetClaims)] = []
        func look(_ key: String, _ names: [String], _ claims: () -> AssetClaims) {
            if key == wanted {
                exact.append((key, claims()))
            } else if names.contains(wanted) {
                called.append((key, claims()))
            }
        }
        for server in found.servers {
            look(server.key, [server.endpoint, server.address]) { AssetClaims(server, context) }
        }
        for client in found.clients {
            let names = [client.name, client.label].compactMap(\.self) + client.examples + client.addresses.names
            look(client.key, names) { AssetClaims(client, context) }
        }
        for topic in found.topics { look(topic.key, [topic.template] + topic.examples) { AssetClaims(topic) } }
        for filter in found.filters { look(filter.key, [filter.filter]) { AssetClaims(filter) } }
        for link in found.links { look(link.key, []) { AssetClaims(link, context) } }
        for secret in found.secrets { look(secret.key, [secret.digest]) { AssetClaims(secret) } }
        let all = exact.isEmpty ? called : exact
        guard all.isEmpty else { return all }
        throw SensorError(
            .noInput,
            "the inventory knows nothing called '\(terminalSafe(wanted))'; 'earshot assets --json' shows the keys of all records"
        )
    }
}

/// What the inventory comes to, and what stands out in it.
struct AssetOverview {
    private(set) var lines: [String] = []

    init(
        _ found: InventorySnapshot, _ span: (first: Int64, last: Int64)?, _ context: AssetContext, zone: TimeZone
    ) {
        guard !found.isEmpty, let span else {
            lines = ["nothing was seen yet: the inventory is empty"]
            return
        }
        let brokers = found.servers.count { $0.isBroker }
        let resources = found.topics.count { $0.isResource }
        let names = found.topics.reduce(0) { $0 + $1.distinct }
        lines.append(
            [
                plural(brokers, "broker"), plural(found.servers.count - brokers, "other server"),
                plural(found.clients.count, "client"), plural(found.topics.count - resources, "topic"),
                plural(resources, "resource"), plural(found.links.count, "link"), plural(found.secrets.count, "secret"),
            ].joined(separator: ", "))
        if names > found.topics.count { lines.append("topics and resources stand for \(names) names") }
        lines.append("seen from \(Self.time(span.first, zone)) to \(Self.time(span.last, zone)) \(Self.name(of: zone))")
        let parts = [
            ("stands out", standingOut(found)), ("hidden behind routers", routers(context)),
            ("gone", gone(found, span.last)), ("left out", leftOut(found)),
        ]
        for (title, part) in parts where !part.isEmpty {
            lines += ["", title] + part.prefix(Self.most).map { "  " + $0 }
            if part.count > Self.most { lines.append("  and \(part.count - Self.most) more") }
        }
    }

    /// Lines of a part.
    private static let most = 12
    /// Days without a message after which something is told as gone.
    private static let daysUntilGone = 7

    private static func name(of zone: TimeZone) -> String {
        zone == .gmt ? "UTC" : zone.abbreviation() ?? zone.identifier
    }

    private static func time(_ microseconds: Int64, _ zone: TimeZone) -> String {
        let parts = CalendarTime(microseconds: microseconds, zone: zone)
        return "\(parts.date) \(parts.clock)"
    }

    private func standingOut(_ found: InventorySnapshot) -> [String] {
        var lines: [String] = []
        for server in found.servers {
            if let anonymous = server.anonymous {
                let networks = server.anonymousNetworks.distinct
                let origin = networks > 0 ? ", from \(plural(networks, "network"))" : ""
                lines.append("\(server.key) let clients in without login: \(plural(anonymous.count, "time"))\(origin)")
            }
            if server.grantedAll != nil { lines.append("\(server.key) granted a filter that takes in every topic") }
            if server.systemWritten != nil {
                lines.append("\(server.key): clients write topics about the broker itself")
            }
            if let writes = server.unprotectedWrites {
                lines.append("\(server.key) carried out \(plural(writes.count, "change")) without protection")
            }
            if let factor = server.amplification, factor >= 10 {
                lines.append(
                    "\(server.key) sends back up to \((factor * 10).rounded() / 10) times what it is asked with")
            }
            let programs = Set(server.implementations.map(\.value))
            if programs.count > 1 {
                lines.append("\(server.key) says that it is \(programs.sorted().joined(separator: ", and "))")
            }
        }
        for secret in found.secrets where secret.clients.distinct > 1 {
            lines.append("one \(secret.kind) in clear, \(secret.clients.distinct) clients: \(secret.digest)")
        }
        let outside = found.links.filter { !$0.isClientInside && $0.isServerInside }
        if !outside.isEmpty {
            lines.append(
                "\(plural(outside.count, "network")) outside \(outside.count == 1 ? "speaks" : "speak") with servers inside"
            )
        }
        return lines
    }

    private func routers(_ context: AssetContext) -> [String] {
        context.view.gateways.map { gateway in
            "\(gateway.hardwareAddress): \(plural(gateway.addresses.count, "address", "addresses")) "
                + "of \(plural(gateway.networks.count, "network"))"
        }
    }

    private func gone(_ found: InventorySnapshot, _ latest: Int64) -> [String] {
        let border = latest - Int64(Self.daysUntilGone) * 86_400_000_000
        let counts = [
            ("server", found.servers.count { $0.seen.last < border }),
            ("client", found.clients.count { $0.seen.last < border }),
            ("topic or resource", found.topics.count { $0.seen.last < border }),
        ].filter { $0.1 > 0 }
        guard !counts.isEmpty else { return [] }
        let what = counts.map { plural($0.1, $0.0, $0.0 == "topic or resource" ? "topics or resources" : $0.0 + "s") }
        return [
            "\(what.joined(separator: ", ")) not seen for \(Self.daysUntilGone) days; --gone \(Self.daysUntilGone) lists them"
        ]
    }

    private func leftOut(_ found: InventorySnapshot) -> [String] {
        let folds =
            found.topics.filter(\.isFold).map { AssetTree.label($0) + " on \($0.server)" }
            + found.clients.filter { $0.name == "{names}" }.map { AssetRows.label($0) }
        return found.leftOut.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" } + folds
    }
}
