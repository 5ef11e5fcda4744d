import Engine
import Events
import Network
import Packets
import Sensor
import TestSupport
import Testing

private let second: Int64 = 1_000_000_000

/// What is silent because nothing was captured is not held against anybody: frames that were lost, a clock that jumps.
@Suite("Holes in a capture") struct HoleTests {
    private static let fields: Set<String> = [
        "mqtt.type", "mqtt.clientid", "mqtt.session.overdue", "mqtt.inflight.stalled", "mqtt.connection.state",
        "violation.id",
    ]

    /// A bench on which a network has been speaking every hundredth of a second, where it is busy.
    private func bench(isBusy: Bool) -> Bench {
        var bench = Bench(Self.fields)
        if isBusy { speak(&bench, seconds: 20) }
        return bench
    }

    /// Frames that have nothing to do with the connection that is looked at.
    private func speak(_ bench: inout Bench, seconds: Int64, every pause: Int64 = second / 100) {
        for number in 0..<seconds * second / pause {
            bench.feed(
                Build.tcpFrame(from: 7, to: 9, seq: UInt32(truncatingIfNeeded: number), flags: 0x10, []), advance: pause
            )
        }
    }

    /// CONNECT with a keep alive of 60 s, and its answer.
    private func logIn(_ bench: inout Bench) -> Connection {
        var connection = Connection()
        for frame in connection.handshake() { bench.feed(frame) }
        bench.feed(connection.client([0x10, 14, 0, 4, 0x4D, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 2, 0x61, 0x62]))
        bench.feed(connection.server([0x20, 2, 0, 0]))
        return connection
    }

    /// What a PINGREQ shows that comes after a silence, in which others speak or nobody does.
    private func ping(isBusy: Bool, afterSilence seconds: Int64, othersSpeak: Bool) -> String {
        var bench = self.bench(isBusy: isBusy)
        var connection = logIn(&bench)
        if othersSpeak { speak(&bench, seconds: seconds) }
        bench.feed(connection.client([0xC0, 0]), advance: othersSpeak ? 1 : seconds * second)
        return bench.events.last ?? ""
    }

    /// MQTT 3.1.1, 3.1.2.10: one and a half times the keep alive.
    @Test("a keep alive is missed only where the silence was heard") func keepAlive() {
        let missed = ["\"mqtt.session.overdue\":true", "MQTT-3.1.2-23"]
        for text in missed {
            #expect(ping(isBusy: true, afterSilence: 95, othersSpeak: true).contains(text))
            // A quiet network: nothing says that frames are missing.
            #expect(ping(isBusy: false, afterSilence: 95, othersSpeak: false).contains(text))
            #expect(!ping(isBusy: true, afterSilence: 95, othersSpeak: false).contains(text))
            #expect(!ping(isBusy: true, afterSilence: 3600, othersSpeak: false).contains(text))
        }
        #expect(ping(isBusy: true, afterSilence: 80, othersSpeak: true).contains("\"mqtt.session.overdue\":false"))
    }

    @Test("what was heard before and after a hole counts") func parts() {
        for (before, after, isMissed) in [(50, 45, true), (40, 40, false)] as [(Int64, Int64, Bool)] {
            var bench = self.bench(isBusy: true)
            var connection = logIn(&bench)
            speak(&bench, seconds: before)
            bench.clock += 600 * second
            speak(&bench, seconds: after)
            bench.feed(connection.client([0xC0, 0]))
            #expect(bench.events.last?.contains("\"mqtt.session.overdue\":\(isMissed)") == true)
            #expect(bench.worker.counters.holes == 1)
        }
    }

    @Test("a clock that is set back makes no hole, and none when it is right again") func clockSetBack() {
        var bench = self.bench(isBusy: true)
        _ = logIn(&bench)
        bench.clock -= 3 * second
        speak(&bench, seconds: 2)
        bench.clock += 3 * second
        speak(&bench, seconds: 2)
        #expect(bench.worker.counters.holes == 0)
    }

    @Test("a network that has become quiet is quiet") func night() {
        var bench = self.bench(isBusy: true)
        for _ in 0..<600 { speak(&bench, seconds: 60, every: 60 * second) }
        let before = bench.worker.counters.holes
        #expect(before < 30)
        for _ in 0..<100 { speak(&bench, seconds: 60, every: 60 * second) }
        #expect(bench.worker.counters.holes == before)
    }

    @Test("a subscriber has not hung where its answers may be missing") func stalled() {
        for (othersSpeak, milliseconds) in [(true, 100_000...101_000), (false, 0...100)] as [(Bool, ClosedRange<Int>)] {
            var bench = self.bench(isBusy: true)
            var connection = logIn(&bench)
            bench.feed(connection.server([0x32, 6, 0, 1, 0x61, 0, 1, 0x78]))
            if othersSpeak { speak(&bench, seconds: 100) } else { bench.clock += 100 * second }
            bench.feed(connection.server([0x32, 6, 0, 1, 0x61, 0, 2, 0x78]))
            let shown = bench.events.last ?? ""
            let number = shown.split(separator: "\"mqtt.inflight.stalled\":").last?.prefix { $0.isNumber } ?? ""
            #expect(milliseconds.contains(Int(number) ?? -1), "\(shown)")
        }
    }

    @Test("a connection is not silent while nothing is heard") func silentConnection() {
        var bench = self.bench(isBusy: true)
        var connection = Connection()
        for frame in connection.handshake() { bench.feed(frame) }
        speak(&bench, seconds: 5)
        bench.clock += 1000 * second
        speak(&bench, seconds: 4)
        #expect(!bench.events.contains { $0.contains("silent") })
        speak(&bench, seconds: 2)
        #expect(bench.events.filter { $0.contains("silent") }.count == 1)
    }
}
