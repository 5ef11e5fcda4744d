import Engine
import Network
import Packets
import TestSupport
import Testing

/// When and by which frames a message is told to have come that WebSocket carried.

/// What one end sends, and what each of its messages rests on.
private struct Sent {
    var stream: [UInt8] = []
    /// For each message the places in `stream` of its bytes, and of the heads of the frames that begin within it.
    var places: [Set<Int>] = []

    /// Messages one behind another in frames of any size: several in one, one in several, with Ping frames between.
    init(_ messages: [[UInt8]], key: [UInt8]?, random: inout SeededGenerator) {
        places = messages.map { _ in [] }
        let owners = messages.indices.flatMap { index in messages[index].map { _ in index } }
        let bytes = messages.flatMap { $0 }
        var offset = 0
        while offset < bytes.count {
            let count = min(Int.random(in: 1...180, using: &random), bytes.count - offset)
            let parts = Int.random(in: 0..<4, using: &random) == 0 ? [count / 2, count - count / 2] : [count]
            for (number, part) in parts.enumerated() {
                let payload = Array(bytes[offset..<offset + part])
                let isLast = number == parts.count - 1
                let frame = WebSocketFrames.frame(number == 0 ? 2 : 0, fin: isLast, key: key, payload)
                let head = stream.count..<stream.count + frame.count - part
                for place in 0..<part { places[owners[offset + place]].insert(head.upperBound + place) }
                if part > 0 { places[owners[offset]].formUnion(head) }
                stream += frame
                offset += part
                if Int.random(in: 0..<5, using: &random) == 0 {
                    stream += WebSocketFrames.frame(9, key: key, Array(repeating: 7, count: 30))
                }
            }
        }
    }
}

extension Line {
    /// Feeds the opening of a connection; gives the next sequence numbers of client and server.
    fileprivate mutating func beginWebSocket(
        _ subprotocol: String = "mqtt", extensions: String? = nil
    ) -> (client: UInt32, server: UInt32) {
        let request = WebSocketFrames.request(subprotocol, extensions: extensions)
        let reply = WebSocketFrames.answer(subprotocol, extensions: extensions)
        feed(ip: Self.segment(999, flags: 2))
        feed(ip: Self.answer(4999, ack: 1000, flags: 0x12))
        feed(ip: Self.segment(1000, request))
        feed(ip: Self.answer(5000, ack: 1000 + UInt32(request.count), reply))
        return (1000 + UInt32(request.count), 5000 + UInt32(reply.count))
    }
}

@Suite struct WebSocketProvenanceTests {
    private static func messages(_ random: inout SeededGenerator) -> [[UInt8]] {
        (0..<50).map { index in
            let count = Int.random(in: 0...(index % 7 == 0 ? 300 : 60), using: &random)
            return MQTT.publish("plant/\(index)", Array(repeating: UInt8(index), count: count))
        }
    }

    /// Frames of WebSocket are cut anywhere, heads too, and their segments come out of order, doubled, in fragments: each
    /// message is told with the frame that came last of all those that brought it, and its evidence is those frames. The
    /// model keeps for each byte what first brought it.
    @Test("Every message in WebSocket knows its frames", arguments: 0..<12)
    func everyMessageKnowsItsFrames(_ run: Int) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        var line = Line()
        let start = line.beginWebSocket()
        let connect = WebSocketFrames.client(MQTT.connect("a"))
        line.feed(ip: Line.segment(start.client, connect))
        line.feed(
            ip: Line.answer(
                start.server, ack: start.client + UInt32(connect.count), WebSocketFrames.server(MQTT.connack)))
        let sent = Sent(Self.messages(&random), key: [1, 2, 3, 4], random: &random)

        var pieces: [Range<Int>] = []
        var offset = 0
        while offset < sent.stream.count {
            let count = min(Int.random(in: 1...(run % 2 == 0 ? 12 : 120), using: &random), sent.stream.count - offset)
            pieces.append(offset..<offset + count)
            offset += count
        }
        for index in pieces.indices where Int.random(in: 0..<8, using: &random) == 0 {
            pieces.swapAt(index, min(pieces.count - 1, index + Int.random(in: 1...3, using: &random)))
        }
        var first: [Set<UInt64>?] = Array(repeating: nil, count: sent.stream.count)
        for (index, piece) in pieces.enumerated() {
            let sequence = start.client + UInt32(connect.count + piece.lowerBound)
            let packet = Line.segment(sequence, Array(sent.stream[piece]))
            var packets = [packet]
            if piece.count > 40, Int.random(in: 0..<6, using: &random) == 0 {
                packets = Line.fragments(packet, identification: 100 + index, at: [24, 48]).shuffled(using: &random)
            }
            let numbers = Set(packets.map { line.feed(ip: $0) })
            for byte in piece where first[byte] == nil { first[byte] = numbers }
        }
        line.worker.finish()
        expect(line, sent, first.map { $0 ?? [] }, seed)
    }

    private func expect(_ line: borrowing Line, _ sent: Sent, _ first: [Set<UInt64>], _ seed: UInt64) {
        let told = line.told("plant/")
        #expect(told.map(\.topic) == sent.places.indices.map { "plant/\($0)" }, "seed \(seed)")
        for (event, places) in zip(told, sent.places) {
            let frames = places.reduce(into: Set<UInt64>()) { $0.formUnion(first[$1]) }.sorted()
            #expect(event.evidence == frames, "seed \(seed), \(event.topic)")
            #expect(event.frame == frames.last, "seed \(seed), \(event.topic)")
            #expect(event.nanoseconds == frames.last.map(Line.time), "seed \(seed), \(event.topic)")
            #expect(event.vlan == 3, "seed \(seed), \(event.topic)")
            #expect(event.leftOut == 0, "seed \(seed), \(event.topic)")
        }
        let wrong = line.worker.sink.wrongFrames
        #expect(wrong.isEmpty, "seed \(seed)")
    }

    /// What a client sends before the answer was seen waits for it, and is told with its own frames.
    @Test("Messages before the answer know their frames", arguments: 0..<4)
    func messagesBeforeTheAnswerKnowTheirFrames(_ run: Int) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        var line = Line()
        let (request, reply) = (WebSocketFrames.request(), WebSocketFrames.answer())
        var messages = Self.messages(&random).prefix(12)
        messages.insert(MQTT.connect("a"), at: 0)
        var sent = Sent(Array(messages), key: [9, 8, 7, 6], random: &random)
        line.feed(ip: Line.segment(999, flags: 2))
        line.feed(ip: Line.answer(4999, ack: 1000, flags: 0x12))
        line.feed(ip: Line.segment(1000, request))
        var first: [Set<UInt64>] = []
        var offset = 0
        while offset < sent.stream.count {
            let count = min(Int.random(in: 30...90, using: &random), sent.stream.count - offset)
            let part = Array(sent.stream[offset..<offset + count])
            let number = line.feed(ip: Line.segment(1000 + UInt32(request.count + offset), part))
            first += part.map { _ in [number] }
            offset += count
        }
        #expect(line.worker.sink.told.isEmpty)
        line.feed(ip: Line.answer(5000, ack: 1000 + UInt32(request.count), reply))
        sent.places.removeFirst()
        expect(line, sent, first, seed)
    }

    /// Behind lost bytes several segments may be needed to find a frame again.
    @Test("Messages behind lost bytes know their frames") func messagesBehindLostBytesKnowTheirFrames() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var line = Line()
        let start = line.beginWebSocket()
        let connect = WebSocketFrames.client(MQTT.connect("a"))
        line.feed(ip: Line.segment(start.client, connect))
        line.feed(
            ip: Line.answer(
                start.server, ack: start.client + UInt32(connect.count), WebSocketFrames.server(MQTT.connack)))
        var sent = Sent([], key: nil, random: &random)
        for index in 0..<40 {
            let message = MQTT.publish("plant/\(index)", Array(repeating: UInt8(index), count: 20))
            let frame = WebSocketFrames.client(message)
            sent.places.append(Set(sent.stream.count..<sent.stream.count + frame.count))
            sent.stream += frame
        }
        // The first segment ends within a message; the one behind it is lost.
        var first: [Set<UInt64>] = []
        for offset in stride(from: 0, to: sent.stream.count, by: 23) {
            let part = Array(sent.stream[offset..<min(offset + 23, sent.stream.count)])
            let sequence = start.client + UInt32(connect.count + offset)
            let number = offset == 23 ? 0 : line.feed(ip: Line.segment(sequence, part))
            first += part.map { _ in [number] }
        }
        line.worker.finish()
        let told = line.told("plant/")
        #expect(told.count >= 30)
        for event in told {
            let index = Int(event.topic.dropFirst(6)) ?? 0
            let frames = sent.places[index].reduce(into: Set<UInt64>()) { $0.formUnion(first[$1]) }.sorted()
            #expect(event.evidence == frames, "\(event.topic)")
            #expect(event.frame == frames.last, "\(event.topic)")
        }
    }

    /// Of a compressed message the input counts that the inflater was given for it; the block that ends it holds nothing.
    @Test("Compressed messages know their frames") func compressedMessagesKnowTheirFrames() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var line = Line()
        let start = line.beginWebSocket(extensions: "permessage-deflate")
        var sent = Sent([], key: nil, random: &random)
        for index in -1..<20 {
            let message = index < 0 ? MQTT.connect("a") : MQTT.publish("plant/\(index)", [UInt8(index)])
            // A stored block and the first byte of an empty one (RFC 1951, 3.2.4; RFC 7692, 7.2.1).
            let count = UInt8(message.count)
            let block: [UInt8] = [0, count, 0, ~count, 0xFF] + message + [0]
            let frame = WebSocketFrames.frame(2, reserved: 4, key: [5, 6, 7, 8], block)
            if index >= 0 { sent.places.append(Set(sent.stream.count..<sent.stream.count + frame.count - 1)) }
            sent.stream += frame
        }
        var first: [Set<UInt64>] = []
        while first.count < sent.stream.count {
            let end = min(first.count + Int.random(in: 1...20, using: &random), sent.stream.count)
            let part = Array(sent.stream[first.count..<end])
            let number = line.feed(ip: Line.segment(start.client + UInt32(first.count), part))
            first += part.map { _ in [number] }
        }
        expect(line, sent, first, seed)
    }

    /// Messages of CoAP are those of WebSocket: one in several frames, the last of which is empty.
    @Test("A message that an empty frame ends knows all its frames") func anEmptyFrameEndsAMessage() {
        var line = Line()
        let start = line.beginWebSocket("coap")
        // CSM, then GET /a: a length of 0, the code, the option.
        var offset = start.client
        func next(_ bytes: [UInt8], _ line: inout Line) -> UInt64 {
            defer { offset += UInt32(bytes.count) }
            return line.feed(ip: Line.segment(offset, bytes))
        }
        let key: [UInt8] = [1, 2, 3, 4]
        _ = next(WebSocketFrames.frame(2, key: key, [0x00, 0xE1]), &line)
        let head = WebSocketFrames.frame(2, fin: false, key: key, [0x00, 0x01, 0xB1, 0x61])
        let numbers = [
            next(Array(head[..<3]), &line), next(Array(head[3...]), &line),
            next(Array(WebSocketFrames.frame(0, key: key, [])[..<1]), &line),
            next(Array(WebSocketFrames.frame(0, key: key, [])[1...]), &line),
        ]
        let told = line.worker.sink.told.last
        #expect(told?.evidence == numbers)
        #expect(told?.frame == numbers.last)
        #expect(line.worker.sink.wrongFrames.isEmpty)
    }
}
