import Bytes
import Network
import Packets
import TestSupport
import Testing

private let segment = Build.tcp(from: 40000, to: 1883, seq: 7, Array("hello".utf8))
private let datagram = Build.udp(from: 40000, to: 5683, Array("hello!".utf8))

/// A packet and what its two checksums are worth.
private struct ChecksumVector {
    var name: String
    var packet: [UInt8]
    var network = ChecksumVerdict.ok
    var transport = ChecksumVerdict.ok
}

private func whole(_ packet: [UInt8]) -> [UInt8] {
    let packet = Build.withTransportChecksum(packet)
    return packet[0] >> 4 == 4 ? Build.withHeaderChecksum(packet) : packet
}

private func flipped(_ packet: [UInt8], _ index: Int) -> [UInt8] {
    var packet = packet
    packet[index] ^= 1
    return packet
}

private let tcp4 = whole(Build.ipv4(proto: 6, segment))
private let tcp6 = whole(Build.ipv6(next: 6, segment))
private let udp4 = whole(Build.ipv4(proto: 17, datagram))
private let udp6 = whole(Build.ipv6(next: 17, datagram))

private let vectors = [
    ChecksumVector(name: "TCP over IPv4", packet: tcp4),
    ChecksumVector(name: "TCP over IPv6", packet: tcp6, network: .absent),
    ChecksumVector(name: "UDP over IPv4", packet: udp4),
    ChecksumVector(name: "UDP over IPv6", packet: udp6, network: .absent),
    ChecksumVector(name: "header damaged", packet: flipped(tcp4, 1), network: .wrong),
    ChecksumVector(name: "address damaged", packet: flipped(tcp4, 15), network: .wrong, transport: .wrong),
    ChecksumVector(name: "TCP damaged", packet: flipped(tcp4, tcp4.count - 1), transport: .wrong),
    ChecksumVector(name: "TCP over IPv6 damaged", packet: flipped(tcp6, 8), network: .absent, transport: .wrong),
    ChecksumVector(name: "UDP damaged", packet: flipped(udp4, udp4.count - 1), transport: .wrong),
    ChecksumVector(name: "UDP over IPv6 damaged", packet: flipped(udp6, 41), network: .absent, transport: .wrong),
    ChecksumVector(
        name: "UDP without", packet: Build.withHeaderChecksum(Build.ipv4(proto: 17, datagram)), transport: .absent),
    ChecksumVector(
        name: "UDP over IPv6 without", packet: Build.ipv6(next: 17, datagram), network: .absent, transport: .wrong),
    ChecksumVector(
        name: "nothing filled in", packet: Build.ipv4(proto: 6, segment), network: .wrong, transport: .wrong),
]

@Suite struct ChecksumTests {
    /// The example of RFC 1071, 3: the words 0001 f203 f4f5 f6f7 add up to ddf2.
    @Test("Example of the RFC") func exampleOfTheRFC() {
        let bytes: [UInt8] = [0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]
        #expect(Checksums.sum(bytes.span.bytes, ByteRange(offset: 0, count: 8)) == 0xDDF2)
        #expect(Checksums.sum(bytes.span.bytes, ByteRange(offset: 2, count: 3)) == 0xF203 &+ 0xF400 &+ 1)
        #expect(Checksums.sum(bytes.span.bytes, ByteRange(offset: 6, count: 99)) == 0xF6F7)
        #expect(Checksums.sum(bytes.span.bytes, ByteRange(offset: 99, count: 9)) == 0)
    }

    @Test("Verdicts") func verdicts() {
        for vector in vectors {
            var packet = Packet()
            let bytes = vector.packet
            #expect(PacketDecoder.decode(bytes.span.bytes, link: .raw, into: &packet) == .packet)
            let name = Comment(rawValue: vector.name)
            #expect(PacketDecoder.networkChecksum(bytes.span.bytes, packet) == vector.network, name)
            #expect(PacketDecoder.transportChecksum(bytes.span.bytes, packet) == vector.transport, name)
            let both = vector.network == .wrong ? ChecksumVerdict.wrong : vector.transport
            #expect(PacketDecoder.checksum(bytes.span.bytes, packet) == both, name)
        }
    }

    @Test("Verdicts of tshark", .needs(Tshark.isPresent, "tshark is not installed")) func verdictsOfTshark() throws {
        let rows = try Tshark.fields(
            ["ip.checksum.status", "tcp.checksum.status", "udp.checksum.status"], of: vectors.map(\.packet),
            link: .raw,
            options: ["ip", "tcp", "udp"].flatMap { ["-o", "\($0).check_checksum:TRUE"] })
        try #require(rows.count == vectors.count)
        // Wireshark's numbers: 0 bad, 1 good, 3 not present, 4 not present where it must be.
        let meaning: [String: ChecksumVerdict] = ["0": .wrong, "1": .ok, "3": .absent, "4": .wrong]
        for (vector, row) in zip(vectors, rows) {
            let name = Comment(rawValue: "\(vector.name): \(row)")
            #expect(row[0].first.flatMap { meaning[$0] } ?? .absent == vector.network, name)
            #expect((row[1] + row[2]).first.flatMap { meaning[$0] } == vector.transport, name)
        }
    }

    @Test("every bit of a packet counts for one of the two, but for the fields of IPv6 that no checksum covers")
    func everyBit() {
        for bytes in [tcp4, udp4, tcp6, udp6] {
            for index in bytes.indices where bytes[0] >> 4 == 4 || index > 7 {
                var packet = Packet()
                let damaged = flipped(bytes, index)
                guard PacketDecoder.decode(damaged.span.bytes, link: .raw, into: &packet) == .packet else { continue }
                let verdict = PacketDecoder.checksum(damaged.span.bytes, packet)
                #expect(verdict == .wrong || verdict == .unknown, "byte \(index)")
            }
        }
    }

    @Test("Cut short is unknown") func cutShortIsUnknown() {
        for bytes in [tcp4, udp4, tcp6, udp6] {
            var packet = Packet()
            let cut = Array(bytes.dropLast())
            #expect(PacketDecoder.decode(cut.span.bytes, link: .raw, into: &packet) == .packet)
            #expect(PacketDecoder.checksum(cut.span.bytes, packet) == .unknown)
        }
    }

    @Test("behind a copy that was cut before a tunnel took it comes something else")
    func cutBeforeATunnel() {
        for copy in [tcp4, udp4] {
            let inner = Array(copy.dropLast())
            let frame = Build.ethernet(
                0x0800, Build.outerUDP(to: 4789, Build.vxlan(Build.innerEthernet(0x0800, inner))))
            for trailer in [[], [1], [1, 2, 3, 4, 5, 6]] as [[UInt8]] {
                var packet = Packet()
                let bytes = frame + trailer
                #expect(PacketDecoder.decode(bytes.span.bytes, link: .ethernet, into: &packet) == .packet)
                #expect(packet.missing == 1)
                #expect(PacketDecoder.networkChecksum(bytes.span.bytes, packet) == .ok)
                #expect(PacketDecoder.transportChecksum(bytes.span.bytes, packet) == .unknown)
            }
        }
    }

    @Test("Routed past the destination is unknown") func routedPastTheDestinationIsUnknown() {
        for (left, expected) in [(UInt8(1), ChecksumVerdict.unknown), (0, .wrong)] {
            let bytes = Build.ipv6(next: 43, [6, 0, 4, left, 0, 0, 0, 0] + segment)
            var packet = Packet()
            #expect(PacketDecoder.decode(bytes.span.bytes, link: .raw, into: &packet) == .packet)
            #expect(packet.isSourceRouted == (left > 0))
            #expect(PacketDecoder.transportChecksum(bytes.span.bytes, packet) == expected)
        }
    }

    @Test("inside a tunnel it is the inner packet that counts")
    func insideATunnel() {
        let frame =
            Build.ethernet(
                0x0800, Build.outerUDP(to: 4789, Build.vxlan(Build.innerEthernet(0x0800, tcp4)))) + [1, 2, 3]
        var packet = Packet()
        #expect(PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) == .packet)
        #expect(PacketDecoder.checksum(frame.span.bytes, packet) == .ok)
    }

    @Test("what was put together from fragments has no header at hand, but a transport")
    func reassembled() {
        let fragment = Fragment(
            source: IPAddress(v4: 0x0A00_0001), destination: IPAddress(v4: 0x0A00_0002), identification: 1,
            protocolNumber: 6, isIPv4: true, offset: 0, hasMore: true, payload: .empty, missing: 0)
        let payload = Array(tcp4[20...])
        var packet = Packet()
        #expect(PacketDecoder.decodeReassembled(payload.span.bytes, of: fragment, into: &packet) == .packet)
        #expect(PacketDecoder.networkChecksum(payload.span.bytes, packet) == .unknown)
        #expect(PacketDecoder.transportChecksum(payload.span.bytes, packet) == .ok)
    }
}
