import Network

/// The lists that the shipped rules refer to by `expand`: what a site knows of itself, said once.
///
/// Members are addresses and networks: what a host sends is no proof of who it is, and a name that stood in a list would
/// be a pass for everybody who uses it.
public enum SiteLists {
    /// What is inside: who is in none of these networks comes from outside.
    public static let homeNetworks = "home_networks"
    /// All of them, and what each is for.
    public static let all: [(name: String, purpose: String)] = [
        (homeNetworks, "networks that are inside"),
        ("monitors", "hosts that may read everything: historians, dashboards, loggers"),
        ("bridges", "brokers that carry topics to other brokers"),
        ("brokers", "brokers and other servers outside that are used on purpose"),
        ("gateways", "hosts that stand for many devices: translators of addresses, gateways of other networks"),
        ("scanners", "hosts that look for weaknesses by order"),
        ("commissioning", "hosts that set up, update and reset devices"),
    ]

    /// What is inside where a site does not say: the private networks (RFC 1918, RFC 4193) and those of providers behind
    /// address translation (RFC 6598).
    public static let privateNetworks = [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7",
    ]
    /// What never left its host or its link (RFC 1122, RFC 3927, RFC 4291), and so is inside whatever a site says.
    public static let localNetworks = ["127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10"]

    /// The lists of a site, with what it does not say: other lists are empty.
    public static func completed(_ given: [String: [String]]) -> [String: [String]] {
        var lists = given
        for (name, _) in all where lists[name] == nil { lists[name] = name == homeNetworks ? privateNetworks : [] }
        lists[homeNetworks]? += localNetworks.filter { !(given[homeNetworks]?.contains($0) ?? false) }
        return lists
    }
}

extension Settings {
    /// Counts the networks of interfaces as inside, unless the site says what is.
    public mutating func addHomeNetworks(_ networks: [CIDRBlock]) {
        guard lists[SiteLists.homeNetworks] == nil else { return }
        lists[SiteLists.homeNetworks] = SiteLists.privateNetworks + networks.map { "\($0.prefix)/\($0.length)" }
    }
}
