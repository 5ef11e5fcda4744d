import Flows
import Network
import Packets
import TestSupport
import Testing

private func packet(_ source: UInt32, _ sourcePort: UInt16, _ destination: UInt32, _ destinationPort: UInt16) -> Packet
{
    var packet = Packet()
    packet.source = IPAddress(v4: source)
    packet.destination = IPAddress(v4: destination)
    packet.sourcePort = sourcePort
    packet.destinationPort = destinationPort
    return packet
}

private func seconds(_ count: Int64) -> Timestamp { Timestamp(seconds: count, nanoseconds: 0) }

@Test("Both directions are one flow") func bothDirectionsAreOneFlow() {
    var table = FlowTable(limits: FlowLimits(), hash: SeededHash(seed: 1))
    let there = table.track(packet(1, 40000, 2, 1883), at: seconds(0))
    let back = table.track(packet(2, 1883, 1, 40000), at: seconds(1))
    #expect(there.isNew && !back.isNew)
    #expect(there.slot == back.slot)
    #expect(there.side == back.side.other)
    var udp = packet(1, 40000, 2, 1883)
    udp.transport = .udp
    #expect(table.track(udp, at: seconds(1)).isNew)
    #expect(table.track(packet(1, 40001, 2, 1883), at: seconds(1)).isNew)
    #expect(table.count == 3)
    #expect(table.total == 3)
}

@Test("Same address both ends") func sameAddressBothEnds() {
    var table = FlowTable(limits: FlowLimits(), hash: SeededHash(seed: 1))
    let there = table.track(packet(7, 50000, 7, 1883), at: seconds(0))
    let back = table.track(packet(7, 1883, 7, 50000), at: seconds(0))
    #expect(there.slot == back.slot)
    #expect(there.side != back.side)
}

@Test("Established flows outlive the flood") func establishedFlowsOutliveTheFlood() {
    var limits = FlowLimits()
    limits.flows = 100
    var table = FlowTable(limits: limits, hash: SeededHash(seed: 2))
    for port in UInt16(1)...10 {
        let hit = table.track(packet(1, port, 2, 1883), at: seconds(0))
        table.setEstablished(true, slot: hit.slot)
        table[hit.slot].handle = Int64(port)
    }
    for source in UInt32(1000)..<6000 {
        _ = table.track(packet(source, 1, 2, 1883), at: seconds(1))
        #expect(table.count <= 100)
        table.clearDeparted()
    }
    #expect(table.evicted == 5000 - 90)
    for port in UInt16(1)...10 {
        let hit = table.track(packet(1, port, 2, 1883), at: seconds(2))
        #expect(!hit.isNew)
        #expect(table[hit.slot].handle == Int64(port))
    }
}

@Test("Silence expires") func silenceExpires() {
    var table = FlowTable(limits: FlowLimits(), hash: SeededHash(seed: 3))
    let kept = table.track(packet(1, 1, 2, 2), at: seconds(0))
    table.setEstablished(true, slot: kept.slot)
    _ = table.track(packet(3, 3, 4, 4), at: seconds(0))
    _ = table.track(packet(5, 5, 6, 6), at: seconds(121))
    #expect(table.expired == 1)
    #expect(table.departed.map(\.key.first.port) == [3])
    #expect(!table.track(packet(1, 1, 2, 2), at: seconds(98_000)).isNew)
}

/// Random insertions, look-ups and removals against a dictionary.
@Test("Agrees with a dictionary") func agreesWithADictionary() {
    let seed = testSeed()
    var generator = SeededGenerator(seed: seed)
    var limits = FlowLimits()
    limits.flows = 500
    var table = FlowTable(limits: limits, hash: SeededHash(seed: seed))
    var expected: Set<FlowKey> = []
    for step in 0..<50_000 {
        let one = packet(
            UInt32.random(in: 0..<30, using: &generator), UInt16.random(in: 0..<4, using: &generator),
            UInt32.random(in: 0..<30, using: &generator), 1883)
        let (key, _) = FlowKey.of(one)
        let hit = table.track(one, at: seconds(Int64(step / 100)))
        for gone in table.departed { #expect(expected.remove(gone.key) != nil, "seed \(seed)") }
        table.clearDeparted()
        #expect(hit.isNew == !expected.contains(key), "seed \(seed)")
        expected.insert(key)
        #expect(table[hit.slot].key == key, "seed \(seed)")
        #expect(table.count == expected.count, "seed \(seed)")
        if step % 7 == 0 { table.setEstablished(Bool.random(using: &generator), slot: hit.slot) }
    }
    table.removeAll()
    #expect(table.count == 0)
    #expect(Set(table.departed.map(\.key)) == expected, "seed \(seed)")
}

/// Of a flow of which one direction is tagged, and among many others that came and went.
@Test("An answer in another network is found, and nothing that is gone") func anAnswerInAnotherNetwork() {
    var limits = FlowLimits()
    limits.flows = 100
    var table = FlowTable(limits: limits, hash: SeededHash(seed: 2))
    var (kept, gone) = (packet(1, 40_000, 2, 5683), packet(1, 40_001, 2, 5683))
    (kept.transport, gone.transport) = (.udp, .udp)
    let flow = table.track(kept, at: seconds(0))
    table.setEstablished(true, slot: flow.slot)
    _ = table.track(gone, at: seconds(0))
    for source in UInt32(1000)..<3000 {
        var other = packet(source, 1, 2, 1883)
        other.network = UInt64(source % 3)
        _ = table.track(other, at: seconds(1))
        table.clearDeparted()
    }
    var (answer, late) = (packet(2, 5683, 1, 40_000), packet(2, 5683, 1, 40_001))
    (answer.transport, answer.network) = (.udp, 1)
    let hit = table.track(answer, at: seconds(2))
    #expect(!hit.isNew && hit.slot == flow.slot)
    (late.transport, late.network) = (.udp, 1)
    #expect(table.track(late, at: seconds(2)).isNew)
}
