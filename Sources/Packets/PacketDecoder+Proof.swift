import Bytes
import Network

/// Whether bytes are the headers that they are guessed to be: for tunnels that are known by a port number alone, and for
/// labels that do not name what they carry. Nothing is decoded twice: these look at the first headers only.
extension PacketDecoder {
    /// An IPv4 header whose lengths fit, or a copy that was cut on its way here and has its header checksum right.
    static func provesIPv4(_ frame: RawSpan, at offset: Int, end: Int) -> Bool {
        guard available(frame, at: offset, end: end) >= 20 else { return false }
        let headerLength = Int(frame.byte(at: offset) & 15) * 4
        let length = Int(frame.uint16(at: offset &+ 2))
        guard frame.byte(at: offset) >> 4 == 4, headerLength >= 20, length >= headerLength else { return false }
        return length <= end &- offset || isCutCopy(frame, ByteRange(offset: offset, count: headerLength), end: end)
    }

    /// An IPv6 header whose length fits, and is not 0 unless nothing follows.
    static func provesIPv6(_ frame: RawSpan, at offset: Int, end: Int) -> Bool {
        guard available(frame, at: offset, end: end) >= 40, frame.byte(at: offset) >> 4 == 6 else { return false }
        let length = Int(frame.uint16(at: offset &+ 4))
        let isEmpty = IPProtocol(rawValue: frame.byte(at: offset &+ 6)) == .ipv6NoNextHeader
        return length <= end &- offset &- 40 && (length > 0 || isEmpty)
    }

    /// An Ethernet header sent by one station, with an EtherType that is known here and, where that is IP or ARP, the
    /// header that it promises.
    static func provesEthernet(_ frame: RawSpan, at start: Int, end: Int) -> Bool {
        guard available(frame, at: start, end: end) >= 14, frame.byte(at: start &+ 6) & 1 == 0 else { return false }
        var offset = start &+ 14
        var type = EtherType(rawValue: frame.uint16(at: start &+ 12))
        for _ in 0..<vlanLimit {
            guard let length = tagLength(type, frame, at: offset, end: end) else { break }
            guard available(frame, at: offset, end: end) >= length &+ 2 else { return false }
            type = EtherType(rawValue: frame.uint16(at: offset &+ length))
            offset &+= length &+ 2
        }
        switch type {
        case .ipv4: return provesIPv4(frame, at: offset, end: end)
        case .ipv6: return provesIPv6(frame, at: offset, end: end)
        // Hardware type Ethernet, protocol IPv4 (RFC 826).
        case .arp: return available(frame, at: offset, end: end) >= 28 && frame.uint32(at: offset) == 0x0001_0800
        case .lldp, .macsec, .mpls, .mplsUpstream, .pppoeDiscovery, .pppoeSession, .serviceInstance: return true
        default: return false
        }
    }

    /// Whether an IPv4 packet that is longer than what encloses it is a copy cut short: mirrors that send frames on in
    /// a tunnel cut what does not fit and leave the header as it was.
    ///
    /// A right header checksum tells that from nonsense.
    static func isCutCopy(_ frame: RawSpan, _ header: ByteRange, end: Int) -> Bool {
        header.end <= min(frame.byteCount, end) && Checksums.sum(frame, header) == 0xFFFF
    }
}
