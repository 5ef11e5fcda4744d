import Bytes
import Flows
import Network
import Packets
import TestSupport
import Testing

@Test("Flood of first fragments") func floodOfFirstFragments() {
    var table = fragmentTable()
    let frame = payload(1500)
    var fragment = FragmentSample(at: 0, more: true, payload(1480)).fragment
    let count = 200_000
    var waitingAtMost = 0
    for number in 0..<count {
        fragment.identification = UInt32(truncatingIfNeeded: number)
        fragment.source = IPAddress(v4: UInt32(truncatingIfNeeded: number >> 3))
        guard case .waiting = table.insert(fragment, from: FrameRef(.numbered(1), frame.span.bytes), at: .zero) else {
            Issue.record("fragment \(number)")
            return
        }
        waitingAtMost = max(waitingAtMost, table.counters.datagramsWaiting)
    }
    #expect(waitingAtMost == 4096)
    #expect(table.counters.evicted == UInt64(count - 4096))
    #expect(table.counters.bytesWaiting == 4096 * 1480)
    #expect(table.reservedBytes <= 16 << 20)
    #expect(table.idleBytes <= 4 << 20)
}

@Test("Flood of large datagrams") func floodOfLargeDatagrams() {
    // Each takes 64 KiB: memory gives out before entries do.
    var table = fragmentTable()
    let frame = payload(65_535)
    var fragment = FragmentSample(at: 0, more: true, []).fragment
    fragment.payload = ByteRange(offset: 0, count: 65_528)
    for number in 0..<2000 {
        fragment.identification = UInt32(number)
        _ = table.insert(fragment, from: FrameRef(.numbered(1), frame.span.bytes), at: .zero)
        #expect(table.reservedBytes <= 16 << 20)
    }
    #expect(table.counters.datagramsWaiting == 256)
    #expect(table.counters.evicted == 2000 - 256)
    // Small ones find room for as many as the table has entries.
    fragment.payload.count = 8
    for number in 0..<10_000 {
        fragment.identification = UInt32(100_000 + number)
        _ = table.insert(fragment, from: FrameRef(.numbered(1), frame.span.bytes), at: .zero)
        #expect(table.reservedBytes <= 16 << 20)
        #expect(table.idleBytes <= 4 << 20)
    }
    #expect(table.counters.datagramsWaiting == 4096)
    #expect(table.counters.bytesWaiting == 4096 * 8)
}

@Test("Who waited longest gives way") func whoWaitedLongestGivesWay() {
    var table = fragmentTable { $0.fragmentedDatagrams = 3 }
    let samples = (0..<4).map { cut(payload(32, salt: $0), [16], id: UInt32($0), v6: $0 == 1) }
    for number in 0..<4 { _ = table.feed(samples[number][0], at: Double(4 - number)) }
    #expect(table.counters.evicted == 1)
    // Number 0 came first, whatever capture time said.
    for number in 1..<4 { #expect(table.feed(samples[number][1], at: 4).bytes == payload(32, salt: number)) }
    #expect(table.feed(samples[0][1], at: 4) == .waiting)
}

@Test("Others give way to one that grows") func othersGiveWayToOneThatGrows() {
    var table = fragmentTable { $0.fragmentBytesTotal = 8192 }
    let samples = cut(payload(6000), [1480, 2960, 4440])
    _ = table.feed(samples[0])
    for id in UInt32(100)..<103 { _ = table.feed(FragmentSample(at: 0, more: true, payload(800), id: id)) }
    #expect(table.reservedBytes == 8192)
    #expect(table.feed(Array(samples[1...])).bytes == payload(6000))
    #expect(table.counters.evicted == 3)
    // What cannot fit at all harms nobody.
    let other = cut(payload(100), [16], id: 9)
    _ = table.feed(other[0])
    #expect(table.feed(FragmentSample(at: 0, more: true, payload(8200), id: 10)) == .dropped(.noRoom))
    #expect(table.counters.datagramsWaiting == 1)
    #expect(table.feed(other[1]).bytes == payload(100))
    #expect(table.counters.evicted == 3)
}

@Test("Pieces are bounded") func piecesAreBounded() {
    var table = fragmentTable { $0.fragmentPieces = 4 }
    let bytes = payload(80)
    func piece(_ offset: Int, _ count: Int, more: Bool = true) -> FragmentSample {
        FragmentSample(at: offset, more: more, Array(bytes[offset..<offset + count]))
    }
    for offset in [0, 16, 32, 48] { #expect(table.feed(piece(offset, 8)) == .waiting) }
    #expect(table.feed(piece(64, 8)) == .dropped(.tooManyPieces))
    #expect(table.feed(piece(0, 16)) == .dropped(.tooManyPieces))
    // Copies take no piece.
    #expect(table.feed(piece(16, 8)) == .waiting)
    #expect(table.counters.tooManyPieces == 2)
    #expect(table.counters.bytesWaiting == 32)
}

@Test("Timeouts") func timeouts() {
    var table = fragmentTable()
    for (v6, limit) in [(false, 30.0), (true, 60.0)] {
        let samples = cut(payload(64), [16, 32], v6: v6)
        _ = table.feed(samples[0], at: 100)
        // The wait counts from the first fragment to arrive (RFC 8200, 4.5), not from the latest.
        _ = table.feed(samples[1], at: 100 + limit - 1)
        #expect(table.feed(samples[2], at: 100 + limit).bytes == payload(64))
        _ = table.feed(samples[0], at: 100)
        _ = table.feed(samples[1], at: 100 + limit - 1)
        #expect(table.feed(samples[2], at: 100.001 + limit) == .waiting)
        table.expire(at: Timestamp(seconds: 1000, nanoseconds: 0))
        #expect(table.counters.datagramsWaiting == 0)
        #expect(table.reservedBytes == 0)
    }
    #expect(table.counters.timedOut == 4)
}

@Test("Old datagrams go without being asked for") func oldDatagramsGoWithoutBeingAskedFor() {
    var table = fragmentTable()
    for id in UInt32(0)..<100 { _ = table.feed(FragmentSample(at: 0, more: true, payload(16), id: id), at: 0) }
    // Each fragment that comes takes a few of them along.
    for id in UInt32(100)..<125 { _ = table.feed(FragmentSample(at: 0, more: true, payload(16), id: id), at: 31) }
    #expect(table.counters.timedOut == 100)
    #expect(table.counters.datagramsWaiting == 25)
}

@Test("Time steps back") func timeStepsBack() {
    var table = fragmentTable()
    let samples = cut(payload(64), [16, 32])
    // A little: frames out of order.
    _ = table.feed(samples[0], at: 1000)
    _ = table.feed(samples[1], at: 998)
    #expect(table.feed(samples[2], at: 999).bytes == payload(64))
    // Far: the old datagram does not wait for the time to come round again.
    _ = table.feed(samples[0], at: 1000)
    #expect(table.feed(samples[1], at: 10) == .waiting)
    #expect(table.counters.timedOut == 1)
    #expect(table.feed([samples[0], samples[2]], at: 11).bytes == payload(64))
    // The ends of the scale.
    let frame = payload(100)
    for time in [Int64.max, .min, 0, .max, 1, .min] {
        var fragment = samples[0].fragment
        fragment.identification &+= UInt32(truncatingIfNeeded: time)
        _ = table.insert(fragment, from: FrameRef(.numbered(1), frame.span.bytes), at: Timestamp(nanoseconds: time))
    }
    #expect(table.counters.datagramsWaiting == 1)
}

@Test("Limits of nothing") func limitsOfNothing() {
    var table = fragmentTable {
        $0.fragmentedDatagrams = 0
        $0.fragmentPieces = 0
        $0.fragmentWaitIPv4Nanoseconds = -1
        $0.fragmentBytesTotal = -1
    }
    #expect(table.feed(cut(payload(64), [16, 32])) == .dropped(.noRoom))
    #expect(table.counters.datagramsWaiting == 0)
}

@Test("A full table finds every datagram") func aFullTableFindsEveryDatagram() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var table = fragmentTable { $0.fragmentedDatagrams = 64 }
    var open = (0..<64).map { cut(payload(32, salt: $0), [16], id: UInt32($0)) }
    for samples in open { _ = table.feed(samples[0]) }
    // One goes, another comes: the index is always as full as it can be.
    for number in 64..<5000 {
        let place = Int.random(in: 0..<64, using: &random)
        let id = Int(open[place][0].fragment.identification)
        #expect(table.feed(open[place][1]).bytes == payload(32, salt: id))
        open[place] = cut(payload(32, salt: number), [16], id: UInt32(number))
        #expect(table.feed(open[place][0]) == .waiting)
    }
    #expect(table.counters.evicted == 0)
    #expect(table.counters.datagramsWaiting == 64)
}
