import Bytes
import CoAP
import Events
import Network
import TestSupport
import Testing

@Suite struct MemoryTests {
    @Test("Whatever peers send, the analyzer takes no more than it was given, and counts what it gave up")
    func floodStaysBelow() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let bytes = 2 << 20
        var analyzer = CoAPAnalyzer(limits: CoAPLimits(bytes: bytes), hash: SeededHash(seed: seed))
        var most = 0
        let server = Endpoint(IPAddress(v4: 0x0A00_00FE), 5683)
        func say(_ message: CoAPBuilder, _ client: Endpoint, _ direction: Direction, _ number: Int) {
            let bytes = message.bytes
            var context = EventContext(
                timestamp: Timestamp(nanoseconds: Int64(number) * 1000), frameNumber: 1,
                source: direction == .toServer ? client : server, destination: direction == .toServer ? server : client,
                transport: .udp, direction: direction)
            _ = analyzer.dissect(bytes.span.bytes, context: &context)
            most = max(most, analyzer.bytesTaken)
        }
        for number in 0..<15_000 {
            let client = Endpoint(IPAddress(v4: 0x0B00_0000 + UInt32(number % 5000)), 1024)
            let token = (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
            let id = UInt16.random(in: 0...UInt16.max, using: &random)
            let path = "r/" + String(repeating: "p", count: 200)
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                // An observation with its notification, and a Partial IV of its own.
                let oscore: [UInt8] = [0x09, UInt8(truncatingIfNeeded: number), 1, 2]
                say(
                    CoAPBuilder(
                        .confirmable, .get, id, token: token, path: path, options: [(6, []), (9, oscore)], payload: "x"),
                    client, .toServer, number)
                say(
                    CoAPBuilder(.acknowledgement, .content, id, token: token, options: [(6, [1])], payload: "x"),
                    client,
                    .toClient, number)
            case 1...6:
                // Blocks that come too early, of a body that never begins.
                let block = UInt32.random(in: 1..<64, using: &random) << 4 | 8 | 6
                let option = [UInt8(truncatingIfNeeded: block >> 8), UInt8(truncatingIfNeeded: block)]
                let tag = [UInt8.random(in: 0..<17, using: &random)]
                var message = CoAPBuilder(
                    .confirmable, .put, id, token: token, path: "fw", options: [(27, option), (292, tag)])
                message.payload = [UInt8](repeating: 7, count: 1024)
                say(message, Endpoint(server.address, 1024), .toServer, number)
            default:
                // A list of links in blocks, whose text is kept.
                say(
                    CoAPBuilder(.confirmable, .get, id, token: token, path: ".well-known/core"), client, .toServer,
                    number)
                var message = CoAPBuilder(
                    .acknowledgement, .content, id, token: token, options: [(12, [40]), (23, [8 | 6])])
                message.payload = [UInt8](repeating: 0x61, count: 1024)
                say(message, client, .toClient, number)
            }
            if number % 3 == 0 { _ = analyzer.openConnection(isFromStart: true) }
        }
        let counters = analyzer.counters
        #expect(most <= bytes, "seed \(seed)")
        #expect(most > bytes / 2, "the limits leave most of it unused; seed \(seed)")
        #expect(counters.evictedExchanges > 0 && counters.evictedMessageIDs > 0, "seed \(seed)")
        #expect(counters.evictedConnections > 0 && counters.evictedBodies > 0, "seed \(seed)")
        #expect(counters.evictedObservations > 0 && counters.evictedPairs > 0, "seed \(seed)")
    }

    @Test("Who holds blocks for ever does not keep another body from becoming whole")
    func blocksMakeRoom() {
        var limits = CoAPLimits()
        limits.heldBytes = 2000
        let listener = Listener(limits)
        func block(_ number: Int, more: Bool, _ path: String) -> CoAPBuilder {
            var message = CoAPBuilder(
                .confirmable, .put, UInt16(number + path.count * 100), token: [UInt8(path.count)], path: path,
                options: [(27, [UInt8(number << 4 | (more ? 8 : 0) | 4)])])
            message.payload = [UInt8](repeating: UInt8(number), count: 256)
            return message
        }
        for number in 1..<6 { listener.hear(block(number, more: true, "held")) }
        for number in [2, 3, 1] { listener.hear(block(number, more: number < 3, "other")) }
        let last = listener.hear(block(0, more: true, "other"))
        #expect(listener.counters.evictedBlocks == 1 && listener.counters.blocksNotHeld == 0)
        #expect(last?["coap.body.state"] == nil || last?["coap.body.state"] == "complete")
    }

    @Test("Limits of more memory are larger")
    func limitsScale() {
        let (small, large) = (CoAPLimits(bytes: 16 << 20), CoAPLimits(bytes: 1 << 30))
        #expect(large.exchanges > 50 * small.exchanges && large.messageIDs > 50 * small.messageIDs)
        #expect(small.exchanges > 16_000 && CoAPLimits(bytes: 0).bodies >= 16)
    }
}
