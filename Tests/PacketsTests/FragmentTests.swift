import Bytes
import Network
import Packets
import TestSupport
import Testing

private let segment = Build.tcp(from: 40000, to: 1883, seq: 7, Array("hello".utf8))
private let client = IPAddress(v4: 0x0A00_0001)
private let server = IPAddress(v4: 0x0A00_0002)
private let client6 = IPAddress(high: 0x2001_0DB8_0000_0000, low: 1)
private let server6 = IPAddress(high: 0x2001_0DB8_0000_0000, low: 2)

@Suite struct FragmentTests {
    @Test("IPv4") func ipv4() {
        let frame = Build.ethernet(
            0x0800, vlans: [(0x8100, 9)], Build.ipv4(proto: 17, fragment: 0x2003, Array(0..<16)) + [0, 0, 0])
        var packet = Packet()
        let outcome = PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet)
        var expected = Fragment(
            source: client, destination: server, identification: 1, protocolNumber: 17, isIPv4: true, offset: 24,
            hasMore: true, payload: ByteRange(offset: 38, count: 16), missing: 0)
        // Left 0 by the builder.
        expected.hasWrongChecksum = true
        expected.network = packet.network
        #expect(outcome == .fragment(expected))
        #expect(packet.network != 0, "on a VLAN")
        #expect(packet.vlans[0] == 9 && packet.sourceMAC == MACAddress(0x0200_0000_0001) && packet.source == client)
        #expect(PacketDecoder.networkChecksum(frame.span.bytes, packet) == .wrong, "left 0 by the builder")
    }

    @Test("IPv6 behind another header") func ipv6BehindAnotherHeader() {
        let header: [UInt8] = [44, 0, 1, 4, 0, 0, 0, 0] + [58, 0, 0x05, 0xA0, 0xDE, 0xAD, 0xBE, 0xEF]
        let frame = Build.ethernet(0x86DD, Build.ipv6(next: 0, header + Array(0..<10))).dropLast(4)
        var packet = Packet()
        let outcome = PacketDecoder.decode(Array(frame).span.bytes, link: .ethernet, into: &packet)
        #expect(
            outcome
                == .fragment(
                    Fragment(
                        source: client6, destination: server6, identification: 0xDEAD_BEEF, protocolNumber: 58,
                        isIPv4: false, offset: 0x5A0, hasMore: false, payload: ByteRange(offset: 70, count: 6),
                        missing: 4)))
    }

    @Test("each fragmentation field", arguments: [(0x2000, 0, true), (1, 8, false), (0x3FFF, 65528, true)])
    func fields(_ field: Int, _ offset: Int, _ hasMore: Bool) throws {
        let frame = Build.ipv4(proto: 6, fragment: field, [1])
        var packet = Packet()
        guard case .fragment(let found) = PacketDecoder.decode(frame.span.bytes, link: .raw, into: &packet) else {
            Issue.record("no fragment")
            return
        }
        #expect(found.offset == offset && found.hasMore == hasMore)
    }

    @Test("what was put together goes on with the transport and keeps what was outside")
    func transport() {
        let frame = Build.ethernet(
            0x0800,
            Build.outerIPv4(
                proto: 47,
                Build.gre(
                    0x6558,
                    Build.innerEthernet(
                        0x0800, vlans: [(0x8100, 5)], Build.ipv4(proto: 6, fragment: 0x2000, Array(segment[..<16]))))))
        var packet = Packet()
        guard case .fragment(let found) = PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) else {
            Issue.record("no fragment")
            return
        }
        #expect(found.payload.count == 16)
        #expect(PacketDecoder.decodeReassembled(segment.span.bytes, of: found, into: &packet) == .packet)
        #expect(packet.payload == ByteRange(offset: 20, count: 5) && packet.destinationPort == 1883)
        #expect(packet.source == client && packet.sourceMAC == MACAddress(0x0200_0000_0011) && packet.vlans[0] == 5)
        #expect(packet.tunnels.count == 1 && packet.tunnels[0] == .gre)
        #expect(packet.networkHeader.isEmpty && packet.segment == ByteRange(offset: 0, count: 25))
    }

    @Test("what was put together may be a tunnel, and that may hold a fragment")
    func tunnel() {
        let inner = Build.gre(0x86DD, Build.ipv6(next: 44, [6, 0, 0, 1, 0, 0, 0, 9] + segment))
        let fragment = Fragment(
            source: client, destination: server, identification: 1, protocolNumber: 47, isIPv4: true, offset: 0,
            hasMore: true, payload: .empty, missing: 0)
        var packet = Packet()
        guard case .fragment(let found) = PacketDecoder.decodeReassembled(inner.span.bytes, of: fragment, into: &packet)
        else {
            Issue.record("no fragment")
            return
        }
        #expect(found.source == client6 && found.payload == ByteRange(offset: 52, count: segment.count))
        #expect(packet.tunnels[0] == .gre)
        #expect(PacketDecoder.decodeReassembled(segment.span.bytes, of: found, into: &packet) == .packet)
        #expect(packet.source == client6 && packet.tunnels.count == 1)
    }

    @Test("extension headers behind the fragment header are read; a second fragment header is not")
    func ipv6Reassembled() {
        var fragment = Fragment(
            source: client6, destination: server6, identification: 1, protocolNumber: 60, isIPv4: false, offset: 0,
            hasMore: true, payload: .empty, missing: 0)
        var packet = Packet()
        let whole = [6, 0, 1, 4, 0, 0, 0, 0] + segment
        #expect(PacketDecoder.decodeReassembled(whole.span.bytes, of: fragment, into: &packet) == .packet)
        #expect(packet.payload == ByteRange(offset: 28, count: 5))
        fragment.protocolNumber = 44
        let again = [6, 0, 0, 1, 0, 0, 0, 0] + segment
        #expect(
            PacketDecoder.decodeReassembled(again.span.bytes, of: fragment, into: &packet)
                == .undecoded(.ipv6Fragment))
    }
}
