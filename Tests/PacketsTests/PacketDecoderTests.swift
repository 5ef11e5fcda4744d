import Bytes
import Network
import Packets
import TestSupport
import Testing

/// A frame and what must be found in it.
struct FrameVector: CustomTestStringConvertible, Sendable {
    var name: String
    var link: LinkType = .ethernet
    var frame: [UInt8]
    var vlans: [UInt16] = []
    var isIPv4 = true
    var hasMAC = true

    var testDescription: String { name }
}

private let payload = Array("hello".utf8)
private let segment = Build.tcp(from: 40000, to: 1883, seq: 7, payload)
private let v4 = Build.ipv4(proto: 6, segment)
private let v6 = Build.ipv6(next: 6, segment)
private let sll: [UInt8] = [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0]
private let sll2: [UInt8] = [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]

extension FrameVector {
    /// Made by hand after IEEE 802.3, 802.1Q, RFC 791, RFC 8200, and the tcpdump group's link-layer pages.
    static let all: [FrameVector] = [
        FrameVector(name: "ethernet, IPv4", frame: Build.ethernet(0x0800, v4)),
        FrameVector(name: "ethernet, IPv6", frame: Build.ethernet(0x86DD, v6), isIPv4: false),
        FrameVector(
            name: "802.1Q", frame: Build.ethernet(0x0800, vlans: [(0x8100, 0x2064)], v4), vlans: [100]),
        FrameVector(
            name: "QinQ", frame: Build.ethernet(0x0800, vlans: [(0x88A8, 10), (0x8100, 20)], v4), vlans: [10, 20]),
        FrameVector(
            name: "old QinQ", frame: Build.ethernet(0x86DD, vlans: [(0x9100, 1), (0x8100, 4095)], v6),
            vlans: [1, 4095], isIPv4: false),
        FrameVector(
            name: "802.3 SNAP",
            frame: Build.ethernet(8 + v4.count, [0xAA, 0xAA, 3, 0, 0, 0, 8, 0] + v4)),
        FrameVector(
            name: "IPv4 options",
            frame: Build.ethernet(0x0800, Build.ipv4(proto: 6, options: [7, 7, 4, 0, 0, 0, 0, 0], segment))),
        FrameVector(
            name: "IPv4 length 0 (offload)", frame: Build.ethernet(0x0800, Build.ipv4(proto: 6, length: 0, segment))),
        FrameVector(name: "ethernet padding", frame: Build.ethernet(0x0800, v4 + [0, 0, 0, 0, 0, 0])),
        FrameVector(
            name: "TCP options",
            frame: Build.ethernet(
                0x0800, Build.ipv4(proto: 6, Build.tcp(from: 40000, to: 1883, seq: 7, options: [1, 1, 1, 0], payload)))),
        FrameVector(
            name: "IPv6 hop-by-hop and destination options",
            frame: Build.ethernet(
                0x86DD,
                Build.ipv6(
                    next: 0, [60, 0, 1, 4, 0, 0, 0, 0] + [6, 1, 1, 12] + Array(repeating: 0, count: 12) + segment)),
            isIPv4: false),
        FrameVector(
            name: "IPv6 routing",
            frame: Build.ethernet(0x86DD, Build.ipv6(next: 43, [6, 0, 0, 0, 0, 0, 0, 0] + segment)), isIPv4: false),
        FrameVector(
            name: "IPv6 authentication header",
            frame: Build.ethernet(0x86DD, Build.ipv6(next: 51, [6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + segment)),
            isIPv4: false),
        FrameVector(
            name: "IPv6 atomic fragment (RFC 6946)",
            frame: Build.ethernet(0x86DD, Build.ipv6(next: 44, [6, 0, 0, 0, 0, 0, 0, 9] + segment)), isIPv4: false),
        FrameVector(name: "raw IPv4", link: .raw, frame: v4, hasMAC: false),
        FrameVector(name: "raw IPv6", link: .raw, frame: v6, isIPv4: false, hasMAC: false),
        FrameVector(name: "LINKTYPE_IPV4", link: .ipv4, frame: v4, hasMAC: false),
        FrameVector(name: "LINKTYPE_IPV6", link: .ipv6, frame: v6, isIPv4: false, hasMAC: false),
        FrameVector(name: "Linux cooked", link: .linuxSLL, frame: sll + v4),
        FrameVector(name: "Linux cooked 2", link: .linuxSLL2, frame: sll2 + v4),
        FrameVector(name: "NULL little-endian", link: .null, frame: [2, 0, 0, 0] + v4, hasMAC: false),
        FrameVector(name: "NULL big-endian", link: .null, frame: [0, 0, 0, 2] + v4, hasMAC: false),
        FrameVector(name: "NULL IPv6 macOS", link: .null, frame: [30, 0, 0, 0] + v6, isIPv4: false, hasMAC: false),
        FrameVector(name: "NULL IPv6 FreeBSD", link: .null, frame: [28, 0, 0, 0] + v6, isIPv4: false, hasMAC: false),
        FrameVector(name: "LOOP", link: .loop, frame: [0, 0, 0, 24] + v6, isIPv4: false, hasMAC: false),
    ]
}

@Test("every header in front of a segment", arguments: FrameVector.all)
func decodes(_ vector: FrameVector) {
    var packet = Packet()
    #expect(PacketDecoder.decode(vector.frame.span.bytes, link: vector.link, into: &packet) == .packet)
    #expect(packet.sourcePort == 40000)
    #expect(packet.destinationPort == 1883)
    #expect(packet.transport == .tcp)
    #expect(packet.tcp.sequence == SequenceNumber(7))
    #expect(packet.tcp.flags == [.psh, .ack])
    #expect(packet.missing == 0)
    let range = packet.payload
    #expect(Array(vector.frame[range.offset..<range.end]) == payload)
    #expect((0..<packet.vlans.count).map { packet.vlans[$0] } == vector.vlans)
    #expect((packet.sourceMAC == MACAddress(0x0200_0000_0001)) == vector.hasMAC)
    #expect(packet.source.description == (vector.isIPv4 ? "10.0.0.1" : "2001:db8::1"))
    #expect(packet.destination.description == (vector.isIPv4 ? "10.0.0.2" : "2001:db8::2"))
}

@Test("cut at every point: never a trap, never payload that was not captured", arguments: FrameVector.all)
func truncation(_ vector: FrameVector) {
    for count in 0..<vector.frame.count {
        let cut = Array(vector.frame[..<count])
        var packet = Packet()
        guard PacketDecoder.decode(cut.span.bytes, link: vector.link, into: &packet) == .packet else { continue }
        #expect(packet.payload.end <= count)
        #expect(packet.destinationPort == 1883)
        if !vector.name.contains("length 0") { #expect(packet.payload.count + packet.missing == payload.count) }
    }
}

@Test("each byte changed to each of a few values: never a trap", arguments: FrameVector.all)
func corruption(_ vector: FrameVector) {
    for index in vector.frame.indices {
        for value in [UInt8(0), 1, 0x0F, 0x40, 0x7F, 0x80, 0xF0, 0xFF] {
            var frame = vector.frame
            frame[index] = value
            var packet = Packet()
            _ = PacketDecoder.decode(frame.span.bytes, link: vector.link, into: &packet)
            #expect(packet.payload.end <= frame.count)
        }
    }
}

@Test(
    "what is not followed is told by kind",
    arguments: [
        (Build.ethernet(0x0806, Array(repeating: 0, count: 28)), Undecoded.arp),
        (Build.ethernet(0x88CC, [0]), .lldp),
        (Build.ethernet(0x88F7, [0]), .etherTypeUnknown),
        (Build.ethernet(0x8100, [0]), .linkTruncated),
        (Build.ethernet(0x0800, vlans: Array(repeating: (0x8100, 1), count: 5), v4), .vlanTooDeep),
        (Build.ethernet(0x0800, Build.ipv4(proto: 6, length: 19, segment)), .ipv4HeaderInvalid),
        (Build.ethernet(0x0800, [0x44] + v4.dropFirst()), .ipv4HeaderInvalid),
        (Build.ethernet(0x86DD, Build.ipv6(next: 0, Array(repeating: 0, count: 200))), .ipv6HeadersTooDeep),
        (Build.ethernet(0x0800, Build.ipv4(proto: 1, [8, 0, 0, 0])), .icmp),
        (Build.ethernet(0x86DD, Build.ipv6(next: 58, [128, 0, 0, 0])), .icmp),
        (Build.ethernet(0x0800, Build.ipv4(proto: 2, [0x11, 0, 0, 0])), .igmp),
        (Build.ethernet(0x0800, Build.ipv4(proto: 132, [0])), .ipProtocolUnknown),
        (Build.ethernet(0x0800, Build.ipv4(proto: 6, Array(segment[..<19]))), .tcpTruncated),
        (Build.ethernet(0x0800, Build.ipv4(proto: 17, [0, 1, 0, 2, 0, 7, 0, 0])), .udpLengthInvalid),
        (Build.ethernet(0x0800, Build.ipv4(proto: 17, [0, 1, 0, 2, 0, 9, 0, 0])), .udpLengthInvalid),
        (Build.ethernet(0x0800, Build.ipv4(proto: 17, [0, 1, 0])), .udpTruncated),
    ] as [([UInt8], Undecoded)])
func undecoded(_ frame: [UInt8], _ reason: Undecoded) {
    var packet = Packet()
    #expect(PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) == .undecoded(reason))
}

@Test("Unknown link type") func unknownLinkType() {
    var packet = Packet()
    let frame = Build.ethernet(0x0800, v4)
    #expect(
        PacketDecoder.decode(frame.span.bytes, link: LinkType(rawValue: 147), into: &packet)
            == .undecoded(.linkTypeUnknown))
}

@Test("Datagram and snap length") func datagramAndSnapLength() {
    let frame = Build.udpFrame(Array("0123456789".utf8))
    let cut = Array(frame[..<(frame.count - 4)])
    var packet = Packet()
    #expect(PacketDecoder.decode(cut.span.bytes, link: .ethernet, into: &packet) == .packet)
    #expect(packet.transport == .udp)
    #expect(packet.payload.count == 6)
    #expect(packet.missing == 4)
}

@Test("Sequence numbers wrap") func sequenceNumbersWrap() {
    let before = SequenceNumber(0xFFFF_FFF0)
    #expect(before.advanced(by: 32) == SequenceNumber(16))
    #expect(SequenceNumber(16).distance(from: before) == 32)
    #expect(before.distance(from: SequenceNumber(16)) == -32)
}

@Test("Random frames") func randomFrames() {
    let seed = testSeed()
    var generator = SeededGenerator(seed: seed)
    var packet = Packet()
    for _ in 0..<20_000 {
        let count = Int.random(in: 0...120, using: &generator)
        var frame = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        if count > 14, Bool.random(using: &generator) { frame.replaceSubrange(12..<15, with: [8, 0, 0x45]) }
        for link in DecoderInvariants.links {
            _ = PacketDecoder.decode(frame.span.bytes, link: link, into: &packet)
            #expect(packet.payload.end <= count, "seed \(seed)")
        }
    }
}
