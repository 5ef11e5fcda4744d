/// UDP ports at which tunnels end (IANA registry *Service Name and Transport Protocol Port Number*).
struct TunnelPort: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16

    /// GTP user plane (3GPP TS 29.281, 4.4.2.3).
    static let gtp = TunnelPort(rawValue: 2152)
    /// RFC 4380, 2.7.
    static let teredo = TunnelPort(rawValue: 3544)
    /// RFC 7348, 5.
    static let vxlan = TunnelPort(rawValue: 4789)
    static let vxlanGPE = TunnelPort(rawValue: 4790)
    /// RFC 8926, 3.3.
    static let geneve = TunnelPort(rawValue: 6081)
    /// VXLAN as Linux did it before the registry had a number, and does it still where not told otherwise.
    static let linuxVXLAN = TunnelPort(rawValue: 8472)
    /// TZSP, by default.
    static let tzsp = TunnelPort(rawValue: 37008)
}
