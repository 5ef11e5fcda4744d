import Engine
import Packets
import Sensor
import TestSupport
import Testing

/// Segments that were not captured: every message that was is reported, none is invented.

/// The messages of one direction and where each lies in the stream.
private struct Stream {
    var bytes: [UInt8] = []
    var messages: [(range: Range<Int>, topic: String)] = []

    mutating func append(_ message: [UInt8], _ topic: String) {
        messages.append((bytes.count..<bytes.count + message.count, topic))
        bytes += message
    }
}

private func randomStream(_ random: inout SeededGenerator, messages: Int) -> Stream {
    var stream = Stream()
    for index in 0..<messages {
        let topic = "plant/line\(index % 5)/sensor/\(index)"
        let count = Int.random(in: 0...600, using: &random)
        let payload =
            Bool.random(using: &random)
            ? (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            : Array("{\"value\": \(index), \"unit\": \"0123456789:;<=>\"}".utf8)
        stream.append(MQTT.publish(topic, payload), topic)
    }
    return stream
}

@Test("Messages that were not hit are all there", arguments: 0..<20) func messagesThatWereNotHitAreAllThere(_ run: Int)
{
    let seed = testSeed()
    var random = SeededGenerator(seed: seed, run: run)
    let stream = randomStream(&random, messages: 80)
    var bench = Bench(["mqtt.type", "mqtt.topic"])
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("sensor")))
    bench.feed(connection.server(MQTT.connack))
    var lost: [Range<Int>] = []
    var offset = 0
    while offset < stream.bytes.count {
        let count = min(Int.random(in: 1...500, using: &random), stream.bytes.count - offset)
        let frame = connection.client(Array(stream.bytes[offset..<offset + count]))
        if Int.random(in: 0..<12, using: &random) == 0, offset + count < stream.bytes.count {
            lost.append(offset..<offset + count)
        } else {
            bench.feed(frame)
        }
        offset += count
    }
    bench.worker.finish()
    let whole = stream.messages.filter { message in !lost.contains { $0.overlaps(message.range) } }.map(\.topic)
    let seen = bench.events.filter { $0.contains("PUBLISH") }.map { line in
        String(line.split(separator: "[\"")[1].prefix { $0 != "\"" })
    }
    #expect(Set(seen).subtracting(stream.messages.map(\.topic)).isEmpty, "nothing invented, seed \(seed)")
    #expect(seen.count == Set(seen).count, "nothing twice, seed \(seed)")
    #expect(Set(whole).subtracting(seen).isEmpty, "seed \(seed): \(Set(whole).subtracting(seen))")
    #expect(Set(seen).subtracting(whole).isEmpty, "what was hit is not reported, seed \(seed)")
    #expect(bench.worker.statistics.violations.isEmpty, "seed \(seed)")
    #expect(bench.worker.statistics.gaps > 0 || lost.isEmpty, "seed \(seed)")
    if !lost.isEmpty { #expect(bench.worker.statistics.losses["10.0.0.2:1883"]?.gaps ?? 0 > 0, "seed \(seed)") }
}

@Test("A connection that began before is joined") func aConnectionThatBeganBeforeIsJoined() {
    var bench = Bench(["mqtt.type", "mqtt.session.midstream", "network.direction"])
    var connection = Connection()
    // No SYN was seen; the first bytes are the end of a message.
    bench.feed(connection.client(Array("tail of some payload".utf8) + MQTT.publish("plant/line1/temp", [1, 2, 3])))
    bench.feed(connection.client(MQTT.publish("plant/line1/temp", [4]) + MQTT.pingreq))
    bench.feed(connection.server(MQTT.pingresp))
    bench.worker.finish()
    #expect(bench.worker.statistics.messages == ["mqtt": ["PUBLISH": 2, "PINGREQ": 1, "PINGRESP": 1]])
    #expect(bench.events.allSatisfy { $0.contains("\"mqtt.session.midstream\":true") })
    #expect(bench.events[0].contains("to_server"))
    #expect(bench.worker.statistics.violations.isEmpty, "nothing is held against what was not seen")
}

@Test("Other protocols in the middle are nobodys") func otherProtocolsInTheMiddleAreNobodys() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var bench = Bench()
    var connection = Connection(serverPort: 8000)
    for _ in 0..<60 {
        bench.feed(connection.client((0..<900).map { _ in UInt8.random(in: .min ... .max, using: &random) }))
        bench.feed(connection.server(Array("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n0123456789ab".utf8)))
    }
    bench.worker.finish()
    #expect(bench.events.isEmpty, "seed \(seed)")
    #expect(bench.worker.statistics.unparsedBytes == 0, "what is not ours is not counted as ours, seed \(seed)")
}

@Test("Answers wait for their questions") func answersWaitForTheirQuestions() {
    var bench = Bench(["mqtt.type", "mqtt.granted.topic"])
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    let connect = connection.client(MQTT.connect("a"))
    let acknowledged = connection.clientNext
    // The server's answers were captured before what they answer.
    bench.feed(connection.fromServer(connection.serverNext, ack: acknowledged, flags: 0x18, MQTT.connack))
    connection.serverNext &+= 4
    bench.feed(connect)
    let subscribe = connection.client(MQTT.subscribe(1, "plant/#"))
    bench.feed(
        connection.fromServer(connection.serverNext, ack: connection.clientNext, flags: 0x18, MQTT.suback(1)))
    bench.feed(subscribe)
    bench.worker.finish()
    #expect(bench.worker.statistics.messages == ["mqtt": ["CONNECT": 1, "CONNACK": 1, "SUBSCRIBE": 1, "SUBACK": 1]])
    let types = ["CONNECT", "CONNACK", "SUBSCRIBE", "SUBACK"]
    #expect(zip(bench.events, types).allSatisfy { $0.contains("\"\($1)\"") })
    #expect(bench.events[3].contains("plant/#"), "the answer is matched with its question")
    #expect(bench.worker.statistics.violations.isEmpty)
    #expect(bench.worker.statistics.gaps == 0)
}

@Test("What was acknowledged and never came is given up") func whatWasAcknowledgedAndNeverCameIsGivenUp() {
    var bench = Bench(["mqtt.type"])
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("a")))
    bench.feed(connection.server(MQTT.connack))
    _ = connection.client(MQTT.subscribe(1, "plant/#"))
    bench.feed(
        connection.fromServer(connection.serverNext, ack: connection.clientNext, flags: 0x18, MQTT.suback(1)))
    connection.serverNext &+= 5
    #expect(bench.events.count == 2, "the answer waits")
    bench.feed(connection.client(MQTT.pingreq + MQTT.pingreq + MQTT.pingreq + MQTT.pingreq), advance: 2_100_000_000)
    bench.worker.finish()
    #expect(bench.worker.statistics.messages["mqtt"]?["SUBACK"] == 1)
    #expect(bench.worker.statistics.messages["mqtt"]?["PINGREQ"] == 4)
    #expect(bench.worker.statistics.violations.isEmpty, "an answer to what was lost breaks no rule")
    #expect(bench.worker.statistics.gaps == 1)
}

/// A CoAP datagram in IPv4 fragments, in any order, doubled.
@Test("Fragmented CoAP is read whole") func fragmentedCoAPIsReadWhole() {
    let message = CoAP.get(7, token: 9, "a") + [0xFF] + Array(repeating: 0x41, count: 3000)
    let datagram = Build.udp(from: 40000, to: 5683, message)
    var frames: [[UInt8]] = []
    for offset in stride(from: 0, to: datagram.count, by: 1000) {
        let piece = Array(datagram[offset..<min(offset + 1000, datagram.count)])
        let more = offset + 1000 < datagram.count ? 0x2000 : 0
        frames.append(Build.ethernet(0x0800, Build.ipv4(proto: 17, fragment: more | offset / 8, piece)))
    }
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 1, 3, 0, 2]] {
        var bench = Bench(["coap.code", "coap.payload_length", "network.anomaly"])
        for index in order { bench.feed(frames[index]) }
        #expect(bench.events == ["{\"coap.code\":\"0.01\",\"coap.payload_length\":3000}"], "\(order)")
        #expect(bench.worker.statistics.fragments["completed"] == 1)
    }
}

@Test("A conflict of fragments is told") func aConflictOfFragmentsIsTold() {
    let message = CoAP.get(7, token: 9, "a") + [0xFF] + Array(repeating: 0x41, count: 100)
    let datagram = Build.udp(from: 40000, to: 5683, message)
    var bench = Bench(["coap.payload", "network.anomaly"])
    let head = Array(datagram[..<64])
    var forged = Array(datagram[..<64])
    forged[40] = 0x42
    bench.feed(Build.ethernet(0x0800, Build.ipv4(proto: 17, fragment: 0x2000, head)))
    bench.feed(Build.ethernet(0x0800, Build.ipv4(proto: 17, fragment: 0x2000, forged)))
    bench.feed(Build.ethernet(0x0800, Build.ipv4(proto: 17, fragment: 64 / 8, Array(datagram[64...]))))
    #expect(bench.events.count == 3)
    #expect(bench.events.allSatisfy { $0.contains("fragment_ambiguous") })
    #expect(!bench.events[0].contains("B"), "the copy that came first")
    #expect(!bench.events[1].contains("coap.payload"), "the trick is told")
    #expect(bench.events[2].contains("B"), "the other copy")
}

@Test("Tunnels are told") func tunnelsAreTold() {
    var bench = Bench(["coap.code", "network.tunnel", "source.ip", "network.vlan.id"])
    let inner = Build.ipv4(
        from: [192, 0, 2, 1], to: [192, 0, 2, 2], proto: 17,
        Build.udp(from: 40000, to: 5683, CoAP.get(1, token: 1, "a")))
    let gre: [UInt8] = [0, 0, 8, 0] + inner
    bench.feed(Build.ethernet(0x0800, vlans: [(0x8100, 7)], Build.ipv4(proto: 47, gre)))
    #expect(bench.events.count == 1)
    #expect(bench.events[0].contains("\"source.ip\":\"192.0.2.1\""), "innermost")
    #expect(bench.events[0].contains("\"network.tunnel\":[\"gre\"]"))
    #expect(bench.events[0].contains("\"network.vlan.id\":[7]"))
}

@Test("Wrong checksums are left out on request only") func wrongChecksumsAreLeftOutOnRequestOnly() {
    let datagram = Build.udp(from: 40000, to: 5683, CoAP.get(1, token: 1, "a"))
    let packet = Build.ipv4(from: [10, 0, 0, 1], to: [10, 0, 0, 2], proto: 17, datagram)
    let frame = Build.ethernet(0x0800, Build.withHeaderChecksum(Build.withTransportChecksum(packet)))
    var wrong = frame
    wrong[40] ^= 0x12
    var lenient = Bench()
    lenient.feed(wrong)
    #expect(lenient.events.count == 1)
    #expect(lenient.worker.statistics.wrongChecksums == 1, "counted all the same")
    var missing = frame
    missing[40] = 0
    missing[41] = 0
    lenient.feed(missing)
    lenient.feed(frame)
    #expect(lenient.events.count == 3)
    #expect(lenient.worker.statistics.missingChecksums == 1)
    #expect(lenient.worker.statistics.wrongChecksums == 1)
    var limits = SensorLimits()
    limits.engine.checksums = .strict
    var strict = Bench(limits: limits)
    strict.feed(wrong)
    #expect(strict.events.isEmpty)
    #expect(strict.worker.statistics.wrongChecksums == 1)
}

/// Of an end that leaves its checksums to its card one in 65,536 is right by chance: nothing behind it is lost. Two in a row
/// are no chance.
@Test("A checksum that is right by chance", arguments: [1, 2]) func aChecksumThatIsRightByChance(right: Int) {
    var bench = Bench(["mqtt.type", "mqtt.topic"])
    var connection = Connection()
    func mended(_ frame: [UInt8]) -> [UInt8] {
        frame[..<14] + Build.withHeaderChecksum(Build.withTransportChecksum(Array(frame[14...])))
    }
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("a")))
    bench.feed(connection.server(MQTT.connack))
    for _ in 0..<right { bench.feed(mended(connection.client(MQTTBytes.publish("right", [49])))) }
    for _ in 0..<3 { bench.feed(connection.client(MQTTBytes.publish("wrong", [49]))) }
    // Long enough for whatever waits to be given up.
    for index in 0..<40 { bench.feed(Build.udpFrame(from: 2000 + index, [1]), advance: 1_000_000_000) }
    let wrong = bench.events.filter { $0.contains("wrong") }.count
    #expect(bench.events.filter { $0.contains("right") }.count == right)
    #expect(wrong == (right == 1 ? 3 : 0), "\(bench.events)")
}

@Test("Silence ends a session by its keep alive") func silenceEndsASessionByItsKeepAlive() {
    var bench = Bench(["mqtt.type"])
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    // Keep-alive 60 s: the broker closes after 90, the sensor forgets after 150.
    bench.feed(connection.client(MQTT.connect("a")))
    bench.feed(connection.server(MQTT.connack))
    for index in 0..<40 {
        bench.feed(Build.udpFrame(from: 2000 + index, [1]), advance: index == 0 ? 140_000_000_000 : 1)
    }
    #expect(bench.worker.statistics.expired == 0)
    for index in 0..<80 {
        bench.feed(Build.udpFrame(from: 3000 + index, [1]), advance: index == 0 ? 20_000_000_000 : 1)
    }
    #expect(bench.worker.statistics.expired == 1)
}

@Test("A segment that comes again with other content is told") func aSegmentThatComesAgainWithOtherContentIsTold() {
    var bench = Bench(["mqtt.type", "mqtt.topic", "network.anomaly"])
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("a")))
    let place = connection.clientNext
    let first = MQTT.publish("valve/1", Array("shut".utf8))
    bench.feed(connection.client(first))
    // The same bytes again are an ordinary retransmission; others in their place are not.
    bench.feed(connection.fromClient(place, flags: 0x18, first))
    #expect(bench.tcp("conflicts") == 0)
    bench.feed(connection.fromClient(place, flags: 0x18, MQTT.publish("valve/1", Array("open".utf8))))
    #expect(bench.tcp("conflicts") == 1)
    bench.feed(connection.client(MQTT.pingreq))
    bench.feed(connection.client(MQTT.pingreq))
    #expect(bench.events.count == 6)
    #expect(bench.events[2].contains("PUBLISH") && bench.events[2].contains("segment_ambiguous"), "the copy is read")
    #expect(bench.events[3] == "{\"network.anomaly\":[\"segment_ambiguous\"]}", "the trick is told")
    #expect(bench.events[4...].allSatisfy { !$0.contains("segment_ambiguous") }, "once")
}

@Test("What comes behind a reset is not lost") func whatComesBehindAResetIsNotLost() {
    var bench = Bench(["mqtt.type", "mqtt.topic"])
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("a")))
    bench.feed(connection.server(MQTT.connack))
    let late = connection.client(MQTT.publish("late", [1]))
    let behind = connection.client(MQTT.publish("behind", [2]))
    bench.feed(behind)
    // The capture has the RST before the bytes that were sent first.
    bench.feed(connection.fromClient(connection.clientNext, flags: 0x04))
    bench.feed(late)
    #expect(bench.events.count == 4)
    #expect(bench.worker.statistics.gaps == 0)
}

/// Segments cut short by the snap length, of a stream whose boundaries are lost: what is left of one does not go on with
/// what is left of the next.
@Test("Cut segments make no messages up") func cutSegmentsMakeNoMessagesUp() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var bench = Bench(["mqtt.type", "mqtt.topic"])
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("a")))
    bench.feed(connection.server(MQTT.connack))
    var topics: Set<String> = []
    for index in 0..<600 {
        var stream: [UInt8] = []
        for part in 0..<Int.random(in: 1...4, using: &random) {
            let topic = "plant/line\(index % 3)/\(index)/\(part)"
            topics.insert(topic)
            let payload = (0..<Int.random(in: 0...120, using: &random)).map { _ in
                Bool.random(using: &random) ? UInt8.random(in: 0x30...0x39, using: &random) : 0x30
            }
            stream += MQTT.publish(topic, payload)
        }
        let frame = connection.client(stream)
        bench.feed(Array(frame.prefix(96)), original: frame.count)
    }
    bench.worker.finish()
    for event in bench.events.dropFirst(2) {
        #expect(event.contains("PUBLISH"), "seed \(seed)")
        #expect(
            topics.contains { event.contains("\"\($0)\"") } || !event.contains("mqtt.topic"), "\(event), seed \(seed)")
    }
    #expect(bench.events.count > 100, "what is left whole is found")
}

@Test("a message of known length that lost a part of itself is passed over to its end")
func whatLiesInALostMessageIsNoMessage() {
    var bench = Bench(["mqtt.type", "mqtt.topic", "frame.number"])
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("a")))
    bench.feed(connection.server(MQTT.connack))
    // A payload that holds ten SUBSCRIBE messages; the segment in the middle is not captured.
    let inner = (1...10).flatMap { MQTT.subscribe($0, "#") }
    let message = MQTT.publish("outer", Array(repeating: 0x20, count: 80) + inner + Array(repeating: 0x20, count: 40))
    bench.feed(connection.client(Array(message[..<60])))
    _ = connection.client(Array(message[60..<90]))
    bench.feed(connection.client(Array(message[90...])))
    bench.feed(connection.client(MQTT.publish("after", [1])), advance: 3_000_000_000)
    bench.worker.finish()
    #expect(
        bench.events.suffix(1) == [#"{"frame.number":8,"mqtt.type":"PUBLISH","mqtt.topic":["after"]}"#],
        "\(bench.events)")
    #expect(bench.worker.statistics.messages["mqtt"]?["SUBSCRIBE"] == nil)
    #expect(bench.worker.statistics.messages["mqtt"]?["PUBLISH"] == 1)
}
