import Bytes
import Engine
import Events
import Network
import Sensor
import TestSupport
import Testing

/// MQTT and CoAP behind proxies, from frames of Ethernet to events.

private enum End { case client, server }

private func text(_ string: String) -> [UInt8] { Array(string.utf8) }

private let connect = text("CONNECT broker:1883 HTTP/1.1\r\nHost: broker:1883\r\n\r\n")
private let granted = text("HTTP/1.1 200 OK\r\n\r\n")
private let header = text("PROXY TCP4 192.0.2.7 10.0.0.2 50000 1883\r\n")
private let binaryHeader: [UInt8] =
    [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0, 15]
    + [192, 0, 2, 7, 10, 0, 0, 2, 0xC3, 0x50, 7, 0x5B, 4, 0, 0]

/// Hand-shakes, and what `network.protocol` shows for them.
private let openings: [(turns: [(End, [UInt8])], shown: String)] = [
    ([(.client, connect), (.server, granted)], #""http-connect""#),
    ([(.client, [4, 1, 7, 91, 10, 0, 0, 2, 0x6D, 0]), (.server, [0, 0x5A, 0, 0, 0, 0, 0, 0])], #""socks""#),
    (
        [
            (.client, [5, 2, 0, 2]), (.server, [5, 2]), (.client, [1, 1, 0x61, 1, 0x62]), (.server, [1, 0]),
            (.client, [5, 1, 0, 3, 1, 0x62, 7, 91]), (.server, [5, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
        ], #""socks""#
    ),
    ([(.client, header)], #""proxy-protocol""#), ([(.client, binaryHeader)], #""proxy-protocol""#),
    (
        [
            (.client, header + connect), (.server, granted), (.client, [5, 1, 0, 5, 1, 0, 1, 10, 0, 0, 2, 7, 91]),
            (.server, [5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
        ],
        #""proxy-protocol","http-connect","socks""#
    ),
]

private let messages: [(End, [UInt8])] = [
    (.client, MQTT.connect("pump-7")), (.server, MQTT.connack),
    (.client, MQTT.publish("plant/7", Array("21.5".utf8))), (.server, MQTT.publish("plant/9/set", [1, 2, 3])),
]

private func feed(_ bench: inout Bench, _ connection: inout Connection, _ turns: [(End, [UInt8])], size: Int = 1460) {
    for (end, bytes) in turns {
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            bench.feed(end == .client ? connection.client(piece) : connection.server(piece))
        }
    }
}

private func events(
    _ turns: [(End, [UInt8])], _ fields: Set<String>? = nil, size: Int = 1460, port: Int = 8080, proxies: [String] = []
) -> [String] {
    var limits = SensorLimits()
    limits.engine.proxies = proxies.compactMap { CIDRBlock($0) }
    var bench = Bench(fields, limits: limits)
    var connection = Connection(serverPort: port)
    for frame in connection.handshake() { bench.feed(frame) }
    feed(&bench, &connection, turns, size: size)
    return bench.events
}

private let plainFields: Set<String> = [
    "mqtt.type", "mqtt.clientid", "mqtt.topic", "mqtt.payload", "network.direction",
]

@Suite struct ProxyFlowTests {
    @Test("Events behind proxies are those without, cut anywhere", arguments: openings.indices)
    func sameAsWithout(_ index: Int) {
        let (turns, shown) = openings[index]
        let expected = events(messages, plainFields)
        #expect(expected.count == 4)
        for size in [1, 2, 3, 5, 7, 11, 19, 40, 1460] {
            for port in [1080, 1883, 5683] {
                #expect(events(turns + messages, plainFields, size: size, port: port) == expected, "\(size), \(port)")
            }
            let protocols = events(turns + messages, ["network.protocol"], size: size)
            #expect(protocols == Array(repeating: "{\"network.protocol\":[\(shown)]}", count: 4), "\(size)")
        }
        // Once at every byte of the first turn, its end with the bytes behind it.
        let first = turns[0].1
        for cut in 1..<first.count {
            let parts = [(turns[0].0, Array(first[..<cut])), (turns[0].0, Array(first[cut...]))]
            #expect(events(parts + turns.dropFirst() + messages, plainFields) == expected, "cut at \(cut)")
        }
    }

    @Test("Bytes that do not wait for the answer are kept", arguments: openings.indices)
    func pipelined(_ index: Int) {
        let turns = openings[index].turns + messages.prefix(2)
        let client = turns.filter { $0.0 == .client }.flatMap(\.1)
        let server = turns.filter { $0.0 == .server }.flatMap(\.1)
        for size in [1, 13, 1460] {
            let found = events([(.client, client), (.server, server)], ["mqtt.type"], size: size)
            #expect(found == [#"{"mqtt.type":"CONNECT"}"#, #"{"mqtt.type":"CONNACK"}"#], "\(size)")
        }
    }

    @Test("WebSocket behind proxies", arguments: openings.indices) func webSocket(_ index: Int) {
        let (turns, shown) = openings[index]
        let inside: [(End, [UInt8])] = [
            (.client, WebSocketFrames.request()), (.server, WebSocketFrames.answer()),
            (.client, WebSocketFrames.client(MQTT.connect("a"))), (.server, WebSocketFrames.server(MQTT.connack)),
        ]
        let expected = Array(repeating: "{\"network.protocol\":[\(shown),\"websocket\"]}", count: 2)
        for size in [1, 3, 50, 1460] {
            #expect(events(turns + inside, ["network.protocol"], size: size, port: 80) == expected, "\(size)")
        }
        // All at once: what waits is given to the carrier once, and a message that is not whole stays what it is.
        let client = (turns + inside).filter { $0.0 == .client }.flatMap(\.1)
        let server = (turns + inside).filter { $0.0 == .server }.flatMap(\.1)
        for size in [1, 90, 1460] {
            let found = events([(.client, client), (.server, server)], ["network.protocol"], size: size)
            #expect(found == expected, "\(size)")
        }
    }

    /// A client may go on before it is answered, and either end's bytes may be cut anywhere: the same messages come out.
    @Test("Any order that TCP allows", arguments: 0..<100) func anyOrder(_ run: Int) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        for opening in openings {
            let isCarried = Bool.random(using: &random)
            let inside: [(End, [UInt8])] =
                isCarried
                ? [(.client, WebSocketFrames.request()), (.server, WebSocketFrames.answer())]
                    + messages.map { end, message in
                        (end, end == .client ? WebSocketFrames.client(message) : WebSocketFrames.server(message))
                    } : messages
            var rest = opening.turns + inside
            var bench = Bench(["mqtt.type", "mqtt.topic"])
            var connection = Connection(serverPort: 8080)
            for frame in connection.handshake() { bench.feed(frame) }
            while let first = rest.first {
                // What the next turn says, or all that the client says up to some later turn.
                var bytes = first.1
                if first.0 == .client {
                    for index in rest.indices.dropFirst() where rest[index].0 == .client && !rest[index].1.isEmpty {
                        if Bool.random(using: &random) { break }
                        bytes += rest[index].1
                        rest[index].1 = []
                    }
                } else {
                    while rest.count > 1, rest[1].0 == .server || rest[1].1.isEmpty, Bool.random(using: &random) {
                        if rest[1].0 == .server { bytes += rest[1].1 }
                        rest.remove(at: 1)
                    }
                }
                rest.removeFirst()
                while !bytes.isEmpty {
                    let count = Int.random(in: 1...(Bool.random(using: &random) ? 5 : 400), using: &random)
                    let piece = Array(bytes.prefix(count))
                    bench.feed(first.0 == .client ? connection.client(piece) : connection.server(piece))
                    bytes.removeFirst(piece.count)
                }
            }
            let expected = [
                #"{"mqtt.type":"CONNACK"}"#, #"{"mqtt.type":"CONNECT"}"#,
                #"{"mqtt.type":"PUBLISH","mqtt.topic":["plant/7"]}"#,
                #"{"mqtt.type":"PUBLISH","mqtt.topic":["plant/9/set"]}"#,
            ]
            #expect(bench.events.sorted() == expected, "seed \(seed), \(opening.shown), WebSocket: \(isCarried)")
        }
    }

    /// What is held behind the carrier is a part of a message, not of a frame.
    @Test("A part of a message comes with the end of the hand-shake") func partBehindTheCarrier() {
        let turns: [(End, [UInt8])] = [
            (.client, connect + WebSocketFrames.request() + WebSocketFrames.client(MQTT.connect("a"))),
            (.server, granted + WebSocketFrames.answer() + WebSocketFrames.server(Array(MQTT.connack.prefix(2)))),
            (.server, WebSocketFrames.server(Array(MQTT.connack.dropFirst(2)))),
        ]
        #expect(events(turns, ["mqtt.type"]) == [#"{"mqtt.type":"CONNECT"}"#, #"{"mqtt.type":"CONNACK"}"#])
    }

    @Test("CoAP over TCP behind a proxy") func coap() {
        let csm: [UInt8] = [0x00, 0xE1]
        let get: [UInt8] = [0x21, 0x01, 0x07, 0xB1, 0x61]
        let turns: [(End, [UInt8])] = [
            (.client, csm), (.server, csm), (.client, get), (.server, [0x01, 0x45, 0x07]),
        ]
        let found = events(openings[0].turns + turns, ["coap.code", "network.protocol"], port: 3128)
        #expect(found.count == 4)
        #expect(found.allSatisfy { $0.contains(#""network.protocol":["http-connect"]"#) })
    }

    @Test("A second try") func secondTry() {
        let refusal = text("HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno")
        let turns: [(End, [UInt8])] = [(.client, connect), (.server, refusal), (.client, connect), (.server, granted)]
        #expect(events(turns + messages, plainFields) == events(messages, plainFields))
        let upgrade: [(End, [UInt8])] = [
            (.client, connect), (.server, refusal), (.client, WebSocketFrames.request()),
            (.server, WebSocketFrames.answer()), (.client, WebSocketFrames.client(MQTT.connect("a"))),
        ]
        #expect(events(upgrade, ["network.protocol"]) == [#"{"network.protocol":["websocket"]}"#])
    }

    @Test("Nothing behind a refusal is read") func refused() {
        let refusals: [[(End, [UInt8])]] = [
            [(.client, connect), (.server, text("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"))],
            [(.client, connect), (.server, text("HTTP/1.1 403 No\r\n\r\n"))],
            [(.client, [5, 1, 0]), (.server, [5, 0xFF])],
            [(.client, [4, 1, 7, 91, 10, 0, 0, 2, 0]), (.server, [0, 0x5B, 0, 0, 0, 0, 0, 0])],
        ]
        for turns in refusals {
            let told = events(turns + messages, port: 1883)
            #expect(told.allSatisfy { $0.contains("CONNECTION") })
        }
    }

    @Test("Who is believed names the client, who is not is shown") func addresses() {
        let fields: Set<String> = ["client.ip", "client.port", "source.ip", "network.proxied_ip"]
        let turns = [(End.client, header), messages[0]]
        let shown =
            #"{"source.ip":"10.0.0.1","client.ip":"10.0.0.1","client.port":40000,"network.proxied_ip":"192.0.2.7"}"#
        #expect(events(turns, fields) == [shown])
        #expect(events(turns, fields, proxies: ["10.0.0.2", "192.0.2.0/24"]) == [shown])
        let named = #"{"source.ip":"10.0.0.1","client.ip":"192.0.2.7","client.port":50000}"#
        #expect(events(turns, fields, proxies: ["10.0.0.0/31"]) == [named])
        #expect(events([(.client, binaryHeader), messages[0]], fields, proxies: ["10.0.0.1"]) == [named])
        // What the server says belongs to the same client.
        let both = events(turns + [messages[1]], ["client.ip", "server.ip"], proxies: ["10.0.0.1"])
        #expect(both == Array(repeating: #"{"client.ip":"192.0.2.7","server.ip":"10.0.0.2"}"#, count: 2))
    }

    @Test("A header behind one that is believed is believed if its sender is") func chains() {
        let inner = text("PROXY TCP4 198.51.100.9 10.0.0.2 6000 1883\r\n")
        let turns = [(End.client, header + inner), messages[0]]
        let fields: Set<String> = ["client.ip", "network.proxied_ip"]
        #expect(
            events(turns, fields, proxies: ["10.0.0.1", "192.0.2.7"]) == [#"{"client.ip":"198.51.100.9"}"#])
        #expect(
            events(turns, fields, proxies: ["10.0.0.1"])
                == [#"{"client.ip":"192.0.2.7","network.proxied_ip":"198.51.100.9"}"#])
        #expect(
            events(turns, fields, proxies: ["192.0.2.7"])
                == [#"{"client.ip":"10.0.0.1","network.proxied_ip":"192.0.2.7"}"#])
    }

    @Test("Events behind proxies are read back as they were written", arguments: ["10.0.0.1", "10.0.0.3"])
    func recorded(_ proxy: String) throws {
        let fields = Set(Protocols.registry.entries.map(\.info.name))
        let lines = events(openings[5].turns + messages, fields, proxies: [proxy])
        #expect(lines.count == 4)
        var json = EventJSON(registry: Protocols.registry)
        for line in lines {
            let event = try RecordedEvent(json: line)
            var written: [UInt8] = []
            json.write(event, event.context, message: [UInt8]().span.bytes, to: &written)
            #expect(String(decoding: written, as: UTF8.self) == line)
        }
    }

    @Test("The middle of a stream is no hand-shake") func midstream() {
        for opening in openings {
            var bench = Bench(["network.protocol", "mqtt.type"])
            var connection = Connection(serverPort: 1883)
            feed(&bench, &connection, opening.turns + messages)
            for index in 0..<8 { bench.feed(connection.client(MQTT.publish("plant/\(index)", [1]))) }
            bench.worker.finish()
            // What begins as HTTP does is that, wherever it begins.
            if opening.turns[0].1 != connect { #expect(bench.events.count >= 8, "what proves itself is found") }
            #expect(bench.events.allSatisfy { !$0.contains("network.protocol") })
        }
    }

    @Test("What looked like a hand-shake is looked at as ever") func withdrawn() {
        for beginning in [[5, 1, 0], connect, text("PROXY UNKNOWN" + String(repeating: " ", count: 100))] as [[UInt8]] {
            let found = events(
                [(.client, beginning), (.server, MQTT.connack)]
                    + Array(repeating: (.client, MQTT.publish("plant/7", Array("21.5".utf8))), count: 8),
                ["network.protocol"], port: 1883)
            #expect(found.allSatisfy { $0 == "{}" })
        }
        // Three bytes that only looked like SOCKS: what proves itself behind them is found, without a proxy.
        let turns = [(End.client, [5, 1, 0] as [UInt8]), (.client, MQTT.connect("a")), (.server, MQTT.connack)]
        let found = events(turns + messages.suffix(2), ["mqtt.type", "network.protocol"], port: 1883)
        #expect(found.first == #"{"mqtt.type":"CONNECT"}"#)
        #expect(found.allSatisfy { !$0.contains("network.protocol") }, "\(found)")
    }

    @Test("A hole in a hand-shake ends it, and what proves itself is found") func hole() {
        var bench = Bench(["mqtt.type", "network.protocol"])
        var connection = Connection(serverPort: 1883)
        for frame in connection.handshake() { bench.feed(frame) }
        bench.feed(connection.client(connect))
        _ = connection.server(granted)
        bench.feed(connection.client(MQTT.connect("a")))
        bench.feed(connection.server(MQTT.connack))
        for number in 0..<40 {
            bench.feed(connection.client(MQTT.publish("plant/\(number)", [1])), advance: 1_000_000_000)
            bench.feed(connection.server(MQTT.publish("plant/\(number)/set", [1])))
        }
        bench.worker.finish()
        #expect(bench.events.count > 40)
        #expect(bench.events.allSatisfy { !$0.contains("network.protocol") })
    }

    /// Thousands of parts that wait together are taken in one go: if each moved what stands behind it, this took minutes.
    @Test("Thousands of parts at once") func thousandsOfParts() {
        let refusal = text("HTTP/1.1 407 No\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunks = Array(repeating: text("1\r\nx\r\n"), count: 8000).flatMap { $0 } + text("0\r\n\r\n")
        let lines = Array(repeating: UInt8(0x0A), count: 40_000)
        let turns: [(End, [UInt8])] = [
            (.client, connect + lines + connect + messages[0].1), (.server, refusal + chunks + granted + messages[1].1),
        ]
        #expect(events(turns, ["mqtt.type"]) == [#"{"mqtt.type":"CONNECT"}"#, #"{"mqtt.type":"CONNACK"}"#])
    }

    @Test("What a client sends ahead is bounded") func bounded() {
        var bench = Bench(["network.protocol"])
        var connection = Connection(serverPort: 8080)
        for frame in connection.handshake() { bench.feed(frame) }
        feed(&bench, &connection, [(.client, connect + Array(repeating: 0x41, count: 200_000))])
        feed(&bench, &connection, [(.server, granted)] + messages)
        #expect(bench.events.allSatisfy { $0 == "{}" }, "the hand-shake was given up")
    }

    /// A header and a message in one segment, or the message cut behind it: its frames are those that brought its bytes.
    @Test("Messages know their frames") func provenance() {
        let first = MQTT.connect("pump-7")
        for cut in 0...first.count {
            let parts: [(End, [UInt8])] = [
                (.client, header), (.client, connect), (.client, Array(first[..<cut])), (.server, granted),
                (.client, Array(first[cut...])),
            ].filter { !$0.1.isEmpty }
            let last = cut == first.count ? 6 : cut == 0 ? 7 : 8
            #expect(events(parts, ["frame.number"]) == ["{\"frame.number\":\(last)}"], "cut at \(cut)")
        }
    }

    @Test("Tables of proxies are bounded") func tablesAreBounded() {
        var limits = SensorLimits()
        limits.engine.proxiedFlows = 4
        var bench = Bench(["network.protocol"], limits: limits)
        var connections = (0..<9).map { Connection(clientPort: 40_000 + $0, serverPort: 3128) }
        for index in connections.indices {
            for frame in connections[index].handshake() { bench.feed(frame) }
            feed(&bench, &connections[index], openings[0].turns + messages.prefix(1))
        }
        #expect(bench.events.count == 9)
        feed(&bench, &connections[0], [messages[1]])
        feed(&bench, &connections[8], [messages[1]])
        #expect(Array(bench.events.suffix(2)) == ["{}", #"{"network.protocol":["http-connect"]}"#])
        #expect(bench.worker.statistics.evicted["proxied_flows"] == 5)
    }

    @Test("HTTP/2 is told as what is not looked into", arguments: [1, 9, 1460]) func http2(_ size: Int) {
        for port in [80, 1883] {
            var bench = Bench()
            var connection = Connection(serverPort: port)
            for frame in connection.handshake() { bench.feed(frame) }
            let preface = text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + [0, 0, 0, 4, 0, 0, 0, 0, 0]
            feed(&bench, &connection, [(.client, preface)] + messages, size: size)
            #expect(bench.events.allSatisfy { $0.contains("CONNECTION") })
            #expect(bench.worker.statistics.blindSpots == ["http_version 2": 1])
        }
    }
}
