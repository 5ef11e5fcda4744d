import Bytes
import Flows
import Network
import Packets
import Testing

private func sample(_ offset: Int, _ count: Int, more: Bool, number: UInt8 = 17, v6: Bool = false) -> FragmentSample {
    FragmentSample(at: offset, more: more, payload(count), number: number, v6: v6)
}

@Test("Teardrop") func teardrop() {
    // The second fragment ends inside the first: 36 bytes at 0, then 4 at 24.
    var table = fragmentTable()
    let bytes = payload(40)
    let inner = FragmentSample(at: 24, more: false, Array(bytes[24..<28]))
    #expect(table.feed([FragmentSample(at: 0, more: true, bytes), inner]) == .dropped(.behindEnd))
    #expect(table.counters.behindEnd == 1)
    // With others behind it, the inner fragment is an overlap and no more.
    let middle = FragmentSample(at: 24, more: true, Array(bytes[24..<32]))
    let last = FragmentSample(at: 40, more: false, [1, 2, 3])
    #expect(table.feed([middle, last]) == .complete(bytes + [1, 2, 3], .overlap, protocolNumber: 17))
}

@Test("Ping of death") func pingOfDeath() {
    var table = fragmentTable()
    #expect(table.feed(sample(65_528, 7, more: false)) == .waiting)
    #expect(table.feed(sample(65_528, 8, more: false)) == .dropped(.tooLong))
    #expect(table.feed(sample(65_120, 1480, more: false)) == .dropped(.tooLong))
    var cut = sample(65_528, 4, more: false)
    cut.fragment.missing = 4
    #expect(table.feed(cut) == .dropped(.tooLong))
    #expect(table.counters.tooLong == 3)
}

@Test("Longest possible datagram") func longestPossibleDatagram() {
    var table = fragmentTable()
    let bytes = payload(65_535)
    let samples = cut(bytes, Array(stride(from: 1480, to: 65_535, by: 1480)))
    #expect(table.feed(samples).bytes == bytes)
    #expect(table.feed(samples.reversed()).bytes == bytes)
    #expect(table.counters.bytesWaiting == 0)
}

@Test("Jolt") func jolt() {
    // Jolt sends fragments whose sum reaches behind 65,535; jolt2 the same last fragment over and over, which claims
    // more bytes than its frame has.
    var table = fragmentTable()
    for number in 0..<173 {
        let outcome = table.feed(sample(number * 384, 384, more: true))
        #expect(outcome == .waiting || outcome == .dropped(.tooLong) || outcome == .dropped(.tooManyPieces))
    }
    var jolt2 = sample(65_520, 9, more: false)
    jolt2.fragment.missing = 39
    for _ in 0..<100 { #expect(table.feed(jolt2) == .dropped(.tooLong)) }
    #expect(table.counters.completed == 0)
    #expect(table.counters.datagramsWaiting == 1)
}

@Test("Tiny first fragment") func tinyFirstFragment() {
    var table = fragmentTable()
    let bytes = payload(40)
    #expect(table.feed(cut(bytes, [8], number: 6)).oddities == [.tinyFirst, .insideHeader])
    #expect(table.feed(cut(bytes, [16], number: 6)).oddities == .tinyFirst)
    #expect(table.feed(cut(bytes, [24], number: 6)).oddities == [])
    #expect(table.feed(cut(bytes, [8], number: 17)).oddities == [])
    #expect(table.counters.tinyFirst == 2)
    #expect(table.counters.insideHeader == 1)
    // A first fragment large enough, and one at byte 8 that writes over its flags (RFC 1858, 4).
    let forged = FragmentSample(at: 8, more: true, payload(16, salt: 9), number: 6)
    var samples = cut(bytes, [24], number: 6)
    samples.insert(forged, at: 1)
    #expect(table.feed(samples) == .complete(bytes, [.conflict, .insideHeader], protocolNumber: 6))
}

@Test("Empty fragments") func emptyFragments() {
    var table = fragmentTable()
    for more in [true, false] {
        #expect(table.feed(sample(0, 0, more: more)) == .dropped(.empty))
        #expect(table.feed(sample(64, 0, more: more)) == .dropped(.empty))
    }
    #expect(table.counters.empty == 4)
    #expect(table.counters.datagramsWaiting == 0)
}

@Test("Lengths that are no multiple of eight") func lengthsThatAreNoMultipleOfEight() {
    var table = fragmentTable()
    #expect(table.feed(sample(0, 20, more: true, v6: true)) == .dropped(.unaligned))
    #expect(table.feed(sample(0, 7, more: true)) == .dropped(.unaligned))
    #expect(table.counters.malformed == 2)
    // In IPv4, whole units of 8 bytes are kept.
    let bytes = payload(32)
    let first = FragmentSample(at: 0, more: true, Array(bytes[0..<16]) + [0xFF, 0xFF])
    let last = FragmentSample(at: 16, more: false, Array(bytes[16...]))
    #expect(table.feed([first, last]) == .complete(bytes, .unaligned, protocolNumber: 17))
    #expect(table.counters.unaligned == 3)
}

@Test("Ends that contradict") func endsThatContradict() {
    var table = fragmentTable()
    let bytes = payload(64)
    let last = FragmentSample(at: 48, more: false, Array(bytes[48...]))
    #expect(table.feed(last) == .waiting)
    #expect(table.feed(sample(48, 8, more: false)) == .dropped(.contradictoryEnd))
    #expect(table.feed(sample(64, 8, more: false)) == .dropped(.contradictoryEnd))
    #expect(table.feed(sample(64, 8, more: true)) == .dropped(.behindEnd))
    #expect(table.feed(sample(56, 16, more: true)) == .dropped(.behindEnd))
    #expect(table.feed(FragmentSample(at: 0, more: true, Array(bytes[0..<48]))).bytes == bytes)
    #expect(table.counters.contradictoryEnds == 2)
    #expect(table.counters.behindEnd == 2)
    #expect(table.counters.malformed == 4)
}

@Test("End fixed by a copy without more") func endFixedByACopyWithoutMore() {
    var table = fragmentTable()
    let bytes = payload(32)
    let open = FragmentSample(at: 16, more: true, Array(bytes[16...]))
    let closed = FragmentSample(at: 16, more: false, Array(bytes[16...]))
    let first = FragmentSample(at: 0, more: true, Array(bytes[..<16]))
    #expect(table.feed([first, open]) == .waiting)
    #expect(table.feed(closed) == .complete(bytes, .overlap, protocolNumber: 17))
    #expect(table.counters.duplicates == 0)
}

@Test("Cut short fragments are dropped alone") func cutShortFragmentsAreDroppedAlone() {
    var table = fragmentTable()
    let samples = cut(payload(64), [16, 32])
    var short = samples[1]
    short.bytes.removeLast(4)
    short.fragment.payload.count = 12
    short.fragment.missing = 4
    #expect(table.feed([samples[0], short]) == .dropped(.cutShort))
    #expect(table.feed(samples[2]) == .waiting)
    #expect(table.counters.cutShort == 1)
    // Where the capture has a whole copy after all, nothing is lost.
    #expect(table.feed(samples[1]) == .complete(payload(64), [], protocolNumber: 17))
}

@Test("Ranges outside the frame") func rangesOutsideTheFrame() {
    let frame = payload(100)
    var table = fragmentTable()
    let extremes = [Int.min, Int.min + 1, -8, -1, 0, 1, 8, 96, 100, 101, 65_528, 65_536, Int.max - 7, Int.max]
    for offset in extremes {
        for start in extremes {
            for count in extremes {
                for missing in extremes {
                    var fragment = sample(0, 8, more: offset % 3 == 0, v6: start % 2 == 0).fragment
                    fragment.offset = offset
                    fragment.payload = ByteRange(offset: start, count: count)
                    fragment.missing = missing
                    _ = table.insert(
                        fragment, from: FrameRef(.numbered(1), frame.span.bytes),
                        at: Timestamp(nanoseconds: Int64(missing)))
                }
            }
        }
    }
    #expect(table.counters.invalid > 0)
    #expect(table.counters.fragments == UInt64(14 * 14 * 14 * 14))
}
