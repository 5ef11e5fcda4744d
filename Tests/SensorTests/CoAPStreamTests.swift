import Engine
import Events
import Flows
import Packets
import Sensor
import TestSupport
import Testing

private let brief: Set<String> = [
    "coap.code", "coap.uri_path", "coap.request.uri_path", "coap.matched", "violation.id", "network.direction",
    "network.transport", "coap.session.midstream",
]

/// What each end says; the server's part comes behind the client's of the same turn.
private let turns: [(client: [UInt8], server: [UInt8])] = [
    (CoAPStream.csm(8192), CoAPStream.csm(4096)),
    (CoAPStream(0x01, token: [1], path: "temp").bytes, CoAPStream(0x45, token: [1], payload: Array("21.5".utf8)).bytes),
    (
        CoAPStream(0x02, token: [2, 3], path: "fw", payload: [UInt8](repeating: 0xA5, count: 300)).bytes
            + CoAPStream(0xE2, token: [7]).bytes,
        CoAPStream(0x44, token: [2, 3]).bytes + CoAPStream(0xE3, token: [7]).bytes
    ),
    (CoAPStream(0x03, token: [4], path: "a/b", payload: [1]).bytes, CoAPStream(0x01, token: [4], path: "back").bytes),
    (CoAPStream(0x45, token: [4], payload: [9]).bytes, CoAPStream(0x44, token: [4]).bytes),
]

/// All fields but those that tell when a message was complete.
private let lasting = Set(Protocols.registry.entries.map(\.info.name)).subtracting([
    "frame.number", "@timestamp", "coap.response_time",
])

private func run(_ bench: inout Bench, port: Int = 5683, _ cut: (([UInt8]) -> [[UInt8]])? = nil) {
    var connection = Connection(serverPort: port)
    for frame in connection.handshake() { bench.feed(frame) }
    for turn in turns {
        for part in cut?(turn.client) ?? [turn.client] where !part.isEmpty { bench.feed(connection.client(part)) }
        for part in cut?(turn.server) ?? [turn.server] where !part.isEmpty { bench.feed(connection.server(part)) }
    }
    bench.worker.finish()
}

private let counts: [String: [String: UInt64]] = [
    "coap": [
        "7.01": 2, "0.01": 2, "2.05": 2, "0.02": 1, "7.02": 1, "2.04": 2, "7.03": 1, "0.03": 1,
    ]
]

@Test("Streams on any port", arguments: [5683, 1883, 40_001, 7]) func streamsOnAnyPort(port: Int) {
    var bench = Bench(brief)
    run(&bench, port: port)
    #expect(bench.worker.statistics.messages == counts)
    #expect(bench.worker.statistics.violations.isEmpty && bench.worker.statistics.unparsedBytes == 0)
    #expect(bench.events.allSatisfy { $0.contains("\"network.transport\":\"tcp\"") })
    #expect(bench.events.allSatisfy { $0.contains("\"coap.session.midstream\":false") })
    #expect(bench.events.filter { $0.contains("\"coap.matched\":true") }.count == 5)
    #expect(bench.events.contains { $0.contains("\"coap.request.uri_path\":\"/back\"") })
}

/// Wherever the bytes of the ends are cut into two segments, the same events come out.
@Test("Stream split law", arguments: [5683, 7777]) func streamSplitLaw(port: Int) {
    var whole = Bench(lasting)
    run(&whole, port: port)
    #expect(whole.events.count == 12)
    let longest = turns.map { max($0.client.count, $0.server.count) }.max() ?? 0
    for cut in 1..<longest {
        var bench = Bench(lasting)
        run(&bench, port: port) { [Array($0.prefix(cut)), Array($0.dropFirst(cut))] }
        #expect(bench.events == whole.events, "cut at \(cut)")
    }
    var bytes = Bench(lasting)
    run(&bytes) { $0.map { [$0] } }
    #expect(bytes.worker.statistics.messages == counts)
}

/// Random cuts into up to four segments, some of which come too early.
@Test("Stream random splits") func streamRandomSplits() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var whole = Bench(lasting)
    run(&whole)
    for _ in 0..<200 {
        var bench = Bench(lasting)
        run(&bench) { bytes in
            let cuts = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            return [
                Array(bytes[..<cuts[0]]), Array(bytes[cuts[0]..<cuts[1]]), Array(bytes[cuts[1]..<cuts[2]]),
                Array(bytes[cuts[2]...]),
            ]
        }
        #expect(bench.events == whole.events, "seed \(seed)")
    }
}

/// On a strange port what comes waits for the CSM of the other end, and keeps its frame.
@Test("Strange ports wait for both ends") func strangePortsWaitForBothEnds() {
    var bench = Bench(["coap.code", "frame.number"])
    var connection = Connection(serverPort: 9000)
    for frame in connection.handshake() { bench.feed(frame) }
    let hello = CoAPStream.csm()
    bench.feed(connection.client(Array(hello.prefix(3))))
    bench.feed(connection.client(Array(hello.dropFirst(3))))
    #expect(bench.events.isEmpty)
    bench.feed(connection.server(CoAPStream(0xE1).bytes))
    #expect(bench.events.map { $0.contains("\"frame.number\":5") } == [true, false])
    #expect(bench.events.last?.contains("\"frame.number\":6") == true)
    bench.feed(connection.client(CoAPStream(0x01, token: [1], path: "a").bytes))
    #expect(bench.events.count == 3)
}

/// Wherever what one end says on a strange port is cut into two, all of it is read: the proof may come in the middle of a
/// message.
@Test("One end alone in two segments") func oneEndAloneInTwoSegments() {
    let stream =
        CoAPStream.csm()
        + (0..<4).flatMap { number in
            CoAPStream(0x02, token: [UInt8(number)], path: "sensors/temp", payload: [1, 2, 3, 4, 5]).bytes
        }
    for cut in 1..<stream.count {
        for later in [1, 40] where cut + later < stream.count {
            var bench = Bench(["coap.code"])
            var connection = Connection(serverPort: 9000)
            bench.feed(connection.handshake()[0])
            bench.feed(connection.client(Array(stream[..<cut])))
            bench.feed(connection.client(Array(stream[cut..<cut + later])))
            bench.feed(connection.client(Array(stream[(cut + later)...])))
            #expect(bench.worker.statistics.messages == ["coap": ["7.01": 1, "0.02": 4]], "cut at \(cut), \(later)")
        }
    }
}

@Test("One end alone is believed when it goes on") func oneEndAloneIsBelievedWhenItGoesOn() {
    var bench = Bench(brief)
    var connection = Connection(serverPort: 9000)
    // The server is not seen at all.
    bench.feed(connection.handshake()[0])
    bench.feed(connection.client(CoAPStream.csm()))
    for number in 0..<6 {
        bench.feed(connection.client(CoAPStream(0x01, token: [UInt8(number)], path: "sensors/temp").bytes))
    }
    #expect(bench.worker.statistics.messages == ["coap": ["7.01": 1, "0.01": 6]])
}

@Test("An end that answers otherwise is nobodys") func anEndThatAnswersOtherwiseIsNobodys() {
    for answer in [Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), [0x15, 3, 1, 0, 2, 2, 40], [0, 0xE2]] {
        var bench = Bench()
        var connection = Connection(serverPort: 9000)
        for frame in connection.handshake() { bench.feed(frame) }
        bench.feed(connection.client(CoAPStream.csm()))
        bench.feed(connection.server(answer))
        bench.feed(connection.server(CoAPStream.csm()))
        bench.feed(connection.client(CoAPStream(0x01, token: [1], path: "a").bytes))
        bench.worker.finish()
        #expect(bench.events.isEmpty)
    }
}

/// RFC 8323, 5.3: on CoAP's own port a side that does not begin with a CSM is read all the same, and told.
@Test("Own port needs no CSM") func ownPortNeedsNoCSM() {
    var bench = Bench(brief)
    var connection = Connection(serverPort: 5683)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client([0x00, 0x01]))
    #expect(bench.events.count == 1)
    #expect(bench.events.first?.contains("RFC8323-5.3") == true)
    bench.feed(connection.client(CoAPStream(0x01, path: ".well-known/core").bytes))
    #expect(bench.worker.statistics.violations == ["RFC8323-5.3": 1])
}

/// A reserved token length is told, and nothing behind it is invented; the stream is understood again.
@Test("A broken stream is told") func aBrokenStreamIsTold() {
    var bench = Bench(brief)
    var connection = Connection(serverPort: 5683)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(CoAPStream.csm()))
    bench.feed(connection.server(CoAPStream.csm()))
    bench.feed(connection.client([0x0F, 0x01] + [UInt8](repeating: 0xB1, count: 50)))
    #expect(bench.events.count == 3)
    #expect(bench.events.last?.contains("RFC7252-3") == true)
    for number in 0..<4 {
        bench.feed(connection.client(CoAPStream(0x01, token: [UInt8(number)], path: "sensors/temp").bytes))
    }
    bench.worker.finish()
    #expect(bench.worker.statistics.messages["coap"]?["0.01"] == 5)
    #expect(bench.worker.statistics.violations == ["RFC7252-3": 1])
}

/// A message longer than what is held is told by its head, and the stream goes on behind it.
@Test("Long messages", arguments: [70_000, 300_000]) func longMessages(count: Int) {
    var limits = SensorLimits()
    limits.engine.flows.heldBytesPerMessage = 4096
    var bench = Bench(
        ["coap.code", "coap.length", "coap.payload_length", "coap.uri_path", "violation.id"], limits: limits)
    var connection = Connection(serverPort: 5683)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(CoAPStream.csm(1 << 23)))
    bench.feed(connection.server(CoAPStream.csm(1 << 23)))
    let long = CoAPStream(0x03, token: [1], path: "firmware", payload: [UInt8](repeating: 0x5A, count: count)).bytes
    for start in stride(from: 0, to: long.count, by: 1400) {
        bench.feed(connection.client(Array(long[start..<min(start + 1400, long.count)])))
    }
    bench.feed(connection.client(CoAPStream(0x01, token: [2], path: "state").bytes))
    #expect(bench.events.count == 4)
    #expect(bench.events[2].contains("\"coap.length\":\(long.count)"))
    #expect(bench.events[2].contains("\"coap.payload_length\":\(count)"))
    #expect(bench.events[2].contains("/firmware") && bench.events[3].contains("/state"))
    #expect(bench.worker.statistics.violations.isEmpty)
}

@Test("Snap length cuts no message behind") func snapLengthCutsNoMessageBehind() {
    var bench = Bench(["coap.code", "coap.payload_length", "coap.uri_path"])
    var connection = Connection(serverPort: 5683)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(CoAPStream.csm()))
    bench.feed(connection.server(CoAPStream.csm()))
    let frame = connection.client(
        CoAPStream(0x02, token: [1], path: "log", payload: [UInt8](repeating: 0x61, count: 1000)).bytes)
    bench.feed(Array(frame.prefix(200)), original: frame.count)
    bench.feed(connection.client(CoAPStream(0x01, token: [2], path: "x").bytes))
    #expect(bench.events.count == 4)
    #expect(bench.events[2].contains("\"coap.payload_length\":1000") && bench.events[3].contains("/x"))
}

/// A connection that began before the sensor is joined where a chain of messages proves itself.
@Test("Streams are joined midstream", arguments: [5683, 9000]) func streamsAreJoinedMidstream(port: Int) {
    var bench = Bench(brief)
    var connection = Connection(serverPort: port)
    bench.feed(
        connection.client(Array("tail of a payload".utf8) + CoAPStream(0x01, token: [1], path: "plant/temp").bytes))
    for number in 2..<5 {
        bench.feed(connection.client(CoAPStream(0x01, token: [UInt8(number)], path: "plant/temp").bytes))
        bench.feed(
            connection.server(CoAPStream(0x45, token: [UInt8(number)], payload: Array("21.\(number)".utf8)).bytes))
    }
    bench.worker.finish()
    #expect(bench.worker.statistics.messages == ["coap": ["0.01": 4, "2.05": 3]])
    #expect(bench.events.allSatisfy { $0.contains("\"coap.session.midstream\":true") })
    #expect(bench.worker.statistics.violations.isEmpty, "nothing is held against what was not seen")
}

/// Behind a hole messages are read from where they prove themselves; none is invented.
@Test("Streams are understood again", arguments: 0..<10) func streamsAreUnderstoodAgain(_ run: Int) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed, run: run)
    var stream: [UInt8] = []
    var messages: [(range: Range<Int>, path: String)] = []
    for index in 0..<80 {
        let payload = (0..<Int.random(in: 0...500, using: &random)).map { _ in
            UInt8.random(in: .min ... .max, using: &random)
        }
        let bytes = CoAPStream(0x02, token: [UInt8(index)], path: "plant/sensor/number/\(index)", payload: payload)
            .bytes
        messages.append((stream.count..<stream.count + bytes.count, "/plant/sensor/number/\(index)"))
        stream += bytes
    }
    var bench = Bench(["coap.uri_path"])
    var connection = Connection(serverPort: 5683)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(CoAPStream.csm()))
    bench.feed(connection.server(CoAPStream.csm()))
    var lost: [Range<Int>] = []
    var offset = 0
    while offset < stream.count {
        let count = min(Int.random(in: 1...500, using: &random), stream.count - offset)
        let frame = connection.client(Array(stream[offset..<offset + count]))
        if Int.random(in: 0..<12, using: &random) == 0, offset + count < stream.count {
            lost.append(offset..<offset + count)
        } else {
            bench.feed(frame)
        }
        offset += count
    }
    bench.worker.finish()
    let whole = messages.filter { message in !lost.contains { $0.overlaps(message.range) } }.map(\.path)
    let seen = bench.events.compactMap { line in
        line.split(separator: ":\"").dropFirst().first.map { String($0.prefix { $0 != "\"" }) }
    }
    #expect(Set(seen).subtracting(messages.map(\.path)).isEmpty, "nothing invented, seed \(seed)")
    #expect(seen.count == Set(seen).count, "nothing twice, seed \(seed)")
    #expect(Set(whole).subtracting(seen).isEmpty, "seed \(seed): \(Set(whole).subtracting(seen))")
    #expect(bench.worker.statistics.violations.isEmpty, "seed \(seed)")
    if !lost.isEmpty { #expect(bench.worker.statistics.losses["10.0.0.2:5683"]?.gaps ?? 0 > 0, "seed \(seed)") }
}

/// Whoever asks a server of another protocol is reported, and nothing is made of the answer.
@Test("Answers of other protocols are not read") func answersOfOtherProtocolsAreNotRead() {
    for answer in ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "220 mx ESMTP\r\n"] {
        var bench = Bench(brief)
        var connection = Connection(serverPort: 5683)
        for frame in connection.handshake() { bench.feed(frame) }
        bench.feed(connection.client(CoAPStream.csm()))
        bench.feed(connection.client(CoAPStream(0x01, token: [1], path: "a").bytes))
        bench.feed(connection.server(Array(answer.utf8)))
        bench.feed(connection.server(Array(answer.utf8)))
        bench.worker.finish()
        #expect(bench.worker.statistics.messages == ["coap": ["7.01": 1, "0.01": 1]], "\(answer)")
        // The last bytes may be the beginning of a message that does not come.
        #expect(bench.worker.statistics.unparsedBytes > UInt64(2 * answer.utf8.count - 8))
    }
}

/// What other protocols say on any port, CoAP's own included, is no CoAP.
@Test("Other protocols are no streams", arguments: [5683, 9000, 53]) func otherProtocolsAreNoStreams(port: Int) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    let query: [UInt8] =
        [0, 29, 0x1A, 0x2B, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7] + Array("example".utf8) + [3] + Array("com".utf8)
        + [0, 0, 1, 0, 1]
    let tls: [UInt8] =
        [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]
        + (0..<500).map { _ in
            UInt8.random(in: .min ... .max, using: &random)
        }
    let speeches: [(String, [UInt8], [UInt8])] = [
        ("HTTP", Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), Array("HTTP/1.1 200 OK\r\n\r\nABCDE".utf8)),
        ("TLS", tls, [0x16, 3, 3, 0, 0x7A, 2] + tls.suffix(121)),
        ("DNS", query, query), ("SSH", Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), Array("SSH-2.0-x\r\n".utf8)),
        ("SMTP", Array("EHLO a\r\n".utf8), Array("220 mx ESMTP\r\n".utf8)),
        ("Modbus", [0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 2], [0, 1, 0, 0, 0, 7, 1, 3, 4, 0, 1, 0, 2]),
        ("zeros", [UInt8](repeating: 0, count: 200), [UInt8](repeating: 0, count: 200)),
    ]
    for (name, client, server) in speeches {
        for hasHandshake in [true, false] {
            var bench = Bench(brief)
            var connection = Connection(serverPort: port)
            if hasHandshake { for frame in connection.handshake() { bench.feed(frame) } }
            for _ in 0..<20 {
                bench.feed(connection.client(client))
                bench.feed(connection.server(server))
            }
            bench.worker.finish()
            #expect(bench.events.isEmpty, "\(name) on \(port), seed \(seed): \(bench.events)")
        }
    }
    for _ in 0..<300 {
        var bench = Bench(brief)
        var connection = Connection(serverPort: port == 5683 ? 9000 : port)
        for frame in connection.handshake() { bench.feed(frame) }
        for _ in 0..<4 {
            bench.feed(connection.client((0..<300).map { _ in UInt8.random(in: .min ... .max, using: &random) }))
            bench.feed(connection.server((0..<300).map { _ in UInt8.random(in: .min ... .max, using: &random) }))
        }
        bench.worker.finish()
        #expect(bench.events.isEmpty, "random bytes, seed \(seed)")
    }
}

/// MQTT stays MQTT on CoAP's own port, and beside CoAP on other ports.
@Test("MQTT is not taken for CoAP") func mqttIsNotTakenForCoAP() {
    var bench = Bench(["mqtt.type"])
    var connection = Connection(serverPort: 5683)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("a")))
    bench.feed(connection.server(MQTT.connack))
    bench.feed(connection.client(MQTT.publish("a/b", [1]) + MQTT.pingreq))
    #expect(bench.worker.statistics.messages == ["mqtt": ["CONNECT": 1, "CONNACK": 1, "PUBLISH": 1, "PINGREQ": 1]])
}

/// A connection that begins anew on the same ports says its CSM again; one that ends leaves nothing behind.
@Test("Connections are opened and closed") func connectionsAreOpenedAndClosed() {
    var bench = Bench(brief)
    for round in 0..<5 {
        var connection = Connection(
            client: UInt32(1000 + round * 100_000), server: UInt32(9000 + round * 100_000), serverPort: 5683)
        for frame in connection.handshake() { bench.feed(frame) }
        bench.feed(connection.client(CoAPStream.csm()))
        bench.feed(connection.server(CoAPStream.csm()))
        bench.feed(connection.client(CoAPStream(0x01, token: [1], path: "r\(round)").bytes))
        bench.feed(connection.server(CoAPStream(0x45, token: [1]).bytes))
        bench.feed(connection.fromClient(connection.clientNext, flags: 0x11))
        bench.feed(connection.fromServer(connection.serverNext, ack: connection.clientNext &+ 1, flags: 0x11))
    }
    #expect(bench.events.count == 20)
    #expect(bench.events.contains { $0.contains("\"coap.request.uri_path\":\"/r4\"") })
    #expect(bench.worker.statistics.violations.isEmpty)
}

/// Flows that wait for a proof are bounded, and held bytes do not grow.
@Test("Waiting streams are bounded") func waitingStreamsAreBounded() {
    var bench = Bench()
    for port in 10_000..<15_000 {
        var connection = Connection(clientPort: port, serverPort: 9000)
        for frame in connection.handshake() { bench.feed(frame, advance: 1000) }
        bench.feed(connection.client(CoAPStream.csm()), advance: 1000)
    }
    #expect((bench.worker.statistics.evicted["candidates"] ?? 0) == 5000 - 4096)
    var talker = Connection(clientPort: 9, serverPort: 9000)
    for frame in talker.handshake() { bench.feed(frame) }
    bench.feed(talker.client(CoAPStream.csm()))
    for _ in 0..<40 { bench.feed(talker.client([0, 0])) }
    bench.feed(talker.server(CoAPStream.csm()))
    #expect(bench.events.isEmpty, "who waits too long is nobody's")
}

/// Four requests over TCP (RFC 8323, 3.2), worth more than any chance, and zeros: Empty messages without end.
private let requestsAndZeros =
    (0..<4).flatMap { [0x51, 0x01, $0, 0xB4] + Array("temp".utf8) as [UInt8] } + Array(repeating: 0, count: 20_000)

/// A payload may hold anything. A connection on the same ports whose beginning is lost is still MQTT's.
@Test("What proved to be MQTT is not guessed to be CoAP", arguments: [1883, 5683])
func provenStreamKeepsItsProtocol(port: Int) {
    for isKnown in [true, false] {
        var bench = Bench(["mqtt.type", "coap.code"])
        if isKnown {
            var connection = Connection(serverPort: port)
            for frame in connection.handshake() { bench.feed(frame) }
            bench.feed(connection.client(MQTT.connect("a")))
            bench.feed(connection.server(MQTT.connack))
        }
        var again = Connection(client: 500_000, server: 700_000, serverPort: port)
        for frame in again.handshake() { bench.feed(frame) }
        again.clientNext &+= 1000
        for start in stride(from: 0, to: requestsAndZeros.count, by: 1000) {
            let end = min(start + 1000, requestsAndZeros.count)
            bench.feed(again.client(Array(requestsAndZeros[start..<end])), advance: 1_000_000_000)
        }
        bench.worker.finish()
        // Of a stream of which nothing is known, the four requests are believed, and zeros told by nobody.
        let coap = bench.worker.statistics.messages["coap"]
        #expect(coap == (isKnown ? nil : ["0.01": 4]), "\(isKnown)")
    }
}
