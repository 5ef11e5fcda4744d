import Engine
import Sensor
import TestSupport
import Testing
import WebSocket

/// MQTT over WebSocket, from frames of Ethernet to events.

private let turns: [(client: [[UInt8]], server: [[UInt8]])] = [
    ([MQTT.connect("pump-7")], [MQTT.connack]),
    ([MQTT.subscribe(1, "plant/+/set")], [MQTT.suback(1)]),
    (
        [MQTT.publish("plant/7", Array("21.5".utf8)), MQTT.publish("plant/8", Array(repeating: 0x41, count: 200))],
        [MQTT.publish("plant/9/set", Array("on".utf8)), MQTT.pingresp]
    ),
    ([MQTT.pingreq, MQTT.disconnect], []),
]

/// The handshake of TCP and that of WebSocket.
private func open(
    _ bench: inout Bench, _ connection: inout Connection, _ subprotocol: String? = "mqtt", extensions: String? = nil
) {
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(WebSocketFrames.request(subprotocol, extensions: extensions)))
    bench.feed(connection.server(WebSocketFrames.answer(subprotocol, extensions: extensions)))
}

/// The events of the turns without WebSocket.
private func plain(port: Int) -> [String] {
    var bench = Bench()
    var connection = Connection(serverPort: port)
    for frame in connection.handshake() { bench.feed(frame) }
    for turn in turns {
        for message in turn.client { bench.feed(connection.client(message)) }
        for message in turn.server { bench.feed(connection.server(message)) }
    }
    return bench.events
}

extension String {
    fileprivate func range(of text: String) -> Range<Int>? {
        let (all, wanted) = (Array(utf8), Array(text.utf8))
        guard all.count >= wanted.count else { return nil }
        for start in 0...(all.count - wanted.count) where all[start...].starts(with: wanted) {
            return start..<start + wanted.count
        }
        return nil
    }

    fileprivate func without(_ text: String) -> String {
        guard let place = range(of: text) else { return self }
        let all = Array(utf8)
        return String(decoding: all[..<place.lowerBound] + all[place.upperBound...], as: UTF8.self)
    }
}

private let field = "\"network.protocol\":[\"websocket\"],"

/// Whatever the port, the events are those of MQTT over TCP.
@Test("Same as without", arguments: [80, 8080, 9001, 443, 1883, 12_345, 61_000]) func sameAsWithout(_ port: Int) {
    var bench = Bench()
    var connection = Connection(serverPort: port)
    open(&bench, &connection)
    for turn in turns {
        for message in turn.client { bench.feed(connection.client(WebSocketFrames.client(message))) }
        for message in turn.server { bench.feed(connection.server(WebSocketFrames.server(message))) }
    }
    #expect(bench.events.count == 10)
    #expect(bench.events.allSatisfy { $0.range(of: field) != nil })
    #expect(bench.events.map { $0.without(field) } == plain(port: port))
    #expect(bench.worker.statistics.violations.isEmpty)
    #expect(bench.worker.statistics.unparsedBytes == 0)
    #expect(bench.worker.statistics.webSocket?["opened"] == 1)
    #expect(bench.worker.statistics.webSocket?["data_frames"] == 10)
}

/// Wherever the bytes of an end are cut into two segments, the same events come out; messages over several frames and
/// several in a frame.
@Test("Cut anywhere", arguments: [1, 3, 7, 50, 1000]) func cutAnywhere(frameSize: Int) {
    func frames(_ messages: [[UInt8]], _ isClient: Bool) -> [UInt8] {
        let stream = messages.flatMap { $0 }
        return stride(from: 0, to: stream.count, by: frameSize).flatMap { start in
            let part = Array(stream[start..<min(start + frameSize, stream.count)])
            let ping = WebSocketFrames.frame(9, key: isClient ? [1, 2, 3, 4] : nil, [7])
            return (isClient ? WebSocketFrames.client(part) : WebSocketFrames.server(part)) + ping
        }
    }
    let expected = plain(port: 9001)
    let client = [WebSocketFrames.request()] + turns.map { frames($0.client, true) }
    let server = [WebSocketFrames.answer()] + turns.map { frames($0.server, false) }
    let total = client.reduce(0) { $0 + $1.count }
    for cut in stride(from: 1, to: total, by: frameSize == 1000 ? 1 : 41) {
        var bench = Bench()
        var connection = Connection(serverPort: 9001)
        for frame in connection.handshake() { bench.feed(frame) }
        var start = 0
        for (one, other) in zip(client, server) {
            let middle = min(max(cut - start, 0), one.count)
            for part in [one[..<middle], one[middle...]] where !part.isEmpty {
                bench.feed(connection.client(Array(part)))
            }
            start += one.count
            if !other.isEmpty { bench.feed(connection.server(other)) }
        }
        #expect(bench.events.map { $0.without(field) } == expected, "cut at \(cut)")
    }
}

@Test("Byte by byte in frames") func byteByByteInFrames() {
    var bench = Bench()
    var connection = Connection(serverPort: 8083)
    for frame in connection.handshake() { bench.feed(frame) }
    for byte in WebSocketFrames.request() { bench.feed(connection.client([byte])) }
    for byte in WebSocketFrames.answer() { bench.feed(connection.server([byte])) }
    for turn in turns {
        for byte in turn.client.flatMap({ WebSocketFrames.client($0) }) { bench.feed(connection.client([byte])) }
        for byte in turn.server.flatMap({ WebSocketFrames.server($0) }) { bench.feed(connection.server([byte])) }
    }
    #expect(bench.events.map { $0.without(field) } == plain(port: 8083))
}

/// The answer and the first frames behind it in one segment.
@Test("Frames behind the answer") func framesBehindTheAnswer() {
    var bench = Bench(["mqtt.type"])
    var connection = Connection(serverPort: 9001)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(WebSocketFrames.request() + WebSocketFrames.client(MQTT.connect("a"))))
    #expect(bench.events.isEmpty, "whether messages are compressed is not known yet")
    bench.feed(connection.server(WebSocketFrames.answer() + WebSocketFrames.server(MQTT.connack)))
    #expect(bench.events == [#"{"mqtt.type":"CONNACK"}"#, #"{"mqtt.type":"CONNECT"}"#])
}

/// Stored blocks of DEFLATE (RFC 7692, 7.2.3.3).
private func stored(_ bytes: [UInt8]) -> [UInt8] {
    let count = UInt16(bytes.count)
    return [0, UInt8(count & 255), UInt8(count >> 8), ~UInt8(count & 255), ~UInt8(count >> 8)] + bytes + [0]
}

@Test("Compressed messages") func compressedMessages() {
    var bench = Bench()
    var connection = Connection(serverPort: 9001)
    open(&bench, &connection, extensions: "permessage-deflate")
    for turn in turns {
        for message in turn.client {
            bench.feed(
                connection.client(WebSocketFrames.frame(2, reserved: 4, key: [9, 8, 7, 6], stored(message))))
        }
        for message in turn.server {
            bench.feed(connection.server(WebSocketFrames.frame(2, reserved: 4, stored(message))))
        }
    }
    #expect(bench.events.map { $0.without(field) } == plain(port: 9001))
    #expect(bench.worker.statistics.violations.isEmpty)
}

// MARK: What is wrong

/// What a client or a server does, and the violation that the event of its message has.
private let wrongs: [(String, String?, String?, [UInt8], [String])] = [
    ("text", "mqtt", "mqtt", WebSocketFrames.frame(1, key: [1, 2, 3, 4], MQTT.connect("a")), ["MQTT-6.0.0-1"]),
    ("no subprotocol", nil, nil, WebSocketFrames.client(MQTT.connect("a")), ["MQTT-6.0.0-3"]),
    ("another subprotocol", "chat", "chat", WebSocketFrames.client(MQTT.connect("a")), ["MQTT-6.0.0-3"]),
    ("mqttv3.1", "mqttv3.1", "mqttv3.1", WebSocketFrames.client(MQTT.connect("a")), []),
    ("unmasked", "mqtt", "mqtt", WebSocketFrames.server(MQTT.connect("a")), ["RFC6455-5.1"]),
    (
        "RSV2", "mqtt", "mqtt", WebSocketFrames.frame(2, reserved: 2, key: [1, 2, 3, 4], MQTT.connect("a")),
        ["RFC6455-5.2"]
    ),
    (
        "a long ping before it", "mqtt", "mqtt",
        WebSocketFrames.frame(9, key: [1, 2, 3, 4], [UInt8](repeating: 0, count: 126))
            + WebSocketFrames.client(MQTT.connect("a")), ["RFC6455-5.5"]
    ),
    (
        "all of it in text without a mask", nil, nil, WebSocketFrames.frame(1, MQTT.connect("a")),
        ["RFC6455-5.1", "MQTT-6.0.0-1", "MQTT-6.0.0-3"]
    ),
]

@Test("Violations stand on the message", arguments: wrongs) func violationsStandOnTheMessage(
    _ name: String, _ offered: String?, _ chosen: String?, _ frame: [UInt8], _ expected: [String]
) {
    var bench = Bench(["mqtt.type", "violation.id"])
    var connection = Connection(serverPort: 9001)
    for segment in connection.handshake() { bench.feed(segment) }
    bench.feed(connection.client(WebSocketFrames.request(offered)))
    bench.feed(connection.server(WebSocketFrames.answer(chosen)))
    bench.feed(connection.client(frame))
    bench.feed(connection.client(WebSocketFrames.client(MQTT.pingreq)))
    let list = expected.map { "\"\($0)\"" }.joined(separator: ",")
    let ids = expected.isEmpty ? "" : ",\"violation.id\":[\(list)]"
    #expect(bench.events == ["{\"mqtt.type\":\"CONNECT\"\(ids)}", #"{"mqtt.type":"PINGREQ"}"#], "\(name)")
    #expect(bench.worker.statistics.violations == Dictionary(uniqueKeysWithValues: expected.map { ($0, 1) }))
}

@Test("Violations of the server") func violationsOfTheServer() {
    var bench = Bench(["mqtt.type", "violation.id"])
    var connection = Connection(serverPort: 9001)
    for segment in connection.handshake() { bench.feed(segment) }
    bench.feed(connection.client(WebSocketFrames.request("mqtt")))
    bench.feed(connection.server(WebSocketFrames.answer(nil, accept: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")))
    bench.feed(connection.client(WebSocketFrames.client(MQTT.connect("a"))))
    bench.feed(connection.server(WebSocketFrames.server(MQTT.connack)))
    bench.feed(connection.server(WebSocketFrames.frame(2, key: [1, 2, 3, 4], MQTT.pingresp)))
    #expect(
        bench.events == [
            #"{"mqtt.type":"CONNECT"}"#,
            #"{"mqtt.type":"CONNACK","violation.id":["RFC6455-4.2.2","MQTT-6.0.0-4"]}"#,
            #"{"mqtt.type":"PINGRESP","violation.id":["RFC6455-5.1"]}"#,
        ])
}

@Test("What has no message is counted") func whatHasNoMessageIsCounted() {
    var bench = Bench()
    var connection = Connection(serverPort: 9001)
    open(&bench, &connection)
    bench.feed(connection.client(WebSocketFrames.client(MQTT.connect("a"))))
    bench.feed(connection.client(WebSocketFrames.frame(8, [3])))
    #expect(bench.worker.statistics.violations.isEmpty)
    bench.worker.finish()
    #expect(bench.worker.statistics.violations == ["RFC6455-5.1": 1, "RFC6455-5.5.1": 1])
}

// MARK: What is not ours

@Test("Other HTTP is nobodys") func otherHTTPIsNobodys() {
    var bench = Bench()
    for (index, request) in [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n", "POST / HTTP/1.1\r\n\r\n",
    ]
    .enumerated() {
        var connection = Connection(clientPort: 40_000 + index, serverPort: 80)
        for frame in connection.handshake() { bench.feed(frame) }
        bench.feed(connection.client(Array(request.utf8)))
        bench.feed(connection.server(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)))
        bench.feed(connection.client(MQTT.connect("a")))
    }
    bench.worker.finish()
    #expect(bench.events.isEmpty)
    #expect(bench.worker.statistics.unparsedBytes == 0)
    #expect(bench.worker.statistics.violations.isEmpty)
}

@Test("A refused upgrade is nobodys") func aRefusedUpgradeIsNobodys() {
    var bench = Bench()
    var connection = Connection(serverPort: 9001)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(WebSocketFrames.request()))
    bench.feed(connection.server(Array("HTTP/1.1 403 Forbidden\r\n\r\n".utf8)))
    for _ in 0..<5 { bench.feed(connection.client(WebSocketFrames.client(MQTT.connect("a")))) }
    #expect(bench.events.isEmpty)
    #expect(bench.worker.statistics.webSocket?["refused"] == 1)
}

@Test("Other WebSocket s are nobodys") func otherWebSocketsAreNobodys() {
    var bench = Bench()
    var connection = Connection(serverPort: 80)
    open(&bench, &connection, "chat")
    for _ in 0..<20 {
        bench.feed(connection.client(WebSocketFrames.frame(1, key: [1, 2, 3, 4], Array("{\"hello\": 1}".utf8))))
        bench.feed(connection.server(WebSocketFrames.frame(1, Array("{\"world\": 1}".utf8))))
    }
    bench.worker.finish()
    #expect(bench.events.isEmpty)
    #expect(bench.worker.statistics.unparsedBytes == 0)
    #expect(bench.worker.statistics.violations.isEmpty)
}

/// PINGREQ again and again in one DEFLATE block with fixed codes (RFC 1951, 3.2.6): the literals 192 and 0, then copies of 258
/// bytes from a distance of 2, each in 13 bits.
private func compressedPings(copies: Int) -> [UInt8] {
    var bits: [UInt8] = [0, 1, 0] + [1, 1, 1, 0, 0, 0, 0, 0, 0] + [0, 0, 1, 1, 0, 0, 0, 0]
    for _ in 0..<copies { bits += [1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 1] }
    bits += Array(repeating: 0, count: 7) + [0, 0, 0]
    while bits.count % 8 != 0 { bits.append(0) }
    return stride(from: 0, to: bits.count, by: 8).map { start in
        (0..<8).reduce(0) { $0 | bits[start + $1] << UInt8($1) }
    }
}

/// A frame of 400 bytes comes to 26,000 messages; each that is read counts for more than its two bytes.
@Test("Many short messages in a compressed one are not all read") func manyShortMessagesInACompressedOne() {
    var limits = SensorLimits()
    limits.engine.webSocket.outputBytes = 1024
    limits.engine.webSocket.inflatedBytesAtOnce = 1 << 17
    var bench = Bench(["mqtt.type", "network.anomaly"], limits: limits)
    var connection = Connection(serverPort: 8083)
    open(&bench, &connection, extensions: "permessage-deflate")
    bench.feed(connection.client(WebSocketFrames.frame(0x02, key: [0, 0, 0, 0], MQTT.connect("pump-7"))))
    bench.feed(connection.server(WebSocketFrames.frame(0x02, MQTT.connack)))
    let message = WebSocketFrames.frame(0x42, key: [0, 0, 0, 0], compressedPings(copies: 200))
    for start in stride(from: 0, to: message.count, by: 1000) {
        bench.feed(connection.client(Array(message[start..<min(start + 1000, message.count)])))
    }
    let pings = bench.events.filter { $0.contains("PINGREQ") }.count
    #expect((512...4096).contains(pings), "\(pings)")
    #expect(bench.events.contains { $0.contains("websocket_budget") })
}
