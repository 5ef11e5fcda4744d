import Network

/// Which addresses a policy names, and for which it names their networks: more than a few nobody reads.
struct AddressFolding {
    private static let lengths = [(32, 128), (24, 64), (16, 48), (0, 0)]
    private static let most = 16
    /// The lengths of prefixes, for IPv4 and IPv6, by group.
    private var chosen: [String: (four: Int, six: Int)] = [:]
    /// Networks, each behind its protocol, whose servers have too many ports to name them.
    private var anyPort: Set<String> = []

    /// Chooses for each group of addresses the longest prefixes of which there are few.
    init(_ addresses: [(group: String, address: String)]) {
        for (group, members) in Dictionary(grouping: addresses, by: \.group) {
            let known = members.compactMap { IPAddress($0.address) }
            var choice = (four: 32, six: 128)
            for isFour in [true, false] {
                let own = known.filter { $0.isIPv4 == isFour }
                for (four, six) in Self.lengths {
                    if isFour { choice.four = four } else { choice.six = six }
                    if Set(own.map { $0.masked(isFour ? four : six) }).count <= Self.most { break }
                }
            }
            chosen[group] = choice
        }
    }

    /// The same of servers, which are a group by protocol and port; in a network in which each has a port of its own the
    /// port says nothing.
    init(servers: [(proto: String, address: String, port: UInt16)]) {
        var all: [String: Set<UInt16>] = [:]
        var near: [String: Set<UInt16>] = [:]
        for server in servers {
            all[server.proto, default: []].insert(server.port)
            near[Self.neighbourhood(server.proto, server.address), default: []].insert(server.port)
        }
        let many = Set(all.filter { $0.value.count > Self.most }.keys)
        let folded = Set(
            near.filter { key, ports in
                ports.count >= Self.fewPorts && many.contains(String(key.prefix { $0 != " " }))
            }.keys)
        self.init(
            servers.map { server in
                let isFolded = folded.contains(Self.neighbourhood(server.proto, server.address))
                return ("\(server.proto) :\(isFolded ? "*" : "\(server.port)")", server.address)
            })
        anyPort = folded
    }

    /// Ports of servers of one network from which on they are not named.
    private static let fewPorts = 4

    /// The protocol and the network of a server.
    private static func neighbourhood(_ proto: String, _ address: String) -> String {
        "\(proto) \(wider(address).first ?? address)"
    }

    /// What stands for an address in the policy; other names stand for themselves.
    func shown(_ name: String, _ group: String) -> String {
        guard let choice = chosen[group], let address = IPAddress(name) else { return name }
        let length = address.isIPv4 ? choice.four : choice.six
        return length < address.bitWidth ? "\(address.masked(length))/\(length)" : name
    }

    /// What stands for the key of a server, `coap 10.0.0.5:5683`: such as `coap 10.0.0.0/24:5683`.
    func shown(_ key: String) -> String {
        guard let parts = Self.parts(key) else { return key }
        let port = anyPort.contains(Self.neighbourhood(String(parts.proto), parts.address)) ? "*" : parts.port
        let folded = shown(parts.address, "\(parts.proto) :\(port)")
        return folded == parts.address && port == parts.port
            ? key : "\(parts.proto) \(Self.bracketed(folded)):\(port)"
    }

    /// The networks that may stand for an address, the narrowest first.
    static func wider(_ name: String) -> [String] {
        guard let address = IPAddress(name) else { return [] }
        return lengths.dropFirst().map { four, six in
            let length = address.isIPv4 ? four : six
            return "\(address.masked(length))/\(length)"
        }
    }

    /// The same of the key of a server.
    static func widerKeys(_ key: String) -> [String] {
        guard let parts = parts(key) else { return [] }
        return ([parts.address] + wider(parts.address)).flatMap { address in
            [parts.port, "*"].map { "\(parts.proto) \(bracketed(address)):\($0)" }
        }
    }

    private static func bracketed(_ text: String) -> String { text.contains(":") ? "[\(text)]" : text }

    private static func parts(_ key: String) -> (proto: Substring, address: String, port: Substring)? {
        let words = key.split(separator: " ", maxSplits: 1)
        guard words.count == 2, let colon = words[1].lastIndex(of: ":") else { return nil }
        let address = words[1][..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
        return (words[0], String(address), words[1][words[1].index(after: colon)...])
    }
}
