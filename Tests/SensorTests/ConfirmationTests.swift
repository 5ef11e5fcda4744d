import Engine
import Flows
import Network
import Sensor
import TestSupport
import Testing

/// What a flow has to show before it outlives others, and what time alone brings about.

private func limited(flows: Int) -> SensorLimits {
    var limits = SensorLimits()
    limits.engine.flows.flows = flows
    return limits
}

@Test("Lone connects drive out no live session") func loneConnectsDriveOutNoLiveSession() {
    var bench = Bench(["mqtt.type", "mqtt.clientid"], limits: limited(flows: 32))
    var live = Connection(clientPort: 50000)
    for frame in live.handshake() { bench.feed(frame) }
    bench.feed(live.client(MQTT.connect("live")))
    bench.feed(live.server(MQTT.connack))
    for port in 1000..<1200 {
        var forged = Connection(clientPort: port)
        for frame in forged.handshake() { bench.feed(frame) }
        bench.feed(forged.client(MQTT.connect("forged")))
    }
    bench.feed(live.client(MQTT.publish("a", [1])))
    #expect(bench.events.last?.contains("\"mqtt.clientid\":\"live\"") == true)
    #expect(bench.worker.statistics.confirmedFlows == ["mqtt": 1])
    #expect(bench.worker.statistics.evicted["flows"] ?? 0 > 100)
}

@Test("One end alone is believed after three messages") func oneEndAloneIsBelievedAfterThreeMessages() {
    var bench = Bench(["mqtt.type"])
    var connection = Connection()
    bench.feed(connection.fromClient(connection.clientNext &- 1, flags: 2))
    for message in [MQTT.connect("a"), MQTT.subscribe(1, "b")] {
        bench.feed(connection.client(message))
        #expect(bench.worker.statistics.confirmedFlows.isEmpty)
    }
    bench.feed(connection.client(MQTT.pingreq))
    #expect(bench.worker.statistics.confirmedFlows == ["mqtt": 1])
    #expect(bench.events.count == 3, "what is not sure yet is reported all the same")
}

@Test("What waits behind a hole is read when time is up") func whatWaitsBehindAHoleIsReadWhenTimeIsUp() {
    for isIdle in [false, true] {
        var bench = Bench(["mqtt.type", "mqtt.topic"])
        var connection = Connection()
        for frame in connection.handshake() { bench.feed(frame) }
        bench.feed(connection.client(MQTT.connect("a")))
        bench.feed(connection.server(MQTT.connack))
        _ = connection.client(MQTT.publish("lost", [1]))
        for index in 0..<4 { bench.feed(connection.client(MQTT.publish("plant/behind/\(index)", [2]))) }
        #expect(bench.events.count == 2)
        // Nothing more comes of this flow.
        if isIdle {
            bench.worker.advance(to: Timestamp(nanoseconds: bench.clock + 1_000_000_000))
            #expect(bench.events.count == 2)
            bench.worker.advance(to: Timestamp(nanoseconds: bench.clock + 2_300_000_000))
        } else {
            bench.feed(Build.udpFrame(from: 2000, [1]), advance: 1_000_000_000)
            #expect(bench.events.count == 2)
            bench.feed(Build.udpFrame(from: 2000, [1]), advance: 1_300_000_000)
        }
        #expect(bench.events.count == 6, "idle \(isIdle)")
        #expect(bench.worker.statistics.gaps == 1)
    }
}

@Test("A forged FIN hides not the real one") func aForgedFINHidesNotTheRealOne() {
    var bench = Bench(["mqtt.type", "mqtt.clientid"])
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("a")))
    bench.feed(connection.server(MQTT.connack))
    bench.feed(connection.fromClient(connection.clientNext &+ 5000, flags: 0x11))
    bench.feed(connection.fromClient(connection.clientNext, flags: 0x11))
    bench.feed(connection.fromServer(connection.serverNext, ack: connection.clientNext &+ 1, flags: 0x11))
    // The connection is over: another one on its ports begins anew at once.
    var next = Connection(client: 777_000, server: 888_000)
    for frame in next.handshake() { bench.feed(frame) }
    bench.feed(next.client(MQTT.connect("b")))
    #expect(bench.events.last?.contains("\"mqtt.clientid\":\"b\"") == true)
    #expect(bench.events.count == 3)
}

@Test("A frame dated far ahead stops no expiry") func aFrameDatedFarAheadStopsNoExpiry() {
    var bench = Bench(["mqtt.type"])
    bench.feed(Build.udpFrame(from: 1999, [1]), advance: 1_000_000_000_000_000)
    bench.clock -= 1_000_000_000_000_000
    for index in 0..<20 { bench.feed(Build.udpFrame(from: 2000 + index, [1])) }
    for index in 0..<40 {
        bench.feed(Build.udpFrame(from: 3000 + index, [1]), advance: index == 0 ? 300_000_000_000 : 1_000_000)
    }
    #expect(bench.worker.statistics.expired >= 20)
}
