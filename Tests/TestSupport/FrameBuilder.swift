/// Builds frames for tests, header by header from the inside out. Checksums are left 0, as offloading leaves them.
public enum Build {
    /// Two bytes, most significant first.
    public static func u16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }

    /// Four bytes, most significant first.
    public static func u32(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    /// A TCP segment (RFC 9293, 3.1).
    public static func tcp(
        from: Int, to: Int, seq: UInt32, ack: UInt32 = 0, flags: UInt8 = 0x18, options: [UInt8] = [],
        _ payload: [UInt8] = []
    ) -> [UInt8] {
        let words = UInt8(5 + options.count / 4)
        return u16(from) + u16(to) + u32(seq) + u32(ack) + [words << 4, flags] + u16(8192) + [0, 0, 0, 0] + options
            + payload
    }

    /// A UDP datagram (RFC 768).
    public static func udp(from: Int, to: Int, _ payload: [UInt8]) -> [UInt8] {
        u16(from) + u16(to) + u16(8 + payload.count) + [0, 0] + payload
    }

    /// An IPv4 packet (RFC 791, 3.1); `fragment` is the field of flags and offset.
    public static func ipv4(
        from: [UInt8] = [10, 0, 0, 1], to: [UInt8] = [10, 0, 0, 2], proto: UInt8, options: [UInt8] = [],
        fragment: Int = 0x4000, length: Int? = nil, _ payload: [UInt8]
    ) -> [UInt8] {
        let total = length ?? 20 + options.count + payload.count
        return [0x45 + UInt8(options.count / 4), 0] + u16(total) + [0, 1] + u16(fragment) + [64, proto, 0, 0] + from
            + to + options + payload
    }

    /// An IPv6 packet (RFC 8200, 3); `next` names the first header in `payload`.
    public static func ipv6(
        from: [UInt8] = [0x20, 1, 0xD, 0xB8] + Array(repeating: 0, count: 11) + [1],
        to: [UInt8] = [0x20, 1, 0xD, 0xB8] + Array(repeating: 0, count: 11) + [2], next: UInt8, length: Int? = nil,
        _ payload: [UInt8]
    ) -> [UInt8] {
        [0x60, 0, 0, 0] + u16(length ?? payload.count) + [next, 64] + from + to + payload
    }

    /// An Ethernet frame, with VLAN tags given as EtherType and identifier, outermost first.
    public static func ethernet(_ type: Int, vlans: [(type: Int, id: Int)] = [], _ payload: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
        for vlan in vlans { frame += u16(vlan.type) + u16(vlan.id) }
        return frame + u16(type) + payload
    }

    /// An Ethernet frame with a TCP segment in IPv4.
    public static func tcpFrame(
        from: Int = 40000, to: Int = 1883, seq: UInt32, flags: UInt8 = 0x18, source: [UInt8] = [10, 0, 0, 1],
        destination: [UInt8] = [10, 0, 0, 2], _ payload: [UInt8] = []
    ) -> [UInt8] {
        let segment = tcp(from: from, to: to, seq: seq, flags: flags, payload)
        return ethernet(0x0800, ipv4(from: source, to: destination, proto: 6, segment))
    }

    /// An Ethernet frame with a UDP datagram in IPv4.
    public static func udpFrame(
        from: Int = 40000, to: Int = 5683, source: [UInt8] = [10, 0, 0, 1], destination: [UInt8] = [10, 0, 0, 2],
        _ payload: [UInt8]
    ) -> [UInt8] {
        ethernet(0x0800, ipv4(from: source, to: destination, proto: 17, udp(from: from, to: to, payload)))
    }
}
