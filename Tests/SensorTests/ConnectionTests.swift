import Engine
import Sensor
import TestSupport
import Testing

private let fields: Set<String> = ["mqtt.type", "mqtt.clientid", "mqtt.topic"]

/// A session under way: CONNECT, CONNACK.
private func open(_ bench: inout Bench, client: UInt32 = 1000) -> Connection {
    var connection = Connection(client: client)
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("a")))
    bench.feed(connection.server(MQTT.connack))
    return connection
}

@Test("Port reuse") func portReuse() {
    var bench = Bench(fields)
    _ = open(&bench)
    var second = Connection(client: 700_000_000, server: 5)
    for frame in second.handshake() { bench.feed(frame) }
    bench.feed(second.client(MQTT.connect("b")))
    bench.feed(second.server(MQTT.connack))
    #expect(bench.events.count == 4)
    #expect(bench.events.last == #"{"mqtt.type":"CONNACK","mqtt.clientid":"b"}"#)
}

/// The same capture played twice onto a wire has the same sequence numbers.
@Test("Same numbers again", arguments: [false, true]) func sameNumbersAgain(isReset: Bool) {
    var bench = Bench(fields)
    for _ in 0..<2 {
        var connection = open(&bench)
        if isReset {
            bench.feed(connection.fromClient(connection.clientNext, flags: 0x04))
        } else {
            bench.feed(connection.fromClient(connection.clientNext, flags: 0x11))
            bench.feed(connection.fromServer(connection.serverNext, flags: 0x11))
        }
        connection = Connection()
    }
    #expect(bench.events.count == 4)
}

/// A SYN that neither end sent moves nothing: the ends answer it with a challenge (RFC 5961, 4).
@Test("Forged SYN") func forgedSYN() {
    var bench = Bench(fields)
    var connection = open(&bench)
    bench.feed(connection.fromClient(0x7777_7777, flags: 0x02))
    bench.feed(connection.fromServer(0x3333_3333, ack: 0x1234_5678, flags: 0x12))
    bench.feed(connection.client(MQTT.publish("x", [1])))
    bench.feed(connection.server(MQTT.pingresp))
    #expect(bench.events.count == 4)
    #expect(bench.events.last?.contains(#""mqtt.clientid":"a""#) == true)
}

/// A RST with a wrong number is none (RFC 5961, 3).
@Test("Forged reset") func forgedReset() {
    var bench = Bench(fields)
    var connection = open(&bench)
    bench.feed(connection.fromClient(connection.clientNext &+ 0x4000_0000, flags: 0x04))
    bench.feed(connection.fromServer(connection.serverNext &- 0x4000_0000, flags: 0x04))
    bench.feed(connection.client(MQTT.publish("x", [1])))
    #expect(bench.events.last == #"{"mqtt.type":"PUBLISH","mqtt.clientid":"a","mqtt.topic":["x"]}"#)
    #expect(bench.tcp("out_of_window") == 2)
}

/// Even a RST with the right number does not blind the sensor where the ends go on: who they are is lost, what they say
/// is not.
@Test("Talk after reset") func talkAfterReset() {
    var bench = Bench(["mqtt.type", "mqtt.topic", "mqtt.session.midstream"])
    var connection = open(&bench)
    bench.feed(connection.fromClient(connection.clientNext, flags: 0x04))
    bench.feed(connection.client(MQTT.publish("x", [1])))
    bench.feed(connection.server(MQTT.publish("y", [1])))
    #expect(
        bench.events.dropFirst(2) == [
            #"{"mqtt.type":"PUBLISH","mqtt.topic":["x"],"mqtt.session.midstream":true}"#,
            #"{"mqtt.type":"PUBLISH","mqtt.topic":["y"],"mqtt.session.midstream":true}"#,
        ])
}

@Test("Only one direction is seen") func onlyOneDirectionIsSeen() {
    var bench = Bench(fields)
    var first = Connection()
    bench.feed(first.fromClient(first.clientNext, flags: 0x02))
    first.clientNext += 1
    bench.feed(first.client(MQTT.connect("a")))
    var second = Connection(client: 0x5000_0000)
    bench.feed(second.fromClient(second.clientNext, flags: 0x02))
    second.clientNext += 1
    bench.feed(second.client(MQTT.connect("b")))
    #expect(bench.events.count == 2)
}

/// A flow that was nobody's is looked at again when a new connection begins on its ports.
@Test("New connection on ports of another") func newConnectionOnPortsOfAnother() {
    var bench = Bench(fields)
    var other = Connection()
    for frame in other.handshake() { bench.feed(frame) }
    bench.feed(other.client(Array("GET / HTTP/1.1".utf8)))
    _ = open(&bench, client: 0x6000_0000)
    // What it was is told.
    #expect(bench.events.map { $0.contains("CONNECTION") } == [true, false, false])
}

@Test("Time runs backwards") func timeRunsBackwards() {
    var bench = Bench(fields)
    var connection = open(&bench)
    bench.feed(connection.client(MQTT.publish("x", [1])), advance: -500_000_000_000)
    bench.feed(connection.client(MQTT.publish("y", [1])), advance: 2_000_000_000_000)
    bench.feed(connection.client(MQTT.publish("z", [1])), advance: -2_000_000_000_000)
    #expect(bench.events.count == 5)
    #expect(bench.worker.statistics.captureMicroseconds > 0)
}
