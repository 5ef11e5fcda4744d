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
