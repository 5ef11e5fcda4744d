import Bytes
import Flows
import Network
import Packets
import TestSupport
import Testing

/// Streams that began before the capture: what is seen first need not be what was sent first.

private struct Joiner: ~Copyable {
    var streams = TCPStreams(limits: FlowLimits(), hash: SeededHash(seed: 1))
    var delivered: [UInt8] = []
    var clock: Int64 = 0

    /// A segment of the client.
    mutating func client(_ sequence: UInt32, _ text: String, flags: UInt8 = 0x18, advance: Int64 = 1_000_000) {
        feed(Build.tcpFrame(seq: sequence, flags: flags, Array(text.utf8)), advance)
    }

    /// An acknowledgement of the server.
    mutating func server(acknowledging number: UInt32) {
        let segment = Build.tcp(from: 1883, to: 40000, seq: 5, ack: number, flags: 0x10, [])
        feed(Build.ethernet(0x0800, Build.ipv4(from: [10, 0, 0, 2], to: [10, 0, 0, 1], proto: 6, segment)), 1000)
    }

    private mutating func feed(_ frame: [UInt8], _ advance: Int64) {
        clock += advance
        let time = Timestamp(nanoseconds: clock)
        var packet = Packet()
        guard PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) == .packet else { return }
        let hit = streams.table.track(packet, at: time)
        let accepted = streams.accept(
            packet.tcp, payload: packet.payload, missing: packet.missing, of: frame.span.bytes,
            FrameRef(.numbered(1, at: time), frame.span.bytes), slot: hit.slot, side: hit.side, at: time)
        delivered += frame[accepted.deliver.offset..<accepted.deliver.end]
        for side in [hit.side, hit.side.other] {
            while let chunk = streams.nextQueued(slot: hit.slot, side: side, at: time) {
                if chunk.gap > 0 { delivered += Array("…".utf8) }
                delivered += chunk.bytes
                streams.recycle(chunk)
            }
        }
    }

    var text: String { String(decoding: delivered, as: UTF8.self) }
}

@Test("The other end settles where a stream begins") func theOtherEndSettlesWhereAStreamBegins() {
    var joiner = Joiner()
    joiner.client(106, "ghi")
    joiner.client(103, "def")
    joiner.client(100, "abc")
    #expect(joiner.text.isEmpty)
    joiner.server(acknowledging: 109)
    #expect(joiner.text == "abcdefghi")
    joiner.client(109, "jkl")
    #expect(joiner.text == "abcdefghijkl", "from then on nothing waits")
    #expect(joiner.streams.counters.gaps == 0)
}

@Test("Time settles where a stream begins") func timeSettlesWhereAStreamBegins() {
    var joiner = Joiner()
    joiner.client(103, "def")
    joiner.client(100, "abc")
    joiner.client(106, "g", advance: 2_100_000_000)
    #expect(joiner.text == "abcdefg")
}

@Test("Many segments settle where a stream begins") func manySegmentsSettleWhereAStreamBegins() {
    var joiner = Joiner()
    for index in 0..<8 { joiner.client(UInt32(200 + index), "x") }
    #expect(joiner.text == "xxxxxxxx")
}

@Test("An acknowledgement tells what comes next") func anAcknowledgementTellsWhatComesNext() {
    var joiner = Joiner()
    joiner.client(100, "", flags: 0x10)
    joiner.client(103, "def")
    joiner.server(acknowledging: 106)
    #expect(joiner.text.isEmpty, "three bytes are missing, and may come yet")
    joiner.client(100, "abc")
    #expect(joiner.text == "abcdef")
}

@Test("A keep alive does not") func aKeepAliveDoesNot() {
    var joiner = Joiner()
    joiner.client(99, "", flags: 0x10)
    joiner.client(100, "abc")
    joiner.server(acknowledging: 103)
    #expect(joiner.text == "abc")
    #expect(joiner.streams.counters.gaps == 0)
}

@Test("A late SYN settles where a stream begins") func aLateSYNSettlesWhereAStreamBegins() {
    var joiner = Joiner()
    joiner.client(103, "def")
    joiner.client(99, "", flags: 2)
    #expect(joiner.text.isEmpty)
    joiner.client(100, "abc")
    #expect(joiner.text == "abcdef")
}
