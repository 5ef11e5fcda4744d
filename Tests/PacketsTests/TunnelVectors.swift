import Bytes
import Network
import Packets
import TestSupport
import Testing

/// A frame with a TCP segment (port 40000 to 1883) somewhere inside, and what must be found around it.
struct TunnelVector: CustomTestStringConvertible, Sendable {
    var name: String
    var link: LinkType = .ethernet
    var frame: [UInt8]
    var tunnels: [Tunnel]
    var vlans: [UInt16] = []
    var isIPv4 = true
    /// Last byte of the innermost Ethernet's source address; `nil` where no link has one.
    var station: UInt8? = 1
    /// Whether the tunnel is known by a UDP port, so that a frame cut short may turn out a plain datagram.
    var isByPort = false
    /// Why tshark 4.0 does not see the same packet, where it does not.
    var unlikeTshark: String?

    var testDescription: String { name }
}

private let segment = Build.tcp(from: 40000, to: 1883, seq: 7, Array("hello".utf8))
private let v4 = Build.ipv4(proto: 6, segment)
private let v6 = Build.ipv6(next: 6, segment)
private let inner4 = Build.innerEthernet(0x0800, v4)
private let inner6 = Build.innerEthernet(0x86DD, v6)

/// Ethernet, IPv4, and what is named by the protocol number.
private func inIPv4(_ proto: UInt8, _ payload: [UInt8]) -> [UInt8] {
    Build.ethernet(0x0800, Build.outerIPv4(proto: proto, payload))
}

private func inIPv6(_ next: UInt8, _ payload: [UInt8]) -> [UInt8] {
    Build.ethernet(0x86DD, Build.outerIPv6(next: next, payload))
}

private func inUDP(from: Int = 50000, to: Int, _ payload: [UInt8]) -> [UInt8] {
    Build.ethernet(0x0800, Build.outerUDP(from: from, to: to, payload))
}

extension TunnelVector {
    /// Labels of pseudowires with and without a control word: tshark has to be told, the decoder does not.
    static let controlled = 500
    static let uncontrolled = 501

    /// Made by hand after the documents named in the decoder.
    static let all = links + tags + labels + generic + mirrors + overUDP + nested

    private static let links: [TunnelVector] = [
        TunnelVector(name: "PPP framed", link: .ppp, frame: [0xFF, 3, 0, 0x21] + v4, tunnels: [], station: nil),
        TunnelVector(name: "PPP bare", link: .ppp, frame: [0, 0x57] + v6, tunnels: [], isIPv4: false, station: nil),
        TunnelVector(name: "PPP compressed", link: .ppp, frame: [0xFF, 3, 0x21] + v4, tunnels: [], station: nil),
        TunnelVector(
            name: "PPP MPLS", link: .ppp, frame: [0xFF, 3, 2, 0x81] + Build.mpls([16], v4), tunnels: [.mpls],
            station: nil),
        TunnelVector(name: "PPP in HDLC", link: .pppHDLC, frame: [0xFF, 3, 0, 0x21] + v4, tunnels: [], station: nil),
        TunnelVector(name: "Cisco in HDLC", link: .pppHDLC, frame: [0x0F, 0, 8, 0] + v4, tunnels: [], station: nil),
        TunnelVector(
            name: "Cisco HDLC", link: .ciscoHDLC, frame: [0x8F, 0, 0x86, 0xDD] + v6, tunnels: [], isIPv4: false,
            station: nil),
        TunnelVector(
            name: "PPPoE", frame: Build.ethernet(0x8864, Build.pppoe([0, 0x21] + v4)), tunnels: [.pppoe]),
        TunnelVector(
            name: "PPPoE IPv6, tagged, padded",
            frame: Build.ethernet(0x8864, vlans: [(0x8100, 7)], Build.pppoe([0, 0x57] + v6) + [0, 0, 0]),
            tunnels: [.pppoe], vlans: [7], isIPv4: false),
        TunnelVector(
            name: "PPPoE without Ethernet", link: .pppEthernet, frame: Build.pppoe([0x21] + v4), tunnels: [.pppoe],
            station: nil),
        TunnelVector(
            name: "802.1ah",
            frame: Build.ethernet(0x88E7, vlans: [(0x88A8, 100)], Build.serviceInstance(inner4)), tunnels: [.pbb],
            vlans: [100], station: 0x11),
        TunnelVector(
            name: "802.1ah, tagged customer",
            frame: Build.ethernet(
                0x88E7, Build.serviceInstance(Build.innerEthernet(0x0800, vlans: [(0x8100, 9)], v4))),
            tunnels: [.pbb], vlans: [9], station: 0x11),
    ]

    /// Tags in front of an EtherType, which are passed over.
    private static let tags: [TunnelVector] = [
        TunnelVector(name: "HSR", frame: Build.ethernet(0x892F, [0x10, 0x2A, 0, 9, 8, 0] + v4), tunnels: []),
        TunnelVector(
            name: "HSR behind a VLAN, another inside",
            frame: Build.ethernet(
                0x892F, vlans: [(0x8100, 7)], [0x10, 0x2A, 0, 9, 0x81, 0, 0, 8, 0x86, 0xDD] + v6),
            tunnels: [], vlans: [7, 8], isIPv4: false),
        TunnelVector(
            name: "PRP trailer", frame: Build.ethernet(0x0800, v4 + [0, 9, 0xA0, 0x37, 0x88, 0xFB]), tunnels: []),
        TunnelVector(name: "R-Tag", frame: Build.ethernet(0xF1C1, [0, 0, 0, 9, 8, 0] + v4), tunnels: []),
        TunnelVector(
            name: "Cisco metadata", frame: Build.ethernet(0x8909, [1, 1, 0, 1, 0, 5, 8, 0] + v4), tunnels: []),
        TunnelVector(
            name: "Cisco metadata, two options",
            frame: Build.ethernet(0x8909, [1, 2, 0, 1, 0, 5, 0, 2, 0, 6, 8, 0] + v4), tunnels: [],
            unlikeTshark: "takes the metadata for six bytes"),
        TunnelVector(
            name: "VN-Tag", frame: Build.ethernet(0x8926, [0x80, 1, 0, 2, 0x81, 0, 0, 7, 8, 0] + v4), tunnels: [],
            vlans: [7]),
        TunnelVector(name: "E-Tag", frame: Build.ethernet(0x893F, [0, 1, 0x10, 2, 0, 0, 8, 0] + v4), tunnels: []),
        TunnelVector(
            name: "Arista, 64 bits",
            frame: Build.ethernet(0xD28B, [0, 1, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 2, 8, 0] + v4), tunnels: []),
        TunnelVector(
            name: "Arista, 48 bits of UTC",
            frame: Build.ethernet(0xD28B, [0, 1, 1, 0x20, 0, 1, 0, 0, 0, 2, 0x86, 0xDD] + v6), tunnels: [],
            isIPv4: false),
        TunnelVector(
            name: "Arista R3", frame: Build.ethernet(0xD28B, [0, 1, 0, 0x21, 0, 1, 0, 0, 0, 2, 8, 0] + v4),
            tunnels: [], unlikeTshark: "knows no versions of newer hardware"),
        TunnelVector(
            name: "Cisco TTag", frame: Build.ethernet(0x88B5, [0, 1, 2, 3, 4, 5, 8, 0] + v4), tunnels: [],
            unlikeTshark: "has to be told"),
        TunnelVector(
            name: "MACsec, integrity only, with SCI",
            frame: Build.ethernet(
                0x88E5, [0x20, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 0, 1, 8, 0] + v4 + Array(repeating: 0xAA, count: 16)),
            tunnels: []),
        TunnelVector(
            name: "MACsec, integrity only, without SCI",
            frame: Build.ethernet(0x88E5, [0x01, 0, 0, 0, 0, 9, 8, 0] + v4 + Array(repeating: 0xAA, count: 16)),
            tunnels: []),
        TunnelVector(
            name: "SNAP behind HSR",
            frame: Build.ethernet(0x892F, [0x10, 0x2A, 0, 9, 0, 60, 0xAA, 0xAA, 3, 0, 0, 0, 8, 0] + v4), tunnels: [],
            unlikeTshark: "reads no LLC behind HSR"),
        TunnelVector(
            name: "authentication header in IPv4",
            frame: inIPv4(51, [4, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1] + Array(repeating: 7, count: 12) + v4),
            tunnels: [.ipip]),
    ]

    private static let labels: [TunnelVector] = [
        TunnelVector(name: "MPLS", frame: Build.ethernet(0x8847, Build.mpls([16], v4)), tunnels: [.mpls]),
        TunnelVector(
            name: "MPLS three labels, IPv6", frame: Build.ethernet(0x8847, Build.mpls([16, 0xFFFFF, 17], v6)),
            tunnels: [.mpls], isIPv4: false),
        TunnelVector(name: "MPLS upstream", frame: Build.ethernet(0x8848, Build.mpls([16], v4)), tunnels: [.mpls]),
        TunnelVector(
            name: "MPLS pseudowire, control word",
            frame: Build.ethernet(0x8847, Build.mpls([16, controlled], [0, 0, 0, 1] + inner4)), tunnels: [.mpls],
            station: 0x11),
        TunnelVector(
            name: "MPLS pseudowire, address begins with 0",
            frame: Build.ethernet(0x8847, Build.mpls([uncontrolled], inner6)), tunnels: [.mpls], isIPv4: false,
            station: 0x11),
        TunnelVector(
            name: "MPLS pseudowire, address begins with 6",
            frame: Build.ethernet(
                0x8847, Build.mpls([uncontrolled], Build.innerEthernet(0x0800, to: [0x6C, 1, 2, 3, 0, 1], v4))),
            tunnels: [.mpls], station: 0x11),
        TunnelVector(
            name: "MPLS pseudowire, address begins with 4",
            frame: Build.ethernet(
                0x8847, Build.mpls([uncontrolled], Build.innerEthernet(0x0800, to: [0x46, 1, 0, 30, 0, 1], v4))),
            tunnels: [.mpls], station: 0x11),
        TunnelVector(
            name: "MPLS pseudowire, tagged, address begins with 0",
            frame: Build.ethernet(
                0x8847, Build.mpls([uncontrolled], Build.innerEthernet(0x0800, vlans: [(0x8100, 8)], v4))),
            tunnels: [.mpls], vlans: [8], station: 0x11),
        TunnelVector(
            name: "MPLS pseudowire, control word of 0, tagged",
            frame: Build.ethernet(
                0x8847,
                Build.mpls([controlled], [0, 0, 0, 0] + Build.innerEthernet(0x0800, vlans: [(0x8100, 8)], v4))),
            tunnels: [.mpls], vlans: [8], station: 0x11),
        TunnelVector(name: "MPLS in IPv4", frame: inIPv4(137, Build.mpls([16], v4)), tunnels: [.mpls]),
    ]

    private static let generic: [TunnelVector] = [
        TunnelVector(name: "GRE", frame: inIPv4(47, Build.gre(0x0800, v4)), tunnels: [.gre]),
        TunnelVector(
            name: "GRE checksum, key, sequence",
            frame: inIPv6(47, Build.gre(0x86DD, checksum: true, key: 5, sequence: 6, v6)), tunnels: [.gre],
            isIPv4: false),
        TunnelVector(
            name: "NVGRE", frame: inIPv4(47, Build.gre(0x6558, key: 0x1234_5600, inner4)), tunnels: [.gre],
            station: 0x11),
        TunnelVector(
            name: "GRE MPLS", frame: inIPv4(47, Build.gre(0x8847, Build.mpls([20], v4))), tunnels: [.gre, .mpls]),
        TunnelVector(name: "PPTP", frame: inIPv4(47, Build.pptp([0xFF, 3, 0, 0x21] + v4)), tunnels: [.gre]),
        TunnelVector(
            name: "PPTP acknowledging, compressed", frame: inIPv4(47, Build.pptp(acknowledgement: 3, [0x21] + v4)),
            tunnels: [.gre]),
        TunnelVector(name: "IPv4 in IPv4", frame: inIPv4(4, v4), tunnels: [.ipip]),
        TunnelVector(name: "6in4", frame: inIPv4(41, v6), tunnels: [.ipip], isIPv4: false),
        TunnelVector(name: "IPv4 in IPv6", frame: inIPv6(4, v4), tunnels: [.ipip]),
        TunnelVector(name: "IPv6 in IPv6", frame: inIPv6(41, v6), tunnels: [.ipip], isIPv4: false),
        TunnelVector(
            name: "IPv4 in IPv6, encapsulation limit (RFC 2473)", frame: inIPv6(60, [4, 0, 4, 1, 4, 1, 1, 0] + v4),
            tunnels: [.ipip]),
    ]

    private static let mirrors: [TunnelVector] = [
        TunnelVector(name: "ERSPAN I", frame: inIPv4(47, Build.gre(0x88BE, inner4)), tunnels: [.erspan], station: 0x11),
        TunnelVector(
            name: "ERSPAN II",
            frame: inIPv4(47, Build.erspan2(Build.innerEthernet(0x0800, vlans: [(0x8100, 5)], v4))),
            tunnels: [.erspan], vlans: [5], station: 0x11),
        TunnelVector(
            name: "ERSPAN III", frame: inIPv4(47, Build.erspan3(inner6)), tunnels: [.erspan], isIPv4: false,
            station: 0x11),
        TunnelVector(
            name: "ERSPAN III, subheader", frame: inIPv4(47, Build.erspan3(hasSubheader: true, inner4)),
            tunnels: [.erspan], station: 0x11),
        TunnelVector(
            name: "ERSPAN III, IP", frame: inIPv4(47, Build.erspan3(type: 2, v4)), tunnels: [.erspan],
            unlikeTshark: "names frame type 2 and goes no further"),
    ]

    private static let overUDP: [TunnelVector] = [
        TunnelVector(
            name: "VXLAN", frame: inUDP(to: 4789, Build.vxlan(inner4)), tunnels: [.vxlan], station: 0x11,
            isByPort: true),
        TunnelVector(
            name: "VXLAN of Linux, group policy", frame: inUDP(to: 8472, Build.vxlan(flags: 0x88, inner6)),
            tunnels: [.vxlan], isIPv4: false, station: 0x11, isByPort: true),
        TunnelVector(
            name: "VXLAN in IPv6", frame: inIPv6(17, Build.udp(from: 50000, to: 4789, Build.vxlan(inner4))),
            tunnels: [.vxlan], station: 0x11, isByPort: true),
        TunnelVector(
            name: "VXLAN-GPE IPv4", frame: inUDP(to: 4790, Build.vxlanGPE(next: 1, v4)), tunnels: [.vxlan],
            isByPort: true),
        TunnelVector(
            name: "VXLAN-GPE IPv6", frame: inUDP(to: 4790, Build.vxlanGPE(next: 2, v6)), tunnels: [.vxlan],
            isIPv4: false, isByPort: true),
        TunnelVector(
            name: "VXLAN-GPE Ethernet", frame: inUDP(to: 4790, Build.vxlanGPE(next: 3, inner4)), tunnels: [.vxlan],
            station: 0x11, isByPort: true),
        TunnelVector(
            name: "TZSP", frame: inUDP(to: 37008, [1, 0, 0, 1, 1] + inner4), tunnels: [.tzsp], station: 0x11,
            isByPort: true),
        TunnelVector(
            name: "TZSP, tags, sent",
            frame: inUDP(to: 37008, [1, 1, 0, 1, 0, 10, 1, 0xC4, 0, 41, 2, 9, 9, 1] + inner6),
            tunnels: [.tzsp], isIPv4: false, station: 0x11, isByPort: true),
        TunnelVector(
            name: "VXLAN, an HSR tag inside",
            frame: inUDP(to: 4789, Build.vxlan(Build.innerEthernet(0x892F, [0x10, 0x2A, 0, 9, 8, 0] + v4))),
            tunnels: [.vxlan], station: 0x11, isByPort: true),
        TunnelVector(
            name: "Geneve", frame: inUDP(to: 6081, Build.geneve(0x6558, inner4)), tunnels: [.geneve], station: 0x11,
            isByPort: true),
        TunnelVector(
            name: "Geneve options, IPv6",
            frame: inUDP(to: 6081, Build.geneve(0x86DD, options: [1, 2, 3, 1, 0, 0, 0, 9], v6)), tunnels: [.geneve],
            isIPv4: false, isByPort: true),
        TunnelVector(
            name: "Teredo", frame: inUDP(to: 3544, Build.teredoIPv6(next: 6, segment)), tunnels: [.teredo],
            isIPv4: false, isByPort: true),
        TunnelVector(
            name: "Teredo, authentication and origin, answer",
            frame: inUDP(
                from: 3544, to: 50001,
                [0, 1, 2, 3, 1, 1, 2, 2, 2] + Array(repeating: 8, count: 8) + [0] + [0, 0, 1, 2, 3, 4, 5, 6]
                    + Build.teredoIPv6(next: 6, segment)), tunnels: [.teredo], isIPv4: false, isByPort: true),
        TunnelVector(
            name: "GTP-U", frame: inUDP(to: 2152, Build.gtp(v4)), tunnels: [.gtp], isByPort: true),
        TunnelVector(
            name: "GTP-U, sequence", frame: inUDP(to: 2152, Build.gtp(flags: 0x32, optional: [0, 1, 0, 0], v6)),
            tunnels: [.gtp], isIPv4: false, isByPort: true),
        TunnelVector(
            name: "GTP-U, extension headers",
            frame: inUDP(
                to: 2152,
                Build.gtp(flags: 0x34, optional: [0, 0, 0, 0x85, 1, 0x10, 9, 0x40, 1, 8, 0x68, 0], v4)),
            tunnels: [.gtp], isByPort: true),
    ]

    private static let nested: [TunnelVector] = [
        TunnelVector(
            name: "QinQ in VXLAN in MPLS",
            frame: Build.ethernet(
                0x8847, vlans: [(0x8100, 1)],
                Build.mpls(
                    [16],
                    Build.outerUDP(
                        to: 4789,
                        Build.vxlan(Build.innerEthernet(0x0800, vlans: [(0x88A8, 2), (0x8100, 3)], v4))))),
            tunnels: [.mpls, .vxlan], vlans: [1, 2, 3], station: 0x11, isByPort: true),
        TunnelVector(
            name: "PPPoE in ERSPAN II, four tags and a fifth",
            frame: Build.ethernet(
                0x0800, vlans: [(0x88A8, 1), (0x8100, 2)],
                Build.outerIPv4(
                    proto: 47,
                    Build.erspan2(
                        Build.innerEthernet(
                            0x8864, vlans: [(0x9100, 3), (0x88A8, 4), (0x8100, 5)],
                            Build.pppoe([0, 0x57] + v6))))),
            tunnels: [.erspan, .pppoe], vlans: [1, 2, 3, 4], isIPv4: false, station: 0x11),
        TunnelVector(
            name: "VXLAN in Geneve in GRE in IPv6",
            frame: inIPv6(
                47,
                Build.gre(
                    0x0800,
                    Build.outerUDP(
                        to: 6081,
                        Build.geneve(
                            0x6558,
                            Build.innerEthernet(
                                0x0800, Build.outerUDP(to: 4789, Build.vxlan(inner4))))))),
            tunnels: [.gre, .geneve, .vxlan], station: 0x11, isByPort: true),
        TunnelVector(
            name: "IPv4 in IPv4, eight times",
            frame: Build.ethernet(0x0800, (0..<8).reduce(v4) { packet, _ in Build.outerIPv4(proto: 4, packet) }),
            tunnels: Array(repeating: .ipip, count: 8)),
    ]
}
