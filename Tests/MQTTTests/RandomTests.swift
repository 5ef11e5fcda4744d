import Events
import MQTT
import Network
import TestSupport
import Testing

/// What is encoded is what is read, for random messages; and bytes of any kind never trap.
@Suite struct RandomTests {
    @Test func whatIsEncodedIsRead() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for version: UInt8 in [3, 4, 5] {
            for round in 0..<600 {
                let made = Made(version, &random)
                let vector = Vector("random", version, made.direction, made.bytes)
                let listener = vector.listener()
                let shown = listener.send(made.bytes, made.direction)
                var expected = made.expected
                expected["mqtt.ver"] = ["\(version)"]
                expected["mqtt.len"] = ["\(made.bodyLength)"]
                let state = ["mqtt.topic.levels", "mqtt.topic.sys", "mqtt.filter.wildcard", "mqtt.filter.share"]
                var wire = shown.wireOnly
                for name in state + ["mqtt.granted.topic", "mqtt.granted.wildcard"] { wire[name] = nil }
                // The session's, not the message's.
                if made.bytes[0] != 0x10 { wire["mqtt.clientid"] = nil }
                wire["violation.id"] = shown.violations.filter { !made.tolerated.contains($0) }
                if wire["violation.id"] == [] { (wire["violation.id"], wire["violation.fatal"]) = (nil, nil) }
                #expect(wire == expected, "seed \(seed) version \(version) round \(round)")
                if wire != expected { return }
            }
        }
    }

    @Test func anyBytesNeverTrap() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        print("anyBytesNeverTrap: seed \(seed)")
        let listeners = [
            Listener(version: 3), Listener(version: 4), Listener(version: 5), Listener(isFromStart: false),
        ]
        for _ in 0..<60_000 {
            var bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // Mostly a length that fits, so that the content is reached.
            if bytes.count > 2, Int.random(in: 0..<4, using: &random) > 0 { bytes[1] = UInt8(bytes.count - 2) }
            let direction = Bool.random(using: &random) ? Direction.toServer : .toClient
            let whole = Bool.random(using: &random) ? bytes.count : Int.random(in: 0...300, using: &random)
            listeners[Int.random(in: 0..<4, using: &random)].dissect(bytes, direction, whole: whole)
            _ = MQTTFraming.frame(bytes.span.bytes)
            _ = MQTTProbe.verdict(bytes.span.bytes)
        }
    }

    /// Bytes that are nearly right go deeper than any bytes; every field is asked for.
    @Test func nearlyRightBytesNeverTrap() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        print("nearlyRightBytesNeverTrap: seed \(seed)")
        let listeners = [
            Listener(version: 3), Listener(version: 4), Listener(version: 5), Listener(isFromStart: false),
        ]
        for _ in 0..<6000 {
            let vector = vectors[Int.random(in: 0..<vectors.count, using: &random)]
            var bytes = vector.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let offset = Int.random(in: 0..<bytes.count, using: &random)
                bytes[offset] = UInt8.random(in: 0...255, using: &random)
            }
            let listener = listeners[Int.random(in: 0..<4, using: &random)]
            listener.send(bytes, Bool.random(using: &random) ? vector.direction : vector.direction.reversed)
        }
    }
}

/// A random message, and the fields that it must show.
private struct Made {
    var bytes: [UInt8] = []
    var direction = Direction.toServer
    var expected: Shown = [:]
    /// Statements that say something of the conversation, which random messages do not keep to.
    let tolerated = [
        "MQTT-3.8.4-2", "MQTT-3.8.4-5", "MQTT-3.8.4-6", "MQTT-3.11.3-1", "MQTT-3.2.2-1", "MQTT-3.2.2-2", "MQTT-3.3.2-9",
        "MQTT-3.3.2-11", "MQTT-2.3.1-7", "MQTT-2.2.1-6", "MQTT-3.1.2-28", "MQTT-4.12.0-5", "MQTT-4.12.0-6",
    ]

    /// The remaining length, counted from behind the fixed header.
    var bodyLength: Int {
        let header = bytes.dropFirst().prefix { $0 & 0x80 != 0 }.count + 2
        return bytes.count - header
    }

    init(_ version: UInt8, _ random: inout SeededGenerator) {
        let types: [UInt8] = [1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12, 13, 14] + (version == 5 ? [15] : [])
        let type = types[Int.random(in: 0..<types.count, using: &random)]
        expected["mqtt.type"] = ["\(MQTTPacketType(rawValue: type).name)"]
        switch type {
        case 1: makeConnect(version, &random)
        case 2: makeConnack(version, &random)
        case 3: makePublish(version, &random)
        case 4...7: makeAnswer(type, version, &random)
        case 8, 10: makeSubscribe(type, version, &random)
        case 9, 11: makeSubscribeAnswer(type, version, &random)
        case 12: bytes = pingreq
        case 13: (bytes, direction) = (pingresp, .toClient)
        case 14: makeDisconnect(version, &random)
        default: makeAuth(&random)
        }
    }

    private mutating func show(_ name: String, _ value: some CustomStringConvertible) {
        if !value.description.isEmpty { expected[name] = [value.description] }
    }

    private mutating func makeConnect(_ version: UInt8, _ random: inout SeededGenerator) {
        var connect = Connect(version: version)
        connect.clientID = random.text(1...23)
        connect.isClean = .random(using: &random)
        connect.keepAlive = .random(in: 0...65_535, using: &random)
        connect.properties = properties(1, version, "mqtt.prop", &random)
        if Bool.random(using: &random) {
            let list = properties(0, version, "mqtt.will.prop", &random)
            connect.will = (
                random.topic(), Array(random.text(0...200).utf8), random.upTo(2), .random(using: &random), list
            )
        }
        if Bool.random(using: &random) { connect.userName = random.text(1...40) }
        if connect.userName != nil, Bool.random(using: &random) { connect.password = Array(random.text(1...40).utf8) }
        bytes = connect.bytes
        show("mqtt.protoname", version == 3 ? "MQIsdp" : "MQTT")
        show("mqtt.protolevel", version)
        show("mqtt.clientid", connect.clientID)
        show("mqtt.kalive", connect.keepAlive)
        show("mqtt.conflag.cleansess", connect.isClean)
        show("mqtt.conflag.reserved", false)
        show("mqtt.conflag.uname", connect.userName != nil)
        show("mqtt.conflag.passwd", connect.password != nil)
        show("mqtt.conflag.willflag", connect.will != nil)
        show("mqtt.conflag.qos", connect.will?.qos ?? 0)
        show("mqtt.conflag.retain", connect.will?.retain ?? false)
        show("mqtt.username", connect.userName ?? "")
        show("mqtt.passwd", String(decoding: connect.password ?? [], as: UTF8.self))
        show("mqtt.willtopic", connect.will?.topic ?? "")
        show("mqtt.willmsg", String(decoding: connect.will?.message ?? [], as: UTF8.self))
    }

    private mutating func makeConnack(_ version: UInt8, _ random: inout SeededGenerator) {
        direction = .toClient
        let code = UInt8.random(in: 0...5, using: &random)
        let five: [UInt8] = [0, 0x80, 0x81, 0x85, 0x87, 0x9F]
        let value = version == 5 ? five[Int(code)] : code
        let isPresent = value == 0 && Bool.random(using: &random)
        bytes = connack(version, code: value, present: isPresent, properties(2, version, "mqtt.prop", &random))
        show("mqtt.conack.val", value)
        show("mqtt.conack.flags.sp", isPresent)
    }

    private mutating func makePublish(_ version: UInt8, _ random: inout SeededGenerator) {
        direction = Bool.random(using: &random) ? .toServer : .toClient
        let (topic, payload) = (random.topic(), random.text(0...300))
        let (qos, id) = (random.upTo(2), UInt16.random(in: 1...65_535, using: &random))
        let (retain, dup) = (Bool.random(using: &random), qos > 0 && Bool.random(using: &random))
        let list = properties(direction == .toServer ? 3 : 16, version, "mqtt.prop", &random)
        bytes = publish(topic, payload, qos: qos, retain: retain, dup: dup, id: id, version: version, list)
        show("mqtt.topic", topic)
        show("mqtt.msg", payload)
        show("mqtt.msg.bytes", payload.utf8.count)
        show("mqtt.qos", qos)
        show("mqtt.retain", retain)
        show("mqtt.dupflag", dup)
        if qos > 0 { show("mqtt.msgid", id) }
    }

    private mutating func makeAnswer(_ type: UInt8, _ version: UInt8, _ random: inout SeededGenerator) {
        direction = Bool.random(using: &random) ? .toServer : .toClient
        let id = UInt16.random(in: 1...65_535, using: &random)
        show("mqtt.msgid", id)
        guard version == 5, Bool.random(using: &random) else { return bytes = answer(type, id: id) }
        let code: UInt8 = Bool.random(using: &random) ? 0 : type < 6 ? 0x97 : 0x92
        show("mqtt.reason_code", code)
        bytes = answer(type, id: id, code: code, properties(type, version, "mqtt.prop", &random))
    }

    private mutating func makeSubscribe(_ type: UInt8, _ version: UInt8, _ random: inout SeededGenerator) {
        let id = UInt16.random(in: 1...65_535, using: &random)
        let filters = (0..<Int.random(in: 1...6, using: &random)).map { _ in (random.filter(), random.upTo(2)) }
        show("mqtt.msgid", id)
        expected["mqtt.topic"] = filters.map(\.0)
        let list = properties(type, version, "mqtt.prop", &random)
        guard type == 8 else { return bytes = unsubscribe(filters.map(\.0), id: id, version: version, list) }
        expected["mqtt.sub.qos"] = filters.map { "\($0.1)" }
        var options: [UInt8] = filters.map(\.1)
        if version == 5 {
            options = options.map { $0 | (Bool.random(using: &random) ? 8 : 0) | random.upTo(2) << 4 }
            expected["mqtt.sub.nl"] = options.map { _ in "false" }
            expected["mqtt.sub.rap"] = options.map { "\($0 & 8 != 0)" }
            expected["mqtt.sub.retain"] = options.map { "\($0 >> 4)" }
        }
        bytes = subscribe(zip(filters, options).map { ($0.0, $1) }, id: id, version: version, list)
    }

    private mutating func makeSubscribeAnswer(_ type: UInt8, _ version: UInt8, _ random: inout SeededGenerator) {
        direction = .toClient
        let id = UInt16.random(in: 1...65_535, using: &random)
        show("mqtt.msgid", id)
        let codes: [UInt8] = type == 9 ? [0, 1, 2, 0x80] : [0, 0x11, 0x80, 0x87]
        let given = (0..<Int.random(in: 1...5, using: &random)).map { _ in codes[Int(random.upTo(3))] }
        let isBare = type == 11 && version != 5
        if !isBare { expected["mqtt.reason_code"] = given.map { "\($0)" } }
        let list = properties(type, version, "mqtt.prop", &random)
        bytes = subscribeAnswer(type, isBare ? [] : given, id: id, version: version, list)
    }

    private mutating func makeDisconnect(_ version: UInt8, _ random: inout SeededGenerator) {
        guard version == 5, Bool.random(using: &random) else { return bytes = disconnect() }
        show("mqtt.reason_code", 4)
        bytes = disconnect(code: 4, properties(14, version, "mqtt.prop", &random))
    }

    private mutating func makeAuth(_ random: inout SeededGenerator) {
        direction = Bool.random(using: &random) ? .toServer : .toClient
        show("mqtt.reason_code", 0x18)
        bytes = auth(code: 0x18, properties(15, 5, "mqtt.prop", &random))
    }

    /// Some of the properties that may stand in a packet (table 2-4); 0 is a will, 16 a PUBLISH of a server.
    private mutating func properties(
        _ type: UInt8, _ version: UInt8, _ prefix: String, _ random: inout SeededGenerator
    ) -> [Property] {
        guard version == 5 else { return [] }
        let all: [Property] =
            switch type {
            case 0: Sample.will
            case 1: Sample.connect
            case 2: Sample.connack
            case 3: Sample.message + [Property(35, "topic_alias", .uint16(.random(in: 1...9, using: &random)))]
            case 16:
                Sample.message + [
                    Property(11, "subscription_identifier", .variable(.random(in: 1...268_435_455, using: &random)))
                ]
            case 8: [Property(11, "subscription_identifier", .variable(.random(in: 1...268_435_455, using: &random)))]
            case 10: []
            case 14:
                [
                    Sample.reason,
                    Property(17, "session_expiry_interval", .uint32(.random(in: 0 ... .max, using: &random))),
                ]
            case 15:
                [auth, Property(22, "authentication_data", .binary(Array(random.text(1...50).utf8))), Sample.reason]
            default: [Sample.reason]
            }
        var chosen = all.filter { _ in Bool.random(using: &random) }.shuffled(using: &random)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            chosen.append(Property(38, "user_property", .pair(random.text(1...10), random.text(0...150))))
        }
        for property in chosen { expected["\(prefix).\(property.name)", default: []].append(property.shown) }
        // A CONNACK that assigns an identifier shows it as the session's, which is not compared here.
        return chosen
    }
}

extension SeededGenerator {
    mutating func upTo(_ limit: UInt8) -> UInt8 { UInt8.random(in: 0...limit, using: &self) }

    /// Text without wildcards and separators.
    mutating func text(_ length: ClosedRange<Int>) -> String {
        let letters = Array("abcXYZ019 -_äß水🙂")
        let count = Int.random(in: length, using: &self)
        return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &self)] })
    }

    mutating func topic() -> String {
        (0..<Int.random(in: 1...5, using: &self)).map { _ in text(1...8) }.joined(separator: "/")
    }

    mutating func filter() -> String {
        var levels = (0..<Int.random(in: 1...4, using: &self)).map { _ in Bool.random(using: &self) ? text(1...5) : "+"
        }
        if Bool.random(using: &self) { levels.append("#") }
        return levels.joined(separator: "/")
    }
}
