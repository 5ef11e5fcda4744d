import Bytes
import Network
import Packets
import TestSupport
import Testing

private func describe(_ path: TunnelPath) -> [Tunnel] { (0..<path.count).compactMap { path[$0] } }

@Suite struct TunnelTests {
    @Test("the innermost segment is found", arguments: TunnelVector.all)
    func decodes(_ vector: TunnelVector) {
        var packet = Packet()
        #expect(PacketDecoder.decode(vector.frame.span.bytes, link: vector.link, into: &packet) == .packet)
        #expect(packet.sourcePort == 40000)
        #expect(packet.destinationPort == 1883)
        #expect(packet.missing == 0)
        #expect(Array(vector.frame[packet.payload.offset..<packet.payload.end]) == Array("hello".utf8))
        #expect(describe(packet.tunnels) == vector.tunnels)
        #expect((0..<packet.vlans.count).map { packet.vlans[$0] } == vector.vlans)
        #expect(packet.sourceMAC == vector.station.map { MACAddress(0x0200_0000_0000 | UInt64($0)) })
        #expect(packet.destination.description == (vector.isIPv4 ? "10.0.0.2" : "2001:db8::2"))
        #expect(packet.networkHeader.count == (vector.isIPv4 ? 20 : 40))
        #expect(packet.segment.offset == packet.networkHeader.end)
    }

    @Test("cut at every point", arguments: TunnelVector.all)
    func truncation(_ vector: TunnelVector) {
        for count in 0..<vector.frame.count {
            let cut = Array(vector.frame[..<count])
            #expect(DecoderInvariants.check(cut, vector.link) == nil)
            var packet = Packet()
            guard PacketDecoder.decode(cut.span.bytes, link: vector.link, into: &packet) == .packet else { continue }
            if vector.isByPort, packet.destinationPort != 1883 {
                #expect(packet.missing > 0, "a datagram as long as it says it is, \(count)")
            } else {
                #expect(packet.destinationPort == 1883)
                #expect(packet.payload.count + packet.missing == 5)
            }
        }
    }

    @Test("each byte changed to each value", arguments: TunnelVector.all)
    func corruption(_ vector: TunnelVector) {
        var frame = vector.frame
        for index in frame.indices {
            for value in [UInt8(0), 1, 4, 6, 0x0F, 0x11, 0x29, 0x2F, 0x3F, 0x40, 0x60, 0x7F, 0x80, 0xF0, 0xFF] {
                frame[index] = value
                let wrong = DecoderInvariants.check(frame, vector.link)
                if wrong != nil { #expect(wrong == nil, "byte \(index) set to \(value)") }
            }
            frame[index] = vector.frame[index]
        }
    }

    @Test("an IPv4 length of 0 inside a tunnel stands for all that the tunnel holds, and not for padding behind it")
    func lengthOfZero() {
        let segment = Build.tcp(from: 40000, to: 1883, seq: 7, Array("hello".utf8))
        let packets = [Build.ipv4(proto: 6, length: 0, segment), Build.ipv6(next: 6, length: 0, segment)]
        for (type, inner) in zip([0x0800, 0x86DD], packets) {
            let frame = Build.ethernet(0x0800, Build.outerIPv4(proto: 47, Build.gre(type, inner)))
            for padding in [[], [9, 9, 9]] as [[UInt8]] {
                var packet = Packet()
                let padded = frame + padding
                #expect(PacketDecoder.decode(padded.span.bytes, link: .ethernet, into: &packet) == .packet)
                #expect(packet.payload == ByteRange(offset: frame.count - 5, count: 5) && packet.missing == 0)
            }
        }
    }

    @Test("a tunnel's port as source port proves nothing", arguments: [2152, 4789, 4790, 6081, 8472])
    func fromATunnelPort(_ port: Int) {
        let inner = Build.innerEthernet(0x0800, Build.ipv4(proto: 6, Build.tcp(from: 1, to: 2, seq: 3)))
        let frame = Build.ethernet(0x0800, Build.outerUDP(from: port, to: 5683, Build.vxlan(inner)))
        var packet = Packet()
        #expect(PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) == .packet)
        #expect(packet.destinationPort == 5683 && packet.tunnels.count == 0)
    }

    @Test("A path keeps eight") func aPathKeepsEight() {
        var path = TunnelPath()
        #expect(path.count == 0 && path[0] == nil && path[-1] == nil)
        for tunnel in Tunnel.allCases { path.append(tunnel) }
        #expect(describe(path) == Array(Tunnel.allCases.prefix(8)))
        #expect(path.count == TunnelPath.limit && path[8] == nil)
    }

    @Test("Names are unique") func namesAreUnique() {
        #expect(Set(Tunnel.allCases.map { "\($0.name)" }).count == Tunnel.allCases.count)
        #expect(Set(Undecoded.allCases.map(\.name)).count == Undecoded.allCases.count)
    }
}

@Suite struct CutCopyTests {
    let segment = Build.tcp(from: 40000, to: 1883, seq: 7, Array("hello".utf8))

    @Test("a mirror's copy that was cut before it was sent on is read as far as it goes")
    func cutBeforeTheTunnel() {
        let copy = Build.innerEthernet(0x0800, Build.withHeaderChecksum(Build.ipv4(proto: 6, segment))).dropLast(2)
        for frame in [
            Build.ethernet(0x0800, Build.outerUDP(to: 4789, Build.vxlan(Array(copy)))),
            Build.ethernet(0x0800, Build.outerIPv4(proto: 47, Build.gre(0x6558, Array(copy)))),
        ] {
            var packet = Packet()
            let padded = frame + [9, 9, 9, 9]
            #expect(PacketDecoder.decode(padded.span.bytes, link: .ethernet, into: &packet) == .packet)
            #expect(packet.destinationPort == 1883)
            #expect(packet.payload.count == 3 && packet.missing == 2)
            #expect(packet.payload.end == frame.count)
            #expect(PacketDecoder.checksum(padded.span.bytes, packet) == .unknown, "the padding is not the rest of it")
        }
    }

    @Test("without a right header checksum it is a length that does not fit")
    func lengthThatDoesNotFit() {
        let copy = Array(Build.innerEthernet(0x0800, Build.ipv4(proto: 6, segment)).dropLast(2))
        var packet = Packet()
        let vxlan = Build.ethernet(0x0800, Build.outerUDP(to: 4789, Build.vxlan(copy)))
        #expect(PacketDecoder.decode(vxlan.span.bytes, link: .ethernet, into: &packet) == .packet)
        #expect(packet.destinationPort == 4789 && packet.tunnels.count == 0 && packet.payload.count == 8 + copy.count)
        let gre = Build.ethernet(0x0800, Build.outerIPv4(proto: 47, Build.gre(0x6558, copy)))
        #expect(
            PacketDecoder.decode(gre.span.bytes, link: .ethernet, into: &packet) == .undecoded(.ipv4LengthInvalid))
    }

    @Test("the T bit of ERSPAN says that the copy was cut")
    func truncatedBit() {
        let copy = Array(Build.innerEthernet(0x86DD, Build.ipv6(next: 6, segment)).dropLast(2))
        for (isCut, expected) in [(true, PacketDecoder.Outcome.packet), (false, .undecoded(.ipv6LengthInvalid))] {
            let frame =
                Build.ethernet(0x0800, Build.outerIPv4(proto: 47, Build.erspan2(isCut: isCut, copy))) + [9, 9, 9]
            var packet = Packet()
            #expect(PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) == expected)
            if isCut { #expect(packet.payload.count == 3 && packet.missing == 2) }
        }
    }
}
