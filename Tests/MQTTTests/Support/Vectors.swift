import Events
import Testing

/// A well-formed message of a version, sent one way.
struct Vector: CustomTestStringConvertible {
    let name: String
    let version: UInt8
    let direction: Direction
    let bytes: [UInt8]

    init(_ name: String, _ version: UInt8, _ direction: Direction, _ bytes: [UInt8]) {
        self.name = name
        self.version = version
        self.direction = direction
        self.bytes = bytes
    }

    var testDescription: String { "\(name) of version \(version)" }

    /// A listener for which the message is in its place.
    func listener() -> Listener {
        let listener = bytes[0] >> 4 <= 2 ? Listener() : Listener(version: version)
        switch bytes[0] >> 4 {
        case 2:
            let list = version == 5 && bytes.count > 5 ? Sample.connect : []
            listener.send(Connect(version: version, isClean: false, properties: list).bytes)
        case 9: listener.send(subscribe([("a", 0), ("b/#", 1)], id: 0x1234, version: version))
        case 11: listener.send(unsubscribe(["a", "b/#"], id: 0x1234, version: version))
        default: break
        }
        return listener
    }
}

/// Property values that every packet that may carry them carries in the full vectors.
enum Sample {
    static let user = [Property(38, "user_property", .pair("k", "v")), Property(38, "user_property", .pair("k", ""))]
    static let reason = Property(31, "reason_string", .text("why"))
    static let connect = [
        Property(17, "session_expiry_interval", .uint32(3600)), Property(33, "receive_maximum", .uint16(20)),
        Property(39, "maximum_packet_size", .uint32(65_536)), Property(34, "topic_alias_maximum", .uint16(10)),
        Property(25, "request_response_information", .byte(1)), Property(23, "request_problem_information", .byte(0)),
        Property(21, "authentication_method", .text("SCRAM")), Property(22, "authentication_data", .binary([0, 0xFF])),
    ]
    static let message = [
        Property(1, "payload_format_indicator", .byte(1)), Property(2, "message_expiry_interval", .uint32(90)),
        Property(3, "content_type", .text("text/plain")), Property(8, "response_topic", .text("re/ply")),
        Property(9, "correlation_data", .binary([1, 2, 3])),
    ]
    static let will = [Property(24, "will_delay_interval", .uint32(5))] + message
    static let connack = [
        Property(17, "session_expiry_interval", .uint32(0xFFFF_FFFF)), Property(33, "receive_maximum", .uint16(1)),
        Property(36, "maximum_qos", .byte(1)), Property(37, "retain_available", .byte(0)),
        Property(39, "maximum_packet_size", .uint32(1)), Property(18, "assigned_client_identifier", .text("auto-1")),
        Property(34, "topic_alias_maximum", .uint16(0)), reason,
        Property(40, "wildcard_subscription_available", .byte(1)),
        Property(41, "subscription_identifier_available", .byte(1)),
        Property(42, "shared_subscription_available", .byte(0)), Property(19, "server_keep_alive", .uint16(30)),
        Property(26, "response_information", .text("r/")), Property(28, "server_reference", .text("other:1883")),
        Property(21, "authentication_method", .text("SCRAM")), Property(22, "authentication_data", .binary([7])),
    ]
}

/// Minimal and full messages of every type and version.
let vectors: [Vector] = {
    var all: [Vector] = []
    for version: UInt8 in [3, 4, 5] {
        let user = version == 5 ? Sample.user : []
        all.append(Vector("CONNECT minimal", version, .toServer, Connect(version: version).bytes))
        let full = Connect(
            version: version, clientID: "client-ü", isClean: false, keepAlive: 65_535,
            properties: Sample.connect + user,
            will: ("will/t", [0, 1, 0xFF], 2, true, Sample.will + user), userName: "me", password: [0xFF, 0])
        all.append(Vector("CONNECT full", version, .toServer, full.bytes))
        all.append(Vector("CONNACK minimal", version, .toClient, connack(version)))
        all.append(Vector("CONNACK full", version, .toClient, connack(version, present: true, Sample.connack + user)))
        for direction in [Direction.toServer, .toClient] {
            let list = version == 5 ? Sample.message + [Property(35, "topic_alias", .uint16(9))] + user : []
            let identifiers =
                direction == .toServer ? [] : [Property(11, "subscription_identifier", .variable(268_435_455))]
            all.append(Vector("PUBLISH minimal", version, direction, publish("t", version: version)))
            let bytes = publish(
                "a/b/ü", "payload", qos: 2, retain: true, dup: true, id: 0xFFFF, version: version, list + identifiers)
            all.append(Vector("PUBLISH full", version, direction, bytes))
            for type: UInt8 in 4...7 {
                all.append(Vector("\(type) minimal", version, direction, answer(type, id: 0x0102)))
                guard version == 5 else { continue }
                let code: UInt8 = type < 6 ? 0x10 : 0x92
                all.append(Vector("\(type) with code", version, direction, answer(type, code: code)))
                all.append(Vector("\(type) full", version, direction, answer(type, code: code, [Sample.reason] + user)))
            }
        }
        let filters: [(String, UInt8)] = [("a", 0), ("$share/g/+/b", 1), ("#", version == 5 ? 0x2A : 2)]
        all.append(Vector("SUBSCRIBE minimal", version, .toServer, subscribe([("a", 0)], version: version)))
        let identifier = [Property(11, "subscription_identifier", .variable(128))]
        let full8 = subscribe(filters, id: 0xABCD, version: version, identifier + user)
        all.append(Vector("SUBSCRIBE full", version, .toServer, full8))
        let codes: [UInt8] = [2, version == 5 ? 0x87 : 0x80]
        let list = [Sample.reason] + user
        all.append(Vector("SUBACK", version, .toClient, subscribeAnswer(9, codes, id: 0x1234, version: version, list)))
        all.append(Vector("UNSUBSCRIBE", version, .toServer, unsubscribe(["a", "b/#"], id: 9, version: version, user)))
        let unsuback: [UInt8] = version == 5 ? [0, 0x11] : []
        all.append(
            Vector("UNSUBACK", version, .toClient, subscribeAnswer(11, unsuback, id: 0x1234, version: version, list)))
        all.append(Vector("PINGREQ", version, .toServer, pingreq))
        all.append(Vector("PINGRESP", version, .toClient, pingresp))
        all.append(Vector("DISCONNECT minimal", version, .toServer, disconnect()))
    }
    all.append(Vector("DISCONNECT with code", 5, .toServer, disconnect(code: 4)))
    all.append(
        Vector(
            "DISCONNECT full", 5, .toServer,
            disconnect(code: 0, [Property(17, "session_expiry_interval", .uint32(1)), Sample.reason] + Sample.user)))
    all.append(
        Vector(
            "DISCONNECT of a server", 5, .toClient,
            disconnect(code: 0x9C, [Property(28, "server_reference", .text("x"))] + Sample.user)))
    all.append(Vector("AUTH minimal", 5, .toClient, auth()))
    all.append(
        Vector(
            "AUTH full", 5, .toClient,
            auth(code: 0x18, [auth, Property(22, "authentication_data", .binary([9])), Sample.reason] + Sample.user)))
    return all
}()
