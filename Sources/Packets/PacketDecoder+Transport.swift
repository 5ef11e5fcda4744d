import Bytes
import Network

extension PacketDecoder {
    /// The transport header in `body`, a range that may reach behind the end of a frame cut short; or a tunnel.
    static func transport(
        _ number: IPProtocol, _ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet
    ) -> Outcome {
        switch number {
        case .tcp: return tcp(frame, body, &packet)
        case .udp: return udp(frame, body, &packet)
        case .icmp, .icmpv6: return .undecoded(.icmp)
        case .igmp: return .undecoded(.igmp)
        case .gre: return gre(frame, body, &packet)
        case .ipv4:
            guard enter(.ipip, &packet) else { return .undecoded(.tunnelTooDeep) }
            return ipv4(frame, at: body.offset, end: body.end, &packet)
        case .ipv6:
            guard enter(.ipip, &packet) else { return .undecoded(.tunnelTooDeep) }
            return ipv6(frame, at: body.offset, end: body.end, &packet)
        case .mpls: return mpls(frame, at: body.offset, end: body.end, &packet)
        case .authenticationHeader: return authenticated(frame, body, &packet)
        default: return unknown(number, &packet)
        }
    }

    private static func unknown(_ number: IPProtocol, _ packet: inout Packet) -> Outcome {
        packet.unknownNumber = UInt16(number.rawValue)
        return .undecoded(.ipProtocolUnknown)
    }

    /// An authentication header (RFC 4302, 2) in IPv4: it hides nothing.
    ///
    /// In IPv6 it is one of the extension headers.
    @inline(never)
    private static func authenticated(_ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet) -> Outcome {
        guard available(frame, at: body.offset, end: body.end) >= 12 else { return .undecoded(.ipv4Truncated) }
        let next = IPProtocol(rawValue: frame.byte(at: body.offset))
        // Counted in words of four bytes, minus 2.
        let length = (Int(frame.byte(at: body.offset &+ 1)) &+ 2) * 4
        guard next != .authenticationHeader else { return unknown(next, &packet) }
        guard length >= 12, length <= body.count else { return .undecoded(.ipv4LengthInvalid) }
        return transport(
            next, frame, ByteRange(offset: body.offset &+ length, count: body.count &- length), &packet)
    }

    /// TCP (RFC 9293, 3.1).
    private static func tcp(_ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet) -> Outcome {
        let start = body.offset
        guard body.count >= 20, frame.byteCount &- start >= 20 else { return .undecoded(.tcpTruncated) }
        let headerLength = Int(frame.byte(at: start &+ 12) >> 4) * 4
        guard headerLength >= 20, headerLength <= body.count else { return .undecoded(.tcpHeaderInvalid) }
        packet.transport = .tcp
        packet.sourcePort = frame.uint16(at: start)
        packet.destinationPort = frame.uint16(at: start &+ 2)
        packet.tcp.sequence = SequenceNumber(frame.uint32(at: start &+ 4))
        packet.tcp.acknowledgement = SequenceNumber(frame.uint32(at: start &+ 8))
        packet.tcp.flags = TCPFlags(rawValue: frame.byte(at: start &+ 13) & 0x3F)
        packet.tcp.window = frame.uint16(at: start &+ 14)
        packet.tcp.urgentPointer = frame.uint16(at: start &+ 18)
        if headerLength > 20, frame.byteCount &- start >= headerLength {
            packet.tcp.options = TCPOptions(frame, ByteRange(offset: start &+ 20, count: headerLength &- 20))
        }
        setPayload(frame, body, headerLength: headerLength, &packet)
        return .packet
    }

    /// UDP (RFC 768), or the packet in a tunnel that goes over UDP.
    private static func udp(_ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet) -> Outcome {
        let start = body.offset
        guard body.count >= 8, frame.byteCount &- start >= 8 else { return .undecoded(.udpTruncated) }
        // A length of 0 stands for "as long as the packet", as segmentation offload and jumbograms leave it.
        let stated = Int(frame.uint16(at: start &+ 4))
        let length = stated == 0 ? body.count : stated
        guard length >= 8, length <= body.count else { return .undecoded(.udpLengthInvalid) }
        packet.transport = .udp
        packet.sourcePort = frame.uint16(at: start)
        packet.destinationPort = frame.uint16(at: start &+ 2)
        if let outcome = udpTunnel(frame, ByteRange(offset: start &+ 8, count: length &- 8), &packet) { return outcome }
        setPayload(frame, ByteRange(offset: start, count: length), headerLength: 8, &packet)
        return .packet
    }

    /// Notes where the segment lies, and splits its payload into what was captured and what was not.
    private static func setPayload(
        _ frame: RawSpan, _ segment: ByteRange, headerLength: Int, _ packet: inout Packet
    ) {
        packet.segment = segment
        let sent = ByteRange(offset: segment.offset &+ headerLength, count: segment.count &- headerLength)
        (packet.payload, packet.missing) = captured(frame, sent)
    }
}
