// Checksums filled in, for tests that look at them.

extension Build {
    /// The Internet checksum, word by word as RFC 1071, 1 describes it.
    public static func checksum(_ bytes: [UInt8]) -> Int {
        var sum = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += Int(bytes[index]) << 8 + (index + 1 < bytes.count ? Int(bytes[index + 1]) : 0)
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return ~sum & 0xFFFF
    }

    /// An IPv4 packet with its header checksum.
    public static func withHeaderChecksum(_ packet: [UInt8]) -> [UInt8] {
        var packet = packet
        let header = Array(packet[..<(Int(packet[0] & 15) * 4)])
        packet.replaceSubrange(10..<12, with: u16(checksum(header)))
        return packet
    }

    /// An IPv4 packet without options, or an IPv6 packet without extension headers, with the checksum of its TCP segment
    /// or UDP datagram.
    public static func withTransportChecksum(_ packet: [UInt8]) -> [UInt8] {
        var packet = packet
        let isIPv4 = packet[0] >> 4 == 4
        let start = isIPv4 ? 20 : 40
        let number = packet[isIPv4 ? 9 : 6]
        let pseudo = packet[(isIPv4 ? 12 : 8)..<start] + [0, number] + u16(packet.count - start)
        let field = start + (number == 6 ? 16 : 6)
        let sum = checksum(pseudo + packet[start...])
        // A datagram whose sum is 0 carries the other zero of ones' complement (RFC 768).
        packet.replaceSubrange(field..<(field + 2), with: u16(number == 17 && sum == 0 ? 0xFFFF : sum))
        return packet
    }
}
