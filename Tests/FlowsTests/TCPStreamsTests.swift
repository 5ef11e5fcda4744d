import Bytes
import Flows
import Network
import Packets
import TestSupport
import Testing

/// Feeds frames and collects what each side's stream delivers, in order; a gap shows as `…`.
private struct Collector: ~Copyable {
    var streams: TCPStreams
    var delivered: [Int: [UInt8]] = [:]
    var restarts = 0
    var closes = 0
    var clock: Int64 = 0

    init(limits: FlowLimits = FlowLimits()) { streams = TCPStreams(limits: limits, hash: SeededHash(seed: 1)) }

    mutating func feed(_ frame: [UInt8], advance: Int64 = 1_000_000) {
        clock += advance
        let time = Timestamp(nanoseconds: clock)
        var packet = Packet()
        guard PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) == .packet else { return }
        let hit = streams.table.track(packet, at: time)
        let accepted = streams.accept(
            packet.tcp, payload: packet.payload, missing: packet.missing, of: frame.span.bytes,
            FrameRef(.numbered(1, at: time), frame.span.bytes), slot: hit.slot, side: hit.side, at: time)
        restarts += accepted.isRestart ? 1 : 0
        closes += accepted.closes ? 1 : 0
        let port = Int(packet.sourcePort)
        delivered[port, default: []] += frame[accepted.deliver.offset..<accepted.deliver.end]
        drain(hit.slot, hit.side, port, at: time, force: accepted.closes)
    }

    mutating func drain(_ slot: Int, _ side: Side, _ port: Int, at time: Timestamp, force: Bool) {
        while let chunk = streams.nextQueued(slot: slot, side: side, at: time, force: force) {
            if chunk.gap > 0 { delivered[port, default: []] += Array("…".utf8) }
            delivered[port, default: []] += chunk.bytes
            streams.recycle(chunk)
        }
    }

    func text(_ port: Int) -> String { String(decoding: delivered[port] ?? [], as: UTF8.self) }
}

private func segment(_ sequence: UInt32, _ text: String, flags: UInt8 = 0x18) -> [UInt8] {
    Build.tcpFrame(seq: sequence, flags: flags, Array(text.utf8))
}

private let syn: UInt8 = 2
private let fin: UInt8 = 0x11

@Test("In order") func inOrder() {
    var collector = Collector()
    collector.feed(segment(99, "", flags: syn))
    for (sequence, text) in [(100, "abc"), (103, "de"), (105, "f")] { collector.feed(segment(UInt32(sequence), text)) }
    #expect(collector.text(40000) == "abcdef")
    #expect(collector.streams.counters.outOfOrder == 0)
}

@Test("Reordered doubled and overlapping") func reorderedDoubledAndOverlapping() {
    var collector = Collector()
    collector.feed(segment(99, "", flags: syn))
    for (sequence, text) in [(103, "def"), (100, "abc"), (100, "abc"), (104, "efgh"), (110, "kl"), (108, "ij")] {
        collector.feed(segment(UInt32(sequence), text))
    }
    #expect(collector.text(40000) == "abcdefghijkl")
    #expect(collector.streams.counters.gaps == 0)
    #expect(collector.streams.counters.retransmitted == 1)
    #expect(collector.streams.counters.overlapping == 1)
}

@Test("Sequence wrap") func sequenceWrap() {
    var collector = Collector()
    collector.feed(segment(0xFFFF_FFFC, "", flags: syn))
    collector.feed(segment(2, "fgh"))
    collector.feed(segment(0xFFFF_FFFD, "abcde"))
    #expect(collector.text(40000) == "abcdefgh")
}

@Test("Keep alive and SYN data") func keepAliveAndSYNData() {
    var collector = Collector()
    collector.feed(segment(99, "ab", flags: syn))
    collector.feed(segment(102, "c"))
    collector.feed(segment(102, "x", flags: 0x10))
    collector.feed(segment(103, "d"))
    #expect(collector.text(40000) == "abcd")
}

@Test("Late SYN is no restart") func lateSYNIsNoRestart() {
    var collector = Collector()
    collector.feed(segment(100, "abc"))
    collector.feed(segment(99, "", flags: syn))
    collector.feed(segment(103, "d"))
    #expect(collector.text(40000) == "abcd")
    #expect(collector.restarts == 0)
}

@Test("Port reuse") func portReuse() {
    var collector = Collector()
    collector.feed(segment(99, "", flags: syn))
    collector.feed(segment(100, "old"))
    collector.feed(segment(99, "", flags: syn))
    #expect(collector.restarts == 0, "a SYN sent again begins nothing")
    collector.feed(segment(5_000_000, "", flags: syn))
    collector.feed(segment(5_000_001, "new"))
    #expect(collector.restarts == 1)
    #expect(collector.text(40000) == "oldnew")
}

@Test("Hole is given up after the wait") func holeIsGivenUpAfterTheWait() {
    var collector = Collector()
    collector.feed(segment(99, "", flags: syn))
    collector.feed(segment(100, "abc"))
    collector.feed(segment(110, "xyz"))
    #expect(collector.text(40000) == "abc")
    collector.feed(segment(113, "!"), advance: 2_100_000_000)
    #expect(collector.text(40000) == "abc…xyz!")
    #expect(collector.streams.counters.gaps == 1)
    #expect(collector.streams.counters.lostBytes == 7)
}

@Test("Queue is bounded") func queueIsBounded() {
    var limits = FlowLimits()
    limits.queuedSegmentsPerStream = 8
    var collector = Collector(limits: limits)
    collector.feed(segment(99, "", flags: syn))
    for index in 0..<7 { collector.feed(segment(UInt32(110 + index), "x")) }
    #expect(collector.streams.counters.gaps == 0)
    collector.feed(segment(117, "x"))
    #expect(collector.streams.counters.gaps == 1)
    #expect(collector.text(40000) == "…xxxxxxxx")
}

@Test("FIN from both closes") func finFromBothCloses() {
    var collector = Collector()
    collector.feed(segment(99, "", flags: syn))
    collector.feed(segment(104, "", flags: fin))
    collector.feed(
        Build.tcpFrame(from: 1883, to: 40000, seq: 500, flags: fin, source: [10, 0, 0, 2], destination: [10, 0, 0, 1]))
    #expect(collector.closes == 0, "bytes in front of the FIN are still on the way")
    collector.feed(segment(100, "abcd"))
    #expect(collector.text(40000) == "abcd")
    #expect(collector.closes == 1)
}

@Test("Reset closes") func resetCloses() {
    var collector = Collector()
    collector.feed(segment(100, "ab"))
    collector.feed(segment(105, "late"))
    collector.feed(segment(102, "", flags: 4))
    #expect(collector.closes == 1)
    #expect(collector.text(40000) == "ab…late")
}

/// A stream cut at random points, shuffled within a window, doubled: the same bytes come out.
@Test("Bending law") func bendingLaw() {
    let seed = testSeed()
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
        let start = UInt32.random(in: .min ... .max, using: &generator)
        let stream = (0..<Int.random(in: 1...600, using: &generator)).map { _ in
            UInt8.random(in: .min ... .max, using: &generator)
        }
        var segments: [(Int, [UInt8])] = []
        var offset = 0
        while offset < stream.count {
            let count = min(Int.random(in: 1...40, using: &generator), stream.count - offset)
            let back = min(offset, Int.random(in: 0...3, using: &generator))
            segments.append((offset - back, Array(stream[(offset - back)..<(offset + count)])))
            if Int.random(in: 0..<5, using: &generator) == 0, let again = segments.randomElement(using: &generator) {
                segments.append(again)
            }
            offset += count
        }
        segments.shuffle(using: &generator)
        var collector = Collector()
        collector.feed(Build.tcpFrame(seq: start, flags: syn))
        for (offset, bytes) in segments {
            let sequence = start &+ 1 &+ UInt32(offset)
            collector.feed(Build.tcpFrame(seq: sequence, bytes), advance: 1000)
        }
        #expect(collector.delivered[40000] == stream, "seed \(seed)")
        #expect(collector.streams.counters.gaps == 0, "seed \(seed)")
    }
}
