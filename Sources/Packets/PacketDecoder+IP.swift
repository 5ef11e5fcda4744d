import Bytes
import Network

extension PacketDecoder {
    /// More extension headers than this are taken for an attack on the decoder.
    private static let extensionHeaderLimit = 16

    /// An IP packet whose version is told by its first nibble.
    static func ip(_ frame: RawSpan, at offset: Int, _ packet: inout Packet) -> Outcome {
        guard frame.byteCount > offset else { return .undecoded(.linkTruncated) }
        switch frame.byte(at: offset) >> 4 {
        case 4: return ipv4(frame, at: offset, &packet)
        case 6: return ipv6(frame, at: offset, &packet)
        default: return .undecoded(.ipVersionUnknown)
        }
    }

    /// IPv4 (RFC 791, 3.1), options passed over.
    static func ipv4(_ frame: RawSpan, at offset: Int, _ packet: inout Packet) -> Outcome {
        guard frame.byteCount &- offset >= 20 else { return .undecoded(.ipv4Truncated) }
        let versionAndLength = frame.byte(at: offset)
        let headerLength = Int(versionAndLength & 15) * 4
        guard versionAndLength >> 4 == 4, headerLength >= 20 else { return .undecoded(.ipv4HeaderInvalid) }
        // Segmentation offload leaves the total length 0: the frame's end is all there is to go by.
        let stated = Int(frame.uint16(at: offset &+ 2))
        let length = stated == 0 ? frame.byteCount &- offset : stated
        guard length >= headerLength else { return .undecoded(.ipv4HeaderInvalid) }
        guard frame.byteCount &- offset >= headerLength else { return .undecoded(.ipv4Truncated) }
        packet.source = IPAddress(v4: frame, at: offset &+ 12)
        packet.destination = IPAddress(v4: frame, at: offset &+ 16)
        // More Fragments, or a fragment offset.
        if frame.uint16(at: offset &+ 6) & 0x3FFF != 0 { return .undecoded(.ipv4Fragment) }
        let body = ByteRange(offset: offset &+ headerLength, count: length &- headerLength)
        return transport(IPProtocol(rawValue: frame.byte(at: offset &+ 9)), frame, body, &packet)
    }

    /// IPv6 (RFC 8200, 3) with its extension headers (4).
    static func ipv6(_ frame: RawSpan, at offset: Int, _ packet: inout Packet) -> Outcome {
        guard frame.byteCount &- offset >= 40 else { return .undecoded(.ipv6Truncated) }
        guard frame.byte(at: offset) >> 4 == 6 else { return .undecoded(.ipVersionUnknown) }
        packet.source = IPAddress(v6: frame, at: offset &+ 8)
        packet.destination = IPAddress(v6: frame, at: offset &+ 24)
        // As in IPv4, offload may leave the length 0; so does a jumbogram (RFC 2675), which no link here carries.
        let stated = Int(frame.uint16(at: offset &+ 4))
        let end = stated == 0 ? frame.byteCount : offset &+ 40 &+ stated
        var position = offset &+ 40
        var next = IPProtocol(rawValue: frame.byte(at: offset &+ 6))
        for _ in 0..<extensionHeaderLimit {
            let length: Int
            switch next {
            case .hopByHopOptions, .ipv6Routing, .ipv6DestinationOptions, .mobility, .hostIdentity, .shim6:
                guard frame.byteCount &- position >= 8 else { return .undecoded(.ipv6Truncated) }
                length = (Int(frame.byte(at: position &+ 1)) &+ 1) * 8
            case .authenticationHeader:
                // Counted in words of four octets, minus 2 (RFC 4302, 2.2).
                guard frame.byteCount &- position >= 8 else { return .undecoded(.ipv6Truncated) }
                length = (Int(frame.byte(at: position &+ 1)) &+ 2) * 4
            case .ipv6Fragment:
                guard frame.byteCount &- position >= 8 else { return .undecoded(.ipv6Truncated) }
                // An atomic fragment (RFC 6946) is whole: offset 0 and no More flag.
                if frame.uint16(at: position &+ 2) & 0xFFF9 != 0 { return .undecoded(.ipv6Fragment) }
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
}
