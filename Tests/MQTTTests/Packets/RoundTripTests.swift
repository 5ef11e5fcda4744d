import Bytes
import Events
import TestSupport
import Testing

@testable import MQTT

/// What is encoded is what is read, for random packets of every type and version from either side.
@Suite struct RoundTripTests {
    /// Fields that a packet alone decides. Those of the client are its own in a CONNECT only.
    private func isOfThePacket(_ name: String, _ type: UInt8) -> Bool {
        let plain: Set<String> = [
            "mqtt.type", "mqtt.ver", "mqtt.protolevel", "mqtt.len", "mqtt.dupflag", "mqtt.retain", "mqtt.qos",
            "mqtt.msgid", "mqtt.protoname", "mqtt.passwd", "mqtt.kalive", "mqtt.willtopic", "mqtt.willmsg",
            "mqtt.topic",
            "mqtt.reason_code", "mqtt.msg", "mqtt.msg.bytes", "violation.fatal",
        ]
        let prefixes = ["mqtt.conflag.", "mqtt.conack.", "mqtt.sub.", "mqtt.prop.", "mqtt.will.prop.", "mqtt.utf8."]
        if type == 1, name == "mqtt.clientid" || name == "mqtt.username" { return true }
        return plain.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }

    /// A session in which the packet has its place.
    private func listener(_ version: UInt8, _ type: UInt8) -> Listener {
        if type == 1 { return Listener() }
        guard type == 2 else { return Listener(version: version) }
        let listener = Listener()
        listener.send(Connect(version: version, isClean: false).bytes)
        return listener
    }

    @Test("What is encoded is read", arguments: [3, 4, 5] as [UInt8]) func whatIsEncodedIsRead(_ version: UInt8) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var types: Set<UInt8> = []
        for round in 0..<1000 {
            let isFromServer = Bool.random(using: &random)
            let packet = randomPacket(version, isFromServer: isFromServer, &random)
            types.insert(packet.type)
            let direction: Direction = isFromServer ? .toClient : .toServer
            let bytes = packet.bytes(version)
            let reading = PacketReading(bytes, version, direction)
            #expect(reading.names == [], "seed \(seed) round \(round): \(bytes)")
            #expect(!reading.message.isFatal && !reading.message.isCutShort, "seed \(seed)")
            let shown = listener(version, packet.type).send(bytes, direction)
            let wire = shown.filter { isOfThePacket($0.key, packet.type) && $0.key != "violation.fatal" }
            let expected = packet.shown(version)
            #expect(wire == expected, "seed \(seed) round \(round)")
            if wire != expected || reading.names != [] { return }
        }
        #expect(types.count == (version == 5 ? 15 : 14), "seed \(seed): \(types.sorted())")
    }

    /// The lengths in a random packet, each a little off: nothing traps, and what is read lies within the packet.
    @Test("packets with wrong lengths are read within their bounds") func bentPacketsStayInTheirBounds() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1500 {
            let version = UInt8.random(in: 3...5, using: &random)
            let isFromServer = Bool.random(using: &random)
            var bytes = randomPacket(version, isFromServer: isFromServer, &random).bytes(version)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let offset = Int.random(in: 0..<bytes.count, using: &random)
                bytes[offset] = bytes[offset] &+ (Bool.random(using: &random) ? 1 : 0xFF)
            }
            let level = UInt8.random(in: 3...5, using: &random)
            let listener = Listener(version: level)
            listener.send(bytes, isFromServer ? .toClient : .toServer)
            #expect(listener.analyzer.messageType == bytes[0] >> 4, "seed \(seed)")
        }
    }
}
