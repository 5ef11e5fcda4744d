import Bytes
import Flows
import Network
import Packets
import TestSupport
import Testing

/// A fragment of one of a few datagrams, most of them fit to be put together, the others wrong in some way.
private func randomSample(_ random: inout SeededGenerator) -> FragmentSample {
    let v6 = Bool.random(using: &random)
    let source = UInt32.random(in: 1...3, using: &random)
    let whole = payload(120, salt: Int(source))
    let offset = 8 * Int.random(in: 0...14, using: &random)
    let isLast = Int.random(in: 0..<4, using: &random) == 0
    let stop = isLast ? 120 : min(120, offset + 8 * Int.random(in: 1...6, using: &random))
    var sample = FragmentSample(
        at: offset, more: !isLast, Array(whole[offset..<stop]), id: UInt32.random(in: 0...1, using: &random),
        source: source, number: [6, 17].randomElement(using: &random) ?? 6, v6: v6)
    switch Int.random(in: 0..<60, using: &random) {
    case 0...2: sample.bytes[Int.random(in: 0..<sample.bytes.count, using: &random)] ^= 1
    case 3: sample.fragment.hasMore.toggle()
    case 4: sample.bytes.removeLast(Int.random(in: 1...sample.bytes.count, using: &random))
    case 5: sample.fragment.missing = Int.random(in: 1...100, using: &random)
    case 6: sample.fragment.offset += Int.random(in: 1...16, using: &random)
    case 7: sample.fragment.offset = 65_528
    default: break
    }
    sample.fragment.payload.count = sample.bytes.count
    return sample
}

@Test("Table agrees with the model", arguments: [128, 5]) func tableAgreesWithTheModel(pieceLimit: Int) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var model = FragmentModel(pieceLimit: pieceLimit)
    var table = fragmentTable { $0.fragmentPieces = pieceLimit }
    var time = 0.0
    for round in 0..<6000 {
        time += Int.random(in: 0..<100, using: &random) == 0 ? 45 : 0.25
        let sample = randomSample(&random)
        let outcome = table.feed(sample, at: time)
        let expected = model.feed(sample, at: time)
        #expect(outcome == expected, "round \(round), seed \(seed)")
        if outcome != expected { return }
    }
    time += 20
    table.expire(at: Timestamp(nanoseconds: Int64(time * 1e9)))
    model.expire(at: time)
    let counters = table.counters
    #expect(counters.completed == model.completed)
    #expect(counters.duplicates == model.duplicates)
    #expect(counters.overlaps == model.overlaps)
    #expect(counters.conflicts == model.conflicts)
    #expect(counters.timedOut == model.timedOut)
    #expect(counters.datagramsWaiting == model.datagrams.count)
    #expect(counters.bytesWaiting == model.bytesWaiting)
    #expect(counters.completed > 100 && counters.conflicts > 100 && counters.timedOut > 100)
}

@Test("Random fragments do no harm") func randomFragmentsDoNoHarm() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var table = fragmentTable {
        $0.fragmentedDatagrams = 20
        $0.fragmentBytesTotal = 1 << 17
        $0.fragmentPieces = 6
    }
    let frame = payload(70_000)
    var time = Int64(0)
    for _ in 0..<40_000 {
        var sample = randomSample(&random).fragment
        sample.identification = UInt32.random(in: 0...20, using: &random)
        sample.offset = 8 * Int.random(in: 0...8200, using: &random)
        sample.hasMore = Bool.random(using: &random)
        let start = Int.random(in: 0...70_000, using: &random)
        let count = Int.random(in: 0...70_000 >> Int.random(in: 0...16, using: &random), using: &random)
        sample.payload = ByteRange(offset: start, count: sample.hasMore ? count & ~7 : count)
        if Int.random(in: 0..<50, using: &random) == 0 {
            time = Int64.random(in: .min ... .max, using: &random)
        } else {
            time &+= Int64.random(in: -1_000_000_000...2_000_000_000, using: &random)
        }
        switch table.insert(sample, from: FrameRef(.numbered(1), frame.span.bytes), at: Timestamp(nanoseconds: time)) {
        case .complete(let buffer):
            #expect(buffer.bytes.count <= 65_535)
            if Bool.random(using: &random) { table.recycle(buffer) }
        default: break
        }
        #expect(table.counters.datagramsWaiting <= 20)
        #expect(table.reservedBytes <= 1 << 17)
        #expect(table.idleBytes <= 1 << 15)
        #expect(table.counters.bytesWaiting <= table.reservedBytes)
    }
    // However time ran, it comes to an end.
    table.expire(at: Timestamp(nanoseconds: time &+ .max))
    table.expire(at: Timestamp(nanoseconds: time &+ .max / 2))
    #expect(table.counters.datagramsWaiting == 0)
    #expect(table.counters.bytesWaiting == 0)
    #expect(table.reservedBytes == 0)
}
