import Alerts
import ArgumentParser
import Foundation
import Inventory
import Places
import Sensor

/// `earshot assets`: who is there and what they say.
struct AssetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assets",
        abstract: "Who is there and what they say: brokers, servers, clients, topics, resources, links.",
        discussion: """
            Without a word an overview: how many there are, what stands out, what was left out. It is what the sensor saw \
            pass, kept in the store over restarts and captures; what it did not see it calls "not seen", never closed.

            EXAMPLES
              earshot assets
              earshot assets brokers
              earshot assets clients --server 10.0.0.5 --new-since yesterday
              earshot assets topics --tree --kind secret
              earshot assets --why 'mqtt 10.0.0.5:1883'
              earshot assets compare plant.csv
              earshot assets --json > assets.jsonl
              earshot assets --netbox folder
            """,
        subcommands: [
            AssetsOverview.self, AssetsBrokers.self, AssetsServers.self, AssetsClients.self, AssetsTopics.self,
            AssetsResources.self, AssetsLinks.self, AssetsFilters.self, AssetsSecrets.self, AssetsCompare.self,
        ], defaultSubcommand: AssetsOverview.self)
}

/// The inventory of a store, read for a command.
struct AssetStore {
    /// What the store has of the kinds that were asked for.
    let all: InventorySnapshot
    /// When anything was seen first and last; `nil` where the inventory is empty.
    let span: (first: Int64, last: Int64)?
    let context: AssetContext

    /// Opens a store and the tables beside it.
    ///
    /// - Parameters:
    ///   - store: where the store is.
    ///   - kinds: the kinds of records that are wanted; `nil` for all.
    ///   - geoip: databases of places that beat those of the settings.
    /// - Throws: `SensorError` where one of them cannot be read.
    init(_ store: StoreOptions, _ kinds: Set<String>?, geoip: [String] = []) throws(SensorError) {
        let settings = try store.settings()
        let countries = try Self.countries(geoip.isEmpty ? settings.geoip : geoip)
        let reader = try openReader(settings.database)
        all = try reading { () throws(StoreError) in try reader.inventory(of: kinds) }
        span = try reading { () throws(StoreError) in try reader.inventorySpan() }
        let needsVendors = !all.servers.isEmpty || !all.clients.isEmpty
        let vendors = needsVendors ? VendorTable() : nil
        if let notice = vendors?.notice { Terminal.log(notice) }
        context = AssetContext(all, vendors: vendors, countries: countries)
    }

    /// The databases of places; `nil` for no path.
    static func countries(_ paths: [String]) throws(SensorError) -> CountryTable? {
        guard !paths.isEmpty else { return nil }
        do throws(PlaceError) { return try CountryTable(paths: paths) } catch {
            switch error.code {
            case .missing: throw SensorError(.noInput, error.message)
            case .cannotRead: throw SensorError(.noPermission, error.message)
            case .notADatabase: throw SensorError(.dataError, error.message)
            }
        }
    }
}

/// A subcommand that prints one list.
protocol AssetList: ParsableCommand {
    static var kind: AssetKind { get }
    var store: StoreOptions { get }
    var options: AssetOptions { get }
    /// Whether topics are shown as a tree; `nil` where nobody said.
    var asksForTree: Bool? { get }
}

extension AssetList {
    var asksForTree: Bool? { false }

    func validate() throws { try options.mustSuit([Self.kind]) }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let assets = try AssetStore(store, Self.kind.records, geoip: options.geoip)
            let filter = options.filter(latest: assets.span?.last ?? 0)
            var output = Output()
            let found = filter.apply(to: assets.all)
            if options.json || options.csv {
                AssetExport(context: assets.context, options: options).write(found, [Self.kind], to: &output)
            } else {
                let width = Terminal.width ?? 160
                let zone = Terminal.width == nil ? .gmt : options.zone
                let limit = options.limit ?? AssetOptions.usualLimit
                let part: (lines: [String], left: Int)
                if asksForTree ?? (Terminal.width != nil) {
                    let topics = found.topics.filter { $0.isResource == (Self.kind == .resources) }
                    part = AssetTree(zone: zone, width: width, limit: limit).lines(topics)
                } else {
                    let rows = AssetRows(
                        context: assets.context, zone: zone, width: width, goneBefore: filter.goneBefore)
                    part = rows.table(Self.kind, found, limit: limit)
                }
                for line in part.lines { output.line(line) }
                if part.left > 0 { output.line("and \(part.left) more; --limit shows them") }
            }
            try output.end()
        }
    }
}

extension AssetOptions {
    /// Refuses options that say nothing to these lists.
    func mustSuit(_ kinds: [AssetKind]) throws {
        let useless = useless(for: kinds)
        guard !useless.isEmpty else { return }
        let names = kinds.map(\.rawValue).joined(separator: " and ")
        throw ValidationError("\(useless.joined(separator: " and ")) says nothing to \(names)")
    }
}

/// Records in the forms for machines.
struct AssetExport {
    let context: AssetContext
    let options: AssetOptions

    /// Writes the records of some lists, one after the other.
    func write(_ found: InventorySnapshot, _ kinds: [AssetKind], to output: inout Output) {
        var left = options.limit ?? .max
        for kind in kinds where left > 0 {
            if options.csv { output.line(header(kind)) }
            switch kind {
            case .brokers: write(found.servers.lazy.filter(\.isBroker), &left, &output) { AssetFields($0, context) }
            case .servers:
                write(found.servers.lazy.filter { !$0.isBroker }, &left, &output) { AssetFields($0, context) }
            case .clients: write(found.clients, &left, &output) { AssetFields($0, context) }
            case .topics: write(found.topics.lazy.filter { !$0.isResource }, &left, &output) { AssetFields($0) }
            case .resources: write(found.topics.lazy.filter(\.isResource), &left, &output) { AssetFields($0) }
            case .links: write(found.links, &left, &output) { AssetFields($0, context) }
            case .filters: write(found.filters, &left, &output) { AssetFields($0) }
            case .secrets: write(found.secrets, &left, &output) { AssetFields($0) }
            }
        }
    }

    private func write<Records: Sequence>(
        _ records: Records, _ left: inout Int, _ output: inout Output, _ fields: (Records.Element) -> AssetFields
    ) {
        for record in records where left > 0 && !output.isClosed {
            let fields = fields(record)
            output.line(options.csv ? fields.csv : fields.json)
            left -= 1
        }
    }

    /// The columns of a list, which stand above it also where it has no rows.
    private func header(_ kind: AssetKind) -> String {
        let seen = Sightings(at: 0, frame: 0)
        return switch kind {
        case .brokers, .servers:
            AssetFields(ServerRecord(proto: "", address: "", port: 0, seen: seen), context).header
        case .clients:
            AssetFields(ClientRecord(proto: "", name: nil, user: nil, home: nil, seen: seen), context).header
        case .topics, .resources: AssetFields(TopicRecord(proto: "", server: "", template: "", seen: seen)).header
        case .links:
            AssetFields(
                LinkRecord(
                    proto: "", client: "", server: "", isClientInside: true, isServerInside: true, seen: seen), context
            ).header
        case .filters: AssetFields(FilterRecord(server: "", filter: "", seen: seen)).header
        case .secrets: AssetFields(SecretRecord(digest: "", kind: "", seen: seen)).header
        }
    }
}
