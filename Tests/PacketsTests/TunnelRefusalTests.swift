import Bytes
import Network
import Packets
import TestSupport
import Testing

private let segment = Build.tcp(from: 40000, to: 1883, seq: 7, Array("hello".utf8))
private let v4 = Build.ipv4(proto: 6, segment)
private let v6 = Build.ipv6(next: 6, segment)
private let inner = Build.innerEthernet(0x0800, v4)

private func gre(_ payload: [UInt8]) -> [UInt8] { Build.ethernet(0x0800, Build.outerIPv4(proto: 47, payload)) }

/// The bytes with one of them changed.
private func changed(_ bytes: [UInt8], _ index: Int, _ value: UInt8) -> [UInt8] {
    var bytes = bytes
    bytes[index] = value
    return bytes
}

@Suite struct TunnelRefusalTests {
    @Test(
        "what is not followed is told by kind",
        arguments: [
            (Build.ethernet(0x8863, [0x11, 9, 0, 0, 0, 0]), .pppoeDiscovery),
            (Build.ethernet(0x8864, [0x11, 0xA7, 0, 0, 0, 0]), .pppoeDiscovery),
            (Build.ethernet(0x8864, [0x21, 0, 0, 0, 0, 0]), .pppoeInvalid),
            (gre(Build.gre(0x6558, Build.innerEthernet(0x8864, Build.pppoe(length: 99, [0, 0x21])))), .pppoeInvalid),
            (Build.ethernet(0x8864, Build.pppoe([0xC0, 0x21, 9, 0, 0, 8])), .pppControl),
            (Build.ethernet(0x8864, Build.pppoe([0, 0xFD, 1])), .pppProtocolUnknown),
            (Build.ethernet(0x88E5, Array(repeating: 7, count: 40)), .macsec),
            (Build.ethernet(0x88E5, [0x2C, 0, 0, 0, 0, 9] + Array(repeating: 7, count: 40)), .macsec),
            (Build.ethernet(0x88E5, [0x80, 0, 0, 0, 0, 9, 8, 0] + v4), .macsec),
            (
                Build.ethernet(0x892F, Array(repeating: [0, 1, 0, 1, 0x89, 0x2F], count: 9).flatMap { $0 }),
                .vlanTooDeep
            ),
            (Build.ethernet(0x892F, [0x10, 0x2A, 0, 9, 8]), .linkTruncated),
            (Build.ethernet(0x8909, [1, 0xFF, 0, 1, 0, 5, 8, 0] + v4), .linkTruncated),
            (Build.ethernet(0xD28B, [0, 2, 0, 0x10, 8, 0] + v4), .etherTypeUnknown),
            (Build.ethernet(0x88B5, [0, 1, 2, 3, 4, 5, 8, 0, 0x44] + v4.dropFirst()), .etherTypeUnknown),
            (Build.ethernet(0x892F, [0x10, 0x2A, 0, 9, 0x88, 0xFB, 0, 0]), .etherTypeUnknown),
            (Build.ethernet(0x8847, Build.mpls(Array(repeating: 16, count: 17), v4)), .mplsTooDeep),
            (Build.ethernet(0x8847, Array(Build.mpls([16, 17], []).dropLast())), .tunnelTruncated),
            (Build.ethernet(0x8847, Build.mpls([16], [])), .tunnelTruncated),
            (Build.ethernet(0x8847, Build.mpls([13], [0x10, 0, 0, 7] + Array(repeating: 0, count: 30))), .mplsControl),
            (Build.ethernet(0x8847, Build.mpls([16], Array(repeating: 0x77, count: 40))), .mplsPayloadUnknown),
            (gre(changed(Build.gre(0x0800, v4), 0, 0x40)), .greRouting),
            (gre(changed(Build.gre(0x0800, v4), 0, 0x08)), .greFlagsInvalid),
            (gre(changed(Build.gre(0x0800, v4), 1, 0x02)), .greVersionUnknown),
            (gre(Build.gre(0x2001, v4)), .grePayloadUnknown),
            (gre([0x20, 0, 8]), .tunnelTruncated),
            (gre([0x30, 0, 8, 0, 0, 0, 0, 1, 0]), .tunnelTruncated),
            (gre([0x20, 0x81, 0x88, 0x0B, 0, 0, 0, 7, 0, 0, 0, 9]), .greAcknowledgement),
            (gre([0x30, 1, 0x88, 0x0B, 0, 9, 0, 7, 0, 0, 0, 9, 0xFF, 3]), .greLengthInvalid),
            (gre([0x10, 1, 0x88, 0x0B, 0, 2, 0, 7, 0, 0, 0, 9, 0xFF, 3]), .greFlagsInvalid),
            (gre([0x30, 1, 8, 0, 0, 2, 0, 7, 0, 0, 0, 9, 0xFF, 3]), .grePayloadUnknown),
            (gre(Build.gre(0x0800, Array(v4.dropLast()))), .ipv4LengthInvalid),
            (gre(changed(Build.erspan2(inner), 8, 0x20)), .erspanVersionUnknown),
            (gre(changed(Build.erspan3(inner), 8, 0x10)), .erspanVersionUnknown),
            (gre(Build.erspan3(type: 1, inner)), .erspanPayloadUnknown),
            (gre(Array(Build.erspan3(hasSubheader: true, []).dropLast())), .tunnelTruncated),
            (gre(Build.gre(0x88BE, Array(inner[..<13]))), .linkTruncated),
            (Build.ethernet(0x0800, Build.outerIPv4(proto: 41, Array(v6.dropLast()))), .ipv6LengthInvalid),
            (Build.ethernet(0x0800, Build.outerIPv4(proto: 4, v6)), .ipv4HeaderInvalid),
            (Build.ethernet(0x0800, Build.outerUDP(to: 4789, Build.vxlan(Build.innerEthernet(0x88CC, [0])))), .lldp),
        ] as [([UInt8], Undecoded)])
    func undecoded(_ frame: [UInt8], _ reason: Undecoded) {
        var packet = Packet()
        #expect(PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) == .undecoded(reason))
    }

    @Test(
        "Links",
        arguments: [
            (LinkType.pppHDLC, [0xFF, 3, 0xC0, 0x21] as [UInt8], Undecoded.pppControl),
            (.ciscoHDLC, [0xFF, 3, 0, 0x21], .hdlcAddressUnknown),
            (.ciscoHDLC, [0x0F, 0, 0x80, 0x35], .etherTypeUnknown),
            (.ppp, [0xFF, 3], .linkTruncated), (.ppp, [0xFF, 3, 0], .linkTruncated), (.ppp, [], .linkTruncated),
        ])
    func links(_ link: LinkType, _ frame: [UInt8], _ reason: Undecoded) {
        var packet = Packet()
        #expect(PacketDecoder.decode(frame.span.bytes, link: link, into: &packet) == .undecoded(reason))
    }

    @Test(
        "a datagram on a tunnel's port that proves nothing stays a datagram",
        arguments: [
            (4789, Build.vxlan(flags: 0, inner)), (4789, Build.vxlan(Array(inner.dropLast()))),
            (4789, Build.vxlan(Build.innerEthernet(0x9999, v4))), (4789, Array(Build.vxlan([]).dropLast())),
            (4789, Build.vxlan(Build.innerEthernet(0x0800, from: [3, 0, 0, 0, 0, 1], v4))), (4789, []),
            (4790, changed(Build.vxlanGPE(next: 1, v4), 0, 0x0D)), (4790, Build.vxlanGPE(next: 1, v6)),
            (4790, Build.vxlanGPE(next: 9, v4)), (4790, changed(Build.vxlanGPE(next: 1, v4), 0, 0x1C)),
            (6081, changed(Build.geneve(0x0800, v4), 0, 0x40)), (6081, changed(Build.geneve(0x0800, v4), 1, 0x80)),
            (6081, changed(Build.geneve(0x0800, v4), 0, 0x3F)), (6081, Build.geneve(0x8100, v4)),
            (2152, changed(Build.gtp(v4), 0, 0x50)), (2152, changed(Build.gtp(v4), 0, 0x20)),
            (2152, changed(Build.gtp(v4), 1, 1)), (2152, changed(Build.gtp(v4), 3, 200)), (2152, Build.gtp([])),
            (2152, Build.gtp(flags: 0x34, optional: [0, 0, 0, 0x85, 0, 0x10, 9, 0], v4)),
            (2152, Build.gtp(flags: 0x34, optional: [0, 0, 0, 0x85, 200, 0x10, 9, 0], v4)),
            (3544, v6), (3544, Array(Build.teredoIPv6(next: 6, segment).dropLast())), (3544, [0, 1, 255, 255]),
            (3544, [0, 0, 1, 2, 3, 4, 5, 6]), (4000, Build.vxlan(inner)),
        ] as [(Int, [UInt8])])
    func staysADatagram(_ port: Int, _ payload: [UInt8]) {
        let frame = Build.ethernet(0x0800, Build.outerUDP(to: port, payload))
        var packet = Packet()
        #expect(PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) == .packet)
        #expect(packet.transport == .udp && Int(packet.destinationPort) == port && packet.tunnels.count == 0)
        #expect(packet.source == IPAddress(v4: 0xC633_6401))
        #expect(packet.payload.count == payload.count && packet.missing == 0)
    }

    @Test("a ninth tunnel is not taken off", arguments: [true, false])
    func depth(_ isByPort: Bool) {
        let eight = (0..<8).reduce(
            isByPort ? Build.outerUDP(to: 4789, Build.vxlan(inner)) : Build.outerIPv4(proto: 4, v4)
        ) { packet, _ in Build.outerIPv4(proto: 4, packet) }
        let frame = Build.ethernet(0x0800, eight)
        var packet = Packet()
        #expect(
            PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) == .undecoded(.tunnelTooDeep))
    }

    @Test("labels around labels end at the same depth")
    func labelsAroundLabels() {
        let frame = (0..<40).reduce(v4) { packet, _ in
            Build.mpls([16], Build.innerEthernet(0x8847, to: [0x33, 0, 0, 0, 0, 1], Build.mpls([17], packet)))
        }
        var packet = Packet()
        #expect(
            PacketDecoder.decode(Build.ethernet(0x8847, frame).span.bytes, link: .ethernet, into: &packet)
                == .undecoded(.tunnelTooDeep))
    }
}
