import Bytes
import Network

extension PacketDecoder {
    /// GRE: version 0 (RFC 2784, RFC 2890) or 1 (PPTP, RFC 2637).
    @inline(never)
    static func gre(_ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet) -> Outcome {
        guard available(frame, at: body.offset, end: body.end) >= 4 else { return .undecoded(.tunnelTruncated) }
        let flags = GREFlags(rawValue: frame.uint16(at: body.offset))
        switch flags.version {
        case 0: return gre0(flags, frame, body, &packet)
        case 1: return gre1(flags, frame, body, &packet)
        default: return .undecoded(.greVersionUnknown)
        }
    }

    private static func gre0(
        _ flags: GREFlags, _ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet
    ) -> Outcome {
        if flags.contains(.routing) { return .undecoded(.greRouting) }
        // Bits that a receiver has to discard a packet for (RFC 2784, 2.3) unless it does RFC 1701.
        guard flags.isDisjoint(with: .mustBeZero) else { return .undecoded(.greFlagsInvalid) }
        // A word each; that of the checksum holds another field beside it.
        var offset = body.offset &+ 4
        if flags.contains(.checksum) { offset &+= 4 }
        if flags.contains(.key) { offset &+= 4 }
        if flags.contains(.sequence) { offset &+= 4 }
        let end = body.end
        guard available(frame, at: offset, end: end) >= 0 else { return .undecoded(.tunnelTruncated) }
        switch EtherType(rawValue: frame.uint16(at: body.offset &+ 2)) {
        case .erspan:
            return flags.contains(.sequence)
                ? erspan2(frame, at: offset, end: end, &packet) : erspan1(frame, at: offset, end: end, &packet)
        case .erspan3: return erspan3(frame, at: offset, end: end, &packet)
        case let type: return inGRE(type, frame, at: offset, end: end, &packet)
        }
    }

    private static func inGRE(
        _ type: EtherType, _ frame: RawSpan, at offset: Int, end: Int, _ packet: inout Packet
    ) -> Outcome {
        guard enter(.gre, &packet) else { return .undecoded(.tunnelTooDeep) }
        switch type {
        case .ipv4: return ipv4(frame, at: offset, end: end, &packet)
        case .ipv6: return ipv6(frame, at: offset, end: end, &packet)
        case .ethernet: return ethernet(frame, at: offset, end: end, &packet)
        case .mpls, .mplsUpstream: return mpls(frame, at: offset, end: end, &packet)
        case .ppp: return ppp(frame, at: offset, end: end, &packet)
        default:
            packet.unknownNumber = type.rawValue
            return .undecoded(.grePayloadUnknown)
        }
    }

    /// The GRE of PPTP (RFC 2637, 4.1): the key holds the payload's length and the call.
    private static func gre1(
        _ flags: GREFlags, _ frame: RawSpan, _ body: ByteRange, _ packet: inout Packet
    ) -> Outcome {
        guard flags.contains(.key), flags.isDisjoint(with: [.checksum, .routing, .strictRoute, .recursion]) else {
            return .undecoded(.greFlagsInvalid)
        }
        guard EtherType(rawValue: frame.uint16(at: body.offset &+ 2)) == .ppp else {
            packet.unknownNumber = frame.uint16(at: body.offset &+ 2)
            return .undecoded(.grePayloadUnknown)
        }
        var offset = body.offset &+ 8
        if flags.contains(.sequence) { offset &+= 4 }
        if flags.contains(.acknowledgement) { offset &+= 4 }
        guard available(frame, at: offset, end: body.end) >= 0 else { return .undecoded(.tunnelTruncated) }
        let length = Int(frame.uint16(at: body.offset &+ 4))
        // A packet without a sequence number only acknowledges.
        guard flags.contains(.sequence), length > 0 else { return .undecoded(.greAcknowledgement) }
        guard length <= body.end &- offset else { return .undecoded(.greLengthInvalid) }
        return inGRE(.ppp, frame, at: offset, end: offset &+ length, &packet)
    }
}

/// The first two bytes of a GRE header.
private struct GREFlags: OptionSet {
    let rawValue: UInt16

    static let checksum = GREFlags(rawValue: 0x8000)
    static let routing = GREFlags(rawValue: 0x4000)
    static let key = GREFlags(rawValue: 0x2000)
    static let sequence = GREFlags(rawValue: 0x1000)
    static let strictRoute = GREFlags(rawValue: 0x0800)
    static let recursion = GREFlags(rawValue: 0x0700)
    /// Version 1 only.
    static let acknowledgement = GREFlags(rawValue: 0x0080)
    /// Bits 4 and 5; `routing` is bit 1.
    static let mustBeZero = GREFlags(rawValue: 0x0C00)

    var version: UInt16 { rawValue & 7 }
}
