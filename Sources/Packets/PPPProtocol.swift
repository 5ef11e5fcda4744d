/// A number of the IANA registry *PPP DLL Protocol Numbers*.
struct PPPProtocol: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16

    static let ipv4 = PPPProtocol(rawValue: 0x0021)
    static let ipv6 = PPPProtocol(rawValue: 0x0057)
    static let mpls = PPPProtocol(rawValue: 0x0281)
    static let mplsUpstream = PPPProtocol(rawValue: 0x0283)

    /// Whether packets of the protocol negotiate the link or a network layer instead of carrying data (RFC 1661, 2).
    var isControl: Bool { rawValue >= 0x8000 }
}
