import Bytes
import Network
import Packets
import TestSupport
import Testing

/// One vector of either table.
private struct Sample {
    var name: String
    var frame: [UInt8]
    var unlikeTshark: String?
}

private func samples(_ link: LinkType) -> [Sample] {
    FrameVector.all.filter { $0.link == link }.map { Sample(name: $0.name, frame: $0.frame) }
        + TunnelVector.all.filter { $0.link == link }.map {
            Sample(name: $0.name, frame: $0.frame, unlikeTshark: $0.unlikeTshark)
        }
}

private func text(_ address: MACAddress) -> String {
    var bytes: [UInt8] = []
    address.write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

@Suite(.needs(Tshark.isPresent, "tshark is not installed")) struct TsharkAgreementTests {
    private static let fields = [
        "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.payload", "eth.src",
        "ieee8021ah.csrc", "vlan.id", "ieee8021ad.id", "ieee8021ad.svid", "ieee8021ad.cvid",
    ]
    /// On the port that Linux uses for VXLAN tshark expects another protocol, and what labels carry it must be told.
    private static let options = [
        "udp.port==8472,vxlan", "mpls.label==\(TunnelVector.controlled),pwethcw",
        "mpls.label==\(TunnelVector.uncontrolled),pwethnocw",
    ].flatMap { ["-d", $0] }

    @Test("tshark finds the same innermost segment", arguments: DecoderInvariants.links)
    func innermost(_ link: LinkType) throws {
        let samples = samples(link)
        let rows = try Tshark.fields(
            Self.fields, of: samples.map(\.frame), link: link, options: Self.options)
        try #require(rows.count == samples.count)
        for (sample, row) in zip(samples, rows) where sample.unlikeTshark == nil {
            var packet = Packet()
            let name = Comment(rawValue: "\(sample.name): \(row)")
            #expect(PacketDecoder.decode(sample.frame.span.bytes, link: link, into: &packet) == .packet, name)
            guard row.count == Self.fields.count else { continue }
            let isIPv4 = packet.source.isIPv4
            #expect(row[isIPv4 ? 0 : 2].last == packet.source.description, name)
            #expect(row[isIPv4 ? 1 : 3].last == packet.destination.description, name)
            #expect(row[4].last == "\(packet.sourcePort)", name)
            #expect(row[5].last == "\(packet.destinationPort)", name)
            #expect(row[6] == ["68656c6c6f"], name)
            // The tag of 802.1ah stands in the innermost header where a vector has one.
            if let station = row[8].last ?? row[7].last { #expect(packet.sourceMAC.map(text) == station, name) }
            // tshark lists the tags by their kind; in the vectors they rise from the outermost inwards.
            let tags = row[9...].joined().compactMap { UInt16($0) }.sorted()
            #expect(tags.prefix(4) == (0..<packet.vlans.count).map { packet.vlans[$0] }[...], name)
        }
    }
}
