import Bytes
import Flows
import Network
import Packets
import TestSupport
import Testing

/// Segments that wait aside are bounded like all that waits.

private struct Feeder: ~Copyable {
    var streams: TCPStreams
    var time: Int64 = 1_000_000_000

    init(limits: FlowLimits) { streams = TCPStreams(limits: limits, hash: SeededHash(seed: 1)) }

    /// Feeds a segment of the client with that port; with a time to live that is not the usual one where it `isDoubted`.
    @discardableResult
    mutating func feed(
        port: Int, _ sequence: UInt32, _ payload: [UInt8] = [], flags: UInt8 = 0x18, isDoubted: Bool = false
    ) -> TCPStreams.Accepted? {
        time += 1000
        var frame = Build.tcpFrame(from: port, seq: sequence, flags: flags, payload)
        if isDoubted { frame[22] = 3 }
        var packet = Packet()
        guard PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) == .packet else { return nil }
        let now = Timestamp(nanoseconds: time)
        let hit = streams.table.track(packet, at: now)
        let doubts = streams.doubts(packet, .unknown, slot: hit.slot, side: hit.side)
        #expect(doubts.contains(.hopLimit) == isDoubted)
        let header = FrameHeader(timestamp: now, number: 1, originalLength: frame.count, linkType: .ethernet)
        return streams.accept(
            packet.tcp, payload: packet.payload, missing: 0, of: frame.span.bytes,
            FrameRef(Provenance(header, packet, arrival: 1), frame.span.bytes), doubts: doubts, slot: hit.slot,
            side: hit.side, at: now)
    }
}

@Test("What waits aside for too long makes room") func whatWaitsAsideForTooLongMakesRoom() {
    var limits = FlowLimits()
    limits.queuedBytesTotal = 20_000
    var feeder = Feeder(limits: limits)
    for port in 0..<100 {
        feeder.feed(port: 40_000 + port, 99, flags: 2)
        feeder.feed(port: 40_000 + port, 100, Array(repeating: 1, count: 500), isDoubted: true)
    }
    let doubted = feeder.streams.counters.doubted
    #expect(doubted == 100)
    // The usual wait is over; now an honest segment comes too early.
    feeder.time += 3_000_000_000
    feeder.feed(port: 50_000, 99, flags: 2)
    feeder.feed(port: 50_000, 200, Array(repeating: 2, count: 500))
    let refused = feeder.streams.counters.refused
    #expect(refused > 0)
    let gaps = feeder.streams.counters.gaps
    #expect(gaps == 0, "nothing was given up but what was doubted")
}

@Test("A doubted segment gives way to one without doubts") func aDoubtedSegmentGivesWay() {
    var feeder = Feeder(limits: FlowLimits())
    feeder.feed(port: 40_000, 99, flags: 2)
    let doubted = feeder.feed(port: 40_000, 100, [1, 2, 3], isDoubted: true)
    #expect(doubted?.deliver.isEmpty == true)
    let real = feeder.feed(port: 40_000, 100, [4, 5, 6])
    #expect(real?.deliver.count == 3)
}

/// A copy of one byte may lie in front of all that is remembered of its stream, which is looked at again for it.
@Test("What is read again of a stream for copies that differ is bounded") func whatIsReadAgainIsBounded() {
    var feeder = Feeder(limits: FlowLimits())
    feeder.feed(port: 40_000, 99, flags: 2)
    for number in UInt32(0)..<40 {
        feeder.feed(port: 40_000, 100 + number * 1400, Array(repeating: 1, count: 1400))
        feeder.streams.table[0].kind = .followed(0)
    }
    var bytes = 0
    for number in UInt32(0)..<50 {
        feeder.feed(port: 40_000, 100 + number, [2, 2])
        for finding in feeder.streams.takeFindings() {
            bytes += feeder.streams.deliveredMessages(before: finding, 0, finding.stream.side)?.bytes.count ?? 0
        }
    }
    #expect(bytes > 56_000, "a copy is read")
    #expect(bytes <= 1 << 18)
}
