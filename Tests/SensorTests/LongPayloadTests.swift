import Bytes
import Capture
import Engine
import Events
import Foundation
import Network
import Packets
import Sensor
import TestSupport
import Testing

/// Asks for the payloads of long messages, of which it keeps how long they were and a sum over their bytes.
private struct PayloadSink: EventSink, ~Copyable {
    struct Payload: Equatable {
        var total = 0
        var bytes = 0
        var sum: UInt64 = 0
        var holes = 0
    }

    var wantsPayloads: Bool { isAsking }
    var isAsking = true
    /// Whether each byte is looked at.
    var isSumming = true
    var open: [Int: Payload] = [:]
    var finished: [Payload] = []
    var events: [String] = []
    private var json = EventJSON(registry: Protocols.registry, only: ["mqtt.topic", "mqtt.msg.bytes", "violation.id"])

    mutating func receive(_ part: PayloadPart, _ bytes: RawSpan) {
        if part.offset == 0 || open[part.stream] == nil { open[part.stream] = Payload(total: part.total) }
        guard var payload = open[part.stream] else { return }
        if part.offset > payload.bytes + payload.holes { payload.holes = part.offset - payload.bytes }
        payload.bytes += bytes.byteCount
        if isSumming {
            for index in 0..<bytes.byteCount {
                payload.sum &+= UInt64(bytes.byte(at: index)) &* UInt64(part.offset + index + 1)
            }
        }
        open[part.stream] = payload
        if part.offset + bytes.byteCount == part.total {
            finished.append(payload)
            open[part.stream] = nil
        }
    }

    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        var line: [UInt8] = []
        json.write(event, context, message: message, to: &line)
        events.append(String(decoding: line, as: UTF8.self))
    }
}

/// A worker whose sink asks for payloads.
private struct PayloadBench: ~Copyable {
    var worker: SensorWorker<PayloadSink>
    private var number: UInt64 = 0

    init(isAsking: Bool = true, isSumming: Bool = true) {
        var sink = PayloadSink()
        sink.isAsking = isAsking
        sink.isSumming = isSumming
        worker = SensorWorker(hash: SeededHash(seed: 1), sink: sink)
    }

    mutating func feed(_ frame: [UInt8], captured: Int? = nil) {
        number += 1
        let cut = captured.map { Array(frame.prefix($0)) } ?? frame
        worker.process(
            FrameHeader(
                timestamp: Timestamp(nanoseconds: 1_000_000_000 + Int64(number) * 1000), number: number,
                originalLength: frame.count, linkType: .ethernet), cut.span.bytes)
    }
}

private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 >> 8) } }

private func sum(_ payload: [UInt8]) -> UInt64 {
    payload.enumerated().reduce(0) { $0 &+ UInt64($1.element) &* UInt64($1.offset + 1) }
}

/// Bytes of resident memory (proc(5), statm).
private func resident() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
}

@Suite struct LongPayloadTests {
    @Test("Parts are the whole", arguments: [700, 1448, 9000, 60_000]) func partsAreTheWhole(_ segment: Int) {
        var bench = PayloadBench()
        var link = Connection()
        for frame in link.handshake() { bench.feed(frame) }
        let payloads = [bytes(200_000), bytes(140_001), bytes(10)]
        let stream = MQTT.connect("c") + payloads.flatMap { MQTT.publish("a/b", $0) }
        for start in stride(from: 0, to: stream.count, by: segment) {
            bench.feed(link.client(Array(stream[start..<min(start + segment, stream.count)])))
        }
        // The last one is short: it is held whole.
        #expect(bench.worker.sink.finished.map(\.bytes) == [200_000, 140_001])
        #expect(bench.worker.sink.finished.map(\.total) == [200_000, 140_001])
        #expect(bench.worker.sink.finished.map(\.sum) == payloads.prefix(2).map(sum))
        #expect(bench.worker.sink.open.isEmpty)
        #expect(bench.worker.sink.events.count == 4)
        #expect(bench.worker.sink.events.last == #"{"mqtt.topic":["a/b"],"mqtt.msg.bytes":10}"#)
    }

    /// Both directions of several connections at once.
    @Test("Parts of several messages interleave") func partsOfSeveralMessagesInterleave() {
        var bench = PayloadBench()
        var links = [Connection(), Connection(clientPort: 40_001)]
        let payloads = [bytes(90_000), bytes(100_000), bytes(110_000), bytes(120_000)]
        var streams: [[UInt8]] = []
        for index in 0..<2 {
            for frame in links[index].handshake() { bench.feed(frame) }
            bench.feed(links[index].client(MQTT.connect("c\(index)")))
            bench.feed(links[index].server(MQTT.connack))
        }
        for payload in payloads { streams.append(MQTT.publish("t", payload)) }
        while streams.contains(where: { !$0.isEmpty }) {
            for index in 0..<4 where !streams[index].isEmpty {
                let piece = Array(streams[index].prefix(1400))
                streams[index].removeFirst(piece.count)
                bench.feed(index % 2 == 0 ? links[index / 2].client(piece) : links[index / 2].server(piece))
            }
        }
        #expect(bench.worker.sink.finished.map(\.bytes) == payloads.map(\.count))
        #expect(bench.worker.sink.finished.map(\.sum) == payloads.map(sum))
    }

    @Test("What was not captured is a hole") func whatWasNotCapturedIsAHole() {
        var bench = PayloadBench()
        var link = Connection()
        for frame in link.handshake() { bench.feed(frame) }
        let stream = MQTT.connect("c") + MQTT.publish("t", bytes(200_000))
        for (number, start) in stride(from: 0, to: stream.count, by: 1000).enumerated() {
            let frame = link.client(Array(stream[start..<min(start + 1000, stream.count)]))
            bench.feed(frame, captured: number == 150 ? 554 : nil)
        }
        #expect(bench.worker.sink.finished.map(\.bytes) == [199_500])
        #expect(bench.worker.sink.finished.map(\.holes) == [500])
        #expect(bench.worker.sink.events.count == 2)
    }

    /// Properties longer than what is held: nobody knows where the payload begins, which is no fault of the message.
    @Test("Properties longer than what is held") func propertiesLongerThanWhatIsHeld() {
        var bench = PayloadBench()
        var link = Connection()
        for frame in link.handshake() { bench.feed(frame) }
        let pair: [UInt8] = [0x26] + MQTT.text("name") + MQTT.text(String(repeating: "v", count: 60_000))
        let properties = pair + pair
        let connect = MQTT.text("MQTT") + [5, 2, 0, 60, 0] + MQTT.text("c")
        let body = MQTT.text("t") + MQTT.length(properties.count) + properties + bytes(5000)
        let stream =
            [0x10] + MQTT.length(connect.count) + connect + [0x30] + MQTT.length(body.count) + body + MQTT.pingreq
        for start in stride(from: 0, to: stream.count, by: 1400) {
            bench.feed(link.client(Array(stream[start..<min(start + 1400, stream.count)])))
        }
        #expect(bench.worker.sink.finished == [])
        #expect(bench.worker.sink.events == ["{}", #"{"mqtt.topic":["t"]}"#, "{}"])
    }

    /// The longest message there is (2.2.3) costs no more memory than what is held of any.
    @Test("The longest message costs no memory", arguments: [false, true]) func theLongestMessageCostsNoMemory(
        _ isAsking: Bool
    ) {
        var bench = PayloadBench(isAsking: isAsking, isSumming: false)
        var link = Connection()
        for frame in link.handshake() { bench.feed(frame) }
        bench.feed(link.client(MQTT.connect("c")))
        let total = 268_435_455
        bench.feed(link.client([0x30] + MQTT.length(total) + MQTT.text("big")))
        var left = total - 5
        let piece = bytes(60_000)
        for _ in 0..<20 {
            bench.feed(link.client(piece))
            left -= piece.count
        }
        let before = resident()
        while left > 0 {
            let count = min(left, piece.count)
            bench.feed(link.client(count == piece.count ? piece : Array(piece[..<count])))
            left -= count
        }
        let grown = resident() - before
        print("theLongestMessageCostsNoMemory: \(grown) bytes more after 256 MiB")
        #expect(grown < 16 << 20)
        #expect(bench.worker.sink.events.last == #"{"mqtt.topic":["big"],"mqtt.msg.bytes":268435450}"#)
        #expect(bench.worker.sink.finished.map(\.bytes) == (isAsking ? [268_435_450] : []))
    }
}
