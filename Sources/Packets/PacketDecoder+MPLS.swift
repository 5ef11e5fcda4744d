import Bytes
import Network

extension PacketDecoder {
    /// More labels than this are taken for an attack on the decoder.
    private static let labelLimit = 16

    /// A stack of MPLS labels (RFC 3032, 2.1), passed over down to the one with the bottom bit.
    @inline(never)
    static func mpls(_ frame: RawSpan, at start: Int, end: Int, _ packet: inout Packet) -> Outcome {
        guard enter(.mpls, &packet) else { return .undecoded(.tunnelTooDeep) }
        var offset = start
        for _ in 0..<labelLimit {
            guard available(frame, at: offset, end: end) >= 4 else { return .undecoded(.tunnelTruncated) }
            let isBottom = frame.byte(at: offset &+ 2) & 1 != 0
            offset &+= 4
            if isBottom { return belowLabels(frame, at: offset, end: end, &packet) }
        }
        return .undecoded(.mplsTooDeep)
    }

    /// Tells by its first bytes what a stack of labels carries, since the labels do not (RFC 4928, 3).
    ///
    /// The first nibble of IP is its version, that of a control word is 0 (RFC 4385, 3), that of an associated channel
    /// is 1. Ethernet without a control word may begin with any of these, so each guess is held against the headers
    /// that would follow.
    private static func belowLabels(_ frame: RawSpan, at offset: Int, end: Int, _ packet: inout Packet) -> Outcome {
        guard available(frame, at: offset, end: end) >= 1 else { return .undecoded(.tunnelTruncated) }
        let nibble = frame.byte(at: offset) >> 4
        let isControlled = nibble == 0 && provesEthernet(frame, at: offset &+ 4, end: end)
        // A tagged frame without a control word proves itself at both places, since a tag is as long as the word; so
        // the word goes first only where it is 0, as most are and no address begins.
        if isControlled, frame.uint32(at: offset) == 0 { return ethernet(frame, at: offset &+ 4, end: end, &packet) }
        if !isSurelyIP(frame, at: offset, end: end), provesEthernet(frame, at: offset, end: end) {
            return ethernet(frame, at: offset, end: end, &packet)
        }
        if isControlled { return ethernet(frame, at: offset &+ 4, end: end, &packet) }
        switch nibble {
        case 1: return .undecoded(.mplsControl)
        case 4: return ipv4(frame, at: offset, end: end, &packet)
        case 6: return ipv6(frame, at: offset, end: end, &packet)
        default: return .undecoded(.mplsPayloadUnknown)
        }
    }

    /// Stronger than a version and a length that fits, which the address that begins an Ethernet frame has now and then:
    /// IPv4 with its header checksum right, or IPv6 that ends where the frame does.
    private static func isSurelyIP(_ frame: RawSpan, at offset: Int, end: Int) -> Bool {
        if provesIPv4(frame, at: offset, end: end) {
            return Checksums.sum(frame, ByteRange(offset: offset, count: Int(frame.byte(at: offset) & 15) * 4))
                == 0xFFFF
        }
        return provesIPv6(frame, at: offset, end: end)
            && available(frame, at: offset &+ 40, end: end) == Int(frame.uint16(at: offset &+ 4))
    }
}
