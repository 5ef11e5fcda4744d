import Bytes
import Network

/// From a frame to the transport payload in it: a pure function over bytes.
///
/// Headers are read in the order in which they lie; every length is held against the length that encloses it. Nothing
/// traps on any input, nothing is allocated. Tunnels are taken off up to `TunnelPath.limit` deep.
///
/// The functions of the layers take `frame`, what was captured, and `end`, the offset at which the enclosing header says
/// that its content ends: it lies behind the end of a frame cut short, and is `Int.max` where no header told it.
/// Most frames are TCP in IP in Ethernet; what takes off tunnels is kept out of line, so that their way stays short.
public enum PacketDecoder {
    /// What a frame gave.
    public enum Outcome: Equatable, Sendable {
        /// A TCP segment or UDP datagram, described by the packet.
        case packet
        /// A part of an IP packet. The packet holds what was learnt outside of it: addresses, VLANs, tunnels.
        case fragment(Fragment)
        /// Nothing that is followed, and why.
        case undecoded(Undecoded)
    }

    /// Decodes `frame` into `packet`, whose earlier content is lost.
    public static func decode(_ frame: RawSpan, link: LinkType, into packet: inout Packet) -> Outcome {
        packet = Packet()
        return decode(frame, link: link, intoNew: &packet)
    }

    /// Decodes `frame` into `packet`, which is a new one: for every frame, clearing it once more would show.
    public static func decode(_ frame: RawSpan, link: LinkType, intoNew packet: inout Packet) -> Outcome {
        switch link {
        case .ethernet: return ethernet(frame, at: 0, end: .max, &packet)
        case .raw: return ip(frame, at: 0, end: .max, &packet)
        case .ipv4: return ipv4(frame, at: 0, end: .max, &packet)
        case .ipv6: return ipv6(frame, at: 0, end: .max, &packet)
        case .linuxSLL: return linuxSLL(frame, &packet)
        case .linuxSLL2: return linuxSLL2(frame, &packet)
        case .null: return null(frame, &packet)
        case .loop: return loop(frame, &packet)
        case .ppp: return ppp(frame, at: 0, end: .max, &packet)
        case .pppHDLC: return pppHDLC(frame, &packet)
        case .pppEthernet: return pppoe(frame, at: 0, end: .max, &packet)
        case .ciscoHDLC: return ciscoHDLC(frame, &packet)
        default: return .undecoded(.linkTypeUnknown)
        }
    }

    /// Goes on with an IP packet whose fragments were put together.
    ///
    /// `payload` is what the fragments held, in order: the packet's payload from the first header that was fragmented.
    /// `fragment` is any of them. `packet` is as `decode` left it with one of the fragments: MAC addresses, VLANs and
    /// tunnels stay; what is inside the payload is filled in, `packet.payload` as a range of `payload`.
    public static func decodeReassembled(
        _ payload: RawSpan, of fragment: Fragment, into packet: inout Packet
    ) -> Outcome {
        packet.source = fragment.source
        packet.destination = fragment.destination
        packet.sourcePort = 0
        packet.destinationPort = 0
        packet.payload = .empty
        packet.missing = 0
        packet.tcp = TCPHeader()
        packet.networkHeader = .empty
        packet.segment = .empty
        packet.hasRefusedOptions = false
        let number = IPProtocol(rawValue: fragment.protocolNumber)
        if fragment.isIPv4 {
            return transport(number, payload, ByteRange(offset: 0, count: payload.byteCount), &packet)
        }
        return ipv6Headers(number, payload, at: 0, end: payload.byteCount, isReassembled: true, &packet)
    }

    /// How many bytes at `offset` are there to be read: captured, and inside the enclosing header's content.
    static func available(_ frame: RawSpan, at offset: Int, end: Int) -> Int { min(frame.byteCount, end) &- offset }

    /// Notes an encapsulation in the packet; `false` where there are too many.
    ///
    /// What is inside belongs to a network of its own, whichever of its two ends sent it.
    static func enter(_ tunnel: Tunnel, _ packet: inout Packet) -> Bool {
        guard packet.tunnels.count < TunnelPath.limit else { return false }
        packet.tunnels.append(tunnel)
        let (one, other) = (packet.source, packet.destination)
        packet.enterNetwork(UInt64(tunnel.rawValue) &+ one.high &+ other.high &+ one.low &+ other.low)
        return true
    }
}
