import Alerts
import Foundation
import Inventory
import Network
import Sensor

/// Machines, their addresses and services as the CSV files that NetBox imports, in the order in which it wants them.
///
/// A device of NetBox has a site, a role and a type, which must be there before it: the first files bring them. The columns
/// are those of NetBox 4.3 and newer.
struct NetBoxFiles {
    /// Names of files and their contents, in order.
    private(set) var files: [(name: String, lines: [String])] = []

    private static let unknown = "Unknown"
    private static let site = "Earshot"
    private static let interface = "net0"

    /// A machine with its place in NetBox.
    private struct Device {
        let host: Machine
        let name: String
        let manufacturer: String
        let role: String
        let addresses: [IPAddress]
    }

    init(_ found: InventorySnapshot, _ context: AssetContext) {
        let devices = Self.devices(found, context)
        let manufacturers = Set(devices.map(\.manufacturer)).sorted()
        var slugs: Set<String> = []
        let makers = manufacturers.map { ($0, Self.slug($0, &slugs)) }
        add("1-sites", "name,slug,status", [[Self.site, "earshot", "active"]])
        add("2-manufacturers", "name,slug", makers.map { [$0.0, $0.1] })
        add("3-device-types", "manufacturer,model,slug,u_height", makers.map { [$0.0, Self.unknown, "unknown", "0"] })
        add(
            "4-device-roles", "name,slug,color,vm_role",
            [("MQTT broker", "mqtt-broker"), ("CoAP server", "coap-server"), ("Client", "client")]
                .map { [$0.0, $0.1, "9e9e9e", "false"] })
        add(
            "5-devices", "name,role,manufacturer,device_type,site,status,comments",
            devices.map {
                [$0.name, $0.role, $0.manufacturer, Self.unknown, Self.site, "active", Self.comment($0.host)]
            })
        add("6-interfaces", "device,name,type", devices.map { [$0.name, Self.interface, "other"] })
        add("7-ip-addresses", "address,status,device,interface,is_primary", Self.addressRows(devices))
        add("8-services", "parent_object_type,parent,name,protocol,ports,description", Self.serviceRows(devices))
    }

    private mutating func add(_ name: String, _ header: String, _ rows: [[String]]) {
        files.append((name + ".csv", [header] + rows.map { $0.map { csvCell($0) }.joined(separator: ",") }))
    }

    /// Writes the files into a folder, for the owner's eyes; says what was written.
    func write(to folder: String) throws(SensorError) -> [String] {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SensorError(.cannotCreate, "the folder \(terminalSafe(folder)) cannot be made")
        }
        var said: [String] = []
        for (name, lines) in files {
            let path = "\(folder)/\(name)"
            let text = lines.map { $0 + "\r\n" }.joined()
            do throws(PrivateFile.Refusal) { try PrivateFile.write(Array(text.utf8), to: path) } catch {
                throw SensorError(.cannotCreate, "\(terminalSafe(path)): \(error.reason)")
            }
            said.append("\(terminalSafe(path)): \(plural(lines.count - 1, "row"))")
        }
        return said
    }

    private static func devices(_ found: InventorySnapshot, _ context: AssetContext) -> [Device] {
        var names: Set<String> = []
        var taken: Set<IPAddress> = []
        // An address that several had in turn is that of the last; NetBox has each once.
        let hosts = Machine.all(found, context.view).sorted { $0.seen.last > $1.seen.last }
        return hosts.map { host in
            let vendors =
                host.servers.flatMap { context.vendors($0) } + host.clients.flatMap { context.vendors($0) }
            let role =
                host.servers.contains(where: \.isBroker)
                ? "MQTT broker" : host.servers.isEmpty ? "Client" : "CoAP server"
            let addresses = host.addresses.compactMap { IPAddress($0) }
                .filter { !$0.isMulticastOrBroadcast && taken.insert($0).inserted }
            return Device(
                host: host, name: unique(host.name, &names), manufacturer: cut(vendors.first?.value ?? unknown, 100),
                role: role, addresses: addresses)
        }.sorted { $0.name < $1.name }
    }

    /// NetBox has names of 64 characters, and one of each, whatever their case.
    private static func unique(_ name: String, _ taken: inout Set<String>) -> String {
        let base = cut(name.split(separator: " ").joined(separator: " "), 56)
        var (result, number) = (base, 1)
        while !taken.insert(result.lowercased()).inserted {
            number += 1
            result = "\(base) (\(number))"
        }
        return result
    }

    /// Letters, digits and hyphens, and none twice.
    private static func slug(_ name: String, _ taken: inout Set<String>) -> String {
        let words = name.lowercased().unicodeScalars.split { !("a"..."z" ~= $0 || "0"..."9" ~= $0) }
        let base = cut(words.map { String($0) }.joined(separator: "-"), 90)
        var (result, number) = (base.isEmpty ? "unnamed" : base, 1)
        while !taken.insert(result).inserted {
            number += 1
            result = "\(base)-\(number)"
        }
        return result
    }

    private static func cut(_ text: String, _ length: Int) -> String { String(terminalSafe(text).prefix(length)) }

    private static func comment(_ host: Machine) -> String {
        let seen = host.seen
        func day(_ time: Int64) -> String { CalendarTime(microseconds: time).date }
        var parts = ["Seen by Earshot from \(day(seen.first)) to \(day(seen.last)) UTC"]
        if !host.hardwareAddresses.isEmpty { parts.append("hardware \(host.hardwareAddresses.joined(separator: " "))") }
        let roles = Set(host.clients.flatMap(\.roles)).sorted()
        if !roles.isEmpty { parts.append("as client: \(roles.joined(separator: ", "))") }
        return parts.joined(separator: "; ")
    }

    private static func addressRows(_ devices: [Device]) -> [[String]] {
        devices.flatMap { device in
            // One of each family is the one by which the device is reached.
            var families: Set<Bool> = []
            return device.addresses.map { address in
                let isPrimary = families.insert(address.isIPv4).inserted
                return [
                    "\(address)/\(address.bitWidth)", "active", device.name, interface, isPrimary ? "true" : "false",
                ]
            }
        }
    }

    private static func serviceRows(_ devices: [Device]) -> [[String]] {
        devices.flatMap { device in
            device.host.servers.map { server in
                let transport = server.carriers.names.contains { $0.hasPrefix("udp") } ? "udp" : "tcp"
                let isDatagrams = server.carriers.distinct == 0 && !server.isBroker
                let programs = server.implementations.map(\.value).joined(separator: ", ")
                return [
                    "dcim.device", device.name, server.proto.uppercased(), isDatagrams ? "udp" : transport,
                    "\(server.port)", cut(programs, 200),
                ]
            }
        }
    }
}
