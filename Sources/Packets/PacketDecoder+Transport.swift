import Bytes
import Network

extension PacketDecoder {
    /// The transport header in `body`, a range that may reach behind the end of a frame cut short.
    static func transport(
        _ number: IPProtocol, _ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet
    ) -> Outcome {
        switch number {
        case .tcp: tcp(frame, body, &packet)
        case .udp: udp(frame, body, &packet)
        case .icmp, .icmpv6: .undecoded(.icmp)
        case .igmp: .undecoded(.igmp)
        default: .undecoded(.ipProtocolUnknown)
        }
    }

    /// TCP (RFC 9293, 3.1), options passed over.
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
        setPayload(frame, ByteRange(offset: start &+ headerLength, count: body.count &- headerLength), &packet)
        return .packet
    }

    /// UDP (RFC 768).
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
        setPayload(frame, ByteRange(offset: start &+ 8, count: length &- 8), &packet)
        return .packet
    }

    /// Splits what was sent into what was captured and what was not.
    private static func setPayload(_ frame: RawSpan, _ sent: ByteRange, _ packet: inout Packet) {
        let captured = max(0, min(sent.count, frame.byteCount &- sent.offset))
        packet.payload = ByteRange(offset: min(sent.offset, frame.byteCount), count: captured)
        packet.missing = sent.count &- captured
    }
}
