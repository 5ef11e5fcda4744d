import Bytes
import Network

/// What a checksum says of the bytes that it stands for.
public enum ChecksumVerdict: UInt8, Sendable {
    case ok
    case wrong
    /// It is the sum over the pseudo-header alone: the sending machine leaves the rest to its card, and a capture on it
    /// sees the segment before.
    case partial
    /// There is none: IPv6 headers have none, and UDP over IPv4 may go without.
    case absent
    /// It cannot be told: the frame was cut short, or the header is not at hand.
    case unknown
}

/// The Internet checksum (RFC 1071).
public enum Checksums {
    /// The ones' complement sum of the 16-bit words in `range`, an odd last byte padded with 0.
    ///
    /// Over bytes that hold their own right checksum it is 0xFFFF. Bytes outside the span do not count. Linear in
    /// `range.count`, which must be below 2^32.
    public static func sum(_ bytes: RawSpan, _ range: ByteRange, initial: UInt64 = 0) -> UInt16 {
        folded(initial &+ bytes.onesComplementSum(range))
    }

    /// Adds the carries back in, until 16 bits are left.
    static func folded(_ sum: UInt64) -> UInt16 {
        var sum = sum
        while sum > 0xFFFF { sum = sum >> 16 &+ sum & 0xFFFF }
        return UInt16(truncatingIfNeeded: sum)
    }

    /// The sum over a pseudo-header (RFC 9293, 3.1; RFC 768; RFC 8200, 8.1), not folded.
    static func pseudoHeader(_ packet: Packet) -> UInt64 {
        words(packet.source) &+ words(packet.destination) &+ UInt64(packet.transport.rawValue)
            &+ UInt64(truncatingIfNeeded: packet.segment.count)
    }

    private static func words(_ address: IPAddress) -> UInt64 {
        (address.high >> 32) &+ (address.high & 0xFFFF_FFFF) &+ (address.low >> 32) &+ (address.low & 0xFFFF_FFFF)
    }
}

extension PacketDecoder {
    /// The checksums of the innermost IP header and of the transport: wrong where either is, else the transport's.
    ///
    /// `packet` is what `decode` or `decodeReassembled` made of `frame`.
    public static func checksum(_ frame: RawSpan, _ packet: Packet) -> ChecksumVerdict {
        networkChecksum(frame, packet) == .wrong ? .wrong : transportChecksum(frame, packet)
    }

    /// The checksum of the innermost IP header (RFC 791, 3.1); that of a fragment, too.
    public static func networkChecksum(_ frame: RawSpan, _ packet: Packet) -> ChecksumVerdict {
        guard packet.source.isIPv4 else { return .absent }
        let header = packet.networkHeader
        guard !header.isEmpty, header.end <= frame.byteCount else { return .unknown }
        return Checksums.sum(frame, header) == 0xFFFF ? .ok : .wrong
    }

    /// The checksum of the TCP segment or UDP datagram.
    public static func transportChecksum(_ frame: RawSpan, _ packet: Packet) -> ChecksumVerdict {
        let segment = packet.segment
        guard segment.count >= 8 else { return .unknown }
        if packet.transport == .udp, segment.offset &+ 8 <= frame.byteCount,
            frame.uint16(at: segment.offset &+ 6) == 0
        {
            // Over IPv6 there is no going without, but for tunnels (RFC 8200, 8.1; RFC 6935, 5).
            return packet.source.isIPv4 ? .absent : .wrong
        }
        // What lies behind a copy that was cut before a tunnel took it is not the rest of it.
        guard segment.end <= frame.byteCount, packet.missing == 0, !packet.isSourceRouted else { return .unknown }
        let pseudoHeader = Checksums.pseudoHeader(packet)
        if Checksums.sum(frame, segment, initial: pseudoHeader) == 0xFFFF { return .ok }
        let stored = frame.uint16(at: segment.offset &+ (packet.transport == .tcp ? 16 : 6))
        return stored == Checksums.folded(pseudoHeader) ? .partial : .wrong
    }

    /// The checksum of a UDP datagram in the upper half, its length in the lower: copies of one datagram have the same.
    public static func print(ofDatagram packet: Packet, _ frame: RawSpan) -> UInt32 {
        guard packet.segment.count >= 8, packet.segment.offset &+ 8 <= frame.byteCount else { return 0 }
        return UInt32(frame.uint16(at: packet.segment.offset &+ 6)) << 16
            | UInt32(truncatingIfNeeded: packet.segment.count & 0xFFFF)
    }
}
