import Bytes
import Engine
import Events
import Network
import Packets
import Sensor
import TestSupport
import Testing

/// When and by which frames a message is told to have come, whatever it had to wait for.

/// What an event says of where it came from.
private struct Told: Equatable {
    var topic: String
    var frame: UInt64
    var nanoseconds: Int64
    var vlan: UInt16
    var anomalies: NetworkAnomalies
    /// The numbers of the frames that are its evidence.
    var evidence: [UInt64]
    var leftOut: Int
}

/// Keeps what is told of PUBLISH and CoAP messages, by topic or path; frames that differ from those that were fed are noted.
private struct OriginRecorder: EventSink, ~Copyable {
    var told: [Told] = []
    var fed: [UInt64: [UInt8]] = [:]
    var wrongFrames: [UInt64] = []
    private let names = ["mqtt.topic", "coap.opt.uri_path_recon", "mqtt.type"].compactMap {
        Protocols.registry.field(named: $0)?.id
    }

    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        var name = ""
        for field in names where name.isEmpty {
            var values = FieldValues()
            event.read(field, message: message, into: &values)
            if case .bytes(let reference)? = values.values.first {
                name = values.withBytes(reference, message: message) { String(copying: $0) }
            }
        }
        var numbers: [UInt64] = []
        var wrong: [UInt64] = []
        let fed = fed
        frames.forEach { frame, bytes in
            numbers.append(frame.number)
            var copy: [UInt8] = []
            copy.append(copying: bytes)
            if fed[frame.number] != copy { wrong.append(frame.number) }
        }
        wrongFrames += wrong
        told.append(
            Told(
                topic: name, frame: context.frameNumber, nanoseconds: context.timestamp.nanoseconds,
                vlan: context.vlans.count > 0 ? context.vlans[0] : 0, anomalies: context.anomalies, evidence: numbers,
                leftOut: frames.leftOut))
    }
}

/// Feeds frames, a millisecond apart; each is on the VLAN of its two hosts.
private struct Line: ~Copyable {
    var worker: SensorWorker<OriginRecorder>
    var number: UInt64 = 0

    init() { worker = SensorWorker(hash: SeededHash(seed: 1), sink: OriginRecorder()) }

    static func time(_ number: UInt64) -> Int64 { 1_000_000_000 + Int64(number) * 1_000_000 }

    /// The VLAN of the hosts of an IPv4 packet.
    static func vlan(of packet: [UInt8]) -> UInt16 {
        10 * UInt16(packet[13]) + UInt16(packet[15]) + UInt16(packet[19])
    }

    /// Feeds an IPv4 packet on a VLAN; gives the number of its frame.
    @discardableResult
    mutating func feed(ip packet: [UInt8]) -> UInt64 {
        number += 1
        let frame = Build.ethernet(0x0800, vlans: [(0x8100, Int(Self.vlan(of: packet)))], packet)
        worker.sink.fed[number] = frame
        worker.process(
            FrameHeader(
                timestamp: Timestamp(nanoseconds: Self.time(number)), number: number, originalLength: frame.count,
                linkType: .ethernet), frame.span.bytes)
        return number
    }

    /// Feeds the beginning of a connection up to its CONNACK; gives the client's next sequence number. The server's is 5004.
    mutating func begin() -> UInt32 {
        let connect = MQTT.connect("a")
        feed(ip: segment(999, flags: 2))
        feed(ip: answer(4999, ack: 1000, flags: 0x12))
        feed(ip: segment(1000, connect))
        feed(ip: answer(5000, ack: 1000 + UInt32(connect.count), MQTT.connack))
        return 1000 + UInt32(connect.count)
    }

    /// What was told of messages with a topic or path that begins so.
    func told(_ prefix: String) -> [Told] { worker.sink.told.filter { $0.topic.hasPrefix(prefix) } }
}

private let client: [UInt8] = [10, 0, 0, 1]
private let server: [UInt8] = [10, 0, 0, 2]

private func segment(_ sequence: UInt32, flags: UInt8 = 0x18, _ payload: [UInt8] = []) -> [UInt8] {
    Build.ipv4(
        from: client, to: server, proto: 6, Build.tcp(from: 40000, to: 1883, seq: sequence, flags: flags, payload))
}

private func answer(_ sequence: UInt32, ack: UInt32, flags: UInt8 = 0x18, _ payload: [UInt8] = []) -> [UInt8] {
    Build.ipv4(
        from: server, to: client, proto: 6,
        Build.tcp(from: 1883, to: 40000, seq: sequence, ack: ack, flags: flags, payload))
}

/// Cuts an IPv4 packet into fragments at multiples of 8 bytes (RFC 791, 3.2), all with the same identification.
private func fragments(_ packet: [UInt8], identification: Int, at cuts: [Int]) -> [[UInt8]] {
    let payload = Array(packet[20...])
    let bounds = [0] + cuts.filter { $0 > 0 && $0 < payload.count } + [payload.count]
    return zip(bounds, bounds.dropFirst()).map { start, end in
        let more = end < payload.count ? 0x2000 : 0
        var fragment = Build.ipv4(
            from: client, to: server, proto: packet[9], fragment: more | start / 8, Array(payload[start..<end]))
        fragment[4] = UInt8(identification >> 8 & 0xFF)
        fragment[5] = UInt8(identification & 0xFF)
        return fragment
    }
}

@Suite struct ProvenanceTests {
    /// Segments of any size, out of order, doubled, in fragments: each message is told with the frame that came last of all
    /// those that brought it, and its evidence is those frames. The model keeps for each byte what first brought it.
    @Test("Every message knows its frames", arguments: 0..<12) func everyMessageKnowsItsFrames(_ run: Int) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        var line = Line()
        let start = line.begin()

        var stream: [UInt8] = []
        var messages: [Range<Int>] = []
        for index in 0..<60 {
            let count = Int.random(in: 0...(index % 7 == 0 ? 900 : 60), using: &random)
            let message = MQTT.publish("plant/\(index)", Array(repeating: UInt8(index), count: count))
            messages.append(stream.count..<stream.count + message.count)
            stream += message
        }
        var pieces: [Range<Int>] = []
        var offset = 0
        while offset < stream.count {
            let count = min(Int.random(in: 1...120, using: &random), stream.count - offset)
            pieces.append(offset..<offset + count)
            offset += count
            if Int.random(in: 0..<8, using: &random) == 0 {
                pieces.append(max(0, offset - Int.random(in: 1...150, using: &random))..<offset)
            }
        }
        for index in pieces.indices where Int.random(in: 0..<4, using: &random) == 0 {
            pieces.swapAt(index, min(pieces.count - 1, index + Int.random(in: 1...4, using: &random)))
        }

        var first: [Set<UInt64>?] = Array(repeating: nil, count: stream.count)
        for (index, piece) in pieces.enumerated() {
            let packet = segment(start &+ UInt32(piece.lowerBound), Array(stream[piece]))
            var packets = [packet]
            if Int.random(in: 0..<6, using: &random) == 0 {
                packets = fragments(packet, identification: 100 + index, at: [24, 48]).shuffled(using: &random)
            }
            let numbers = Set(packets.map { line.feed(ip: $0) })
            for byte in piece where first[byte] == nil { first[byte] = numbers }
        }
        line.worker.finish()

        let told = line.told("plant/")
        #expect(told.map(\.topic) == messages.indices.map { "plant/\($0)" }, "seed \(seed)")
        for (event, message) in zip(told, messages) {
            let frames = message.reduce(into: Set<UInt64>()) { $0.formUnion(first[$1] ?? []) }.sorted()
            #expect(event.evidence == frames, "seed \(seed), \(event.topic)")
            #expect(event.frame == frames.last, "seed \(seed), \(event.topic)")
            #expect(event.nanoseconds == frames.last.map(Line.time), "seed \(seed), \(event.topic)")
            #expect(event.vlan == 3, "seed \(seed), \(event.topic)")
            #expect(event.leftOut == 0, "seed \(seed)")
        }
        #expect(line.worker.sink.wrongFrames.isEmpty, "seed \(seed)")
    }

    /// What waits behind a hole is told with its own frame when its time is up, whoever's packet let it through.
    @Test("What waited behind a hole keeps its frame") func whatWaitedBehindAHoleKeepsItsFrame() {
        var line = Line()
        let start = line.begin()
        let lost = MQTT.publish("lost/1", [1])
        let behind = (0..<3).map { MQTT.publish("behind/\($0)", [UInt8($0)]) }
        let number = line.feed(ip: segment(start + UInt32(lost.count), behind.flatMap { $0 }))
        // Overlapping fragments of somebody else, then silence until the hole is given up.
        let other = Build.ipv4(
            from: [10, 9, 0, 1], to: [10, 9, 0, 2], proto: 17, Build.udp(from: 9, to: 9, Array(repeating: 7, count: 40))
        )
        var parts = fragments(other, identification: 7, at: [24])
        parts[1][7] = 2
        for part in parts { line.feed(ip: part) }
        #expect(line.told("behind/").isEmpty)
        line.worker.advance(to: Timestamp(nanoseconds: Line.time(number) + 2_500_000_000))
        for told in line.told("behind/") {
            #expect(told.frame == number)
            #expect(told.nanoseconds == Line.time(number))
            #expect(told.vlan == 3)
            #expect(told.anomalies.isEmpty)
            #expect(told.evidence == [number])
        }
        #expect(line.told("behind/").count == 3)
        #expect(line.told("lost/").isEmpty)
    }

    /// An answer that was captured before its question is told behind it, with its own frame.
    @Test("An answer that came first keeps its frame") func anAnswerThatCameFirstKeepsItsFrame() {
        var line = Line()
        let start = line.begin()
        let question = MQTT.subscribe(1, "#")
        let early = line.feed(ip: answer(5004, ack: start + UInt32(question.count), MQTT.suback(1)))
        let late = line.feed(ip: segment(start, question))
        let told = line.worker.sink.told.suffix(2)
        #expect(told.map(\.frame) == [late, early])
        #expect(told.map(\.evidence) == [[late], [early]])
        #expect(told.map(\.nanoseconds) == [Line.time(late), Line.time(early)])
    }

    /// At the beginning of a capture each message is told as soon as the other end has acknowledged it.
    @Test("Messages at the beginning of a capture wait for no others")
    func messagesAtTheBeginningOfACaptureWaitForNoOthers() {
        var line = Line()
        let question = MQTT.subscribe(1, "#")
        line.feed(ip: segment(1000, question))
        line.feed(ip: answer(5000, ack: 1000 + UInt32(question.count), flags: 0x10))
        #expect(line.worker.sink.told.map(\.frame) == [1])
        line.feed(ip: answer(5000, ack: 1000 + UInt32(question.count), MQTT.suback(1)))
        var acknowledgement = segment(1000 + UInt32(question.count), flags: 0x10)
        acknowledgement.replaceSubrange(28..<32, with: Build.u32(5005))
        line.feed(ip: acknowledgement)
        #expect(line.worker.sink.told.map(\.topic) == ["#", "SUBACK"])
        #expect(line.worker.sink.told.map(\.frame) == [1, 3])
    }

    /// Candidates on a strange port keep whole frames, and what was odd about their fragments.
    @Test("Candidates keep their fragments") func candidatesKeepTheirFragments() {
        var line = Line()
        let request = Build.ipv4(
            from: client, to: server, proto: 17,
            Build.udp(from: 40000, to: 7000, CoAP.get(0x1234, token: 7, "sensors")))
        var parts = fragments(request, identification: 9, at: [16])
        // The second begins 8 bytes earlier, with the same bytes again.
        parts[1] = Array(parts[1][0..<20]) + Array(request[28..<36]) + Array(parts[1][20...])
        parts[1].replaceSubrange(2..<4, with: Build.u16(parts[1].count))
        parts[1][7] = 1
        let numbers = parts.map { line.feed(ip: $0) }
        let response = Build.ipv4(
            from: server, to: client, proto: 17,
            Build.udp(from: 7000, to: 40000, CoAP.content(0x1234, token: 7, "21")))
        let last = line.feed(ip: response)
        #expect(line.worker.sink.told.map(\.frame) == [numbers[1], last])
        #expect(line.worker.sink.told.map(\.evidence) == [numbers, [last]])
        #expect(line.worker.sink.told.map(\.anomalies) == [.fragmentOverlap, []])
        #expect(line.worker.sink.wrongFrames.isEmpty)
    }

    /// Of a message in very many segments the first and the last frames are kept, and the others are counted.
    @Test("A message in many segments says what was left out") func aMessageInManySegmentsSaysWhatWasLeftOut() {
        var line = Line()
        line.feed(ip: segment(999, flags: 2))
        line.feed(ip: segment(1000, MQTT.connect("a")))
        let start = 1000 + UInt32(MQTT.connect("a").count)
        let message = MQTT.publish("many", Array(repeating: 1, count: 400))
        let numbers = message.indices.map { line.feed(ip: segment(start + UInt32($0), [message[$0]])) }
        let told = line.told("many")
        #expect(told.count == 1)
        #expect(told.first?.frame == numbers.last)
        #expect(told.first?.evidence.first == numbers.first)
        #expect(told.first?.evidence.last == numbers.last)
        let kept = told.first?.evidence.count ?? 0
        #expect(kept >= 100)
        #expect(kept + (told.first?.leftOut ?? 0) == message.count)
    }

    /// A long message is told with the frame that brought its last byte; those of its rest are counted.
    @Test("A long message ends with its last frame") func aLongMessageEndsWithItsLastFrame() {
        var line = Line()
        line.feed(ip: segment(999, flags: 2))
        line.feed(ip: segment(1000, MQTT.connect("a")))
        let start = 1000 + UInt32(MQTT.connect("a").count)
        let message = MQTT.publish("long", Array(repeating: 1, count: 100_000))
        var numbers: [UInt64] = []
        for offset in stride(from: 0, to: message.count, by: 1400) {
            let end = min(message.count, offset + 1400)
            numbers.append(line.feed(ip: segment(start + UInt32(offset), Array(message[offset..<end]))))
        }
        let told = line.told("long")
        #expect(told.map(\.frame) == [numbers.last])
        #expect(told.first?.evidence.prefix(40) == numbers.prefix(40))
        #expect(told.first?.evidence.last == numbers.last)
        #expect((told.first?.evidence.count ?? 0) + (told.first?.leftOut ?? 0) == numbers.count)
    }
}
