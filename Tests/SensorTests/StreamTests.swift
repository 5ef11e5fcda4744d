import Engine
import Flows
import Sensor
import TestSupport
import Testing

private let brief: Set<String> = ["mqtt.type", "mqtt.topic", "mqtt.clientid", "mqtt.len"]

/// What each end says in a session; the server's part comes behind the client's of the same turn.
private let turns: [(client: [UInt8], server: [UInt8])] = [
    (MQTT.connect("pump-7"), MQTT.connack),
    (MQTT.subscribe(1, "plant/+/set"), MQTT.suback(1)),
    (
        MQTT.publish("plant/7", Array("21.5".utf8)) + MQTT.publish("plant/8", Array(repeating: 0x41, count: 200)),
        MQTT.publish("plant/9/set", Array("on".utf8)) + MQTT.pingresp
    ),
    (MQTT.pingreq + MQTT.disconnect, []),
]

private func whole() -> [String] {
    var bench = Bench()
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    for turn in turns {
        bench.feed(connection.client(turn.client))
        if !turn.server.isEmpty { bench.feed(connection.server(turn.server)) }
    }
    return bench.events
}

/// Wherever the bytes of the client are cut into two segments, the same events come out.
@Test("Split law") func splitLaw() {
    let expected = whole()
    #expect(expected.count == 10)
    let stream = turns.flatMap(\.client)
    var ends: [Int] = []
    for turn in turns { ends.append((ends.last ?? 0) + turn.client.count) }
    for cut in 1..<stream.count {
        var bench = Bench()
        var connection = Connection()
        for frame in connection.handshake() { bench.feed(frame) }
        var start = 0
        for (turn, end) in zip(turns, ends) {
            let middle = min(max(cut, start), end)
            for part in [stream[start..<middle], stream[middle..<end]] where !part.isEmpty {
                bench.feed(connection.client(Array(part)))
            }
            if !turn.server.isEmpty { bench.feed(connection.server(turn.server)) }
            start = end
        }
        #expect(bench.events == expected, "cut at \(cut)")
    }
}

/// Every byte in a segment of its own, in order and with each pair of neighbours swapped.
@Test("Byte by byte", arguments: [false, true]) func byteByByte(isSwapped: Bool) {
    var bench = Bench()
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    for turn in turns {
        var frames = turn.client.map { connection.client([$0]) }
        if isSwapped { for index in stride(from: 0, to: frames.count - 1, by: 2) { frames.swapAt(index, index + 1) } }
        for frame in frames { bench.feed(frame) }
        for byte in turn.server { bench.feed(connection.server([byte])) }
    }
    #expect(bench.events == whole())
    #expect(bench.worker.statistics.gaps == 0)
    #expect(bench.worker.statistics.unparsedBytes == 0)
}

@Test("Several messages in a segment") func severalMessagesInASegment() {
    var bench = Bench(brief)
    var connection = Connection()
    bench.feed(connection.client(MQTT.connect("a") + MQTT.publish("x", [1]) + MQTT.publish("y", [2]) + MQTT.pingreq))
    #expect(
        bench.events == [
            #"{"mqtt.type":"CONNECT","mqtt.len":13,"mqtt.clientid":"a"}"#,
            #"{"mqtt.type":"PUBLISH","mqtt.len":4,"mqtt.clientid":"a","mqtt.topic":["x"]}"#,
            #"{"mqtt.type":"PUBLISH","mqtt.len":4,"mqtt.clientid":"a","mqtt.topic":["y"]}"#,
            #"{"mqtt.type":"PINGREQ","mqtt.len":0,"mqtt.clientid":"a"}"#,
        ])
}

/// A message longer than may be held gives its event once, when its last byte came; the boundary behind it is known.
@Test("Long messages", arguments: [1, 100, 1024, 1025, 4000, 9000]) func longMessages(segment: Int) {
    var limits = SensorLimits()
    limits.engine.flows.heldBytesPerMessage = 1024
    var bench = Bench(["mqtt.type", "mqtt.len", "mqtt.topic"], limits: limits)
    var connection = Connection()
    bench.feed(connection.client(MQTT.connect("a")))
    let stream =
        MQTT.publish("big", Array(repeating: 7, count: 5000)) + MQTT.publish("next", [1])
        + MQTT.publish("big/2", Array(repeating: 8, count: 1200)) + MQTT.pingreq
    var seen: [Int] = []
    for start in stride(from: 0, to: stream.count, by: segment) {
        bench.feed(connection.client(Array(stream[start..<min(start + segment, stream.count)])))
        seen.append(bench.events.count)
    }
    #expect(
        bench.events.dropFirst() == [
            #"{"mqtt.type":"PUBLISH","mqtt.len":5005,"mqtt.topic":["big"]}"#,
            #"{"mqtt.type":"PUBLISH","mqtt.len":7,"mqtt.topic":["next"]}"#,
            #"{"mqtt.type":"PUBLISH","mqtt.len":1207,"mqtt.topic":["big/2"]}"#,
            #"{"mqtt.type":"PINGREQ","mqtt.len":0}"#,
        ])
    #expect(seen.filter { $0 == 1 }.count == 5007 / segment, "not before the last byte")
    #expect(bench.worker.statistics.unparsedBytes == 0)
}

@Test("Lost segment") func lostSegment() {
    var bench = Bench(brief)
    var connection = Connection()
    bench.feed(connection.client(MQTT.connect("a")))
    _ = connection.client(MQTT.publish("lost", [1]))
    bench.feed(connection.client(MQTT.publish("x", [1])))
    #expect(bench.events.count == 1)
    bench.feed(connection.client(MQTT.publish("y", [2])), advance: 3_000_000_000)
    #expect(bench.events.count == 3)
    #expect(bench.worker.statistics.gaps == 1)
    bench.worker.finish()
    #expect(bench.events.count == 3)
}

/// After a loss larger than any window the stream goes on where it is now.
@Test("Lost megabytes") func lostMegabytes() {
    var bench = Bench(brief)
    var connection = Connection()
    bench.feed(connection.client(MQTT.connect("a")))
    connection.clientNext &+= 500_000_000
    for index in 0..<20 { bench.feed(connection.client(MQTT.publish("t/\(index)", [1]))) }
    #expect(bench.events.count >= 13)
    #expect(bench.events.last?.contains("t/19") == true)
    #expect(bench.worker.statistics.gaps == 1)
}

/// A snap length cuts payloads off; heads and boundaries are still there.
@Test("Snap length") func snapLength() {
    var bench = Bench(brief)
    var connection = Connection()
    func cut(_ frame: [UInt8]) -> [UInt8] { Array(frame.prefix(100)) }
    let long = MQTT.publish("a/long", Array(repeating: 1, count: 900))
    let messages = [
        MQTT.connect("a"), long, MQTT.pingreq, MQTT.publish("x", [1]) + long, MQTT.pingreq, long + MQTT.pingreq,
        MQTT.publish("lost", [1]), MQTT.publish("y", [1]),
    ]
    for message in messages {
        let frame = connection.client(message)
        bench.feed(cut(frame), original: frame.count)
    }
    // Of the last long message the end is not known: a PINGREQ came in the part that was cut off.
    let names = bench.events.map {
        $0.contains("PINGREQ") ? "ping" : $0.split(separator: "[").last.map(String.init) ?? ""
    }
    #expect(bench.events.count == 8, "\(names)")
    #expect(bench.events.last?.contains(#"["y"]"#) == true)
    #expect(bench.worker.statistics.cutShort == 3)
    // In pieces: a long message over several cut segments.
    let count = bench.events.count
    for part in [long[..<300], long[300..<600], long[600...]] {
        let frame = connection.client(Array(part))
        bench.feed(cut(frame), original: frame.count)
    }
    bench.feed(connection.client(MQTT.publish("z", [1])))
    #expect(bench.events.count == count + 2)
}

/// A flow that is not MQTT and lost its first segment counts nothing as MQTT that was not understood.
@Test("Other protocols are not counted as unparsed") func otherProtocolsAreNotCountedAsUnparsed() {
    var bench = Bench()
    var connection = Connection(serverPort: 443)
    for frame in connection.handshake() { bench.feed(frame) }
    connection.clientNext &+= 100
    for _ in 0..<10 { bench.feed(connection.client(Array(repeating: 0x17, count: 500)), advance: 1_000_000_000) }
    #expect(bench.worker.statistics.unparsedBytes == 0)
    #expect(bench.events.isEmpty)
}

/// What waits behind holes is bounded over all flows, and flows that wait for ever do not keep others from waiting.
@Test("Waiting bytes are bounded") func waitingBytesAreBounded() {
    var limits = SensorLimits()
    limits.engine.flows.queuedBytesTotal = 1 << 20
    var bench = Bench(brief, limits: limits)
    for port in 1..<200 {
        var attacker = Connection(clientPort: port)
        bench.feed(attacker.client(MQTT.connect("hog")))
        for _ in 0..<20 {
            attacker.clientNext += 1
            bench.feed(attacker.client(Array(repeating: 0, count: 1000)), advance: 1000)
        }
    }
    let gaps = bench.worker.statistics.gaps
    var connection = Connection()
    bench.feed(connection.client(MQTT.connect("a")), advance: 3_000_000_000)
    let late = connection.client(MQTT.publish("late", [1]))
    bench.feed(connection.client(MQTT.publish("early", Array(repeating: 1, count: 3000))))
    bench.feed(late)
    #expect(bench.events.suffix(2).map { $0.contains("late") } == [true, false])
    #expect(bench.worker.statistics.gaps > gaps, "one that had waited too long gave way")
}

/// What unfinished messages take up is bounded over all flows; whoever comes later is not the one to suffer.
@Test("Held bytes are bounded") func heldBytesAreBounded() {
    var limits = SensorLimits()
    limits.engine.flows.heldBytesTotal = 1 << 20
    var bench = Bench(brief, limits: limits)
    for port in 1..<200 {
        var attacker = Connection(clientPort: port)
        bench.feed(attacker.client(MQTT.connect("hog") + [0x30]))
        bench.feed(attacker.client(Array(MQTT.publish("hog", Array(repeating: 0, count: 50_000))[1..<40_000])))
    }
    #expect((bench.worker.statistics.evicted["held_messages"] ?? 0) > 100)
    let count = bench.events.count
    var connection = Connection()
    let message = MQTT.publish("honest", Array(repeating: 0, count: 3000))
    bench.feed(connection.client(MQTT.connect("a")))
    bench.feed(connection.client(Array(message[..<1400])))
    bench.feed(connection.client(Array(message[1400...])))
    #expect(bench.events.count == count + 2)
}
