/// An EtherType (IEEE 802 Numbers of IANA).
struct EtherType: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16

    static let ipv4 = EtherType(rawValue: 0x0800)
    static let arp = EtherType(rawValue: 0x0806)
    /// IEEE 802.1Q customer tag.
    static let vlan = EtherType(rawValue: 0x8100)
    static let ipv6 = EtherType(rawValue: 0x86DD)
    /// IEEE 802.1ad service tag.
    static let serviceVLAN = EtherType(rawValue: 0x88A8)
    static let lldp = EtherType(rawValue: 0x88CC)
    /// Service tags of equipment older than 802.1ad.
    static let oldServiceVLAN = EtherType(rawValue: 0x9100)

    /// Whether a four-octet tag follows.
    var isVLAN: Bool { self == .vlan || self == .serviceVLAN || self == .oldServiceVLAN }
}

/// A number of the IANA registry *Assigned Internet Protocol Numbers*.
struct IPProtocol: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt8

    static let hopByHopOptions = IPProtocol(rawValue: 0)
    static let icmp = IPProtocol(rawValue: 1)
    static let igmp = IPProtocol(rawValue: 2)
    static let tcp = IPProtocol(rawValue: 6)
    static let udp = IPProtocol(rawValue: 17)
    static let ipv6Routing = IPProtocol(rawValue: 43)
    static let ipv6Fragment = IPProtocol(rawValue: 44)
    static let authenticationHeader = IPProtocol(rawValue: 51)
    static let icmpv6 = IPProtocol(rawValue: 58)
    static let ipv6DestinationOptions = IPProtocol(rawValue: 60)
    static let mobility = IPProtocol(rawValue: 135)
    static let hostIdentity = IPProtocol(rawValue: 139)
    static let shim6 = IPProtocol(rawValue: 140)
}
