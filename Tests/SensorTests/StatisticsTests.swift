import Engine
import TestSupport
import Testing

@testable import Sensor

private func some() -> RunStatistics {
    var one = RunStatistics()
    one.packets = 10
    one.bytes = 1000
    one.messages = ["mqtt": ["CONNECT": 2, "PUBLISH": 1]]
    one.violations = ["MQTT-2.2.2-1": 1]
    one.gaps = 1
    one.connections = ["begun": 3, "silent": 1]
    one.tricks = ["forged_reset": 1]
    one.holes = 1
    one.captureMicroseconds = 5
    return one
}

@Test("Adding") func adding() {
    var sum = some()
    var other = some()
    other.messages = ["mqtt": ["PUBLISH": 4], "coap": ["0.01": 1]]
    sum.add(other)
    #expect(sum.packets == 20)
    #expect(sum.messages == ["mqtt": ["CONNECT": 2, "PUBLISH": 5], "coap": ["0.01": 1]])
    #expect(sum.messageCount == 8)
    #expect(sum.violations == ["MQTT-2.2.2-1": 2])
    #expect(sum.captureMicroseconds == 10)
    #expect(sum.connections == ["begun": 6, "silent": 2])
    #expect(sum.holes == 2)
}

/// `since` takes away what `add` added.
@Test("Since") func since() {
    var sum = some()
    var more = RunStatistics()
    more.packets = 3
    more.messages = ["coap": ["0.01": 1]]
    more.alerts = ["rule": 2]
    sum.add(more)
    let rest = sum.since(some())
    #expect(rest.packets == 3)
    #expect(rest.messages == ["coap": ["0.01": 1]])
    #expect(rest.alerts == ["rule": 2])
    #expect(rest.violations.isEmpty)
    #expect(rest.connections == nil && rest.tricks == nil && rest.holes == nil)
    #expect(sum.since(RunStatistics()).connections == ["begun": 3, "silent": 1])
    #expect(sum.since(sum).messageCount == 0)
}

@Test("Through JSON") func throughJSON() throws {
    let read = try #require(RunStatistics(json: some().json))
    #expect(read.messages == some().messages)
    #expect(read.captureMicroseconds == 5)
    #expect(RunStatistics(json: "{}") == nil)
    #expect(RunStatistics(json: "") == nil)
}

/// The span of capture time is that of the source at hand, whatever the order of its frames.
@Test("Capture span") func captureSpan() {
    var bench = Bench()
    let frame = Build.udpFrame([1])
    bench.feed(frame)
    bench.feed(frame, advance: 4_000_000)
    bench.feed(frame, advance: -10_000_000)
    #expect(bench.worker.statistics.captureMicroseconds == 10_000)
    bench.worker.beginSource()
    #expect(bench.worker.statistics.captureMicroseconds == 0)
    bench.feed(frame, advance: 1_000_000_000_000_000)
    bench.feed(frame, advance: 2_000_000)
    #expect(bench.worker.statistics.captureMicroseconds == 2000)
}

/// What nobody looks into is not silence.
@Test("Blind spots are counted by number") func blindSpots() {
    var bench = Bench()
    bench.feed(Build.ethernet(0x8899, [1]))
    for _ in 0..<20 { bench.feed(Build.udpFrame(from: 50000, to: 37008, [1, 0, 0, 18, 1, 8, 0])) }
    bench.feed(Build.ethernet(0x0800, Build.ipv4(proto: 50, [1])))
    bench.feed(Build.udpFrame(from: 50000, to: 9, [1, 0, 0, 18, 1, 8, 0]))
    #expect(
        bench.worker.statistics.blindSpots == [
            "ether_type 0x8899 (Realtek)": 1, "udp_port 37008 (TZSP)": 20, "ip_protocol 50 (ESP)": 1,
        ])
    // Whoever goes through all numbers fills no memory.
    for type in 0x9001...0x9400 where type != 0x9100 { bench.feed(Build.ethernet(type, [1])) }
    let spots = bench.worker.statistics.blindSpots ?? [:]
    #expect(spots.count == 257 && spots["others"] == 1023 - 253)
}
