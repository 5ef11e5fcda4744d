import Bytes
import Network
import Packets

/// What holds for every input, whatever its bytes. Free of the test library, so that a fuzzer can call it.
enum DecoderInvariants {
    static let links: [LinkType] = [
        .ethernet, .raw, .ipv4, .ipv6, .linuxSLL, .linuxSLL2, .null, .loop, .ppp, .pppHDLC, .pppEthernet, .ciscoHDLC,
    ]

    /// Takes the first byte as the link type's place in `links` and the rest as a frame.
    ///
    /// - Returns: what does not hold, or `nil`.
    static func check(input: [UInt8]) -> String? {
        guard let first = input.first else { return nil }
        return check(Array(input.dropFirst()), links[Int(first) % links.count])
    }

    /// Decodes, goes on with what a fragment holds as though it were whole, and asks for checksums.
    static func check(_ frame: [UInt8], _ link: LinkType) -> String? {
        var packet = Packet()
        let outcome = PacketDecoder.decode(frame.span.bytes, link: link, into: &packet)
        if let wrong = check(outcome, packet, frame) { return wrong }
        guard case .fragment(let fragment) = outcome else { return nil }
        let payload = Array(frame[fragment.payload.offset..<fragment.payload.end])
        let before = packet
        let whole = PacketDecoder.decodeReassembled(payload.span.bytes, of: fragment, into: &packet)
        if packet.tunnels.count < before.tunnels.count { return "tunnels lost" }
        return check(whole, packet, payload).map { "put together: \($0)" }
    }

    private static func check(_ outcome: PacketDecoder.Outcome, _ packet: Packet, _ frame: [UInt8]) -> String? {
        let bytes = frame.span.bytes
        _ = PacketDecoder.checksum(bytes, packet)
        if packet.payload.offset < 0 || packet.payload.count < 0 { return "negative payload range" }
        if packet.payload.end > frame.count { return "payload behind the frame" }
        if packet.missing < 0 { return "negative count of missing bytes" }
        if packet.networkHeader.end > frame.count { return "network header behind the frame" }
        if packet.tunnels.count > TunnelPath.limit { return "too many tunnels" }
        switch outcome {
        case .packet:
            let header = packet.segment.count - packet.payload.count - packet.missing
            if header < (packet.transport == .udp ? 8 : 20) || header > 60 { return "transport header of \(header)" }
            if packet.transport == .tcp && Int(bytes.byte(at: packet.segment.offset + 12) >> 4) * 4 != header {
                return "header of another length"
            }
            // A copy that was cut before a tunnel took it may have other bytes behind it.
            let isCut = packet.segment.end > frame.count
            if isCut && packet.missing == 0 && packet.segment.offset + header <= frame.count { return "missing" }
            if packet.missing > 0 && PacketDecoder.transportChecksum(bytes, packet) == .ok {
                return "sum of what is missing"
            }
        case .fragment(let fragment):
            if fragment.payload.offset < 0 || fragment.payload.count < 0 { return "negative fragment range" }
            if fragment.payload.end > frame.count { return "fragment behind the frame" }
            if fragment.missing < 0 { return "negative count of bytes missing in a fragment" }
            if fragment.offset == 0 && !fragment.hasMore { return "fragment that is whole" }
            if fragment.source != packet.source { return "fragment of another packet" }
        case .undecoded:
            break
        }
        return nil
    }
}
