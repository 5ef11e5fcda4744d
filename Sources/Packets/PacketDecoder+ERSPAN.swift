import Bytes
import Network

/// Frames of a mirror port, sent on in GRE (draft-foschiano-erspan-03). An ERSPAN packet counts as one encapsulation.
extension PacketDecoder {
    /// Type I: the frame follows GRE, which has no sequence number.
    static func erspan1(_ frame: RawSpan, at start: Int, end: Int, _ packet: inout Packet) -> Outcome {
        guard enter(.erspan, &packet) else { return .undecoded(.tunnelTooDeep) }
        return ethernet(frame, at: start, end: end, &packet)
    }

    /// Type II: a header of 8 bytes.
    static func erspan2(_ frame: RawSpan, at start: Int, end: Int, _ packet: inout Packet) -> Outcome {
        guard enter(.erspan, &packet) else { return .undecoded(.tunnelTooDeep) }
        guard available(frame, at: start, end: end) >= 8 else { return .undecoded(.tunnelTruncated) }
        guard frame.byte(at: start) >> 4 == 1 else { return .undecoded(.erspanVersionUnknown) }
        return mirrored(frame, header: start, at: start &+ 8, end: end, &packet)
    }

    /// Type III: a header of 12 bytes, and 8 more where its last bit is set.
    static func erspan3(_ frame: RawSpan, at start: Int, end: Int, _ packet: inout Packet) -> Outcome {
        guard enter(.erspan, &packet) else { return .undecoded(.tunnelTooDeep) }
        guard available(frame, at: start, end: end) >= 12 else { return .undecoded(.tunnelTruncated) }
        guard frame.byte(at: start) >> 4 == 2 else { return .undecoded(.erspanVersionUnknown) }
        let flags = frame.uint16(at: start &+ 10)
        let content = start &+ (flags & 1 == 0 ? 12 : 20)
        guard available(frame, at: content, end: end) >= 0 else { return .undecoded(.tunnelTruncated) }
        // The frame type: 0 is Ethernet, 2 is an IP packet.
        switch flags >> 10 & 0x1F {
        case 0: return mirrored(frame, header: start, at: content, end: end, &packet)
        case 2: return mirrored(frame, header: start, at: content, end: end, isIP: true, &packet)
        default: return .undecoded(.erspanPayloadUnknown)
        }
    }

    /// The mirrored frame. Where the T bit says that the switch cut the copy, it is read like a frame cut short by a snap
    /// length: what the tunnel holds is all that was captured, and its headers tell how much was sent.
    private static func mirrored(
        _ frame: RawSpan, header: Int, at start: Int, end: Int, isIP: Bool = false, _ packet: inout Packet
    ) -> Outcome {
        let isCut = frame.uint16(at: header &+ 2) & 0x0400 != 0
        let copy = frame.extracting(0..<min(frame.byteCount, isCut ? end : .max))
        let copyEnd = isCut ? .max : end
        return isIP
            ? ip(copy, at: start, end: copyEnd, &packet) : ethernet(copy, at: start, end: copyEnd, &packet)
    }
}
