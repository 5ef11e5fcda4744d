/// What a frame begins with: a LINKTYPE number of the tcpdump group's registry (not a DLT number, which differs by
/// system for some types).
public struct LinkType: BitwiseCopyable, RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// BSD loopback: address family in the byte order of the machine that captured.
    public static let null = LinkType(rawValue: 0)
    /// Ethernet.
    public static let ethernet = LinkType(rawValue: 1)
    /// PPP, with or without the address and control bytes of HDLC-like framing (RFC 1662).
    public static let ppp = LinkType(rawValue: 9)
    /// PPP in HDLC-like framing, or Cisco's HDLC: the first byte tells.
    public static let pppHDLC = LinkType(rawValue: 50)
    /// PPPoE without the Ethernet header.
    public static let pppEthernet = LinkType(rawValue: 51)
    /// Raw IPv4 or IPv6.
    public static let raw = LinkType(rawValue: 101)
    /// Cisco's HDLC.
    public static let ciscoHDLC = LinkType(rawValue: 104)
    /// OpenBSD loopback: address family in network byte order.
    public static let loop = LinkType(rawValue: 108)
    /// Linux cooked capture.
    public static let linuxSLL = LinkType(rawValue: 113)
    /// Raw IPv4.
    public static let ipv4 = LinkType(rawValue: 228)
    /// Raw IPv6.
    public static let ipv6 = LinkType(rawValue: 229)
    /// Linux cooked capture, version 2.
    public static let linuxSLL2 = LinkType(rawValue: 276)

    /// The registry's name in lower case, or `linktype N`.
    public var name: String {
        switch self {
        case .null: "null"
        case .ethernet: "ethernet"
        case .ppp: "ppp"
        case .pppHDLC: "ppp_hdlc"
        case .pppEthernet: "ppp_ether"
        case .raw: "raw"
        case .ciscoHDLC: "c_hdlc"
        case .loop: "loop"
        case .linuxSLL: "linux_sll"
        case .ipv4: "ipv4"
        case .ipv6: "ipv6"
        case .linuxSLL2: "linux_sll2"
        default: "linktype \(rawValue)"
        }
    }
}
