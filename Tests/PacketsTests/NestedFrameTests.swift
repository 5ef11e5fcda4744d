import Bytes
import Network
import Packets
import TestSupport
import Testing

/// Frames nested at random, layer around layer, with a note of what was put around what.
private struct NestedFrame {
    var bytes: [UInt8]
    var tunnels: [Tunnel] = []
    var vlans: [UInt16] = []
    private var kind: Kind

    private enum Kind { case ipv4, ipv6, ethernet }

    init(_ generator: inout SeededGenerator) {
        let segment = Build.tcp(from: 40000, to: 1883, seq: 7, Array("hello".utf8))
        if Bool.random(using: &generator) {
            bytes = Build.ipv4(proto: 6, segment)
            kind = .ipv4
        } else {
            bytes = Build.ipv6(next: 6, segment)
            kind = .ipv6
        }
        for _ in 0..<Int.random(in: 0...8, using: &generator) { wrap(&generator) }
        if kind != .ethernet { frame(&generator) }
    }

    /// Puts an Ethernet header around a packet, with up to two tags.
    private mutating func frame(_ generator: inout SeededGenerator) {
        let tags = (0..<Int.random(in: 0...2, using: &generator)).map { _ in
            (
                type: [0x8100, 0x88A8, 0x9100].randomElement(using: &generator) ?? 0x8100,
                id: Int.random(in: 0...4095, using: &generator)
            )
        }
        bytes = Build.ethernet(kind == .ipv4 ? 0x0800 : 0x86DD, vlans: tags, bytes)
        vlans = tags.map { UInt16($0.id) } + vlans
        kind = .ethernet
    }

    private mutating func label(_ generator: inout SeededGenerator) {
        bytes = Build.mpls((0...Int.random(in: 0...3, using: &generator)).map { $0 + 16 }, bytes)
        bytes = Build.ethernet(0x8847, bytes)
        kind = .ethernet
        tunnels.insert(.mpls, at: 0)
    }

    private mutating func inIP(_ number: UInt8, _ generator: inout SeededGenerator) {
        let isIPv4 = Bool.random(using: &generator)
        bytes = isIPv4 ? Build.outerIPv4(proto: number, bytes) : Build.outerIPv6(next: number, bytes)
        kind = isIPv4 ? .ipv4 : .ipv6
    }

    private mutating func inUDP(_ tunnel: Tunnel, _ port: Int, _ content: [UInt8], _ generator: inout SeededGenerator) {
        bytes = Build.udp(from: 50000, to: port, content)
        tunnels.insert(tunnel, at: 0)
        inIP(17, &generator)
    }

    /// Puts one encapsulation around what there is.
    private mutating func wrap(_ generator: inout SeededGenerator) {
        if kind == .ethernet { wrapEthernet(&generator) } else { wrapIP(&generator) }
    }

    private mutating func wrapIP(_ generator: inout SeededGenerator) {
        let isIPv4 = kind == .ipv4
        let type = isIPv4 ? 0x0800 : 0x86DD
        switch Int.random(in: 0..<8, using: &generator) {
        case 0:
            tunnels.insert(.ipip, at: 0)
            inIP(isIPv4 ? 4 : 41, &generator)
        case 1:
            bytes = Build.gre(type, checksum: Bool.random(using: &generator), key: 1, bytes)
            tunnels.insert(.gre, at: 0)
            inIP(47, &generator)
        case 2:
            bytes = Build.pptp([0xFF, 3, 0, isIPv4 ? 0x21 : 0x57] + bytes)
            tunnels.insert(.gre, at: 0)
            inIP(47, &generator)
        case 3:
            bytes = Build.ethernet(0x8864, Build.pppoe([isIPv4 ? 0x21 : 0x57] + bytes))
            kind = .ethernet
            tunnels.insert(.pppoe, at: 0)
        case 4: inUDP(.gtp, 2152, Build.gtp(flags: 0x32, optional: [0, 1, 0, 0], bytes), &generator)
        case 5: inUDP(.geneve, 6081, Build.geneve(type, options: [0, 1, 2, 0], bytes), &generator)
        case 6: label(&generator)
        default: frame(&generator)
        }
    }

    private mutating func wrapEthernet(_ generator: inout SeededGenerator) {
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: inUDP(.vxlan, 4789, Build.vxlan(bytes), &generator)
        case 1: inUDP(.geneve, 6081, Build.geneve(0x6558, bytes), &generator)
        case 2:
            bytes = Build.gre(0x6558, bytes)
            tunnels.insert(.gre, at: 0)
            inIP(47, &generator)
        case 3:
            bytes = Build.erspan2(bytes)
            tunnels.insert(.erspan, at: 0)
            inIP(47, &generator)
        case 4:
            bytes = Build.erspan3(hasSubheader: Bool.random(using: &generator), bytes)
            tunnels.insert(.erspan, at: 0)
            inIP(47, &generator)
        case 5:
            bytes = Build.ethernet(0x88E7, Build.serviceInstance(bytes))
            tunnels.insert(.pbb, at: 0)
        default:
            if Bool.random(using: &generator) { bytes = [0, 0, 0, 1] + bytes }
            label(&generator)
        }
    }
}

@Suite struct NestedFrameTests {
    @Test("what was put in is found again, and damage never traps")
    func randomNesting() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        for round in 0..<3000 {
            let nested = NestedFrame(&generator)
            let place = Comment(rawValue: "seed \(seed), round \(round)")
            var packet = Packet()
            #expect(
                PacketDecoder.decode(nested.bytes.span.bytes, link: .ethernet, into: &packet) == .packet, place)
            #expect(packet.destinationPort == 1883, place)
            #expect((0..<packet.tunnels.count).compactMap { packet.tunnels[$0] } == nested.tunnels, place)
            #expect((0..<packet.vlans.count).map { packet.vlans[$0] } == Array(nested.vlans.prefix(4)), place)
            #expect(packet.payload.end == nested.bytes.count && packet.payload.count == 5, place)
            for _ in 0..<10 {
                var damaged = nested.bytes
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    damaged[Int.random(in: damaged.indices, using: &generator)] = .random(
                        in: .min ... .max, using: &generator)
                }
                damaged.removeLast(Int.random(in: 0...(damaged.count / 2), using: &generator))
                #expect(DecoderInvariants.check(damaged, .ethernet) == nil, place)
            }
        }
    }

    @Test("random bytes of any link, EtherType, protocol and port")
    func randomBytes() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let types = [0x8847, 0x8848, 0x8864, 0x88E7, 0x88A8, 0x8100, 0x86DD, 0x0800]
        let ports = [4789, 8472, 4790, 6081, 3544, 2152]
        let numbers: [UInt8] = [4, 41, 47, 137, 6, 44, 43, 60]
        for _ in 0..<6000 {
            let noise = (0..<Int.random(in: 0...150, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            let type = types.randomElement(using: &generator) ?? 0
            let number = numbers.randomElement(using: &generator) ?? 0
            for frame in [
                noise, Build.ethernet(type, noise), Build.ethernet(0x0800, Build.outerIPv4(proto: number, noise)),
                Build.ethernet(0x86DD, Build.outerIPv6(next: number, noise)),
                Build.ethernet(0x0800, Build.outerUDP(to: ports.randomElement(using: &generator) ?? 0, noise)),
            ] {
                #expect(DecoderInvariants.check(input: [noise.first ?? 0] + frame) == nil, "seed \(seed)")
                #expect(DecoderInvariants.check(frame, .ethernet) == nil, "seed \(seed)")
            }
        }
    }
}
