import Network

/// A machine as far as the inventory can tell: servers and clients that share what only one machine has.
///
/// An address of the link that is not a router's joins what came with it; where none is known, an address of the network does
/// that was the only one. What had several is a machine by itself: two are taken for one more harmfully than one for two.
public struct Machine: Hashable, Sendable {
    /// Servers on it.
    public var servers: [ServerRecord] = []
    /// Clients on it.
    public var clients: [ClientRecord] = []
    /// Its own addresses of the link.
    public var hardwareAddresses: [String] = []

    /// Its addresses of the network, those of its servers first.
    public var addresses: [String] {
        var known: Set<String> = []
        let all = servers.map(\.address) + clients.flatMap { $0.addresses.sorted.map(\.name) }
        return all.filter { known.insert($0).inserted }
    }

    /// What to call it: the name of its only client, else its address.
    public var name: String {
        let names = Set(clients.compactMap { $0.examples.first ?? $0.name })
        if let only = names.first, names.count == 1, servers.isEmpty, !only.isEmpty { return only }
        return addresses.first ?? names.min() ?? hardwareAddresses.first ?? "unknown"
    }

    /// When it was seen.
    public var seen: Sightings {
        let all = servers.map(\.seen) + clients.map(\.seen)
        return all.dropFirst().reduce(into: all.first ?? Sightings(at: 0, frame: 0)) { $0.merge($1) }
    }

    /// The machines of a snapshot, in the order of their addresses.
    public static func all(_ snapshot: InventorySnapshot, _ view: HardwareView) -> [Machine] {
        var hosts: [String: Machine] = [:]
        func key(_ hardware: [String], _ addresses: [String], or other: String) -> String {
            if hardware.count == 1 { return "link \(hardware[0])" }
            if hardware.isEmpty, addresses.count == 1 { return "address \(addresses[0])" }
            return "record \(other)"
        }
        for server in snapshot.servers {
            let own = view.own(server)
            let place = key(own, [server.address], or: server.key)
            hosts[place, default: Machine()].servers.append(server)
            hosts[place]?.add(own)
        }
        for client in snapshot.clients {
            let own = view.own(client)
            let place = key(own, client.addresses.distinct == 1 ? client.addresses.names : [], or: client.key)
            hosts[place, default: Machine()].clients.append(client)
            hosts[place]?.add(own)
        }
        return hosts.values.sorted { ($0.sortingAddress, $0.name) < ($1.sortingAddress, $1.name) }
    }

    private mutating func add(_ own: [String]) {
        hardwareAddresses += own.filter { !hardwareAddresses.contains($0) }
    }

    /// The first address as one that sorts by number.
    private var sortingAddress: IPAddress {
        addresses.first.flatMap { IPAddress($0) } ?? IPAddress(high: .max, low: .max)
    }
}
