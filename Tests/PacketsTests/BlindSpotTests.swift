import Packets
import TestSupport
import Testing

private let v4 = Build.ipv4(proto: 6, Build.tcp(from: 40000, to: 1883, seq: 7, [1]))

/// The name of what a frame hides; `nil` where it gives a packet, or nothing that is missed.
private func name(_ frame: [UInt8], _ link: LinkType = .ethernet) -> String? {
    var packet = Packet()
    guard case .undecoded(let reason) = PacketDecoder.decode(frame.span.bytes, link: link, into: &packet) else {
        return nil
    }
    return BlindSpot(reason, packet, link)?.name
}

/// Numbers of IANA's and the tcpdump group's registries.
@Suite struct BlindSpotTests {
    @Test("What is not decoded is named by its number") func names() {
        #expect(name(Build.ethernet(0x8899, [1])) == "ether_type 0x8899 (Realtek)")
        #expect(name(Build.ethernet(0x892F, [0x10, 0x2A, 0, 9, 0x12, 0x34])) == "ether_type 0x1234")
        #expect(name(Build.ethernet(0x88E5, [0x2C, 0, 0, 0, 0, 9])) == "ether_type 0x88e5 (MACsec)")
        #expect(name(Build.ethernet(60, [0x42, 0x42, 3])) == "ieee_802_3")
        #expect(name(Build.ethernet(0x0800, Build.ipv4(proto: 50, [1]))) == "ip_protocol 50 (ESP)")
        #expect(name(Build.ethernet(0x0800, Build.ipv4(proto: 251, [1]))) == "ip_protocol 251")
        #expect(name(Build.ethernet(0x86DD, Build.ipv6(next: 132, [1]))) == "ip_protocol 132 (SCTP)")
        #expect(name(Build.ethernet(0x0800, Build.ipv4(proto: 47, Build.gre(0x0877, v4)))) == "ether_type 0x0877")
        #expect(name([0x00, 0xFD, 1], .ppp) == "ppp_protocol 0x00fd")
        #expect(name([0, 0], LinkType(rawValue: 127)) == "link_type 127 (IEEE 802.11, radiotap)")
        #expect(name([0, 0], LinkType(rawValue: 9999)) == "link_type 9999")
    }

    @Test("Nothing is missed in what carries no messages, or is broken") func nothingMissed() {
        #expect(name(Build.ethernet(0x0806, [0])) == nil)
        #expect(name(Build.ethernet(0x0800, v4)) == nil)
        #expect(name(Build.ethernet(0x0800, Array(v4.dropLast(30)))) == nil)
    }

    @Test("A tunnel over UDP is named by the port of either end") func tunnels() {
        #expect(BlindSpot(tunnelTo: 51820, from: 40000)?.name == "udp_port 51820 (WireGuard)")
        #expect(BlindSpot(.httpVersion, 2).name == "http_version 2")
        #expect(BlindSpot(tunnelTo: 40000, from: 4500)?.name == "udp_port 4500 (IPsec)")
        #expect(BlindSpot(tunnelTo: 40000, from: 40001) == nil)
        #expect(BlindSpot(tunnelTo: 51820, from: 53) == nil, "an answer to a port that anybody may have")
    }
}
