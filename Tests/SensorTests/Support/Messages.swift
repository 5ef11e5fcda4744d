import TestSupport

/// Messages written by hand after MQTT 3.1.1.
enum MQTT {
    /// A remaining length (2.2.3).
    static func length(_ value: Int) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        repeat {
            bytes.append(UInt8(rest % 128) | (rest > 127 ? 0x80 : 0))
            rest /= 128
        } while rest > 0
        return bytes
    }

    /// A string behind its length (1.5.3).
    static func text(_ text: String) -> [UInt8] { Build.u16(text.utf8.count) + Array(text.utf8) }

    /// CONNECT (3.1), level 4, clean session, keep-alive 60 s.
    static func connect(_ clientID: String) -> [UInt8] {
        let body = text("MQTT") + [4, 2, 0, 60] + text(clientID)
        return [0x10] + length(body.count) + body
    }

    /// CONNACK (3.2): accepted.
    static let connack: [UInt8] = [0x20, 2, 0, 0]

    /// PUBLISH (3.3) at QoS 0.
    static func publish(_ topic: String, _ payload: [UInt8]) -> [UInt8] {
        let body = text(topic) + payload
        return [0x30] + length(body.count) + body
    }

    /// SUBSCRIBE (3.8) to one filter at QoS 0.
    static func subscribe(_ id: Int, _ filter: String) -> [UInt8] {
        let body = Build.u16(id) + text(filter) + [0]
        return [0x82] + length(body.count) + body
    }

    /// SUBACK (3.9): granted at QoS 0.
    static func suback(_ id: Int) -> [UInt8] { [0x90, 3] + Build.u16(id) + [0] }

    static let pingreq: [UInt8] = [0xC0, 0]
    static let pingresp: [UInt8] = [0xD0, 0]
    static let disconnect: [UInt8] = [0xE0, 0]
}

/// Messages written by hand after RFC 7252, 3.
enum CoAP {
    /// A confirmable GET with a token of one octet and one segment of a path.
    static func get(_ id: Int, token: UInt8, _ path: String) -> [UInt8] {
        [0x41, 0x01] + Build.u16(id) + [token, 0xB0 | UInt8(path.utf8.count)] + Array(path.utf8)
    }

    /// A piggy-backed 2.05.
    static func content(_ id: Int, token: UInt8, _ payload: String) -> [UInt8] {
        [0x61, 0x45] + Build.u16(id) + [token, 0xFF] + Array(payload.utf8)
    }
}
