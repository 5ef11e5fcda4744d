import Bytes
import Events
import Tables
import TestSupport
import Testing
import WebSocket

@Suite struct MemoryTests {
    @Test("Whatever peers send, the table takes no more than it was given, and counts what it gave up")
    func floodStaysBelow() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let bytes = 2 << 20
        var table = WebSocketTable(limits: WebSocketLimits(bytes: bytes), uses: uses)
        var output = WebSocketOutput()
        var most = 0
        let deflate = "permessage-deflate"
        for number in 0..<6000 {
            let id =
                number % 4 == 0
                ? table.join(isClientFirst: true, atFrame: .toClient)
                : table.open(isClientFirst: Bool.random(using: &random))
            var parts: [(Direction, [UInt8])] = []
            switch number % 4 {
            case 0:
                // Behind lost bytes nothing is found, and much waits.
                parts = [(.toServer, (0..<3000).map { _ in UInt8.random(in: 0...255, using: &random) })]
            case 1:
                parts = [
                    (.toServer, WebSocketFrames.request(extensions: deflate)),
                    (
                        .toClient,
                        WebSocketFrames.answer(extensions: deflate) + [0xC1, 7, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 7, 0]
                    ),
                ]
            case 2:
                parts = [(.toServer, Array("GET / HTTP/1.1\r\nX: ".utf8) + [UInt8](repeating: 0x78, count: 9000))]
            default: parts = [(.toServer, [0x47])]
            }
            for (direction, bytes) in parts {
                var offset = 0
                while table.feed(id, direction, bytes.span.bytes, from: &offset, into: &output) == .more {}
                most = max(most, table.bytesTaken)
            }
            if number % 16 == 0 { table.close(id) }
        }
        let counters = table.counters
        #expect(most <= bytes, "seed \(seed)")
        #expect(most > bytes / 3, "the limits leave most of it unused; seed \(seed)")
        #expect(counters.connectionsEvicted > 0 && counters.waitingEvicted > 0, "seed \(seed)")
        #expect(counters.inflatersEvicted > 0, "seed \(seed)")
    }

    @Test("Limits of more memory are larger")
    func limitsScale() {
        let (small, large) = (WebSocketLimits(bytes: 16 << 20), WebSocketLimits(bytes: 1 << 30))
        #expect(large.connections > 50 * small.connections && large.inflaters > 50 * small.inflaters)
        #expect(small.connections > 4000 && WebSocketLimits(bytes: 0).connections >= 16)
    }
}
