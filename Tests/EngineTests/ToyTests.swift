import Bytes
import Detection
import Engine
import Events
import Network
import Packets
import Sigma
import TestSupport
import Testing

/// Keeps the toy's events as JSON, and the titles of the rules that they meet.
private struct ToySink: EventSink, ~Copyable {
    var events: [String] = []
    var frames: [UInt64] = []
    var alerts: [String] = []
    private var json: EventJSON
    private var engine: DetectionEngine
    private let rules: CompiledRules

    init() {
        let registry = FieldRegistry(of: ToyList.self)
        json = EventJSON(
            registry: registry, only: ["event.category", "toy.type", "toy.text", "mqtt.type", "coap.code"])
        let source = """
            title: A secret is asked for
            id: 5f1c7a52-6f0f-4d7b-9d3e-0f4cbb2f1a10
            logsource: {product: earshot, category: toy}
            detection:
              ask: {toy.type: ASK, toy.text|contains: secret}
              condition: ask
            level: high
            """
        let documents = SigmaReader.read(text: source, file: "toy.yml").documents
        let discriminators = ToyList.entries.map(\.descriptor).map { descriptor in
            Discriminator(
                category: descriptor.category, field: descriptor.typeField,
                codes: Dictionary(grouping: UInt8.min...UInt8.max, by: descriptor.typeName))
        }
        rules = RuleCompiler.compile(documents, registry: registry, discriminators: discriminators).rules
        engine = DetectionEngine(rules: rules)
    }

    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        var line: [UInt8] = []
        json.write(event, context, message: message, to: &line)
        events.append(String(decoding: line, as: UTF8.self))
        self.frames.append(context.frameNumber)
        engine.evaluate(event, context, message: message)
        for index in engine.hits.indices { alerts.append(rules.rules[engine.hits[index].rule].title) }
    }
}

/// A worker with the toy in its list, fed frames by hand, a millisecond apart.
private struct Line: ~Copyable {
    var worker = Worker<ToyList, ToySink>(
        limits: EngineLimits(), dissectors: Dissectors.Limits(), hash: SeededHash(seed: 1), sink: ToySink())
    var number: UInt64 = 0

    mutating func feed(_ frame: [UInt8], after seconds: Double = 0.001) {
        number += 1
        clock += Int64(seconds * 1e9)
        worker.process(
            FrameHeader(
                timestamp: Timestamp(nanoseconds: clock), number: number, originalLength: frame.count,
                linkType: .ethernet), frame.span.bytes)
    }

    private var clock: Int64 = 1_000_000_000
}

private func message(_ kind: ToyDissector.Kind, _ text: String) -> [UInt8] {
    [ToyDissector.mark, kind.rawValue, UInt8(text.utf8.count)] + Array(text.utf8)
}

private func event(_ kind: ToyDissector.Kind, _ text: String) -> String {
    "{\"event.category\":\"toy\",\"toy.type\":\"\(kind.name)\",\"toy.text\":\"\(text)\"}"
}

@Suite("a template protocol") struct ToyTests {
    @Test("is found on any port, framed across segments, and matched by a rule")
    func streams() {
        var line = Line()
        line.feed(Build.tcpFrame(to: 7777, seq: 99, flags: 2))
        let stream = message(.hello, "a") + message(.ask, "the secret") + message(.ask, "more")
        for (index, byte) in stream.enumerated() {
            line.feed(Build.tcpFrame(to: 7777, seq: 100 + UInt32(index), [byte]))
        }
        #expect(line.worker.sink.events == [event(.hello, "a"), event(.ask, "the secret"), event(.ask, "more")])
        #expect(line.worker.sink.alerts == ["A secret is asked for"])
        #expect(line.worker.sink.frames == [5, 18, 25], "each with the frame of its last byte")
        #expect(Array(line.worker.counters.messages(of: 2)[(2 << 8 | 1)...(2 << 8 | 3)]) == [1, 2, 0])
    }

    @Test("is found again behind lost bytes")
    func resynchronises() {
        var line = Line()
        line.feed(Build.tcpFrame(to: 9999, seq: 99, flags: 2))
        line.feed(Build.tcpFrame(to: 9999, seq: 100, message(.hello, "a")))
        let tail = Array("tail".utf8)
        line.feed(Build.tcpFrame(to: 9999, seq: 200, tail + message(.ask, "b") + message(.ask, "c")))
        #expect(line.worker.sink.events.count == 1)
        line.feed(Build.udpFrame(to: 53, [0]), after: 3)
        #expect(line.worker.sink.events == [event(.hello, "a"), event(.ask, "b"), event(.ask, "c")])
        #expect(line.worker.dissectors.toy.gaps > 0)
        line.worker.finish()
        #expect(line.worker.dissectors.toy.closed == 1)
    }

    @Test("is joined in the middle on its own port")
    func joins() {
        var line = Line()
        line.feed(Build.tcpFrame(from: 40000, to: 9999, seq: 500, message(.ask, "b") + message(.ask, "c")))
        line.worker.finish()
        #expect(line.worker.sink.events == [event(.ask, "b"), event(.ask, "c")])
    }

    @Test("is read over UDP, elsewhere once an answer proves it")
    func datagrams() {
        var line = Line()
        line.feed(Build.udpFrame(to: 9999, message(.ask, "x")))
        #expect(line.worker.sink.events == [event(.ask, "x")])
        line.feed(Build.udpFrame(from: 4000, to: 4001, message(.ask, "y")))
        #expect(line.worker.sink.events.count == 1)
        line.feed(
            Build.udpFrame(
                from: 4001, to: 4000, source: [10, 0, 0, 2], destination: [10, 0, 0, 1], message(.echo, "y")))
        #expect(line.worker.sink.events == [event(.ask, "x"), event(.ask, "y"), event(.echo, "y")])
        #expect(line.worker.sink.frames == [1, 2, 3])
    }

    @Test("leaves MQTT and CoAP as they are")
    func othersStay() {
        var line = Line()
        line.feed(Build.udpFrame([0x40, 0x01, 0x12, 0x34]))
        #expect(line.worker.sink.events == ["{\"event.category\":\"coap\",\"coap.code\":\"0.01\"}"])
    }
}
