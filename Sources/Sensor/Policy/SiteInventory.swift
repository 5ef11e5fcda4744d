import Foundation
import Inventory
import Network

/// The site's own list of its machines, from a CSV file: names, addresses, addresses of the link.
///
/// Columns are found by their headings, so that exports of NetBox and hand-made lists both fit; others do not matter.
public struct SiteInventory: Sendable {
    /// A row of the list.
    public struct Row: Sendable {
        /// The line of the file on which it begins.
        public let line: Int
        /// Names of the machine or of its client.
        public let names: [String]
        /// Its addresses, or networks in which any may be it.
        public let addresses: [CIDRBlock]
        /// Addresses of the link, in the form `aa:bb:cc:dd:ee:ff`.
        public let hardwareAddresses: [String]

        /// What to call it.
        public var title: String {
            names.first ?? addresses.first.map { "\($0.prefix)" } ?? hardwareAddresses.first ?? ""
        }
    }

    /// Its rows that say a name or an address.
    public private(set) var rows: [Row] = []
    /// How many say neither.
    public private(set) var empty = 0

    private static let nameColumns: Set<String> = [
        "name", "device", "device_name", "host", "hostname", "dns_name", "client_id",
    ]
    private static let addressColumns: Set<String> = [
        "address", "ip", "ip_address", "ipaddress", "ipv4_address", "ipv6_address", "primary_ip", "primary_ip4",
        "primary_ip6", "addresses",
    ]
    private static let hardwareColumns: Set<String> = [
        "mac", "mac_address", "mac_addresses", "hardware_address", "hardware_addresses", "ethernet",
    ]

    /// Reads a list.
    ///
    /// - Throws: `SensorError` where it cannot be read, is empty, or has no column that names a machine.
    public init(path: String) throws(SensorError) {
        guard let data = FileManager.default.contents(atPath: path) else {
            let reason = FileManager.default.fileExists(atPath: path) ? "cannot be read" : "is not there"
            throw SensorError(.noInput, "the list \(path) \(reason)")
        }
        let records = CSVReader.records(Array(data))
        guard let header = records.first else {
            throw SensorError(.dataError, "the list \(path) is empty")
        }
        let titles = header.cells.map(Self.normalized)
        func places(_ known: Set<String>) -> [Int] { titles.indices.filter { known.contains(titles[$0]) } }
        let (names, addresses) = (places(Self.nameColumns), places(Self.addressColumns))
        let hardware = places(Self.hardwareColumns)
        guard !(names + addresses + hardware).isEmpty else {
            throw SensorError(
                .dataError,
                "the list \(path) has no column called name, address or mac (or as in an export of NetBox); "
                    + "its first line must name the columns")
        }
        for record in records.dropFirst() {
            func cells(_ places: [Int]) -> [String] {
                places.compactMap { $0 < record.cells.count ? record.cells[$0] : nil }.filter { !$0.isEmpty }
            }
            let words = cells(addresses).flatMap { $0.split { $0 == " " || $0 == "," || $0 == ";" }.map(String.init) }
            let row = Row(
                line: record.line, names: cells(names), addresses: words.compactMap(Self.block),
                hardwareAddresses: cells(hardware).flatMap {
                    $0.split { $0 == " " || $0 == "," || $0 == ";" }.map { Self.hardware(String($0)) }
                })
            if row.names.isEmpty, row.addresses.isEmpty, row.hardwareAddresses.isEmpty {
                empty += 1
            } else {
                rows.append(row)
            }
        }
    }

    /// `IP Address` and `ip_address` are one.
    private static func normalized(_ title: String) -> String {
        title.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
    }

    /// An address with the length of its network (`10.0.0.5/24`) is that address; one without a host part is the network.
    private static func block(_ text: String) -> CIDRBlock? {
        guard let block = CIDRBlock(text), let address = IPAddress(text.prefix { $0 != "/" }) else { return nil }
        return block.prefix == address ? block : CIDRBlock(address, length: address.bitWidth)
    }

    private static func hardware(_ text: String) -> String {
        let digits = text.lowercased().filter { $0.isHexDigit }
        guard digits.count == 12 else { return text.lowercased() }
        return stride(from: 0, to: 12, by: 2).map { String(digits.dropFirst($0).prefix(2)) }.joined(separator: ":")
    }

    /// What of a list was seen, and what of what was seen is in it.
    public struct Comparison: Sendable {
        /// Machines that were seen and are not in the list.
        public var unlisted: [Machine] = []
        /// Rows of which no machine was seen.
        public var unseen: [Row] = []
        /// How many rows were seen.
        public var known = 0
    }

    /// Holds machines against the list: by address of the link, address, or name.
    public func compare(_ hosts: [Machine]) -> Comparison {
        var (byHardware, byName, byAddress): ([String: [Int]], [String: [Int]], [IPAddress: [Int]]) = ([:], [:], [:])
        var networks: [(block: CIDRBlock, row: Int)] = []
        for (index, row) in rows.enumerated() {
            for name in row.hardwareAddresses { byHardware[name, default: []].append(index) }
            for name in row.names { byName[name.lowercased(), default: []].append(index) }
            for block in row.addresses {
                if block.length == block.prefix.bitWidth {
                    byAddress[block.prefix, default: []].append(index)
                } else {
                    networks.append((block, index))
                }
            }
        }
        var result = Comparison()
        var seen: Set<Int> = []
        for host in hosts {
            let addresses = host.addresses.compactMap { IPAddress($0) }
            var found: [Int] = host.hardwareAddresses.flatMap { byHardware[$0] ?? [] }
            found += addresses.flatMap { address in
                (byAddress[address] ?? []) + networks.filter { $0.block.contains(address) }.map(\.row)
            }
            let names = host.clients.flatMap { [$0.name].compactMap(\.self) + $0.examples }
            found += names.flatMap { byName[$0.lowercased()] ?? [] }
            if found.isEmpty { result.unlisted.append(host) } else { seen.formUnion(found) }
        }
        result.unseen = rows.indices.filter { !seen.contains($0) }.map { rows[$0] }
        result.known = seen.count
        return result
    }

    /// The list as traffic is held against it.
    public var siteList: SiteList {
        var list = SiteList(count: rows.count)
        for (index, row) in rows.enumerated() {
            list.add(
                index, title: row.title, names: row.names, addresses: row.addresses,
                hardwareAddresses: row.hardwareAddresses)
        }
        return list
    }
}
