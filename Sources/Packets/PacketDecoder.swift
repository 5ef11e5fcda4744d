import Bytes
import Network

/// From a frame to the transport payload in it: a pure function over bytes.
///
/// Headers are read in the order in which they lie; every length is held against the length that encloses it. Nothing
/// traps on any input, nothing is allocated.
public enum PacketDecoder {
    /// What a frame gave.
    public enum Outcome: Equatable, Sendable {
        /// A TCP segment or UDP datagram, described by the packet.
        case packet
        /// Nothing that is followed, and why.
        case undecoded(Undecoded)
    }

    /// Decodes `frame` into `packet`, whose earlier content is lost.
    public static func decode(_ frame: RawSpan, link: LinkType, into packet: inout Packet) -> Outcome {
        packet = Packet()
        switch link {
        case .ethernet: return ethernet(frame, &packet)
        case .raw: return ip(frame, at: 0, &packet)
        case .ipv4: return ipv4(frame, at: 0, &packet)
        case .ipv6: return ipv6(frame, at: 0, &packet)
        case .linuxSLL: return linuxSLL(frame, &packet)
        case .linuxSLL2: return linuxSLL2(frame, &packet)
        case .null: return null(frame, &packet)
        case .loop: return loop(frame, &packet)
        default: return .undecoded(.linkTypeUnknown)
        }
    }
}
