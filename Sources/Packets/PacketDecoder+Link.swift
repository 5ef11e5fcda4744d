import Bytes
import Network

extension PacketDecoder {
    /// More VLAN tags than this in one Ethernet header are no network's.
    static let vlanLimit = 4

    /// Ethernet II, IEEE 802.3 with LLC and SNAP.
    static func ethernet(_ frame: RawSpan, at start: Int, end: Int, _ packet: inout Packet) -> Outcome {
        guard available(frame, at: start, end: end) >= 14 else { return .undecoded(.linkTruncated) }
        packet.destinationMAC = MACAddress(frame, at: start)
        packet.sourceMAC = MACAddress(frame, at: start &+ 6)
        return etherType(frame.uint16(at: start &+ 12), frame, at: start &+ 14, end: end, &packet)
    }

    /// What follows an EtherType or an 802.3 length: VLAN tags, SNAP, IP, a tunnel.
    static func etherType(
        _ value: UInt16, _ frame: RawSpan, at start: Int, end: Int, _ packet: inout Packet
    ) -> Outcome {
        var type = EtherType(rawValue: value)
        var offset = start
        var tags = 0
        while type.isVLAN {
            guard tags < vlanLimit else { return .undecoded(.vlanTooDeep) }
            guard available(frame, at: offset, end: end) >= 4 else { return .undecoded(.linkTruncated) }
            let identifier = frame.uint16(at: offset) & 0x0FFF
            packet.vlans.append(identifier)
            // A tag of 0 has a priority and names no VLAN (IEEE 802.1Q, 9.6).
            if identifier != 0 { packet.enterNetwork(UInt64(identifier)) }
            type = EtherType(rawValue: frame.uint16(at: offset &+ 2))
            offset &+= 4
            tags &+= 1
        }
        passSNAP(&type, frame, &offset, end: end)
        return network(type, frame, at: offset, end: end, mayBeTagged: true, &packet)
    }

    /// Passes over a SNAP header, which names an EtherType: values up to 1500 are lengths of an LLC frame (IEEE 802.3, 3.2.6).
    static func passSNAP(_ type: inout EtherType, _ frame: RawSpan, _ offset: inout Int, end: Int) {
        guard type.rawValue <= 1500, available(frame, at: offset, end: end) >= 8,
            frame.uint32(at: offset) == 0xAAAA_0300, frame.uint16(at: offset &+ 4) == 0
        else { return }
        type = EtherType(rawValue: frame.uint16(at: offset &+ 6))
        offset &+= 8
    }

    /// What an EtherType names; `mayBeTagged` says whether it may be that of a tag.
    static func network(
        _ type: EtherType, _ frame: RawSpan, at offset: Int, end: Int, mayBeTagged: Bool, _ packet: inout Packet
    ) -> Outcome {
        switch type {
        case .ipv4: return ipv4(frame, at: offset, end: end, &packet)
        case .ipv6: return ipv6(frame, at: offset, end: end, &packet)
        case .mpls, .mplsUpstream: return mpls(frame, at: offset, end: end, &packet)
        case .pppoeSession: return pppoe(frame, at: offset, end: end, &packet)
        case .serviceInstance: return backbone(frame, at: offset, end: end, &packet)
        case .pppoeDiscovery: return .undecoded(.pppoeDiscovery)
        case .arp: return .undecoded(.arp)
        case .lldp: return .undecoded(.lldp)
        case _ where mayBeTagged && tagLength(type, frame, at: offset, end: end) != nil:
            return tagged(type, frame, at: offset, end: end, &packet)
        case .macsec: return .undecoded(.macsec)
        default:
            packet.unknownNumber = type.rawValue
            return .undecoded(.etherTypeUnknown)
        }
    }

    /// IEEE 802.1ah: four bytes of flags and service identifier, then the customer's Ethernet frame.
    @inline(never)
    private static func backbone(_ frame: RawSpan, at start: Int, end: Int, _ packet: inout Packet) -> Outcome {
        guard enter(.pbb, &packet) else { return .undecoded(.tunnelTooDeep) }
        return ethernet(frame, at: start &+ 4, end: end, &packet)
    }

    /// Linux cooked capture: packet type, ARPHRD type, address length, address of 8 bytes, protocol.
    static func linuxSLL(_ frame: RawSpan, _ packet: inout Packet) -> Outcome {
        guard frame.byteCount >= 16 else { return .undecoded(.linkTruncated) }
        if frame.uint16(at: 4) == 6 { packet.sourceMAC = MACAddress(frame, at: 6) }
        return etherType(frame.uint16(at: 14), frame, at: 16, end: .max, &packet)
    }

    /// Linux cooked capture version 2: protocol, reserved, interface, ARPHRD type, packet type, address length, address.
    static func linuxSLL2(_ frame: RawSpan, _ packet: inout Packet) -> Outcome {
        guard frame.byteCount >= 20 else { return .undecoded(.linkTruncated) }
        if frame.byte(at: 11) == 6 { packet.sourceMAC = MACAddress(frame, at: 12) }
        return etherType(frame.uint16(at: 0), frame, at: 20, end: .max, &packet)
    }

    /// BSD loopback: an address family in the byte order of the machine that captured, which the file does not tell.
    static func null(_ frame: RawSpan, _ packet: inout Packet) -> Outcome {
        guard frame.byteCount >= 4 else { return .undecoded(.linkTruncated) }
        let family = frame.uint32(at: 0)
        return addressFamily(family < 0x1_0000 ? family : family.byteSwapped, frame, &packet)
    }

    /// OpenBSD loopback: an address family in network byte order.
    static func loop(_ frame: RawSpan, _ packet: inout Packet) -> Outcome {
        guard frame.byteCount >= 4 else { return .undecoded(.linkTruncated) }
        return addressFamily(frame.uint32(at: 0), frame, &packet)
    }

    /// AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS.
    private static func addressFamily(_ family: UInt32, _ frame: RawSpan, _ packet: inout Packet) -> Outcome {
        switch family {
        case 2: ipv4(frame, at: 4, end: .max, &packet)
        case 10, 24, 28, 30: ipv6(frame, at: 4, end: .max, &packet)
        default: .undecoded(.linkAddressFamilyUnknown)
        }
    }
}
