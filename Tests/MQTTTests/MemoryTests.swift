import Bytes
import Events
import MQTT
import Network
import TestSupport
import Testing

/// Peers who try to make the analyzer hold as much as they can.
private struct Flood: ~Copyable {
    var analyzer: MQTTAnalyzer
    var random: SeededGenerator
    private var time = Timestamp(nanoseconds: 1_000_000_000_000)
    private let server = Endpoint(IPAddress(v4: 0x0A00_00FE), 1883)
    private var number = 0
    private(set) var most = 0

    init(bytes: Int, seed: UInt64) {
        analyzer = MQTTAnalyzer(limits: MQTTLimits(bytes: bytes), hash: SeededHash(seed: seed))
        random = SeededGenerator(seed: seed)
    }

    private mutating func text(_ count: Int) -> String {
        number += 1
        let start = "\(number)/"
        return start + String(repeating: "x", count: max(0, Int.random(in: 0...count, using: &random) - start.count))
    }

    private mutating func say(_ id: MQTTSessionID, _ bytes: [UInt8], _ direction: Direction = .toServer) {
        time = time.advanced(byNanoseconds: 1_000_000)
        let client = Endpoint(IPAddress(v4: 0x0B00_0000 + UInt32(number & 0xFFFF)), 1024)
        let context = EventContext(
            timestamp: time, frameNumber: 1, source: direction == .toServer ? client : server,
            destination: direction == .toServer ? server : client, transport: .tcp, direction: direction)
        analyzer.dissect(id, message: bytes.span.bytes, wholeLength: bytes.count, context: context)
        most = max(most, analyzer.bytesTaken)
    }

    /// One connection that does all that takes memory; half of them are closed.
    mutating func connect() {
        let client = Endpoint(IPAddress(v4: 0x0B00_0000 + UInt32(number & 0xFFFF)), 1024)
        let id = analyzer.openSession(client: client, server: server, at: time, isFromStart: true)
        var connect = Connect(version: 5, clientID: text(1000), isClean: false)
        connect.userName = text(1000)
        connect.will = (text(500), [1], 0, true, [])
        connect.properties = [
            Property(0x15, "authentication_method", .text(text(1000))),
            Property(0x11, "session_expiry_interval", .uint32(.max)),
            Property(0x22, "topic_alias_maximum", .uint16(.max)),
        ]
        say(id, connect.bytes)
        let method = connect.properties[0]
        say(id, connack(5, [method, Property(0x22, "topic_alias_maximum", .uint16(.max))]), .toClient)
        for round in 0..<Int.random(in: 0..<30, using: &random) {
            let packet = UInt16(round * 8 + 1)
            let alias = Property(0x23, "topic_alias", .uint16(packet))
            let direction = Bool.random(using: &random) ? Direction.toServer : .toClient
            let qos = UInt8.random(in: 0...2, using: &random)
            say(id, publish(text(400), "x", qos: qos, retain: true, id: packet, version: 5, [alias]), direction)
        }
        for round in 0..<Int.random(in: 0..<6, using: &random) {
            let filters = (0..<40).map { _ in (text(60), UInt8(1)) }
            let packet = UInt16(round + 40_000)
            say(id, subscribe(filters, id: packet, version: 5))
            if Bool.random(using: &random) { say(id, subscribeAnswer(9, [1], id: packet, version: 5), .toClient) }
            if Bool.random(using: &random) {
                say(id, subscribeAnswer(9, Array(repeating: 1, count: 40), id: packet, version: 5), .toClient)
            }
        }
        if Bool.random(using: &random) { analyzer.closeSession(id, at: time) }
        most = max(most, analyzer.bytesTaken)
    }
}

@Suite struct MemoryTests {
    @Test("Whatever peers send, the analyzer takes no more than it was given, and counts what it gave up")
    func floodStaysBelow() {
        let seed = testSeed()
        let bytes = 2 << 20
        var flood = Flood(bytes: bytes, seed: seed)
        for _ in 0..<2500 { flood.connect() }
        let (most, counters) = (flood.most, flood.analyzer.counters)
        #expect(most <= bytes, "seed \(seed)")
        #expect(most > bytes / 2, "the limits leave most of it unused; seed \(seed)")
        #expect(counters.sessionsEvicted > 0 && counters.clientIDsEvicted > 0, "seed \(seed)")
        #expect(counters.retainedTopicsEvicted > 0 && counters.willTopicsEvicted > 0, "seed \(seed)")
        #expect(counters.savedSessionsEvicted > 0, "seed \(seed)")
        #expect(counters.handshakesEvicted > 0 && counters.topicAliasesEvicted > 0, "seed \(seed)")
        #expect(counters.subscriptionsEvicted > 0 && counters.pendingSubscribesEvicted > 0, "seed \(seed)")
        #expect(counters.identitiesShortened > 0, "seed \(seed)")
    }

    @Test("A session whose hand-shakes made room is held to nothing that it would have to be known for")
    func whatMadeRoomIsNotHeldAgainstAnyone() {
        var limits = MQTTLimits()
        limits.handshakeBytes = 128
        let listener = Listener(version: 4, limits)
        listener.send(publish("t", qos: 1, id: 1))
        let first = listener.session
        // The table of another session takes all that there is.
        listener.open(0x0A00_0003)
        listener.send(Connect(clientID: "d").bytes)
        listener.send(connack(), .toClient)
        listener.send(publish("t", qos: 1, id: 1))
        // Its own as well, where the system gave it more than it asked for.
        #expect(listener.analyzer.counters.handshakesEvicted >= 1)
        listener.use(first)
        let shown = listener.send(answer(4, id: 1), .toClient)
        #expect(shown["violation.id"] == nil && shown["mqtt.handshake"] == nil)
    }

    @Test("A session whose topic aliases made room may use them without a violation")
    func aliasesMakeRoom() {
        var limits = MQTTLimits()
        limits.topicAliasBytesTotal = 400
        let listener = Listener(version: 5, limits)
        let alias = Property(0x23, "topic_alias", .uint16(1))
        listener.send(publish("a/b", version: 5, [alias]))
        #expect(listener.send(publish("", version: 5, [alias]))["mqtt.topic"] == ["a/b"])
        let first = listener.session
        listener.open(0x0A00_0003)
        listener.send(Connect(version: 5, clientID: "d").bytes)
        listener.send(connack(5, [Property(0x22, "topic_alias_maximum", .uint16(9))]), .toClient)
        listener.send(publish(String(repeating: "t", count: 200), version: 5, [alias]))
        #expect(listener.analyzer.counters.topicAliasesEvicted == 1)
        listener.use(first)
        let shown = listener.send(publish("", version: 5, [alias]))
        #expect(shown["mqtt.topic"] == nil && shown["violation.id"] == nil)
    }

    @Test("Limits of more memory are larger, each of them")
    func limitsScale() {
        let (small, large) = (MQTTLimits(bytes: 16 << 20), MQTTLimits(bytes: 1 << 30))
        #expect(large.sessions > 50 * small.sessions && large.clientIDs > 50 * small.clientIDs)
        #expect(large.handshakeBytes > 50 * small.handshakeBytes && large.savedBytes > 50 * small.savedBytes)
        // A thousand sessions in a megabyte at least.
        #expect(small.sessions > 2000 && MQTTLimits(bytes: 0).sessions >= 16)
    }
}
