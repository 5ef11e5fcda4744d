/// A number of the IANA registry *Assigned Internet Protocol Numbers*.
struct IPProtocol: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt8

    static let hopByHopOptions = IPProtocol(rawValue: 0)
    static let icmp = IPProtocol(rawValue: 1)
    static let igmp = IPProtocol(rawValue: 2)
    /// IPv4 in IP (RFC 2003, RFC 2473).
    static let ipv4 = IPProtocol(rawValue: 4)
    static let tcp = IPProtocol(rawValue: 6)
    static let udp = IPProtocol(rawValue: 17)
    /// IPv6 in IP (RFC 4213, RFC 2473).
    static let ipv6 = IPProtocol(rawValue: 41)
    static let ipv6Routing = IPProtocol(rawValue: 43)
    static let ipv6Fragment = IPProtocol(rawValue: 44)
    static let gre = IPProtocol(rawValue: 47)
    static let authenticationHeader = IPProtocol(rawValue: 51)
    static let icmpv6 = IPProtocol(rawValue: 58)
    static let ipv6NoNextHeader = IPProtocol(rawValue: 59)
    static let ipv6DestinationOptions = IPProtocol(rawValue: 60)
    static let mobility = IPProtocol(rawValue: 135)
    /// MPLS in IP (RFC 4023).
    static let mpls = IPProtocol(rawValue: 137)
    static let hostIdentity = IPProtocol(rawValue: 139)
    static let shim6 = IPProtocol(rawValue: 140)
}
