import Engine
import Flows
import Sensor
import TestSupport
import Testing

/// Frames of real sessions, mutated, cut, doubled, shuffled: nothing traps, and the counters add up.
@Test("Mutated sessions", arguments: 0..<6) func mutatedSessions(round: Int) {
    let seed = testSeed()
    var generator = SeededGenerator(seed: seed, run: round)
    var limits = SensorLimits()
    limits.engine.flows.heldBytesPerMessage = 1024
    limits.engine.flows.heldBytesTotal = 1 << 16
    limits.engine.flows.queuedBytesTotal = 1 << 16
    limits.engine.flows.queuedSegmentsPerStream = 8
    limits.engine.flows.flows = 64
    var bench = Bench(limits: limits)
    var fed = 0
    for _ in 0..<150 {
        var frames = session(&generator)
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            let index = Int.random(in: 0..<frames.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: frames.remove(at: index)
            case 1: frames.insert(frames[index], at: Int.random(in: 0..<frames.count, using: &generator))
            case 2: frames.swapAt(index, Int.random(in: 0..<frames.count, using: &generator))
            default: frames[index].removeLast(Int.random(in: 0...frames[index].count, using: &generator))
            }
            if frames.isEmpty { break }
        }
        for var frame in frames {
            // In every second round headers stay whole, so that mutations reach the protocols.
            let first = round % 2 == 0 ? 0 : 54
            for _ in 0..<Int.random(in: 0...3, using: &generator) where frame.count > first {
                let index = Int.random(in: first..<frame.count, using: &generator)
                frame[index] = UInt8.random(in: .min ... .max, using: &generator)
            }
            let advance = Int64.random(in: -1_000_000_000...3_000_000_000, using: &generator)
            bench.feed(frame, advance: Int.random(in: 0..<500, using: &generator) == 0 ? .max / 4 : advance)
            if bench.clock > .max / 2 { bench.clock = 0 }
            fed += 1
        }
    }
    bench.worker.finish()
    let statistics = bench.worker.statistics
    #expect(statistics.packets == UInt64(fed), "seed \(seed)")
    let tricks = statistics.tricks?.values.reduce(0, +) ?? 0
    let connections = bench.worker.counters.connections.reduce(0, +)
    #expect(statistics.messageCount + tricks + connections == UInt64(bench.events.count), "seed \(seed)")
    #expect(statistics.messageCount > 0, "seed \(seed)")
    #expect(RunStatistics(json: statistics.json)?.messages == statistics.messages, "seed \(seed)")
}

private func session(_ generator: inout SeededGenerator) -> [[UInt8]] {
    let port = Int.random(in: 40_000...40_100, using: &generator)
    if Int.random(in: 0..<3, using: &generator) == 0 {
        let server = Bool.random(using: &generator) ? 5683 : 7000
        return (0..<8).map { index in
            index % 2 == 0
                ? Build.udpFrame(from: port, to: server, CoAP.get(index, token: 1, "temp"))
                : Build.udpFrame(
                    from: server, to: port, source: [10, 0, 0, 2], destination: [10, 0, 0, 1],
                    CoAP.content(index - 1, token: 1, "21.5"))
        }
    }
    var connection = Connection(
        client: .random(in: .min ... .max, using: &generator), server: .random(in: .min ... .max, using: &generator),
        clientPort: port)
    var frames = connection.handshake()
    let big = MQTT.publish("big", Array(repeating: 3, count: Int.random(in: 0...3000, using: &generator)))
    let stream = MQTT.connect("dev-\(port)") + MQTT.subscribe(1, "a/#") + big + MQTT.publish("b", [1]) + MQTT.pingreq
    var start = 0
    while start < stream.count {
        let end = min(stream.count, start + Int.random(in: 1...1400, using: &generator))
        frames.append(connection.client(Array(stream[start..<end])))
        start = end
    }
    frames.insert(connection.server(MQTT.connack + MQTT.suback(1)), at: frames.count / 2)
    if Bool.random(using: &generator) { frames.append(connection.fromClient(connection.clientNext, flags: 0x04)) }
    if Bool.random(using: &generator) {
        frames.append(connection.fromClient(connection.clientNext, flags: 0x11))
        frames.append(connection.fromServer(connection.serverNext, flags: 0x11))
    }
    return frames
}
