/// A flow of UDP: side 0 is the client.
struct Datagrams {
    var ends: Ends
    /// Whether long datagrams are cut into fragments.
    let isFragmented: Bool

    init(_ ends: Ends, isFragmented: Bool = false, _ traffic: inout Traffic) {
        self.ends = ends
        self.isFragmented = isFragmented
        traffic.truth.udpFlows += 1
    }

    mutating func write(_ payload: [UInt8], from side: Int, _ traffic: inout Traffic) {
        var packet = traffic.scratch
        traffic.scratch = []
        packet.removeAll(keepingCapacity: true)
        packet.append16(ends.ports[side])
        packet.append16(ends.ports[1 - side])
        packet.append16(8 + payload.count)
        packet.append16(0)
        packet.append(contentsOf: payload)
        let sum = packet.internetChecksum(initial: ends.pseudoHeader(.udp, length: packet.count))
        // 0 would say that there is none.
        packet.set16(sum == 0 ? 0xFFFF : sum, at: 6)
        let fragment = isFragmented && payload.count > 60 ? traffic.chance.among(3...50) * 8 : 0
        ends.write(packet, .udp, from: side, fragment: fragment, to: &traffic)
        traffic.scratch = packet
    }
}
