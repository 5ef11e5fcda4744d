import Bytes
import Flows
import Network
import Packets
import TestSupport
import Testing

private func permutations(_ count: Int) -> [[Int]] {
    if count == 0 { return [[]] }
    return permutations(count - 1).flatMap { shorter in
        (0...shorter.count).map { place in
            var order = shorter
            order.insert(count - 1, at: place)
            return order
        }
    }
}

@Test("Every order gives the same payload", arguments: [false, true]) func everyOrderGivesTheSamePayload(v6: Bool) {
    let bytes = payload(1005)
    let samples = cut(bytes, [8, 256, 504, 1000], v6: v6)
    var table = fragmentTable()
    for order in permutations(samples.count) {
        for number in order.dropLast() { #expect(table.feed(samples[number]) == .waiting) }
        #expect(table.feed(samples[order[4]]) == .complete(bytes, [], protocolNumber: 17), "order \(order)")
    }
    #expect(table.counters.completed == 120)
    #expect(table.counters.fragments == 600)
    #expect(table.counters.bytesWaiting == 0)
    #expect(table.counters.datagramsWaiting == 0)
    #expect(table.reservedBytes == 0)
}

@Test("First fragment tells the header") func firstFragmentTellsTheHeader() {
    var table = fragmentTable()
    var samples = cut(payload(40), [24], number: 6, v6: true)
    // Only the next header of the first fragment counts in IPv6 (RFC 8200, 4.5).
    samples[1].fragment.protocolNumber = 60
    #expect(table.feed([samples[1], samples[0]]) == .complete(payload(40), [], protocolNumber: 6))
    let frame = [0, 0, 0] + samples[0].bytes
    _ = table.feed(samples[1])
    switch table.insert(samples[0].fragment, from: FrameRef(.numbered(1), frame.span.bytes), at: .zero) {
    case .complete(let buffer):
        #expect(buffer.first.payload == ByteRange(offset: 0, count: 40))
        #expect(buffer.first.source == samples[0].fragment.source)
        #expect(!buffer.hasOverlap && !buffer.hasConflict)
    default: Issue.record("not complete")
    }
}

@Test("Datagrams of others are kept apart") func datagramsOfOthersAreKeptApart() {
    var table = fragmentTable()
    // The same identification from another source, to another protocol, in another IP version.
    let flows: [(source: UInt32, number: UInt8, v6: Bool, id: UInt32)] = [
        (1, 17, false, 7), (2, 17, false, 7), (1, 6, false, 7), (1, 17, true, 7), (2, 17, true, 7), (1, 17, true, 8),
        (1, 17, false, 8),
    ]
    let samples = flows.indices.map { number in
        cut(
            payload(100, salt: number), [48, 64], id: flows[number].id, source: flows[number].source,
            number: flows[number].number, v6: flows[number].v6)
    }
    for piece in 0..<2 {
        for number in flows.indices { #expect(table.feed(samples[number][piece]) == .waiting) }
    }
    #expect(table.counters.datagramsWaiting == flows.count)
    for number in flows.indices {
        #expect(table.feed(samples[number][2]).bytes == payload(100, salt: number))
    }
    #expect(table.counters.conflicts == 0)
}

@Test("Exact copies are harmless") func exactCopiesAreHarmless() {
    var table = fragmentTable()
    let samples = cut(payload(64), [16, 32])
    #expect(table.feed([samples[0], samples[0], samples[2], samples[2], samples[0]]) == .waiting)
    #expect(table.feed(samples[1]) == .complete(payload(64), [], protocolNumber: 17))
    #expect(table.counters.duplicates == 3)
    #expect(table.counters.overlaps == 0)
}

@Test("First copy stands") func firstCopyStands() {
    var table = fragmentTable()
    let bytes = payload(64)
    let forged = payload(64, salt: 1)
    var samples = cut(bytes, [16, 32])
    samples.insert(FragmentSample(at: 8, more: true, Array(forged[8..<24])), at: 1)
    let outcome = table.feed(samples)
    // Bytes 16 to 23 came with the forged fragment first.
    let expected = Array(bytes[0..<16] + forged[16..<24] + bytes[24...])
    #expect(outcome.bytes == expected)
    #expect(outcome.oddities == .conflict)
    // The forged fragment differs from the one before, and the one behind it from the forged.
    #expect(table.counters.conflicts == 2)
    #expect(table.counters.overlaps == 0)
    // A copy with the same range and other bytes is no duplicate.
    samples = cut(bytes, [16])
    samples.insert(FragmentSample(at: 0, more: true, Array(forged[0..<16])), at: 1)
    #expect(table.feed(samples) == .complete(bytes, .conflict, protocolNumber: 17))
    #expect(table.counters.duplicates == 0)
}

@Test("One fragment fills many holes") func oneFragmentFillsManyHoles() {
    var table = fragmentTable()
    let bytes = payload(96)
    for offset in [16, 48, 80] {
        let piece = FragmentSample(at: offset, more: true, Array(bytes[offset..<offset + 8]))
        #expect(table.feed(piece) == .waiting)
    }
    #expect(table.feed(FragmentSample(at: 0, more: false, bytes)) == .complete(bytes, [], protocolNumber: 17))
}

@Test("A fragment that is all stands alone") func aFragmentThatIsAllStandsAlone() {
    var table = fragmentTable()
    let samples = cut(payload(32), [16], v6: true)
    _ = table.feed(samples[0])
    let atomic = FragmentSample(at: 0, more: false, payload(20, salt: 3), v6: true)
    #expect(table.feed(atomic) == .complete(payload(20, salt: 3), [], protocolNumber: 17))
    #expect(table.feed(samples[1]) == .complete(payload(32), [], protocolNumber: 17))
}

@Test("Shuffles with copies and overlaps") func shufflesWithCopiesAndOverlaps() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var table = fragmentTable()
    for round in 0..<400 {
        let bytes = payload(Int.random(in: 17...3000, using: &random), salt: round)
        var cuts: Set<Int> = []
        for _ in 0..<Int.random(in: 1...20, using: &random) {
            cuts.insert(8 * Int.random(in: 1...(bytes.count - 1) / 8, using: &random))
        }
        let v6 = Bool.random(using: &random)
        var samples = cut(bytes, cuts.sorted(), id: UInt32(round), v6: v6)
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            if let copy = samples.randomElement(using: &random) { samples.append(copy) }
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let start = 8 * Int.random(in: 0...(bytes.count - 1) / 8, using: &random)
            let stop = min(bytes.count, start + 8 * Int.random(in: 1...40, using: &random))
            if start == 0, stop == bytes.count { continue }
            let sample = FragmentSample(
                at: start, more: stop < bytes.count, Array(bytes[start..<stop]), id: UInt32(round), v6: v6)
            samples.append(sample)
        }
        samples.shuffle(using: &random)
        var completed = 0
        for sample in samples {
            // What comes after completion begins another datagram, which may be completed again.
            if let result = table.feed(sample, at: Double(round)).bytes {
                completed += 1
                #expect(result == bytes)
            }
        }
        #expect(completed > 0)
    }
    #expect(table.counters.conflicts == 0)
    #expect(table.counters.malformed == 0)
}

private func address(of buffer: borrowing FragmentBuffer) -> Int {
    buffer.bytes.span.bytes.withCAddress { address, _ in Int(bitPattern: address) }
}

@Test("Memory is used again") func memoryIsUsedAgain() {
    var table = fragmentTable()
    var addresses: Set<Int> = []
    let samples = [
        cut(payload(3000), [1480, 2960]), cut(payload(9000), [1480, 2960, 4440, 5920, 7400, 8880]).reversed(),
    ]
    let frames = samples.map { $0.map { [0, 0, 0] + $0.bytes } }
    for round in 0..<200 {
        let kind = round % 2
        for (sample, frame) in zip(samples[kind], frames[kind]) {
            switch table.insert(sample.fragment, from: FrameRef(.numbered(1), frame.span.bytes), at: .zero) {
            case .complete(let buffer):
                addresses.insert(address(of: buffer))
                table.recycle(buffer)
            default: break
            }
        }
    }
    #expect(table.counters.completed == 200)
    #expect(addresses.count <= 3)
    #expect(table.idleBytes <= 64 << 10)
}
