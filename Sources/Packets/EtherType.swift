/// An EtherType (IEEE 802 Numbers of IANA).
///
/// GRE and Geneve name what they carry by these numbers too.
struct EtherType: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16

    static let ipv4 = EtherType(rawValue: 0x0800)
    static let arp = EtherType(rawValue: 0x0806)
    /// ERSPAN type III; only after GRE.
    static let erspan3 = EtherType(rawValue: 0x22EB)
    /// An Ethernet frame: transparent Ethernet bridging (RFC 1701), NVGRE (RFC 7637).
    static let ethernet = EtherType(rawValue: 0x6558)
    /// IEEE 802.1Q customer tag.
    static let vlan = EtherType(rawValue: 0x8100)
    static let ipv6 = EtherType(rawValue: 0x86DD)
    /// PPP, as PPTP carries it (RFC 2637, 4.1).
    static let ppp = EtherType(rawValue: 0x880B)
    static let mpls = EtherType(rawValue: 0x8847)
    /// MPLS with an upstream-assigned label (RFC 5332), multicast at first.
    static let mplsUpstream = EtherType(rawValue: 0x8848)
    static let pppoeDiscovery = EtherType(rawValue: 0x8863)
    static let pppoeSession = EtherType(rawValue: 0x8864)
    /// IEEE 802.1ad service tag; the tag of the backbone in 802.1ah.
    static let serviceVLAN = EtherType(rawValue: 0x88A8)
    /// ERSPAN types I and II; only after GRE.
    static let erspan = EtherType(rawValue: 0x88BE)
    static let lldp = EtherType(rawValue: 0x88CC)
    /// Time stamps of Cisco Nexus switches (TTag), by default.
    static let ciscoTime = EtherType(rawValue: 0x88B5)
    /// IEEE 802.1AE: mostly encrypted.
    static let macsec = EtherType(rawValue: 0x88E5)
    /// IEEE 802.1ah backbone service instance tag.
    static let serviceInstance = EtherType(rawValue: 0x88E7)
    /// Cisco's metadata, for TrustSec.
    static let ciscoMetadata = EtherType(rawValue: 0x8909)
    /// The tag of a virtual interface (VN-Tag).
    static let vnTag = EtherType(rawValue: 0x8926)
    /// High-availability Seamless Redundancy (HSR, IEC 62439-3).
    static let redundantRing = EtherType(rawValue: 0x892F)
    /// IEEE 802.1BR, port extension.
    static let eTag = EtherType(rawValue: 0x893F)
    /// Service tags of equipment older than 802.1ad.
    static let oldServiceVLAN = EtherType(rawValue: 0x9100)
    /// Arista's: time stamps of mirrored frames.
    static let aristaTime = EtherType(rawValue: 0xD28B)
    /// IEEE 802.1CB redundancy tag (R-Tag).
    static let redundancy = EtherType(rawValue: 0xF1C1)

    /// Whether a four-byte tag follows.
    var isVLAN: Bool { self == .vlan || self == .serviceVLAN || self == .oldServiceVLAN }
}
