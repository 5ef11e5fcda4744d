/// Why a frame gave no TCP segment and no UDP datagram. The names are keys of `earshot stats --json`.
public enum Undecoded: UInt8, CaseIterable, Sendable {
    case linkTypeUnknown, linkTruncated, linkAddressFamilyUnknown
    case arp, lldp, etherTypeUnknown, vlanTooDeep
    case ipVersionUnknown, ipv4Truncated, ipv4HeaderInvalid, ipv4Fragment
    case ipv6Truncated, ipv6HeadersTooDeep, ipv6Fragment
    case icmp, igmp, ipProtocolUnknown
    case tcpTruncated, tcpHeaderInvalid, udpTruncated, udpLengthInvalid

    /// The name in snake case.
    public var name: String {
        switch self {
        case .linkTypeUnknown: "link_type_unknown"
        case .linkTruncated: "link_truncated"
        case .linkAddressFamilyUnknown: "link_address_family_unknown"
        case .arp: "arp"
        case .lldp: "lldp"
        case .etherTypeUnknown: "ether_type_unknown"
        case .vlanTooDeep: "vlan_too_deep"
        case .ipVersionUnknown: "ip_version_unknown"
        case .ipv4Truncated: "ipv4_truncated"
        case .ipv4HeaderInvalid: "ipv4_header_invalid"
        case .ipv4Fragment: "ipv4_fragment"
        case .ipv6Truncated: "ipv6_truncated"
        case .ipv6HeadersTooDeep: "ipv6_headers_too_deep"
        case .ipv6Fragment: "ipv6_fragment"
        case .icmp: "icmp"
        case .igmp: "igmp"
        case .ipProtocolUnknown: "ip_protocol_unknown"
        case .tcpTruncated: "tcp_truncated"
        case .tcpHeaderInvalid: "tcp_header_invalid"
        case .udpTruncated: "udp_truncated"
        case .udpLengthInvalid: "udp_length_invalid"
        }
    }
}
