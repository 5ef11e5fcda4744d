import Engine
import Events
import Network
import Packets
import Sensor
import TestSupport
import Testing

private let fields: Set<String> = [
    "mqtt.type", "mqtt.clientid", "mqtt.connection.state", "mqtt.connection.duration", "mqtt.connection.bytes",
    "mqtt.connection.announced", "mqtt.connection.foreign", "mqtt.connection.pending", "mqtt.connection.pings",
]
private let second: Int64 = 1_000_000_000

/// What is told of connections beside their packets.
@Suite("Watched connections") struct WatchedConnectionTests {
    /// A connection whose hand-shake the bench has seen.
    private func open(_ bench: inout Bench, port: Int = 1883) -> Connection {
        var connection = Connection(serverPort: port)
        for frame in connection.handshake() { bench.feed(frame) }
        return connection
    }

    private func told(_ bench: borrowing Bench) -> [String] { bench.events.filter { $0.contains("CONNECTION") } }

    /// A frame that has nothing to do with it, so that time passes.
    private func pass(_ seconds: Int64, _ bench: inout Bench) {
        bench.feed(Build.tcpFrame(from: 7, to: 9, seq: 1, flags: 0x10, []), advance: seconds * second)
    }

    @Test("silent for ten, thirty and sixty seconds") func silent() {
        var bench = Bench(fields)
        _ = open(&bench)
        pass(9, &bench)
        #expect(told(bench).isEmpty)
        for (seconds, milliseconds) in [(2, 10_000), (20, 30_000), (30, 60_000)] {
            pass(Int64(seconds), &bench)
            let last = told(bench).last ?? ""
            #expect(last.contains(#""mqtt.connection.state":"silent","mqtt.connection.duration":\#(milliseconds),"#))
            #expect(last.contains(#""mqtt.connection.bytes":0,"mqtt.connection.pending":1"#))
        }
        #expect(told(bench).count == 3)
        bench.worker.finish()
        #expect(bench.worker.counters.connections[Int(ConnectionState.silent.rawValue)] >= 3)
        // One connection, however often it was told.
        #expect(bench.worker.connectionCounts == ["begun": 1, "silent": 1])
    }

    @Test("the connections of one host that wait are counted") func pending() {
        var bench = Bench(fields)
        var connections = (0..<5).map { Connection(client: UInt32($0 * 100), clientPort: 40000 + $0) }
        for index in connections.indices { for frame in connections[index].handshake() { bench.feed(frame) } }
        // One of them logs in, one is closed.
        bench.feed(connections[0].client(MQTT.connect("a")))
        bench.feed(connections[1].fromClient(connections[1].clientNext, flags: 0x04))
        pass(11, &bench)
        let last = told(bench)
        #expect(last.first?.contains(#""mqtt.connection.state":"closed""#) == true)
        #expect(last.first?.contains(#""mqtt.connection.pending":4"#) == true)
        #expect(last.dropFirst().count == 3)
        #expect(last.dropFirst().allSatisfy { $0.contains(#""mqtt.connection.pending":3"#) })
    }

    @Test("connections are counted, by what became of them") func counts() {
        var bench = Bench(fields)
        var connections = (0..<6).map { Connection(client: UInt32($0 * 100), clientPort: 40000 + $0) }
        for index in connections.indices {
            let frames = connections[index].handshake()
            // The last client does not go on after the answer to its SYN, the one before it has no answer.
            for frame in frames.prefix(index == 5 ? 2 : index == 4 ? 1 : 3) { bench.feed(frame) }
        }
        // One logs in and is closed by both ends, one says nothing and is closed.
        bench.feed(connections[0].client(MQTT.connect("a")))
        bench.feed(connections[0].server([0x20, 2, 0, 0]))
        bench.feed(connections[0].fromClient(connections[0].clientNext, flags: 0x11))
        bench.feed(
            connections[0].fromServer(connections[0].serverNext, ack: connections[0].clientNext &+ 1, flags: 0x11))
        bench.feed(connections[1].fromClient(connections[1].clientNext, flags: 0x04))
        pass(11, &bench)
        // One to a port where no server is expected is none of them.
        var other = Connection(clientPort: 50_000, serverPort: 9)
        for frame in other.handshake() { bench.feed(frame) }
        pass(20, &bench)
        #expect(
            bench.worker.statistics.connections == [
                "begun": 6, "ended": 2, "closed": 1, "silent": 2, "half_open": 1, "syn_only": 1,
            ])
    }

    @Test("half a CONNECT, and one that trickles") func unfinished() {
        var bench = Bench(fields)
        var connection = open(&bench)
        bench.feed(connection.client([0x10, 0x7F, 0, 4, 0x4D]))
        pass(11, &bench)
        #expect(told(bench).last?.contains(#""mqtt.connection.state":"partial""#) == true)
        #expect(told(bench).last?.contains(#""mqtt.connection.announced":129"#) == true)
        bench.feed(connection.client([0x51]))
        pass(20, &bench)
        #expect(told(bench).last?.contains(#""mqtt.connection.state":"trickle""#) == true)
        pass(30, &bench)
        #expect(told(bench).last?.contains(#""mqtt.connection.state":"partial""#) == true)
        #expect(told(bench).last?.contains(#""mqtt.connection.bytes":6"#) == true)
    }

    @Test(
        "a first packet of huge length is told at once, and once",
        arguments: [
            ([0x10, 0xFF, 0xFF, 0xFF, 0x7F, 0, 4, 0x4D, 0x51, 0x54, 0x54], 268_435_460),
            ([0x30, 0x80, 0x80, 0x80, 0x01, 0, 1, 0x61], 2_097_157), ([0x10, 0x80, 0x80, 0x04, 0, 4], 65_540),
        ] as [([UInt8], Int)])
    func oversized(bytes: [UInt8], length: Int) {
        var bench = Bench(fields)
        var connection = open(&bench)
        bench.feed(connection.client(bytes))
        bench.feed(connection.client([0, 0]))
        let oversized = told(bench).filter { $0.contains("oversized") }
        #expect(oversized.count == 1)
        #expect(oversized.first?.contains(#""mqtt.connection.announced":\#(length)"#) == true)
    }

    /// A length that comes an octet at a time, and one that a certificate may need.
    @Test("lengths that are in order, and such that come in parts") func lengths() {
        var bench = Bench(fields)
        var connection = open(&bench)
        for byte in [0x10, 0xFF, 0xFF, 0xFF, 0x7F] as [UInt8] { bench.feed(connection.client([byte])) }
        #expect(told(bench).count { $0.contains("oversized") } == 1)
        var other = Bench(fields)
        var sound = open(&other)
        other.feed(sound.client([0x10, 0xFF, 0xFF, 0x03, 0, 4, 0x4D]))
        #expect(told(other).isEmpty)
    }

    @Test(
        "another protocol is named",
        arguments: [
            (1883, "GET / HTTP/1.1\r\n\r\n", "http"), (1883, "SSH-2.0-x\r\n", "ssh"),
            (1883, "\u{16}\u{3}\u{1}abc", "tls"), (1883, "EHLO example.org\r\n", "unknown"),
            (8883, "GET / HTTP/1.0\r\n\r\n", "http"), (8883, "\u{16}\u{3}\u{1}abc", nil),
            (9001, "GET / HTTP/1.1\r\n\r\n", nil),
        ] as [(Int, String, String?)])
    func foreign(port: Int, text: String, name: String?) {
        var bench = Bench(fields)
        var connection = open(&bench, port: port)
        bench.feed(connection.client(Array(text.utf8)))
        bench.feed(connection.fromServer(connection.serverNext, flags: 0x11))
        bench.feed(connection.fromClient(connection.clientNext, flags: 0x11))
        let foreign = told(bench).filter { $0.contains("foreign") }
        #expect(foreign.count == (name == nil ? 0 : 1))
        if let name { #expect(foreign.first?.contains(#""mqtt.connection.foreign":"\#(name)""#) == true) }
    }

    /// What says nothing on the ports of WebSocket may be anything.
    @Test("silence is expected of brokers only") func silenceElsewhere() {
        var bench = Bench(fields)
        _ = open(&bench, port: 9001)
        pass(11, &bench)
        #expect(told(bench).isEmpty)
        // A server that was heard to speak MQTT on a port of its own is one.
        var other = Bench(fields)
        var first = open(&other, port: 4567)
        other.feed(first.client(MQTT.connect("a")))
        other.feed(first.server(MQTT.connack))
        other.feed(first.client(MQTT.publish("x", [1])))
        var next = Connection(client: 77, clientPort: 40001, serverPort: 4567)
        for frame in next.handshake() { other.feed(frame) }
        pass(11, &other)
        #expect(told(other).count { $0.contains("silent") } == 1)
    }

    @Test("what becomes of a SYN") func scans() {
        var bench = Bench(fields)
        let refused = Connection(clientPort: 1001)
        bench.feed(refused.fromClient(1000, flags: 0x02))
        bench.feed(refused.fromServer(0, ack: 1001, flags: 0x14))
        #expect(told(bench).last?.contains(#""mqtt.connection.state":"refused""#) == true)
        let half = Connection(clientPort: 1002, serverPort: 8083)
        bench.feed(half.fromClient(1000, flags: 0x02))
        bench.feed(half.fromServer(9000, ack: 1001, flags: 0x12))
        bench.feed(half.fromClient(1001, flags: 0x04))
        #expect(told(bench).last?.contains(#""mqtt.connection.state":"half_open""#) == true)
        let alone = Connection(clientPort: 1003, serverPort: 8883)
        bench.feed(alone.fromClient(1000, flags: 0x02))
        pass(11, &bench)
        #expect(told(bench).last?.contains(#""mqtt.connection.state":"syn_only""#) == true)
        #expect(told(bench).count == 3)
        // Not one of the ports where brokers are looked for.
        let other = Connection(clientPort: 1004, serverPort: 502)
        bench.feed(other.fromClient(1000, flags: 0x02))
        pass(11, &bench)
        #expect(told(bench).count == 3)
    }

    @Test("a session on which nothing is said") func idle() {
        var bench = Bench(fields)
        var connection = open(&bench)
        bench.feed(connection.client(MQTT.connect("a")))
        bench.feed(connection.server(MQTT.connack))
        pass(20, &bench)
        #expect(told(bench).isEmpty)
        bench.feed(connection.client(MQTT.pingreq))
        pass(15, &bench)
        let idle = #""mqtt.clientid":"a","mqtt.connection.state":"idle","mqtt.connection.duration":30000"#
        #expect(told(bench).count == 1)
        #expect(told(bench).last?.contains(idle) == true)
        #expect(told(bench).last?.contains(#""mqtt.connection.pings":1"#) == true)
        bench.feed(connection.client(MQTT.publish("x", [1])))
        pass(40, &bench)
        pass(600, &bench)
        #expect(told(bench).count == 1)
    }

    @Test("what is plain at the end of a capture is told") func flush() {
        var bench = Bench(fields)
        _ = open(&bench)
        pass(2, &bench)
        bench.worker.finish()
        #expect(told(bench).count == 1)
        let silent = #""mqtt.connection.state":"silent","mqtt.connection.duration":2002"#
        #expect(told(bench).last?.contains(silent) == true)
        // Too young to say anything.
        var young = Bench(fields)
        _ = open(&young)
        young.worker.finish()
        #expect(told(young).isEmpty)
    }

    @Test("those watched longest make room, and are counted") func bounded() {
        var limits = SensorLimits()
        limits.engine.watchedConnections = 4
        var bench = Bench(fields, limits: limits)
        for number in 0..<10 {
            var connection = Connection(client: UInt32(number * 100), clientPort: 41000 + number)
            for frame in connection.handshake() { bench.feed(frame) }
        }
        #expect(bench.worker.statistics.evicted["watched_connections"] == 6)
        pass(11, &bench)
        #expect(told(bench).count == 4)
        #expect(told(bench).allSatisfy { $0.contains(#""mqtt.connection.pending":4"#) })
    }

    /// The same ports again, before the first connection was over for the sensor.
    @Test("a connection in the place of another") func replaced() {
        var bench = Bench(fields)
        _ = open(&bench)
        var next = Connection(client: 0x5000_0000, server: 0x6000_0000)
        for frame in next.handshake() { bench.feed(frame) }
        bench.feed(next.client(MQTT.connect("b")))
        bench.feed(next.server(MQTT.connack))
        bench.feed(next.client(MQTT.publish("x", [1])))
        pass(700, &bench)
        #expect(told(bench).isEmpty)
        #expect(bench.events.count == 3)
    }
}

/// MQTT 3.1.1, 3.1.0-1: only a stream of which nothing is missing can be said to begin with the wrong packet.
@Test("A first packet that is not a CONNECT", arguments: [false, true]) func firstPacketIsNoConnect(isLost: Bool) {
    var bench = Bench(["mqtt.type", "violation.id"])
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    if isLost { _ = connection.client(MQTT.connect("a")) }
    bench.feed(connection.client(MQTT.pingreq))
    bench.feed(connection.client(MQTT.publish("x", [1])), advance: 5_000_000_000)
    bench.feed(connection.client(MQTT.publish("x", [1])), advance: 5_000_000_000)
    #expect(bench.events.contains { $0.contains("PINGREQ") })
    #expect(bench.events.contains { $0.contains("MQTT-3.1.0-1") } == !isLost)
}
