/// Why a frame gave no TCP segment and no UDP datagram.
///
/// The names are keys of `earshot stats --json`.
public enum Undecoded: UInt8, CaseIterable, Sendable {
    case linkTypeUnknown, linkTruncated, linkAddressFamilyUnknown
    case arp, lldp, macsec, etherTypeUnknown, vlanTooDeep
    case pppControl, pppProtocolUnknown, pppoeDiscovery, pppoeInvalid, hdlcAddressUnknown
    case ipVersionUnknown, ipv4Truncated, ipv4HeaderInvalid, ipv4LengthInvalid, ipv4Fragment
    case ipv6Truncated, ipv6LengthInvalid, ipv6HeadersTooDeep, ipv6Fragment
    case icmp, igmp, ipProtocolUnknown
    case tcpTruncated, tcpHeaderInvalid, udpTruncated, udpLengthInvalid
    case tunnelTooDeep, tunnelTruncated
    case mplsTooDeep, mplsControl, mplsPayloadUnknown
    case greVersionUnknown, greFlagsInvalid, greRouting, greLengthInvalid, greAcknowledgement, grePayloadUnknown
    case erspanVersionUnknown, erspanPayloadUnknown

    /// The name in snake case.
    public var name: String {
        switch self {
        case .linkTypeUnknown: "link_type_unknown"
        case .linkTruncated: "link_truncated"
        case .linkAddressFamilyUnknown: "link_address_family_unknown"
        case .arp: "arp"
        case .lldp: "lldp"
        case .macsec: "macsec"
        case .etherTypeUnknown: "ether_type_unknown"
        case .vlanTooDeep: "vlan_too_deep"
        case .pppControl: "ppp_control"
        case .pppProtocolUnknown: "ppp_protocol_unknown"
        case .pppoeDiscovery: "pppoe_discovery"
        case .pppoeInvalid: "pppoe_invalid"
        case .hdlcAddressUnknown: "hdlc_address_unknown"
        case .ipVersionUnknown: "ip_version_unknown"
        case .ipv4Truncated: "ipv4_truncated"
        case .ipv4HeaderInvalid: "ipv4_header_invalid"
        case .ipv4LengthInvalid: "ipv4_length_invalid"
        case .ipv4Fragment: "ipv4_fragment"
        case .ipv6Truncated: "ipv6_truncated"
        case .ipv6LengthInvalid: "ipv6_length_invalid"
        case .ipv6HeadersTooDeep: "ipv6_headers_too_deep"
        case .ipv6Fragment: "ipv6_fragment"
        case .icmp: "icmp"
        case .igmp: "igmp"
        case .ipProtocolUnknown: "ip_protocol_unknown"
        case .tcpTruncated: "tcp_truncated"
        case .tcpHeaderInvalid: "tcp_header_invalid"
        case .udpTruncated: "udp_truncated"
        case .udpLengthInvalid: "udp_length_invalid"
        case .tunnelTooDeep: "tunnel_too_deep"
        case .tunnelTruncated: "tunnel_truncated"
        case .mplsTooDeep: "mpls_too_deep"
        case .mplsControl: "mpls_control"
        case .mplsPayloadUnknown: "mpls_payload_unknown"
        case .greVersionUnknown: "gre_version_unknown"
        case .greFlagsInvalid: "gre_flags_invalid"
        case .greRouting: "gre_routing"
        case .greLengthInvalid: "gre_length_invalid"
        case .greAcknowledgement: "gre_acknowledgement"
        case .grePayloadUnknown: "gre_payload_unknown"
        case .erspanVersionUnknown: "erspan_version_unknown"
        case .erspanPayloadUnknown: "erspan_payload_unknown"
        }
    }
}
