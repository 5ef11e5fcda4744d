// Encapsulations, each around a packet or frame that is already built.

extension Build {
    /// An Ethernet frame between stations other than those of `ethernet`, to stand inside a tunnel.
    public static func innerEthernet(
        _ type: Int, vlans: [(type: Int, id: Int)] = [], to: [UInt8] = [2, 0, 0, 0, 0, 0x12],
        from: [UInt8] = [2, 0, 0, 0, 0, 0x11], _ payload: [UInt8]
    ) -> [UInt8] {
        to + from + ethernet(type, vlans: vlans, payload).dropFirst(12)
    }

    /// An IPv4 packet between the ends of a tunnel, 198.51.100.1 and 198.51.100.2.
    public static func outerIPv4(proto: UInt8, fragment: Int = 0x4000, _ payload: [UInt8]) -> [UInt8] {
        ipv4(from: [198, 51, 100, 1], to: [198, 51, 100, 2], proto: proto, fragment: fragment, payload)
    }

    /// An IPv6 packet between the ends of a tunnel, 2001:db8:ffff::1 and 2001:db8:ffff::2.
    public static func outerIPv6(next: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let prefix: [UInt8] = [0x20, 1, 0xD, 0xB8, 0xFF, 0xFF] + Array(repeating: 0, count: 9)
        return ipv6(from: prefix + [1], to: prefix + [2], next: next, payload)
    }

    /// A datagram between the ends of a tunnel, in IPv4.
    public static func outerUDP(from: Int = 50000, to: Int, _ payload: [UInt8]) -> [UInt8] {
        outerIPv4(proto: 17, udp(from: from, to: to, payload))
    }

    /// A stack of MPLS labels (RFC 3032, 2.1), outermost first.
    public static func mpls(_ labels: [Int], _ payload: [UInt8]) -> [UInt8] {
        var stack: [UInt8] = []
        for (index, label) in labels.enumerated() {
            let bottom = index == labels.count - 1 ? 0x100 : 0
            stack += u32(UInt32(label << 12 | bottom | 64))
        }
        return stack + payload
    }

    /// A PPPoE session header (RFC 2516, 4).
    public static func pppoe(length: Int? = nil, _ ppp: [UInt8]) -> [UInt8] {
        [0x11, 0, 0x12, 0x34] + u16(length ?? ppp.count) + ppp
    }

    /// GRE version 0 (RFC 2784, RFC 2890); the flags follow from what is given.
    public static func gre(
        _ type: Int, checksum: Bool = false, key: UInt32? = nil, sequence: UInt32? = nil, _ payload: [UInt8]
    ) -> [UInt8] {
        let flags = (checksum ? 0x8000 : 0) | (key == nil ? 0 : 0x2000) | (sequence == nil ? 0 : 0x1000)
        var header = u16(flags) + u16(type)
        if checksum { header += [0, 0, 0, 0] }
        if let key { header += u32(key) }
        if let sequence { header += u32(sequence) }
        return header + payload
    }

    /// GRE version 1 (RFC 2637, 4.1) with a sequence number.
    public static func pptp(acknowledgement: UInt32? = nil, _ ppp: [UInt8]) -> [UInt8] {
        u16(acknowledgement == nil ? 0x3001 : 0x3081) + u16(0x880B) + u16(ppp.count) + [0, 7] + u32(1)
            + (acknowledgement.map(u32) ?? []) + ppp
    }

    /// An ERSPAN type II packet in GRE.
    public static func erspan2(isCut: Bool = false, _ frame: [UInt8]) -> [UInt8] {
        gre(0x88BE, sequence: 9, [0x10, 100] + u16(isCut ? 0x0C05 : 0x0805) + [0, 0, 0, 1] + frame)
    }

    /// An ERSPAN type III packet in GRE; `type` is the frame type.
    public static func erspan3(type: Int = 0, hasSubheader: Bool = false, _ frame: [UInt8]) -> [UInt8] {
        let header = [0x20, 100] + u16(0x0805) + u32(1) + [0, 0] + u16(type << 10 | (hasSubheader ? 1 : 0))
        return gre(0x22EB, sequence: 9, header + (hasSubheader ? [UInt8](repeating: 0, count: 8) : []) + frame)
    }

    /// A VXLAN header (RFC 7348, 5).
    public static func vxlan(flags: UInt8 = 8, _ frame: [UInt8]) -> [UInt8] { [flags, 0, 0, 0, 0, 0, 7, 0] + frame }

    /// A VXLAN-GPE header with the P flag.
    public static func vxlanGPE(next: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0x0C, 0, 0, next, 0, 0, 7, 0] + payload
    }

    /// A Geneve header (RFC 8926, 3.4); `options` is a multiple of four bytes.
    public static func geneve(_ type: Int, options: [UInt8] = [], _ payload: [UInt8]) -> [UInt8] {
        [UInt8(options.count / 4), 0] + u16(type) + [0, 0, 7, 0] + options + payload
    }

    /// A GTP-U G-PDU (3GPP TS 29.281, 5.1); `optional` is what the three flags E, S and PN bring.
    public static func gtp(flags: UInt8 = 0x30, optional: [UInt8] = [], _ payload: [UInt8]) -> [UInt8] {
        [flags, 255] + u16(optional.count + payload.count) + u32(7) + optional + payload
    }

    /// An IPv6 packet from a Teredo address (RFC 4380, 2.6).
    public static func teredoIPv6(next: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let source: [UInt8] = [0x20, 1, 0, 0, 0xC6, 0x33, 0x64, 1, 0, 0, 0x3C, 0xAF, 0x39, 0xCC, 0x9B, 0xFD]
        return ipv6(from: source, next: next, payload)
    }

    /// The tag of 802.1ah and the customer's frame behind it.
    public static func serviceInstance(_ frame: [UInt8]) -> [UInt8] { [0, 0, 0x30, 0x39] + frame }
}
