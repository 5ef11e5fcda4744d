import Alerts
import ArgumentParser
import Foundation
import Inventory
import Network
import Sensor

/// `earshot assets compare`: what was seen against the site's own list.
struct AssetsCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "What was seen and is not in your list, and what is listed and was not seen.",
        discussion: """
            The list is CSV whose first line names the columns: name, address, mac, or those of NetBox's export of devices. \
            Machines are recognised by hardware address, address or name, whichever is there; an address without a host \
            part, such as 10.0.7.0/24, stands for all of its network.

            EXAMPLES
              earshot assets compare plant.csv
              earshot assets compare netbox_devices.csv --json
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: ArgumentHelp("The list.", valueName: "list.csv"), completion: .file())
    var list: String

    @Flag(help: "One JSON object a machine.") var json = false
    @Flag(help: "Show times in UTC; otherwise those of a terminal are local.") var utc = false

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let listed = try SiteInventory(path: list)
            let assets = try AssetStore(store, [ServerRecord.kind, ClientRecord.kind])
            let hosts = Machine.all(assets.all, assets.context.view)
            let comparison = listed.compare(hosts)
            var output = Output()
            let lines =
                json ? Self.json(comparison, assets.context) : table(comparison, listed, hosts.count, assets.context)
            for line in lines { output.line(line) }
            try output.end()
        }
    }

    private func table(
        _ comparison: SiteInventory.Comparison, _ listed: SiteInventory, _ hosts: Int, _ context: AssetContext
    ) -> [String] {
        let width = Terminal.width ?? 160
        let zone = Terminal.width == nil || utc ? TimeZone.gmt : .current
        func time(_ microseconds: Int64) -> String {
            let parts = CalendarTime(microseconds: microseconds, zone: zone)
            return "\(parts.date) \(parts.clock.prefix(5))"
        }
        var lines = [
            "\(plural(hosts, "machine")) seen, \(listed.rows.count) listed, \(comparison.known) of these seen"
                + (listed.empty > 0 ? "; \(plural(listed.empty, "row")) without name and address" : "")
        ]
        lines += ["", "seen, not listed: \(comparison.unlisted.count)"]
        if !comparison.unlisted.isEmpty {
            var table = TextTable([
                .text("machine", 16), .text("addresses", 15), .text("hardware", 17, rank: 2),
                .text("vendor", 12, rank: 3),
                .text("is", 10), .word("first seen", rank: 1), .word("last seen"),
            ])
            for host in comparison.unlisted {
                table.add([
                    host.name, Self.short(host.addresses), Self.short(host.hardwareAddresses),
                    Self.short(Self.vendors(host, context)), Self.roles(host).joined(separator: ", "),
                    time(host.seen.first), time(host.seen.last),
                ])
            }
            lines += table.lines(width: width)
        }
        lines += ["", "listed, not seen: \(comparison.unseen.count)"]
        if !comparison.unseen.isEmpty {
            var table = TextTable([.number("line"), .text("name", 16), .text("addresses", 15), .text("hardware", 17)])
            for row in comparison.unseen {
                table.add([
                    "\(row.line)", row.names.first ?? "", Self.short(row.addresses.map { Self.text($0) }),
                    Self.short(row.hardwareAddresses),
                ])
            }
            lines += table.lines(width: width)
        }
        return lines
    }

    private static func json(_ comparison: SiteInventory.Comparison, _ context: AssetContext) -> [String] {
        let unlisted = comparison.unlisted.map { host in
            var object = JSONObject()
            object.add("version", Int64(AssetFields.version))
            object.add("kind", "unlisted")
            object.add("name", host.name)
            object.add("addresses", host.addresses)
            object.add("hardware_addresses", host.hardwareAddresses)
            object.add("vendors", vendors(host, context))
            object.add("roles", roles(host))
            object.add(host.seen)
            return object
        }
        let unseen = comparison.unseen.map { row in
            var object = JSONObject()
            object.add("version", Int64(AssetFields.version))
            object.add("kind", "unseen")
            object.add("line", Int64(row.line))
            object.add("name", row.title)
            object.add("addresses", row.addresses.map { text($0) })
            object.add("hardware_addresses", row.hardwareAddresses)
            return object
        }
        return (unlisted + unseen).map { terminalSafeJSON($0.text) }
    }

    private static func text(_ block: CIDRBlock) -> String {
        block.length == block.prefix.bitWidth ? "\(block.prefix)" : "\(block.prefix)/\(block.length)"
    }

    private static func short(_ texts: [String]) -> String {
        guard let first = texts.first else { return "" }
        return texts.count > 1 ? "\(first) +\(texts.count - 1)" : first
    }

    private static func vendors(_ host: Machine, _ context: AssetContext) -> [String] {
        let claims = host.servers.flatMap { context.vendors($0) } + host.clients.flatMap { context.vendors($0) }
        return Set(claims.map(\.value)).sorted()
    }

    private static func roles(_ host: Machine) -> [String] {
        let servers = host.servers.map { $0.isBroker ? "broker" : "server" }
        return Set(servers + host.clients.flatMap(\.roles)).sorted()
    }
}
