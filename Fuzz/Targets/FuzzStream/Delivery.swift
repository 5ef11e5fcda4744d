import Bytes
import Engine
import FuzzSupport
import MQTT
import TestSupport

/// What an end says at a time.
private struct Turn {
    var end: Int
    var bytes: [UInt8]
}

/// Laws of delivery: however bytes are cut into segments and fragments, whatever comes twice, out of order, or before
/// what it answers, the events are those of whole turns in order.
func checkDelivery(_ script: inout Script) {
    let disorder = Disorder(rawValue: script.byte())
    var random = SeededGenerator(seed: UInt64(script.uint16()))
    let turns = turns(&script)
    let expected = play(turns, [], &random)
    let isWhole = frames(turns, of: 0) != nil && frames(turns, of: 1) != nil
    if isWhole {
        let messages = (frames(turns, of: 0) ?? 0) + (frames(turns, of: 1) ?? 0)
        require(expected.count == messages, "\(expected.count) events of \(messages) messages")
    }
    let events = play(turns, disorder, &random)
    if isWhole, events != expected {
        let place = zip(events, expected).prefix { $0 == $1 }.count
        let texts = [events, expected].map { lines in
            place < lines.count ? String(decoding: lines[place], as: UTF8.self) : "missing"
        }
        require(false, "event \(place) is \(texts[0]) instead of \(texts[1])")
    }
}

/// What goes wrong on the way.
private struct Disorder: OptionSet {
    let rawValue: UInt8

    static let shuffled = Disorder(rawValue: 1)
    static let repeated = Disorder(rawValue: 2)
    static let overlapping = Disorder(rawValue: 4)
    static let answerFirst = Disorder(rawValue: 8)
    static let fragmented = Disorder(rawValue: 16)
    static let bytes = Disorder(rawValue: 32)
}

/// A CONNECT and its answer, and what the script has the ends say behind them.
private func turns(_ script: inout Script) -> [Turn] {
    let isFive = script.byte() & 1 == 1
    let connect: [UInt8] =
        [0x10, isFive ? 14 : 13, 0, 4] + Array("MQTT".utf8) + (isFive ? [5, 2, 0, 60, 0] : [4, 2, 0, 60])
    let identifier: [UInt8] = isFive ? [0, 1, 0x61] : [0, 1, 0x61]
    var turns = [
        Turn(end: 0, bytes: connect + identifier), Turn(end: 1, bytes: isFive ? [0x20, 3, 0, 0, 0] : [0x20, 2, 0, 0]),
    ]
    while !script.isOver, turns.count < 32 {
        let length = Int(script.byte())
        turns.append(Turn(end: turns.count % 2, bytes: script.take(length)))
    }
    return turns
}

/// Whether a header is a fault for itself, and whether nothing is read behind it: such a message is told before it is whole,
/// with its length where that comes with it; any other, where it never becomes whole.
private func fault(of first: UInt8) -> (isFault: Bool, isToldAtOnce: Bool) {
    let (type, flags) = (first >> 4, first & 15)
    switch type {
    case 0, 15: return (true, true)
    case 3: return (flags & 6 == 6 || flags & 14 == 8, false)
    case 6, 8, 10: return (flags != 2, false)
    default: return (flags != 0, type >= 12 && flags != 0)
    }
}

/// How many whole messages an end sends; `nil` where it is not told where they begin, or one may be told early.
private func frames(_ turns: [Turn], of end: Int) -> Int? {
    let stream = turns.filter { $0.end == end }.flatMap(\.bytes)
    var count = 0
    var offset = 0
    while offset < stream.count {
        let rest = Array(stream[offset...])
        let fault = fault(of: rest[0])
        if fault.isToldAtOnce { return nil }
        switch MQTTFraming.frame(rest.span.bytes) {
        case .message(let length):
            count += 1
            offset += length
        case .incomplete: return fault.isFault ? nil : count
        case .lost: return nil
        }
    }
    return count
}

/// The events of a connection on the way of which that goes wrong.
private func play(_ turns: [Turn], _ disorder: Disorder, _ random: inout SeededGenerator) -> [[UInt8]] {
    var bench = Bench(limits: Limits(), keepsLines: true)
    var connection = Connection()
    connection.next = [0xFFFF_FF80, 0x7FFF_FF00]
    for frame in connection.handshake() { bench.feed(frame) }
    var waiting: [[UInt8]] = []
    for turn in turns {
        let packets = packets(turn, &connection, disorder, &random)
        if turn.end == 0, disorder.contains(.answerFirst) {
            waiting = packets
            continue
        }
        for packet in packets + waiting { deliver(packet, &bench, disorder, &random) }
        waiting = []
    }
    for packet in waiting { deliver(packet, &bench, disorder, &random) }
    bench.worker.finish()
    bench.checkCounters()
    return bench.worker.sink.lines
}

/// The packets of a turn.
private func packets(
    _ turn: Turn, _ connection: inout Connection, _ disorder: Disorder, _ random: inout SeededGenerator
) -> [[UInt8]] {
    let first = connection.next[turn.end]
    let ack = connection.next[1 - turn.end]
    connection.next[turn.end] &+= UInt32(turn.bytes.count)
    var packets: [[UInt8]] = []
    var start = 0
    while start < turn.bytes.count {
        let longest = disorder.isEmpty ? turn.bytes.count : disorder.contains(.bytes) ? 3 : 64
        let end =
            disorder.isEmpty
            ? turn.bytes.count : min(turn.bytes.count, start + .random(in: 1...longest, using: &random))
        let from = disorder.contains(.overlapping) ? max(0, start - .random(in: 0...9, using: &random)) : start
        packets.append(
            connection.segment(
                turn.end, at: first &+ UInt32(from), ack: ack, flags: 0x18, Array(turn.bytes[from..<end])))
        if disorder.contains(.repeated), .random(in: 0..<4, using: &random) == 0 {
            packets.append(packets[packets.count - 1])
        }
        start = end
    }
    if disorder.contains(.shuffled) { packets.shuffle(using: &random) }
    return packets
}

/// Feeds a packet, as a whole or in two fragments.
private func deliver(
    _ packet: [UInt8], _ bench: inout Bench, _ disorder: Disorder, _ random: inout SeededGenerator
) {
    let payload = packet.count - 20
    guard disorder.contains(.fragmented), payload > 8 else { return bench.feed(packet) }
    let cut = 8 * Int.random(in: 1...(payload - 1) / 8, using: &random)
    var fragments = [Array(packet[..<(20 + cut)]), Array(packet[..<20] + packet[(20 + cut)...])]
    for (index, fragment) in fragments.enumerated() {
        let field = index == 0 ? 0x2000 : cut / 8
        fragments[index].replaceSubrange(2..<4, with: Build.u16(fragment.count))
        fragments[index].replaceSubrange(6..<8, with: Build.u16(field))
    }
    if Bool.random(using: &random) { fragments.swapAt(0, 1) }
    for fragment in fragments { bench.feed(Build.withHeaderChecksum(fragment)) }
}
