import Bytes
import Network

extension PacketDecoder {
    /// An IP packet whose version is told by its first nibble.
    static func ip(_ frame: RawSpan, at offset: Int, end: Int, _ packet: inout Packet) -> Outcome {
        guard available(frame, at: offset, end: end) > 0 else { return .undecoded(.linkTruncated) }
        switch frame.byte(at: offset) >> 4 {
        case 4: return ipv4(frame, at: offset, end: end, &packet)
        case 6: return ipv6(frame, at: offset, end: end, &packet)
        default: return .undecoded(.ipVersionUnknown)
        }
    }

    /// IPv4 (RFC 791, 3.1), options passed over.
    static func ipv4(_ frame: RawSpan, at offset: Int, end: Int, _ packet: inout Packet) -> Outcome {
        guard available(frame, at: offset, end: end) >= 20 else { return .undecoded(.ipv4Truncated) }
        let versionAndLength = frame.byte(at: offset)
        let headerLength = Int(versionAndLength & 15) * 4
        guard versionAndLength >> 4 == 4, headerLength >= 20 else { return .undecoded(.ipv4HeaderInvalid) }
        // Segmentation offload leaves the total length 0: what encloses the packet is all there is to go by.
        let stated = Int(frame.uint16(at: offset &+ 2))
        let length = stated == 0 ? (end == .max ? frame.byteCount : end) &- offset : stated
        guard length >= headerLength else { return .undecoded(.ipv4HeaderInvalid) }
        guard frame.byteCount &- offset >= headerLength else { return .undecoded(.ipv4Truncated) }
        let header = ByteRange(offset: offset, count: headerLength)
        guard length <= end &- offset else {
            guard isCutCopy(frame, header, end: end) else { return .undecoded(.ipv4LengthInvalid) }
            return ipv4(frame.extracting(0..<min(frame.byteCount, end)), at: offset, end: .max, &packet)
        }
        packet.source = IPAddress(v4: frame, at: offset &+ 12)
        packet.destination = IPAddress(v4: frame, at: offset &+ 16)
        packet.networkHeader = header
        packet.hopLimit = frame.byte(at: offset &+ 8)
        packet.isSourceRouted = false
        packet.hasRefusedOptions = headerLength > 20 && refusesOptions(frame, header)
        let body = ByteRange(offset: header.end, count: length &- headerLength)
        let fragmentation = frame.uint16(at: offset &+ 6)
        // More Fragments, or a fragment offset.
        guard fragmentation & 0x3FFF == 0 else { return ipv4Fragment(fragmentation, frame, header, body, packet) }
        return transport(IPProtocol(rawValue: frame.byte(at: offset &+ 9)), frame, body, &packet)
    }

    @inline(never)
    private static func ipv4Fragment(
        _ fragmentation: UInt16, _ frame: RawSpan, _ header: ByteRange, _ body: ByteRange, _ packet: Packet
    ) -> Outcome {
        let (payload, missing) = captured(frame, body)
        var fragment = Fragment(
            source: packet.source, destination: packet.destination,
            identification: UInt32(frame.uint16(at: header.offset &+ 4)),
            protocolNumber: frame.byte(at: header.offset &+ 9), isIPv4: true,
            offset: Int(fragmentation & 0x1FFF) * 8, hasMore: fragmentation & 0x2000 != 0, payload: payload,
            missing: missing)
        fragment.network = packet.network
        fragment.congestion = frame.byte(at: header.offset &+ 1) & 3
        fragment.hasWrongChecksum = networkChecksum(frame, packet) == .wrong
        return .fragment(fragment)
    }

    /// Whether hosts drop a packet with these options: source routes (RFC 791, 3.1; RFC 6274, 3.13.2.3), or a length that is none.
    @inline(never)
    private static func refusesOptions(_ frame: RawSpan, _ header: ByteRange) -> Bool {
        var offset = header.offset &+ 20
        while offset < header.end {
            switch frame.byte(at: offset) {
            case 0: return false
            case 1: offset &+= 1
            case 131, 137: return true
            default:
                guard offset &+ 1 < header.end else { return true }
                let length = Int(frame.byte(at: offset &+ 1))
                guard length >= 2, length <= header.end &- offset else { return true }
                offset &+= length
            }
        }
        return false
    }

    /// Splits what was sent into the range that was captured and the number of bytes that were not.
    static func captured(_ frame: RawSpan, _ sent: ByteRange) -> (ByteRange, missing: Int) {
        let count = max(0, min(sent.count, frame.byteCount &- sent.offset))
        return (ByteRange(offset: min(sent.offset, frame.byteCount), count: count), sent.count &- count)
    }
}
