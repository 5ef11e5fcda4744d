/// The two ends of a flow, client first, and what the frames between them look like.
struct Ends {
    let isIPv6: Bool
    let device: Int
    let ports: [Int]
    /// Tags of IEEE 802.1Q, outermost first; the outer one of two is a service tag.
    let vlans: [Int]
    /// Whether packets of IPv6 have a header of hop-by-hop options.
    let hasExtension: Bool
    var identification: [Int]

    /// What a frame begins with, by the end that sends it.
    private let linkHeads: [[UInt8]]
    private let addresses: [[UInt8]]
    private let addressSum: UInt64

    init(
        device: Int, server: Int, ports: [Int], isIPv6: Bool, vlans: [Int] = [], hasExtension: Bool = false,
        identification: [Int]
    ) {
        self.device = device
        self.ports = ports
        self.isIPv6 = isIPv6
        self.vlans = vlans
        self.hasExtension = hasExtension && isIPv6
        self.identification = identification
        let client = [device >> 16, device >> 8, device].map { UInt8(truncatingIfNeeded: $0) }
        let place = [server >> 8, server].map { UInt8(truncatingIfNeeded: $0) }
        let hardware = [[0x02, 0x00, 0x0A] + client, [0x02, 0x00, 0x12, 0x00] + place]
        // Addresses for documentation and for benchmarks: RFC 3849, RFC 2544; the clients are private ones.
        let prefix: [UInt8] = [0x20, 0x01, 0x0D, 0xB8, 0]
        addresses =
            isIPv6
            ? [prefix + [1, 0, 0, 0, 0, 0, 0, 0] + client, prefix + [2, 0, 0, 0, 0, 0, 0, 0, 0] + place]
            : [[10] + client, [198, 18] + place]
        linkHeads = [0, 1].map { side in
            var head = hardware[1 - side] + hardware[side]
            for (index, tag) in vlans.enumerated() {
                head.append16(vlans.count == 2 && index == 0 ? 0x88A8 : 0x8100)
                head.append16(tag)
            }
            head.append16(isIPv6 ? 0x86DD : 0x0800)
            return head
        }
        var sum: UInt64 = 0
        for address in addresses {
            for pair in stride(from: 0, to: address.count, by: 2) {
                sum += UInt64(address[pair]) << 8 | UInt64(address[pair + 1])
            }
        }
        addressSum = sum
    }

    /// What the pseudo header adds to the checksum of a transport protocol.
    func pseudoHeader(_ transport: IPProtocol, length: Int) -> UInt64 {
        // The sum runs over words of four bytes, and folds them.
        addressSum + UInt64(transport.rawValue) + UInt64(length)
    }

    /// Writes a packet that carries `content`, cut into fragments of at most `fragment` bytes where that is not 0.
    mutating func write(
        _ content: [UInt8], _ transport: IPProtocol, from side: Int, fragment: Int = 0, to traffic: inout Traffic
    ) {
        identification[side] = (identification[side] + 1) & 0xFFFF
        guard fragment > 0, content.count > fragment else {
            return writePiece(content, 0..<content.count, transport, side, nil, &traffic)
        }
        let count = (content.count + fragment - 1) / fragment
        var order = Array(0..<count)
        if traffic.chance.happens(300) { order.swapAt(traffic.chance.below(count), traffic.chance.below(count)) }
        let name = traffic.chance.word()
        traffic.truth.adverse.fragmentedPackets += 1
        traffic.truth.adverse.fragments += count
        for place in order {
            let range = place * fragment..<min(content.count, (place + 1) * fragment)
            writePiece(content, range, transport, side, name, &traffic)
        }
    }

    private func writePiece(
        _ content: [UInt8], _ range: Range<Int>, _ transport: IPProtocol, _ side: Int, _ fragment: UInt32?,
        _ traffic: inout Traffic
    ) {
        if vlans.count == 2 { traffic.truth.adverse.doubleTaggedFrames += 1 }
        if vlans.count == 1 { traffic.truth.adverse.taggedFrames += 1 }
        if hasExtension { traffic.truth.adverse.extensionHeaders += 1 }
        let hasMore = range.upperBound < content.count
        traffic.frame { frame in
            frame.append(contentsOf: linkHeads[side])
            if isIPv6 {
                appendIPv6(range, transport, side, fragment, hasMore, &frame)
            } else {
                appendIPv4(range, transport, side, fragment != nil, hasMore, &frame)
            }
            frame.append(contentsOf: content[range])
        }
    }

    private func appendIPv4(
        _ range: Range<Int>, _ transport: IPProtocol, _ side: Int, _ isFragment: Bool, _ hasMore: Bool,
        _ frame: inout [UInt8]
    ) {
        let start = frame.count
        frame.append16(0x4500)
        frame.append16(20 + range.count)
        frame.append16(identification[side])
        frame.append16(isFragment ? (hasMore ? 0x2000 : 0) | range.lowerBound / 8 : 0x4000)
        frame.append16(64 << 8 | Int(transport.rawValue))
        frame.append16(0)
        frame.append(contentsOf: addresses[side])
        frame.append(contentsOf: addresses[1 - side])
        frame.set16(frame.internetChecksum(from: start), at: start + 10)
    }

    private func appendIPv6(
        _ range: Range<Int>, _ transport: IPProtocol, _ side: Int, _ fragment: UInt32?, _ hasMore: Bool,
        _ frame: inout [UInt8]
    ) {
        let inner = fragment == nil ? transport : .fragment
        frame.append32(0x6000_0000 | UInt32(device & 0xFFFFF))
        frame.append16(range.count + (hasExtension ? 8 : 0) + (fragment == nil ? 0 : 8))
        frame.append(hasExtension ? IPProtocol.hopByHop.rawValue : inner.rawValue)
        frame.append(64)
        frame.append(contentsOf: addresses[side])
        frame.append(contentsOf: addresses[1 - side])
        if hasExtension {
            // A PadN of four bytes fills it.
            frame.append(contentsOf: [inner.rawValue, 0, 1, 4, 0, 0, 0, 0])
        }
        if let fragment {
            frame.append(contentsOf: [transport.rawValue, 0])
            frame.append16(range.lowerBound & ~7 | (hasMore ? 1 : 0))
            frame.append32(fragment)
        }
    }

    /// A question of ARP for the address of the server.
    func writeARP(to traffic: inout Traffic) {
        traffic.frame { frame in
            frame.append(contentsOf: [UInt8](repeating: 0xFF, count: 6))
            frame.append(contentsOf: linkHeads[0][6..<12])
            frame.append(contentsOf: [8, 6, 0, 1, 8, 0, 6, 4, 0, 1])
            frame.append(contentsOf: linkHeads[0][6..<12])
            frame.append(contentsOf: addresses[0])
            frame.append(contentsOf: [UInt8](repeating: 0, count: 6))
            frame.append(contentsOf: addresses[1])
            frame.append(contentsOf: [UInt8](repeating: 0, count: 18))
        }
    }
}

/// Numbers of the Internet Protocol that the captures have.
enum IPProtocol: UInt8 {
    case hopByHop = 0
    case icmp = 1
    case tcp = 6
    case udp = 17
    case fragment = 44
}
