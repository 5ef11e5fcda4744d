import Network

/// A router, as addresses of the link show it: behind it are addresses whose own hardware nobody sees here.
public struct Gateway: Hashable, Sendable {
    /// Its address of the link.
    public var hardwareAddress: String
    /// The addresses that came with it.
    public var addresses: [String]
    /// The networks of these (`/24`, `/64`).
    public var networks: [String]
    /// When it was seen.
    public var seen: Sightings
}

/// Which addresses of the link belong to an asset, and which to a router in front of it.
///
/// A router puts its own address into each frame that it passes on, so what it carries stands for many hosts at one time. A
/// host that is given one address after another carries them one at a time; that is how the two are told apart.
public struct HardwareView: Sendable {
    /// So many addresses at one time, in more than one network, make a router.
    static let fewestAcross = 4
    /// So many in one network make one: more than a host with aliases has.
    static let fewestInOne = 8
    /// What was seen within this time, in microseconds, counts as seen at one time.
    ///
    /// Less than leases of addresses last.
    static let closeness: Int64 = 3_600_000_000

    /// Routers, by their addresses of the link.
    public let gateways: [Gateway]
    /// Addresses of the link that say nothing sure of who is behind them: those of routers, and those with several addresses
    /// in several networks at one time.
    private let doubtful: Set<String>

    /// Looks through the servers and clients of a snapshot.
    public init(_ snapshot: InventorySnapshot) {
        var carried: [String: CarriedAddresses] = [:]
        func add(_ hardware: NameCounts, _ addresses: [String], _ seen: Sightings) {
            // What came with more than two is a thing that moves between them, or an address that many had in turn.
            guard hardware.distinct <= 2 else { return }
            let known = addresses.compactMap { IPAddress($0) }.filter { !$0.isOfOneLink }
            guard !known.isEmpty else { return }
            for name in hardware.counts.keys { carried[name, default: CarriedAddresses()].add(known, seen) }
        }
        for server in snapshot.servers { add(server.hardwareAddresses, [server.address], server.seen) }
        for client in snapshot.clients { add(client.hardwareAddresses, client.addresses.names, client.seen) }
        var gateways: [Gateway] = []
        var doubtful: Set<String> = []
        for (name, carried) in carried {
            let verdict = carried.verdict
            if verdict != .one { doubtful.insert(name) }
            guard verdict == .gateway else { continue }
            gateways.append(
                Gateway(
                    hardwareAddress: name, addresses: carried.addresses.sorted().map(\.description),
                    networks: Set(carried.addresses.map(\.usualNetwork)).sorted().map(\.description),
                    seen: carried.seen))
        }
        self.gateways = gateways.sorted { $0.hardwareAddress < $1.hardwareAddress }
        self.doubtful = doubtful
    }

    /// The addresses of the link that are a server's own, most frequent first.
    public func own(_ server: ServerRecord) -> [String] {
        let peers = server.clientNetworks.names
        return own(server.hardwareAddresses, [server.address], peers)
    }

    /// The addresses of the link that are a client's own, most frequent first.
    public func own(_ client: ClientRecord) -> [String] {
        own(client.hardwareAddresses, client.addresses.names, client.servers.names.map(ServerRecord.address(ofKey:)))
    }

    private func own(_ hardware: NameCounts, _ addresses: [String], _ peers: [String]) -> [String] {
        // An address of the public network that speaks with a private one has come through a router.
        let isRouted =
            addresses.contains { IPAddress($0)?.isPublic ?? false }
            && peers.contains { CIDRBlock($0).map { !$0.prefix.isPublic } ?? false }
        return isRouted ? [] : hardware.sorted.map(\.name).filter { !doubtful.contains($0) }
    }

    /// What is claimed of who made a server's hardware: one claim for each address of the link that is its own and whose
    /// vendor is known.
    public func vendors(_ server: ServerRecord, _ vendor: (String) -> String?) -> [Claim] {
        Self.claims(own(server), server.seen, vendor)
    }

    /// The same of a client.
    public func vendors(_ client: ClientRecord, _ vendor: (String) -> String?) -> [Claim] {
        Self.claims(own(client), client.seen, vendor)
    }

    private static func claims(_ own: [String], _ seen: Sightings, _ vendor: (String) -> String?) -> [Claim] {
        var claims: [Claim] = []
        for name in own.compactMap(vendor) where !claims.contains(where: { $0.value == name }) {
            claims.append(Claim(name, .hardwareAddress, confidence: own.count == 1 ? 4 : 3, seen: seen))
        }
        return claims
    }

    /// The router that a server or client with these addresses of the link is hidden behind; `nil` where none is known.
    public func gateway(_ hardware: NameCounts) -> Gateway? {
        gateways.first { hardware.counts[$0.hardwareAddress] != nil }
    }
}

/// What came with one address of the link.
private struct CarriedAddresses {
    enum Verdict { case one, doubtful, gateway }

    /// Records that share an address: as far as this shows, one host.
    private struct Host {
        var addresses: Set<IPAddress>
        var seen: Sightings
    }

    private var hosts: [Host] = []
    private var places: [IPAddress: Int] = [:]

    var addresses: Set<IPAddress> { Set(places.keys) }
    var seen: Sightings {
        hosts.dropFirst().reduce(into: hosts.first?.seen ?? Sightings(at: 0, frame: 0)) { $0.merge($1.seen) }
    }

    mutating func add(_ addresses: [IPAddress], _ seen: Sightings) {
        let known = addresses.first { places[$0] != nil }
        let place = known.flatMap { places[$0] } ?? hosts.count
        if place == hosts.count {
            hosts.append(Host(addresses: Set(addresses), seen: seen))
        } else {
            hosts[place].addresses.formUnion(addresses)
            hosts[place].seen.merge(seen)
        }
        for address in addresses where places[address] == nil { places[address] = place }
    }

    var verdict: Verdict {
        // Of each family by itself: a host has an address of IPv4 and some of IPv6 at one time.
        var worst = Verdict.one
        for isIPv4 in [true, false] {
            let family = hosts.filter { $0.addresses.contains { $0.isIPv4 == isIPv4 } }
            let (most, networks) = Self.together(family, isIPv4: isIPv4)
            if most >= HardwareView.fewestInOne || most >= HardwareView.fewestAcross && networks > 1 { return .gateway }
            if most > 1, networks > 1 { worst = .doubtful }
        }
        return worst
    }

    /// How many hosts there were at one time at most, and in how many networks all were.
    private static func together(_ hosts: [Host], isIPv4: Bool) -> (most: Int, networks: Int) {
        var networks: Set<IPAddress> = []
        var turns: [(time: Int64, step: Int)] = []
        for host in hosts {
            for address in host.addresses where address.isIPv4 == isIPv4 { networks.insert(address.usualNetwork) }
            let (end, isTooLate) = host.seen.last.addingReportingOverflow(HardwareView.closeness)
            turns.append((host.seen.first, 1))
            turns.append((isTooLate ? .max : end, -1))
        }
        // What ends when another begins is not there with it.
        turns.sort { $0.time != $1.time ? $0.time < $1.time : $0.step < $1.step }
        var (count, most) = (0, 0)
        for turn in turns {
            count += turn.step
            most = max(most, count)
        }
        return (most, networks.count)
    }
}

extension ServerRecord {
    /// The address in the key of a server, without brackets.
    public static func address(ofKey key: String) -> String {
        let endpoint = key.split(separator: " ").last ?? ""
        guard let colon = endpoint.lastIndex(of: ":") else { return String(endpoint) }
        return String(endpoint[..<colon].filter { $0 != "[" && $0 != "]" })
    }
}

extension IPAddress {
    /// Whether no router passes the address on: link-local and loopback (RFC 3927, RFC 4291 2.5.6, RFC 1122 3.2.1.3).
    fileprivate var isOfOneLink: Bool {
        isIPv4 ? low >> 16 == 0xA9FE || low >> 24 == 127 : high >> 54 == 0x3FA || high == 0 && low <= 1
    }
}
