import Engine
import Sensor
import TestSupport
import Testing
import WebSocket

/// MQTT over WebSocket where segments were not captured, or where the connection began before the sensor: every message
/// that was captured whole is reported, none is invented.

@Test("Carried messages that were not hit are all there", arguments: 0..<16)
func carriedMessagesThatWereNotHitAreAllThere(_ run: Int) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed, run: run)
    let isFromServer = run % 2 == 1
    var messages: [(range: Range<Int>, topic: String)] = []
    var stream: [UInt8] = []
    for index in 0..<120 {
        let topic = "plant/line\(index % 5)/sensor/\(index)"
        let count = Int.random(in: 0...600, using: &random)
        let payload =
            Bool.random(using: &random)
            ? (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            : Array("{\"value\": \(index), \"unit\": \"0123456789:;<=>\"}".utf8)
        let message = MQTT.publish(topic, payload)
        let key = (0..<4).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let frame = isFromServer ? WebSocketFrames.server(message) : WebSocketFrames.client(message, key: key)
        messages.append((stream.count..<stream.count + frame.count, topic))
        stream += frame
    }
    var bench = Bench(["mqtt.type", "mqtt.topic"])
    var connection = Connection(serverPort: 15_675)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(WebSocketFrames.request()))
    bench.feed(connection.server(WebSocketFrames.answer()))
    bench.feed(connection.client(WebSocketFrames.client(MQTT.connect("sensor"))))
    bench.feed(connection.server(WebSocketFrames.server(MQTT.connack)))
    var lost: [Range<Int>] = []
    var offset = 0
    while offset < stream.count {
        let count = min(Int.random(in: 1...500, using: &random), stream.count - offset)
        let part = Array(stream[offset..<offset + count])
        let frame = isFromServer ? connection.server(part) : connection.client(part)
        if Int.random(in: 0..<30, using: &random) == 0, offset + count < stream.count {
            lost.append(offset..<offset + count)
        } else {
            bench.feed(frame)
        }
        offset += count
    }
    bench.worker.finish()
    let whole = messages.filter { message in !lost.contains { $0.overlaps(message.range) } }.map(\.topic)
    let seen = bench.events.filter { $0.contains("PUBLISH") }.map { line in
        String(line.split(separator: "[\"")[1].prefix { $0 != "\"" })
    }
    #expect(Set(seen).subtracting(whole).isEmpty, "nothing invented, what was hit is not reported, seed \(seed)")
    #expect(seen.count == Set(seen).count, "nothing twice, seed \(seed)")
    // Four heads prove the first of them: between two gaps that lie close together there may be fewer.
    let missed = Set(whole).subtracting(seen)
    #expect(missed.count <= 4 * lost.count, "seed \(seed): \(missed) of \(whole.count) with \(lost.count) gaps")
    #expect(bench.worker.statistics.violations.isEmpty, "seed \(seed)")
}

/// On whatever port: the bytes before the first whole frame are passed over.
@Test("Carried connections that began before are joined", arguments: [80, 9001, 1883, 50_123], [true, false])
func carriedConnectionsThatBeganBeforeAreJoined(_ port: Int, _ clientIsFirst: Bool) {
    var bench = Bench(["mqtt.type", "mqtt.session.midstream", "network.direction", "network.protocol"])
    var connection = Connection(serverPort: port)
    let sensor = MQTT.publish("plant/line1/temperature", Array("21.5".utf8))
    let order = MQTT.publish("plant/line1/set", Array("20".utf8))
    for turn in 0..<8 {
        let tail: [UInt8] = turn == 0 ? Array("tail".utf8) : []
        let client = connection.client(tail + WebSocketFrames.client(sensor, key: [UInt8(turn), 0x55, 0xA3, 0x1F]))
        let server = connection.server(tail + WebSocketFrames.server(order))
        for frame in clientIsFirst ? [client, server] : [server, client] { bench.feed(frame) }
    }
    bench.worker.finish()
    #expect(bench.worker.statistics.messages == ["mqtt": ["PUBLISH": 16]], "port \(port)")
    #expect(bench.events.allSatisfy { $0.contains("\"mqtt.session.midstream\":true") && $0.contains("websocket") })
    #expect(bench.events.filter { $0.contains("to_server") }.count == 8)
    #expect(bench.worker.statistics.violations.isEmpty, "nothing is held against what was not seen")
    #expect(bench.worker.statistics.webSocket?["joined"] == 1)
}

@Test("Pings alone are enough") func pingsAloneAreEnough() {
    var bench = Bench(["mqtt.type"])
    var connection = Connection(serverPort: 8083)
    for turn in 0..<6 {
        bench.feed(
            connection.client(WebSocketFrames.client(MQTT.pingreq, key: [UInt8(turn), 1, 2, 3])),
            advance: 60_000_000_000)
        bench.feed(connection.server(WebSocketFrames.server(MQTT.pingresp)))
    }
    #expect(bench.worker.statistics.messages == ["mqtt": ["PINGREQ": 6, "PINGRESP": 6]])
}

/// What is not MQTT over WebSocket in the middle of a connection: other WebSockets, HTTP, noise.
@Test("Strangers in the middle are nobodys", arguments: [80, 9001, 1883]) func strangersInTheMiddleAreNobodys(
    _ port: Int
) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var bench = Bench()
    for kind in 0..<4 {
        var connection = Connection(clientPort: 40_000 + kind, serverPort: port)
        for index in 0..<80 {
            let count = Int.random(in: 1...400, using: &random)
            let noise = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let chat = Array("{\"id\": \(index), \"text\": \"hello\"}".utf8)
            switch kind {
            case 0: bench.feed(connection.client(WebSocketFrames.frame(1, key: [1, 2, 3, UInt8(index)], chat)))
            case 1: bench.feed(connection.client(WebSocketFrames.client(noise, key: [1, 2, 3, UInt8(index)])))
            case 2: bench.feed(connection.server(WebSocketFrames.server(noise)))
            default: bench.feed(connection.client(noise))
            }
        }
    }
    bench.worker.finish()
    #expect(bench.events.isEmpty, "seed \(seed): \(bench.events.prefix(3))")
    #expect(bench.worker.statistics.webSocket == nil, "seed \(seed)")
}

/// A snap length cuts payloads off; frames and messages are still there.
@Test("Snap length and frames") func snapLengthAndFrames() {
    var bench = Bench(["mqtt.type", "mqtt.len", "mqtt.topic"])
    var connection = Connection(serverPort: 9001)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(WebSocketFrames.request()))
    bench.feed(connection.server(WebSocketFrames.answer()))
    bench.feed(connection.client(WebSocketFrames.client(MQTT.connect("a"))))
    let long = connection.client(WebSocketFrames.client(MQTT.publish("a/long", Array(repeating: 1, count: 900))))
    bench.feed(Array(long.prefix(100)), original: long.count)
    bench.feed(connection.client(WebSocketFrames.client(MQTT.publish("next", [1]))))
    #expect(
        bench.events == [
            #"{"mqtt.type":"CONNECT","mqtt.len":13}"#,
            #"{"mqtt.type":"PUBLISH","mqtt.len":908,"mqtt.topic":["a/long"]}"#,
            #"{"mqtt.type":"PUBLISH","mqtt.len":7,"mqtt.topic":["next"]}"#,
        ])
    #expect(bench.worker.statistics.violations.isEmpty)
}

// MARK: Ends

/// Carriers are let go of with their connections: a table for two is enough for many, one after another.
@Test("Carriers are released", arguments: [0, 1, 2]) func carriersAreReleased(_ end: Int) {
    var limits = SensorLimits()
    limits.engine.webSocket.connections = 2
    var bench = Bench(["mqtt.type"], limits: limits)
    for index in 0..<50 {
        // By FIN, by Close frames and RST, and by another connection on the same ports.
        var connection = Connection(
            client: UInt32(1000 + index * 100_000), clientPort: end == 2 ? 40_000 : 40_000 + index)
        connection.serverPort = 9001
        for frame in connection.handshake() { bench.feed(frame) }
        bench.feed(connection.client(WebSocketFrames.request()))
        bench.feed(connection.server(WebSocketFrames.answer()))
        bench.feed(connection.client(WebSocketFrames.client(MQTT.connect("a"))))
        bench.feed(connection.client(WebSocketFrames.frame(8, key: [1, 2, 3, 4], [3, 0xE8])))
        bench.feed(connection.server(WebSocketFrames.frame(8, [3, 0xE8])))
        if end == 1 {
            bench.feed(connection.fromClient(connection.clientNext, flags: 0x14))
        } else {
            bench.feed(connection.fromClient(connection.clientNext, flags: 0x11))
            bench.feed(connection.fromServer(connection.serverNext, flags: 0x11))
        }
    }
    #expect(bench.worker.statistics.messages["mqtt"]?["CONNECT"] == 50)
    #expect(bench.worker.statistics.evicted["websocket_connections"] == nil)
    #expect(bench.worker.statistics.violations.isEmpty)
}

@Test("An evicted carrier ends its flow") func anEvictedCarrierEndsItsFlow() {
    var limits = SensorLimits()
    limits.engine.webSocket.connections = 2
    var bench = Bench(["mqtt.type"], limits: limits)
    var connections = (0..<4).map { Connection(clientPort: 40_000 + $0, serverPort: 9001) }
    for index in connections.indices {
        for frame in connections[index].handshake() { bench.feed(frame) }
        bench.feed(connections[index].client(WebSocketFrames.request()))
        bench.feed(connections[index].server(WebSocketFrames.answer()))
        bench.feed(connections[index].client(WebSocketFrames.client(MQTT.connect("a"))))
    }
    for index in connections.indices { bench.feed(connections[index].client(WebSocketFrames.client(MQTT.pingreq))) }
    #expect(bench.worker.statistics.messages == ["mqtt": ["CONNECT": 4, "PINGREQ": 2]])
    #expect(bench.worker.statistics.evicted["websocket_connections"] == 2)
    #expect(bench.worker.statistics.unparsedBytes == 0)
}

/// A forged RST does not make the sensor lose a connection.
@Test("Bytes go on behind ARST") func bytesGoOnBehindARST() {
    var bench = Bench(["mqtt.type"])
    var connection = Connection(serverPort: 9001)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(WebSocketFrames.request()))
    bench.feed(connection.server(WebSocketFrames.answer()))
    bench.feed(connection.client(WebSocketFrames.client(MQTT.connect("a"))))
    bench.feed(connection.fromServer(connection.serverNext, flags: 0x14))
    bench.feed(connection.client(WebSocketFrames.client(MQTT.publish("x", [1]))))
    #expect(bench.worker.statistics.messages == ["mqtt": ["CONNECT": 1, "PUBLISH": 1]])
}

/// Messages of CoAP are put together, whatever frames they come in.
@Test("Messages of CoAP are put together") func messagesOfCoAPArePutTogether() {
    var bench = Bench()
    var connection = Connection(serverPort: 5683)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(WebSocketFrames.request("coap")))
    bench.feed(connection.server(WebSocketFrames.answer("coap")))
    let csm: [UInt8] = [0x00, 0xE1]
    bench.feed(
        connection.client(
            WebSocketFrames.client(csm) + WebSocketFrames.frame(2, fin: false, key: [1, 2, 3, 4], [0x01])))
    bench.feed(connection.server(WebSocketFrames.server(csm)))
    bench.feed(connection.client(WebSocketFrames.frame(0, key: [1, 2, 3, 4], [0x01, 0x77, 0xB1, 0x61])))
    #expect(bench.worker.statistics.webSocket?["coap_messages"] == 3)
    #expect(bench.worker.statistics.unparsedBytes == 0)
}
