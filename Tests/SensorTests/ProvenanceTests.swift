import Bytes
import Engine
import Events
import Network
import Packets
import Sensor
import TestSupport
import Testing

/// When and by which frames a message is told to have come, whatever it had to wait for.

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
            let packet = Line.segment(start &+ UInt32(piece.lowerBound), Array(stream[piece]))
            var packets = [packet]
            if Int.random(in: 0..<6, using: &random) == 0 {
                packets = Line.fragments(packet, identification: 100 + index, at: [24, 48]).shuffled(using: &random)
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
        let number = line.feed(ip: Line.segment(start + UInt32(lost.count), behind.flatMap { $0 }))
        // Overlapping fragments of somebody else, then silence until the hole is given up.
        let other = Build.ipv4(
            from: [10, 9, 0, 1], to: [10, 9, 0, 2], proto: 17, Build.udp(from: 9, to: 9, Array(repeating: 7, count: 40))
        )
        var parts = Line.fragments(other, identification: 7, at: [24])
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
        let early = line.feed(ip: Line.answer(5004, ack: start + UInt32(question.count), MQTT.suback(1)))
        let late = line.feed(ip: Line.segment(start, question))
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
        line.feed(ip: Line.segment(1000, question))
        line.feed(ip: Line.answer(5000, ack: 1000 + UInt32(question.count), flags: 0x10))
        #expect(line.worker.sink.told.map(\.frame) == [1])
        line.feed(ip: Line.answer(5000, ack: 1000 + UInt32(question.count), MQTT.suback(1)))
        var acknowledgement = Line.segment(1000 + UInt32(question.count), flags: 0x10)
        acknowledgement.replaceSubrange(28..<32, with: Build.u32(5005))
        line.feed(ip: acknowledgement)
        #expect(line.worker.sink.told.map(\.topic) == ["#", "SUBACK"])
        #expect(line.worker.sink.told.map(\.frame) == [1, 3])
    }

    /// Candidates on a strange port keep whole frames, and what was odd about their fragments.
    @Test("Candidates keep their fragments") func candidatesKeepTheirFragments() {
        var line = Line()
        let request = Build.ipv4(
            from: Line.client, to: Line.server, proto: 17,
            Build.udp(from: 40000, to: 7000, CoAP.get(0x1234, token: 7, "sensors")))
        var parts = Line.fragments(request, identification: 9, at: [16])
        // The second begins 8 bytes earlier, with the same bytes again.
        parts[1] = Array(parts[1][0..<20]) + Array(request[28..<36]) + Array(parts[1][20...])
        parts[1].replaceSubrange(2..<4, with: Build.u16(parts[1].count))
        parts[1][7] = 1
        let numbers = parts.map { line.feed(ip: $0) }
        let response = Build.ipv4(
            from: Line.server, to: Line.client, proto: 17,
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
        line.feed(ip: Line.segment(999, flags: 2))
        line.feed(ip: Line.segment(1000, MQTT.connect("a")))
        let start = 1000 + UInt32(MQTT.connect("a").count)
        let message = MQTT.publish("many", Array(repeating: 1, count: 400))
        let numbers = message.indices.map { line.feed(ip: Line.segment(start + UInt32($0), [message[$0]])) }
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
        line.feed(ip: Line.segment(999, flags: 2))
        line.feed(ip: Line.segment(1000, MQTT.connect("a")))
        let start = 1000 + UInt32(MQTT.connect("a").count)
        let message = MQTT.publish("long", Array(repeating: 1, count: 100_000))
        var numbers: [UInt64] = []
        for offset in stride(from: 0, to: message.count, by: 1400) {
            let end = min(message.count, offset + 1400)
            numbers.append(line.feed(ip: Line.segment(start + UInt32(offset), Array(message[offset..<end]))))
        }
        let told = line.told("long")
        #expect(told.map(\.frame) == [numbers.last])
        #expect(told.first?.evidence.prefix(40) == numbers.prefix(40))
        #expect(told.first?.evidence.last == numbers.last)
        #expect((told.first?.evidence.count ?? 0) + (told.first?.leftOut ?? 0) == numbers.count)
    }
}
