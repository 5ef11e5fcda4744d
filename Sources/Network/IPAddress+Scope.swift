extension IPAddress {
    /// Whether an address is one of the public network: neither private nor shared, local, for documents or tests, reserved,
    /// nor one of a group (the registries of RFC 6890: IPv4 and IPv6 Special-Purpose Addresses).
    ///
    /// Addresses of IPv6 that hold one of IPv4 (mapped, 6to4, Teredo, NAT64) count as not public: where they lead is not
    /// where they belong.
    public var isPublic: Bool {
        guard isIPv4 else {
            // All of 2000::/3 is global unicast (RFC 4291, 2.4), but for what was given to protocols and documents.
            return high >> 61 == 1 && !Self.specialIPv6.contains { $0.contains(self) }
        }
        // 240.0.0.0/4 and 224.0.0.0/4 together.
        return low < 0xE000_0000 && !Self.specialIPv4.contains { $0.contains(self) }
    }

    /// The network of an address as people count them where nobody says more: `/24` of IPv4, `/64` of IPv6.
    public var usualNetwork: IPAddress { masked(isIPv4 ? 24 : 64) }

    private static let specialIPv4 = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    ].compactMap { CIDRBlock($0) }

    private static let specialIPv6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].compactMap {
        CIDRBlock($0)
    }
}
