import Capture
import Engine
import Network
import TestSupport
import Testing

@testable import Sensor

/// What frames tell of the port that they came through.
@Suite("The mirror port") struct MirrorTests {
    private let client: [UInt8] = [10, 0, 0, 1]
    private let server: [UInt8] = [10, 0, 0, 2]

    private func segment(_ isClient: Bool, flags: UInt8 = 0x10, port: Int = 40_000) -> [UInt8] {
        Build.ethernet(
            0x0800,
            Build.ipv4(
                from: isClient ? client : server, to: isClient ? server : client, proto: 6,
                Build.tcp(
                    from: isClient ? port : 7, to: isClient ? 7 : port, seq: 1000, ack: 1000, flags: flags)))
    }

    @Test("one end that acknowledges what never came by") func oneDirection() {
        var bench = Bench()
        for _ in 0..<10 { bench.feed(segment(true)) }
        // Neither a scan nor its refusals say anything of the port.
        for port in 1...100 {
            bench.feed(segment(true, flags: 0x02, port: port))
            bench.feed(segment(false, flags: 0x14, port: 1000 + port))
            bench.feed(segment(false, flags: 0x12, port: 2000 + port))
        }
        #expect(bench.worker.counters.mirror.unanswered == 10)
        #expect(bench.worker.counters.mirror.answered == 0)
        bench.feed(segment(false))
        bench.feed(segment(true))
        #expect(bench.worker.counters.mirror.unanswered == 10)
        #expect(bench.worker.counters.mirror.answered == 2)
    }

    @Test("tags on one side, on both, on none", arguments: [(5, nil, 9), (5, 5, 0), (nil, nil, 0), (5, 6, 0)])
    func tags(_ ofClient: Int?, _ ofServer: Int?, _ expected: UInt64) {
        var bench = Bench()
        var connection = Connection()
        func tagged(_ frame: [UInt8], _ tag: Int?) -> [UInt8] {
            guard let tag else { return frame }
            return frame[..<12] + [0x81, 0] + Build.u16(tag) + frame[12...]
        }
        for (frame, isClient) in zip(connection.handshake(), [true, false, true]) {
            bench.feed(tagged(frame, isClient ? ofClient : ofServer))
        }
        for _ in 0..<5 {
            bench.feed(tagged(connection.client([0xC0, 0]), ofClient))
            bench.feed(tagged(connection.server([0xD0, 0]), ofServer))
        }
        #expect(bench.worker.counters.mirror.answered == 11)
        #expect(bench.worker.counters.mirror.taggedOnOneSide == expected)
    }

    @Test("connections of a server, in clear and encrypted") func servers() {
        var bench = Bench()
        for port in 0..<3 {
            var connection = Connection(clientPort: 40_000 + port)
            for frame in connection.handshake() { bench.feed(frame) }
            bench.feed(connection.client(MQTT.connect("a")))
        }
        for port in 0..<2 {
            var connection = Connection(clientPort: 41_000 + port, serverPort: 8883)
            for frame in connection.handshake() { bench.feed(frame) }
            // A ClientHello begins so (RFC 8446, 5.1).
            bench.feed(connection.client([22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]))
        }
        // A web page of the same machine is none of its business.
        var other = Connection(clientPort: 42_000, serverPort: 443)
        for frame in other.handshake() { bench.feed(frame) }
        bench.feed(other.client([22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]))
        #expect(
            Array(bench.worker.counters.servers.counts.values) == [
                ConnectionsByServer.Counts(readable: 3, encrypted: 2)
            ])
    }

    @Test("what the kernel drops is told once a minute, with its share") func drops() {
        var log = DropLog(bufferBytes: 16 << 20)
        let minute: Int64 = 60_000_000_000
        func status(_ received: UInt64, _ kernel: UInt64, _ card: UInt64 = 0) -> [InterfaceStatus] {
            let counters = CaptureCounters(
                received: received, droppedByKernel: kernel, droppedByInterface: card)
            return [InterfaceStatus(name: "eth1", state: .up, counters: counters)]
        }
        #expect(log.take(status(1000, 0), at: 1) == [])
        #expect(log.take(status(2000, 500), at: minute - 1) == [])
        let first = log.take(status(10_000, 500), at: minute + 1)
        // The count of received frames includes those that were dropped.
        #expect(first.count == 1)
        #expect(
            first.first?.hasPrefix("eth1: the kernel dropped 500 of 10000 frames (5.0 %) in the last minute: ") == true)
        #expect(first.first?.contains("buffer of 16 MiB") == true && first.first?.contains(" of 64 holds ") == true)
        #expect(log.take(status(20_000, 500), at: 2 * minute + 1) == [], "it is over")
        let card = log.take(status(30_000, 500, 7), at: 3 * minute + 1)
        #expect(card.count == 1 && card.first?.contains("the interface or its driver dropped 7 frames") == true)
    }
}
