import Bytes
import Network

extension PacketDecoder {
    /// More extension headers than this are taken for an attack on the decoder.
    private static let extensionHeaderLimit = 16

    /// IPv6 (RFC 8200, 3) with its extension headers (4).
    static func ipv6(_ frame: RawSpan, at offset: Int, end: Int, _ packet: inout Packet) -> Outcome {
        guard available(frame, at: offset, end: end) >= 40 else { return .undecoded(.ipv6Truncated) }
        guard frame.byte(at: offset) >> 4 == 6 else { return .undecoded(.ipVersionUnknown) }
        // As in IPv4, offload may leave the length 0; so does a jumbogram (RFC 2675), which no link here carries.
        let stated = Int(frame.uint16(at: offset &+ 4))
        let stop = stated == 0 ? (end == .max ? frame.byteCount : end) : offset &+ 40 &+ stated
        guard stop <= end else { return .undecoded(.ipv6LengthInvalid) }
        packet.source = IPAddress(v6: frame, at: offset &+ 8)
        packet.destination = IPAddress(v6: frame, at: offset &+ 24)
        packet.networkHeader = ByteRange(offset: offset, count: 40)
        packet.hopLimit = frame.byte(at: offset &+ 7)
        packet.isSourceRouted = false
        packet.hasRefusedOptions = false
        let next = IPProtocol(rawValue: frame.byte(at: offset &+ 6))
        return ipv6Headers(next, frame, at: offset &+ 40, end: stop, isReassembled: false, &packet)
    }

    /// Extension headers from the one named by `first`, and what they lead to.
    static func ipv6Headers(
        _ first: IPProtocol, _ frame: RawSpan, at start: Int, end: Int, isReassembled: Bool, _ packet: inout Packet
    ) -> Outcome {
        var next = first
        var position = start
        for _ in 0..<extensionHeaderLimit {
            let length: Int
            switch next {
            case .hopByHopOptions, .ipv6DestinationOptions, .mobility, .hostIdentity, .shim6:
                guard frame.byteCount &- position >= 8 else { return .undecoded(.ipv6Truncated) }
                length = (Int(frame.byte(at: position &+ 1)) &+ 1) * 8
            case .ipv6Routing:
                guard frame.byteCount &- position >= 8 else { return .undecoded(.ipv6Truncated) }
                // Segments Left (RFC 8200, 4.4).
                if frame.byte(at: position &+ 3) != 0 { packet.isSourceRouted = true }
                length = (Int(frame.byte(at: position &+ 1)) &+ 1) * 8
            case .authenticationHeader:
                // Counted in words of four bytes, minus 2 (RFC 4302, 2.2).
                guard frame.byteCount &- position >= 8 else { return .undecoded(.ipv6Truncated) }
                length = (Int(frame.byte(at: position &+ 1)) &+ 2) * 4
            case .ipv6Fragment:
                guard available(frame, at: position, end: end) >= 8 else { return .undecoded(.ipv6Truncated) }
                // An atomic fragment (RFC 6946) is whole: offset 0 and no More flag.
                if frame.uint16(at: position &+ 2) & 0xFFF9 != 0 {
                    // A fragment in what was put together from fragments of the same packet is an attack.
                    guard !isReassembled else { return .undecoded(.ipv6Fragment) }
                    return ipv6Fragment(frame, at: position, end: end, packet)
                }
                length = 8
            default:
                guard end >= position else { return .undecoded(.ipv6Truncated) }
                return transport(next, frame, ByteRange(offset: position, count: end &- position), &packet)
            }
            next = IPProtocol(rawValue: frame.byte(at: position))
            position &+= length
            guard position <= min(end, frame.byteCount) else { return .undecoded(.ipv6Truncated) }
        }
        return .undecoded(.ipv6HeadersTooDeep)
    }

    @inline(never)
    private static func ipv6Fragment(_ frame: RawSpan, at header: Int, end: Int, _ packet: Packet) -> Outcome {
        let (payload, missing) = captured(frame, ByteRange(offset: header &+ 8, count: end &- header &- 8))
        let fragmentation = frame.uint16(at: header &+ 2)
        var fragment = Fragment(
            source: packet.source, destination: packet.destination, identification: frame.uint32(at: header &+ 4),
            protocolNumber: frame.byte(at: header), isIPv4: false, offset: Int(fragmentation & 0xFFF8),
            hasMore: fragmentation & 1 != 0, payload: payload, missing: missing)
        fragment.network = packet.network
        fragment.congestion = frame.byte(at: packet.networkHeader.offset &+ 1) >> 4 & 3
        return .fragment(fragment)
    }
}
