import Bytes
import Network

/// Tunnels in UDP. A port number alone proves nothing, and what is wrongly taken for a tunnel is not seen: these return
/// `nil`, and the datagram stays one, unless the tunnel's header and the first header inside it both hold.
extension PacketDecoder {
    /// The packet in the tunnel whose port the datagram goes to; only Teredo answers come from its port.
    ///
    /// Were any tunnel known by its source port, a sender could pick that port to hide a message from us and not from
    /// its receiver.
    @inline(never)
    static func udpTunnel(_ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet) -> Outcome? {
        switch TunnelPort(rawValue: packet.destinationPort) {
        case .vxlan, .linuxVXLAN: return vxlan(frame, body, &packet)
        case .vxlanGPE: return vxlanGPE(frame, body, &packet)
        case .geneve: return geneve(frame, body, &packet)
        case .gtp: return gtp(frame, body, &packet)
        case .teredo: return teredo(frame, body, &packet)
        case .tzsp: return tzsp(frame, body, &packet)
        default: return packet.sourcePort == TunnelPort.teredo.rawValue ? teredo(frame, body, &packet) : nil
        }
    }

    /// VXLAN (RFC 7348, 5): the I flag is set; the others are reserved or of extensions, and ignored.
    private static func vxlan(_ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet) -> Outcome? {
        guard available(frame, at: body.offset, end: body.end) >= 8, frame.byte(at: body.offset) & 0x08 != 0 else {
            return nil
        }
        return inside(
            .vxlan, .ethernet, frame, at: body.offset &+ 8, end: body.end, identifier(frame, body), &packet)
    }

    /// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe-13, 3): version 0, I set, O (maintenance) not; P says that the fourth byte
    /// names the content.
    private static func vxlanGPE(_ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet) -> Outcome? {
        guard available(frame, at: body.offset, end: body.end) >= 8 else { return nil }
        let flags = frame.byte(at: body.offset)
        guard flags & 0x39 == 0x08 else { return nil }
        let type: EtherType
        switch flags & 0x04 == 0 ? 3 : frame.byte(at: body.offset &+ 3) {
        case 1: type = .ipv4
        case 2: type = .ipv6
        case 3: type = .ethernet
        default: return nil
        }
        return inside(.vxlan, type, frame, at: body.offset &+ 8, end: body.end, identifier(frame, body), &packet)
    }

    /// Geneve (RFC 8926, 3.4): version 0, options counted in words, O (control) not set.
    private static func geneve(_ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet) -> Outcome? {
        guard available(frame, at: body.offset, end: body.end) >= 8 else { return nil }
        let first = frame.byte(at: body.offset)
        guard first >> 6 == 0, frame.byte(at: body.offset &+ 1) & 0x80 == 0 else { return nil }
        let content = body.offset &+ 8 &+ Int(first & 0x3F) * 4
        let type = EtherType(rawValue: frame.uint16(at: body.offset &+ 2))
        return inside(.geneve, type, frame, at: content, end: body.end, identifier(frame, body), &packet)
    }

    /// Teredo (RFC 4380, 5.1.1): an authentication and an origin indication may come before the IPv6 packet, one of whose
    /// addresses is of Teredo's prefix or link-local (5.2.3, 5.2.4).
    private static func teredo(_ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet) -> Outcome? {
        var offset = body.offset
        if available(frame, at: offset, end: body.end) >= 4, frame.uint16(at: offset) == 1 {
            // Two lengths, client identifier, authentication value, nonce of 8 bytes, confirmation.
            offset &+= 13 &+ Int(frame.byte(at: offset &+ 2)) &+ Int(frame.byte(at: offset &+ 3))
        }
        if available(frame, at: offset, end: body.end) >= 8, frame.uint16(at: offset) == 0 { offset &+= 8 }
        guard available(frame, at: offset, end: body.end) >= 40,
            isTeredoAddress(frame, at: offset &+ 8) || isTeredoAddress(frame, at: offset &+ 24)
        else { return nil }
        return inside(.teredo, .ipv6, frame, at: offset, end: body.end, 0, &packet)
    }

    /// 2001:0::/32 (RFC 4380, 2.6) or fe80::/10.
    private static func isTeredoAddress(_ frame: RawSpan, at offset: Int) -> Bool {
        let prefix = frame.uint32(at: offset)
        return prefix == 0x2001_0000 || prefix >> 22 == 0xFE80_0000 >> 22
    }

    /// GTP-U (3GPP TS 29.281, 5.1): version 1, protocol type GTP, message type 255 (G-PDU), then IP.
    private static func gtp(_ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet) -> Outcome? {
        guard available(frame, at: body.offset, end: body.end) >= 8 else { return nil }
        let flags = frame.byte(at: body.offset)
        guard flags & 0xF0 == 0x30, frame.byte(at: body.offset &+ 1) == 255 else { return nil }
        var offset = body.offset &+ 8
        let end = offset &+ Int(frame.uint16(at: body.offset &+ 2))
        guard end <= body.end else { return nil }
        // Any of the flags E, S and PN brings all three fields; E says whether the last one counts.
        if flags & 0x07 != 0 {
            guard available(frame, at: offset, end: end) >= 4 else { return nil }
            offset &+= 4
            var next = flags & 0x04 != 0 ? frame.byte(at: offset &- 1) : 0
            // An extension header counts itself in words, and its last byte names the next one (5.2.1).
            while next != 0 {
                guard available(frame, at: offset, end: end) >= 4 else { return nil }
                let length = Int(frame.byte(at: offset)) * 4
                guard length > 0, available(frame, at: offset, end: end) >= length else { return nil }
                offset &+= length
                next = frame.byte(at: offset &- 1)
            }
        }
        guard available(frame, at: offset, end: end) >= 1 else { return nil }
        let type: EtherType = frame.byte(at: offset) >> 4 == 4 ? .ipv4 : .ipv6
        // The identifiers of the two directions differ (TS 29.281, 4.1), so they name no network.
        return inside(.gtp, type, frame, at: offset, end: end, 0, &packet)
    }

    /// The network identifier of 24 bits in the header of VXLAN (RFC 7348, 5) and of Geneve (RFC 8926, 3.4).
    private static func identifier(_ frame: RawSpan, _ body: ByteRange) -> UInt32 {
        frame.uint32(at: body.offset &+ 4) >> 8
    }

    /// TaZmen Sniffer Protocol, as MikroTik's mirrors send it: version 1, a packet that was received or sent, Ethernet; then tags
    /// of a byte of type and one of length, of which 0 (padding) and 1 (the end) have no length.
    private static func tzsp(_ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet) -> Outcome? {
        guard available(frame, at: body.offset, end: body.end) >= 5, frame.byte(at: body.offset) == 1,
            frame.byte(at: body.offset &+ 1) <= 1, frame.uint16(at: body.offset &+ 2) == 1
        else { return nil }
        var offset = body.offset &+ 4
        while available(frame, at: offset, end: body.end) >= 2 {
            switch frame.byte(at: offset) {
            case 0: offset &+= 1
            case 1: return inside(.tzsp, .ethernet, frame, at: offset &+ 1, end: body.end, 0, &packet)
            default: offset &+= 2 &+ Int(frame.byte(at: offset &+ 1))
            }
        }
        return nil
    }

    /// The content of a tunnel, once its first header has proved itself.
    ///
    /// `identifier` tells the networks that lie in tunnels between the same ends apart.
    private static func inside(
        _ tunnel: Tunnel, _ type: EtherType, _ frame: RawSpan, at offset: Int, end: Int, _ identifier: UInt32,
        _ packet: inout Packet
    ) -> Outcome? {
        let isProved =
            switch type {
            case .ethernet: provesEthernet(frame, at: offset, end: end)
            case .ipv4: provesIPv4(frame, at: offset, end: end)
            case .ipv6: provesIPv6(frame, at: offset, end: end)
            default: false
            }
        guard isProved else { return nil }
        guard enter(tunnel, &packet) else { return .undecoded(.tunnelTooDeep) }
        packet.enterNetwork(UInt64(identifier))
        switch type {
        case .ipv4: return ipv4(frame, at: offset, end: end, &packet)
        case .ipv6: return ipv6(frame, at: offset, end: end, &packet)
        default: return ethernet(frame, at: offset, end: end, &packet)
        }
    }
}
