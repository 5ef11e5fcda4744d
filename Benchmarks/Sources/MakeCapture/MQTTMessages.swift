/// The types of control packets (MQTT 5.0, 2.1.2).
enum MQTTType: Int {
    case connect = 1
    case connack, publish, puback, pubrec, pubrel, pubcomp, subscribe, suback, unsubscribe, unsuback
    case pingreq, pingresp, disconnect, auth

    var name: String { Self.names[rawValue - 1] }

    /// Made once: a name that is made of the case each time costs more than the message.
    private static let names = (1...15).map { number in MQTTType(rawValue: number).map { "\($0)" } ?? "" }
}

/// Versions of the protocol, by the number that CONNECT has.
enum MQTTVersion: UInt8 {
    case v31 = 3
    case v311 = 4
    case v5 = 5
}

extension [UInt8] {
    /// A variable byte integer (MQTT 5.0, 1.5.5).
    mutating func append(variable value: Int) {
        var left = value
        repeat {
            append(UInt8(left & 0x7F) | (left > 0x7F ? 0x80 : 0))
            left >>= 7
        } while left > 0
    }

    /// Properties behind their length.
    mutating func append(properties: [UInt8]) {
        append(variable: properties.count)
        append(contentsOf: properties)
    }

    /// A user property (MQTT 5.0, 2.2.2.2).
    mutating func append(userProperty name: String, _ value: String) {
        append(0x26)
        append(string: name)
        append(string: value)
    }
}

/// What the messages of a session are made of.
extension MQTTSession {
    /// Writes a message behind what the turn has, and counts it.
    ///
    /// `start` is the first byte that was not sent yet.
    func put(
        _ side: Int, _ type: MQTTType, flags: UInt8 = 0, _ body: [UInt8], from start: Int, _ traffic: inout Traffic
    ) {
        let first = connection.sequence(side, from: start)
        let offset = connection.turn.bytes.count
        connection.turn.bytes.append(UInt8(type.rawValue) << 4 | flags)
        connection.turn.bytes.append(variable: body.count)
        connection.turn.bytes.append(contentsOf: body)
        let length = connection.turn.bytes.count - offset
        connection.turn.messages.append(
            MessagePlace(side: side, type: type, first: first, end: first &+ UInt32(length)))
        traffic.truth.mqtt.messages += 1
        traffic.truth.mqtt.byType[type.name, default: 0] += 1
        traffic.truth.mqtt.streamBytes += length
        if connection.ends.ports[1] != 1883 { traffic.truth.mqtt.messagesOnOtherPorts += 1 }
    }

    /// The same, sent at once.
    func send(_ side: Int, _ type: MQTTType, flags: UInt8 = 0, _ body: [UInt8], _ traffic: inout Traffic) {
        let start = connection.turn.bytes.count
        put(side, type, flags: flags, body, from: start, &traffic)
        connection.send(side, from: start, &traffic)
    }

    func connect(_ traffic: inout Traffic) {
        let isNameless = traffic.chance.happens(20) && version != .v31
        let (hasLogin, hasWill) = (traffic.chance.happens(350), traffic.chance.happens(100))
        var body: [UInt8] = []
        body.append(string: version == .v31 ? "MQIsdp" : "MQTT")
        body.append(version.rawValue)
        body.append(0x02 | (hasLogin ? 0xC0 : 0) | (hasWill ? 0x04 | UInt8(traffic.chance.below(2)) << 3 : 0))
        body.append16(60)
        if version == .v5 {
            var properties: [UInt8] = [0x11, 0, 0, 0x0E, 0x10, 0x21, 0, 100]
            if isAuthenticated { properties += Self.authenticationMethod }
            if traffic.chance.happens(300) { properties.append(userProperty: "firmware", "2.4.1") }
            body.append(properties: properties)
        }
        body.append(string: isNameless ? "" : "dev-\(hexadecimal(device))-\(number % 97)")
        if hasWill {
            if version == .v5 { body.append(0) }
            body.append(string: "site/status")
            body.append(string: "{\"state\":\"offline\"}")
        }
        if hasLogin {
            body.append(string: "user\(device % 500)")
            body.append(string: "s3cretPassw0rd")
        }
        send(0, .connect, body, &traffic)
        if isNameless { traffic.truth.mqtt.clientsWithoutIdentifier += 1 }
        traffic.truth.mqtt.connectsByVersion["\(version)", default: 0] += 1
    }

    /// Names SCRAM-SHA-256 (MQTT 5.0, 3.1.2.11.9).
    private static let authenticationMethod: [UInt8] = {
        var property: [UInt8] = [0x15]
        property.append(string: "SCRAM-SHA-256")
        return property
    }()

    /// An exchange in between, which the server begins (MQTT 5.0, 4.12).
    func authenticate(_ traffic: inout Traffic) {
        var body: [UInt8] = [0x18]
        body.append(properties: Self.authenticationMethod)
        send(1, .auth, body, &traffic)
        send(0, .auth, body, &traffic)
    }

    /// Lets the client in, or not.
    func connack(_ traffic: inout Traffic) -> Bool {
        let isRefused = traffic.chance.happens(25)
        var body: [UInt8] = [0, isRefused ? (version == .v5 ? 0x87 : 5) : 0]
        if version == .v5 {
            let method = isAuthenticated ? Self.authenticationMethod : []
            body.append(properties: [0x22, 0, 10, 0x27, 0, 0x10, 0, 0] + method)
        }
        send(1, .connack, body, &traffic)
        if isRefused { traffic.truth.mqtt.refused += 1 }
        return !isRefused
    }

    /// A PUBLISH of a report, or of `imageBytes` of an image; gives its packet identifier.
    private func publish(_ side: Int, qos: Int, imageBytes: Int, from start: Int, _ traffic: inout Traffic) -> Int {
        var body: [UInt8] = []
        body.reserveCapacity(imageBytes + 400)
        if imageBytes > 0 {
            body.append(string: "fw/\(hexadecimal(device))/image")
        } else {
            body.append(string: traffic.chance.happens(100) ? alarmTopic : telemetryTopic)
        }
        var identifier = 0
        if qos > 0 {
            identifier = nextIdentifier()
            body.append16(identifier)
        }
        if version == .v5 {
            var properties: [UInt8] = []
            if traffic.chance.happens(300) {
                properties.append(0x03)
                properties.append(string: "application/json")
            }
            if traffic.chance.happens(200) { properties += [0x02, 0, 0, 1, 0x2C] }
            if traffic.chance.happens(150) { properties.append(userProperty: "trace", "a1b2c3d4") }
            body.append(properties: properties)
        }
        let head = body.count
        if imageBytes > 0 {
            traffic.appendNoise(imageBytes, to: &body)
        } else {
            traffic.appendReport(of: device, to: &body)
        }
        traffic.truth.mqtt.payloadBytes += body.count - head
        traffic.truth.mqtt.publishesByQuality[qos] += 1
        let isRetained = side == 1 && traffic.chance.happens(50)
        put(side, .publish, flags: UInt8(qos << 1) | (isRetained ? 1 : 0), body, from: start, &traffic)
        return identifier
    }

    /// So many messages of one end, and what acknowledges them.
    func exchange(_ side: Int, count: Int, qos: Int, imageBytes: Int = 0, _ traffic: inout Traffic) {
        let start = connection.turn.bytes.count
        let identifiers = (0..<count).map { _ in
            publish(side, qos: qos, imageBytes: imageBytes, from: start, &traffic)
        }
        connection.send(side, from: start, &traffic)
        guard qos > 0 else { return connection.acknowledge(1 - side) }
        acknowledge(1 - side, qos == 1 ? .puback : .pubrec, identifiers, &traffic)
        if qos == 2 {
            acknowledge(side, .pubrel, identifiers, &traffic)
            acknowledge(1 - side, .pubcomp, identifiers, &traffic)
        }
        connection.acknowledge(side)
    }

    private func acknowledge(_ side: Int, _ type: MQTTType, _ identifiers: [Int], _ traffic: inout Traffic) {
        let start = connection.turn.bytes.count
        for identifier in identifiers {
            var body: [UInt8] = []
            body.append16(identifier)
            // A reason of 0 may be left out, and the length of properties behind it (MQTT 5.0, 3.4.2).
            if version == .v5, traffic.chance.happens(200) {
                body.append(0)
                if traffic.chance.happens(500) { body.append(0) }
            }
            put(side, type, flags: type == .pubrel ? 2 : 0, body, from: start, &traffic)
        }
        connection.send(side, from: start, &traffic)
    }

    func subscribe(_ traffic: inout Traffic) {
        let count = traffic.chance.among(1...4)
        var body: [UInt8] = []
        var answer: [UInt8] = []
        let identifier = nextIdentifier()
        body.append16(identifier)
        answer.append16(identifier)
        if version == .v5 {
            body.append(0)
            answer.append(0)
        }
        for _ in 0..<count {
            if traffic.chance.happens(12) {
                body.append(string: "#")
                traffic.truth.mqtt.filtersOfEverything += 1
            } else if traffic.chance.happens(8) {
                body.append(string: "$SYS/#")
                traffic.truth.mqtt.filtersOfSystemTopics += 1
            } else {
                let rest = traffic.chance.happens(500) ? "#" : "+/telemetry"
                body.append(string: "site/\(traffic.chance.below(40))/line/+/dev/\(rest)")
            }
            body.append(UInt8(traffic.chance.below(3)))
            answer.append(traffic.chance.happens(10) ? 0x80 : UInt8(traffic.chance.below(3)))
        }
        send(0, .subscribe, flags: 2, body, &traffic)
        send(1, .suback, answer, &traffic)
        connection.acknowledge(0)
    }

    func unsubscribe(_ traffic: inout Traffic) {
        var body: [UInt8] = []
        body.append16(nextIdentifier())
        var answer = body
        if version == .v5 {
            body.append(0)
            answer += [0, 0]
        }
        body.append(string: "site/3/line/+/dev/#")
        send(0, .unsubscribe, flags: 2, body, &traffic)
        send(1, .unsuback, answer, &traffic)
        connection.acknowledge(0)
    }
}
