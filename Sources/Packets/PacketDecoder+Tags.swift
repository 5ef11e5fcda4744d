import Bytes
import Network

/// Tags other than those of VLANs that switches, rings and mirror ports put between the addresses and the EtherType. Each is
/// known by an EtherType of its own, and ends with the one that it stands before.
extension PacketDecoder {
    /// More tags than this in front of a packet are no network's.
    private static let tagLimit = 8

    /// Passes over tags, those of VLANs among them; what follows them may be an 802.3 frame.
    @inline(never)
    static func tagged(
        _ first: EtherType, _ frame: RawSpan, at start: Int, end: Int, _ packet: inout Packet
    ) -> Outcome {
        var type = first
        var offset = start
        for _ in 0..<tagLimit {
            guard let length = tagLength(type, frame, at: offset, end: end) else {
                passSNAP(&type, frame, &offset, end: end)
                return network(type, frame, at: offset, end: end, mayBeTagged: false, &packet)
            }
            guard available(frame, at: offset, end: end) >= length &+ 2 else { return .undecoded(.linkTruncated) }
            if type.isVLAN { packet.vlans.append(frame.uint16(at: offset) & 0x0FFF) }
            type = EtherType(rawValue: frame.uint16(at: offset &+ length))
            offset &+= length &+ 2
        }
        return .undecoded(.vlanTooDeep)
    }

    /// How many bytes lie between the EtherType of a tag and the next EtherType; `nil` where it is none, or none that
    /// can be passed over.
    static func tagLength(_ type: EtherType, _ frame: RawSpan, at offset: Int, end: Int) -> Int? {
        let count = available(frame, at: offset, end: end)
        switch type {
        case .vlan, .serviceVLAN, .oldServiceVLAN: return 2
        // Path and size, sequence number (IEC 62439-3, 5.7.3); the same of IEEE 802.1CB, 7.8.
        case .redundantRing, .redundancy: return 4
        // Direction, virtual interfaces (VN-Tag, as IEEE 802.1Qbh was to have it).
        case .vnTag: return 4
        // Priority and both channel identifiers, with their extensions (IEEE 802.1BR, 7.5).
        case .eTag: return 6
        // Version, length in words, and so many options: the security group tag is one.
        case .ciscoMetadata: return count >= 2 ? 2 &+ Int(frame.byte(at: offset &+ 1)) &* 4 : 2
        case .aristaTime: return aristaLength(frame, at: offset, count)
        case .ciscoTime:
            // A number that is anybody's (IEEE 802, 9.2.3): what follows the 48 bits of time has to prove itself.
            guard count >= 8 else { return nil }
            return provesNetwork(frame.uint16(at: offset &+ 6), frame, at: offset &+ 8, end: end) ? 6 : nil
        case .macsec:
            guard count >= 6 else { return nil }
            // Version 0; neither encrypted nor changed (IEEE 802.1AE, 9.5). Behind it lie the number of the packet and
            // eight bytes more with the SC bit.
            let control = frame.byte(at: offset)
            return control & 0x8C != 0 ? nil : control & 0x20 != 0 ? 14 : 6
        default: return nil
        }
    }

    /// Sub-type 1 is a time stamp; the third nibble of the version tells whether it takes 64 bits or 48.
    private static func aristaLength(_ frame: RawSpan, at offset: Int, _ count: Int) -> Int? {
        guard count >= 4, frame.uint16(at: offset) == 1 else { return nil }
        switch frame.byte(at: offset &+ 3) >> 4 {
        case 1: return 12
        case 2: return 10
        default: return nil
        }
    }

    /// Whether an EtherType and what follows it are IP or ARP.
    private static func provesNetwork(_ value: UInt16, _ frame: RawSpan, at start: Int, end: Int) -> Bool {
        switch EtherType(rawValue: value) {
        case .ipv4: provesIPv4(frame, at: start, end: end)
        case .ipv6: provesIPv6(frame, at: start, end: end)
        case .arp: available(frame, at: start, end: end) >= 28 && frame.uint32(at: start) == 0x0001_0800
        default: false
        }
    }
}
