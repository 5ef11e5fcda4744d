import Bytes
import Events
import MQTT
import TestSupport
import Testing

/// Where messages begin again behind lost bytes.
@Suite struct BoundaryTests {
    private func find(
        _ bytes: [UInt8], _ direction: Direction = .toServer, _ version: MQTTVersion = .v311,
        startsSegment: Bool = false, sequel: Sequel = .more
    ) -> BoundaryVerdict {
        var search = MQTTBoundary(direction: direction, version: version)
        return search.find(bytes.span.bytes, startsSegment: startsSegment, sequel: sequel)
    }

    private let publication = hex("30 0d 00 09 73 65 6e 73 6f 72 73 2f 61 31 32")

    @Test("three messages in a row prove a boundary") func threeMessagesProveThemselves() {
        let acks = answer(4, id: 1) + answer(4, id: 2) + answer(4, id: 3)
        #expect(find(hex("ff ff") + acks + hex("40")) == .proven(2))
        // Two answers could be chance.
        #expect(find(hex("ff ff") + answer(4, id: 1) + answer(4, id: 2) + hex("40 02")) == .open(2))
    }

    @Test("a segment that is exactly one message proves a boundary") func aSegmentThatIsOneMessageProvesItself() {
        #expect(find(publication, startsSegment: true) == .proven(0))
        // A PINGREQ alone is two bytes.
        #expect(find(hex("c0 00"), startsSegment: true) == .open(0))
        #expect(find(hex("c0 00"), startsSegment: true, sequel: .nothing) == .proven(0))
    }

    @Test("three messages win over a text that would contain them") func aChainOfThreeIsBetterThanTextThatSwallowsIt() {
        // The end of a CONNECT whose user name ends in "08" and whose password follows: as a PUBLISH of 48 bytes it would
        // hold the messages behind it, and end where the last of them begins.
        let password = Array("s3cretPassw0rd".utf8)
        let rest = hex("30 38 00 0e") + password
        let filter = Array("plant/line/temperature1".utf8)
        let subscribe = hex("82 1c 00 24 00 17") + filter + hex("00")
        let messages =
            subscribe + hex("c0 00") + Array(repeating: [0xC0, 0] as [UInt8], count: 4).joined() + hex("e0 00")
        #expect(rest.count + subscribe.count + 10 == 2 + 0x38)
        let bytes = rest + messages
        #expect(find(bytes, sequel: .nothing) == .proven(rest.count))
    }

    @Test("Two bytes prove less before a hole") func twoBytesProveLessBeforeAHole() {
        let bytes = hex("ff 41 9c d0 00")
        #expect(find(bytes, .toClient, sequel: .nothing) == .proven(3))
        #expect(find(bytes, .toClient, sequel: .lost) == .open(3))
        // The whole topic of a message that is cut off behind them bears them out.
        let cut = bytes + hex("30 40 00 12") + Array("plant/temperature/".utf8) + hex("32 31")
        #expect(find(cut, .toClient, sequel: .lost) == .proven(3))
        #expect(find(cut, .toClient) == .open(3))
    }

    @Test("Direction counts") func directionCounts() {
        let requests = hex("c0 00 c0 00 c0 00 c0 00")
        #expect(find(requests) == .proven(0))
        #expect(find(requests, .toClient) == .open(8))
        let responses = hex("d0 00 d0 00 d0 00 d0 00")
        #expect(find(responses, .toClient) == .proven(0))
        #expect(find(responses) == .open(8))
    }

    @Test("bytes that cannot begin a message are dropped") func whatCannotBeginAMessageIsLetGo() {
        #expect(find(Array("0123456789<=>{\"temperature\": 21.5 C}".utf8)) == .open(36))
        #expect(find(Array(repeating: 0, count: 500)) == .open(500))
        #expect(find(Array(repeating: 0xFF, count: 500)) == .open(500))
        // A beginning that may go on stays.
        #expect(find(hex("00 00 30 40 00 09") + Array("sensors".utf8)) == .open(2))
    }

    /// Random streams whose beginning is lost: the place found is where a message begins, and with enough behind it a
    /// place is found. Bytes of a binary payload right before a message may look like one of four bytes, once in about
    /// ten thousand times; nothing else is mistaken.
    @Test("boundaries found in cut random streams are real ones") func neverInventsABoundary() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var found = 0
        var mistaken = 0
        for _ in 0..<1500 {
            let version: MQTTVersion = Bool.random(using: &random) ? .v311 : .v5
            var stream: [UInt8] = []
            var boundaries: Set<Int> = []
            while stream.count < 1500 {
                boundaries.insert(stream.count)
                stream += message(&random, version)
            }
            let start = Int.random(in: 0..<300, using: &random)
            let cut = Array(stream[start...])
            let verdict = find(
                cut, .toServer, Bool.random(using: &random) ? version : .unknown,
                startsSegment: boundaries.contains(start))
            switch verdict {
            case .proven(let offset):
                found += 1
                let first = boundaries.filter { $0 >= start }.min() ?? 0
                if boundaries.contains(start + offset) {
                    #expect(start + offset >= first, "seed \(seed)")
                } else {
                    mistaken += 1
                    #expect(first - start - offset <= 4, "seed \(seed)")
                }
            case .open(let offset):
                #expect(start + offset <= boundaries.filter { $0 >= start }.min() ?? .max, "seed \(seed)")
            }
        }
        #expect(found > 1400, "seed \(seed)")
        #expect(mistaken <= 3, "seed \(seed)")
    }

    /// Bytes that are no MQTT at all.
    @Test("no boundary is found in random bytes") func randomBytesProveNothing() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var wrong = 0
        for _ in 0..<300 {
            let bytes = (0..<2000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            if case .proven = find(bytes, .toServer, .unknown) { wrong += 1 }
            if case .proven = find(bytes, .toClient, .unknown) { wrong += 1 }
        }
        #expect(wrong == 0, "seed \(seed)")
    }

    private func message(_ random: inout SeededGenerator, _ version: MQTTVersion) -> [UInt8] {
        let level: UInt8 = version == .v5 ? 5 : 4
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return hex("c0 00")
        case 1...3:
            return answer(UInt8.random(in: 4...5, using: &random), id: UInt16.random(in: 1...999, using: &random))
        case 4:
            return subscribe([("a/\(random.text(1...5))", 0)], id: 7, version: level)
        default:
            let count = Int.random(in: 0...120, using: &random)
            let payload =
                Bool.random(using: &random)
                ? (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                : Array("{\"value\": \(count), \"unit\": \"0123\"}".utf8)
            let qos = UInt8(count % 2)
            let body =
                Bytes.text("plant/line\(count % 7)/sensor") + (qos > 0 ? [0, 9] : []) + Wire.properties([], level)
            return Wire.packet(0x30 | qos << 1, body + payload)
        }
    }
}
