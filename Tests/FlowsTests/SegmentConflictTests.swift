import Bytes
import Flows
import Network
import Packets
import TestSupport
import Testing

/// What came first stands, byte by byte, and a copy with other content is told: whether it repeats a segment, part of
/// one or of several, and whether those were delivered or still wait.

/// Feeds segments of one stream; keeps what is delivered and whether the last one was found to contradict others.
private struct Receiver: ~Copyable {
    var streams = TCPStreams(limits: FlowLimits(), hash: SeededHash(seed: 1))
    var delivered: [UInt8] = []
    var clock: Int64 = 0

    /// Returns whether the segment contradicts what came before it.
    mutating func feed(_ sequence: UInt32, _ bytes: [UInt8], flags: UInt8 = 0x18) -> Bool {
        clock += 1000
        let time = Timestamp(nanoseconds: clock)
        let frame = Build.tcpFrame(seq: sequence, flags: flags, bytes)
        var packet = Packet()
        guard PacketDecoder.decode(frame.span.bytes, link: .ethernet, into: &packet) == .packet else { return false }
        let hit = streams.table.track(packet, at: time)
        let conflicts = streams.counters.conflicts
        let accepted = streams.accept(
            packet.tcp, payload: packet.payload, missing: packet.missing, of: frame.span.bytes,
            FrameRef(.numbered(1, at: time), frame.span.bytes), slot: hit.slot, side: hit.side, at: time)
        delivered += frame[accepted.deliver.offset..<accepted.deliver.end]
        while let chunk = streams.nextQueued(slot: hit.slot, side: hit.side, at: time) {
            delivered += chunk.bytes
            streams.recycle(chunk)
        }
        return streams.counters.conflicts > conflicts
    }
}

@Test(
    "First copy stands",
    arguments: [
        // what came before, the copy, whether it contradicts, what is delivered in the end
        ([(100, "abcdef")], (100, "abcdef"), false, "abcdef"),
        ([(100, "abcdef")], (100, "abcdeF"), true, "abcdef"),
        ([(100, "abcdef")], (102, "cd"), false, "abcdef"),
        ([(100, "abcdef")], (102, "cX"), true, "abcdef"),
        ([(100, "abcdef")], (104, "efgh"), false, "abcdefgh"),
        ([(100, "abcdef")], (104, "eXgh"), true, "abcdefgh"),
        ([(100, "ab"), (102, "cd"), (104, "ef")], (101, "bcdeX"), true, "abcdef"),
        ([(100, "ab"), (102, "cd"), (104, "ef")], (100, "abcdefg"), false, "abcdefg"),
        ([(104, "ef")], (102, "cdXf"), true, ""),
        ([(104, "ef")], (100, "abcdef"), false, "abcdef"),
        ([(104, "ef")], (100, "abcdXX"), true, "abcdef"),
        ([(104, "ef")], (100, "abcdXXgh"), true, "abcdefgh"),
        ([(104, "ef"), (108, "ij")], (100, "abcdefghij"), false, "abcdefghij"),
        ([(104, "ef"), (108, "ij")], (102, "cdefghXX"), true, ""),
    ] as [([(UInt32, String)], (UInt32, String), Bool, String)])
func firstCopyStands(_ before: [(UInt32, String)], _ copy: (UInt32, String), _ contradicts: Bool, _ text: String) {
    var receiver = Receiver()
    _ = receiver.feed(99, [], flags: 2)
    for (sequence, text) in before {
        let isConflict = receiver.feed(sequence, Array(text.utf8))
        #expect(!isConflict)
    }
    let isConflict = receiver.feed(copy.0, Array(copy.1.utf8))
    #expect(isConflict == contradicts)
    #expect(String(decoding: receiver.delivered, as: UTF8.self) == text)
    #expect((receiver.streams.counters.conflicts > 0) == contradicts)
}

@Test("A keep alive contradicts nothing") func aKeepAliveContradictsNothing() {
    var receiver = Receiver()
    _ = receiver.feed(99, [], flags: 2)
    let conflicts = [receiver.feed(100, Array("abc".utf8)), receiver.feed(102, [0], flags: 0x10)]
    #expect(conflicts == [false, false])
}

/// Against a model that keeps, for each byte, what came first.
@Test("Random segments agree with the model", arguments: 0..<40) func randomSegmentsAgreeWithTheModel(_ run: Int) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed, run: run)
    let length = 400
    var standing = [UInt8?](repeating: nil, count: length)
    var receiver = Receiver()
    let first = UInt32.random(in: .min ... .max, using: &random)
    _ = receiver.feed(first &- 1, [], flags: 2)
    for step in 0..<300 {
        // Near the hole, so that segments meet delivered bytes as well as waiting ones.
        let hole = standing.firstIndex(of: nil) ?? length
        let start = min(max(0, hole + Int.random(in: -30...40, using: &random)), length - 2)
        let count = min(Int.random(in: 2...40, using: &random), length - start)
        let isLying = Int.random(in: 0..<3, using: &random) == 0
        let bytes = (start..<start + count).map { byte in
            isLying ? UInt8.random(in: 0...3, using: &random) : UInt8(byte % 4)
        }
        var contradicts = false
        for (offset, byte) in bytes.enumerated() {
            if let known = standing[start + offset] { contradicts = contradicts || known != byte }
            standing[start + offset] = standing[start + offset] ?? byte
        }
        let isConflict = receiver.feed(first &+ UInt32(start), bytes)
        #expect(isConflict == contradicts, "step \(step), run \(run), seed \(seed)")
        let whole = standing.prefix { $0 != nil }.compactMap { $0 }
        #expect(receiver.delivered == whole, "step \(step), run \(run), seed \(seed)")
        if hole == length { break }
    }
}
