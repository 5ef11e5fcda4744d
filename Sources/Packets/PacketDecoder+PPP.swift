import Bytes
import Network

extension PacketDecoder {
    /// PPP (RFC 1661, 2): address and control bytes may have been left out, and the protocol field may be one byte.
    static func ppp(_ frame: RawSpan, at start: Int, end: Int, _ packet: inout Packet) -> Outcome {
        var offset = start
        if available(frame, at: offset, end: end) >= 2, frame.uint16(at: offset) == 0xFF03 { offset &+= 2 }
        guard available(frame, at: offset, end: end) >= 1 else { return .undecoded(.linkTruncated) }
        // The least significant bit is set in the last byte only (RFC 1661, 2 and 6.5).
        var number = UInt16(frame.byte(at: offset))
        offset &+= 1
        if number & 1 == 0 {
            guard available(frame, at: offset, end: end) >= 1 else { return .undecoded(.linkTruncated) }
            number = number << 8 | UInt16(frame.byte(at: offset))
            offset &+= 1
        }
        let type = PPPProtocol(rawValue: number)
        switch type {
        case .ipv4: return ipv4(frame, at: offset, end: end, &packet)
        case .ipv6: return ipv6(frame, at: offset, end: end, &packet)
        case .mpls, .mplsUpstream: return mpls(frame, at: offset, end: end, &packet)
        default:
            packet.unknownNumber = number
            return .undecoded(type.isControl ? .pppControl : .pppProtocolUnknown)
        }
    }

    /// PPP in HDLC-like framing, unless the first byte is one of the two addresses of Cisco's HDLC.
    static func pppHDLC(_ frame: RawSpan, _ packet: inout Packet) -> Outcome {
        guard frame.byteCount >= 1 else { return .undecoded(.linkTruncated) }
        switch frame.byte(at: 0) {
        case 0x0F, 0x8F: return ciscoHDLC(frame, &packet)
        default: return ppp(frame, at: 0, end: .max, &packet)
        }
    }

    /// Cisco's HDLC (RFC 1547, 4.3.1): address (unicast or broadcast), a byte of 0, EtherType.
    static func ciscoHDLC(_ frame: RawSpan, _ packet: inout Packet) -> Outcome {
        guard frame.byteCount >= 4 else { return .undecoded(.linkTruncated) }
        let address = frame.byte(at: 0)
        guard address == 0x0F || address == 0x8F else { return .undecoded(.hdlcAddressUnknown) }
        return etherType(frame.uint16(at: 2), frame, at: 4, end: .max, &packet)
    }

    /// A PPPoE session packet (RFC 2516, 4): version 1, type 1, code 0, session, length, PPP.
    @inline(never)
    static func pppoe(_ frame: RawSpan, at start: Int, end: Int, _ packet: inout Packet) -> Outcome {
        guard enter(.pppoe, &packet) else { return .undecoded(.tunnelTooDeep) }
        guard available(frame, at: start, end: end) >= 6 else { return .undecoded(.tunnelTruncated) }
        guard frame.byte(at: start) == 0x11 else { return .undecoded(.pppoeInvalid) }
        guard frame.byte(at: start &+ 1) == 0 else { return .undecoded(.pppoeDiscovery) }
        let content = start &+ 6
        let length = Int(frame.uint16(at: start &+ 4))
        guard length <= end &- content else { return .undecoded(.pppoeInvalid) }
        return ppp(frame, at: content, end: content &+ length, &packet)
    }
}
