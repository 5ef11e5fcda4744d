/// MQTT 3.1.1 control packets as a client writes them (OASIS mqtt-v3.1.1, section 3). Nothing is checked: what is wrong is
/// wrong on purpose.
public enum MQTTBytes {
    /// CONNECT with the clean session flag.
    public static func connect(_ client: [UInt8], username: [UInt8]? = nil, password: [UInt8]? = nil) -> [UInt8] {
        let flags: UInt8 = 0x02 | (username == nil ? 0 : 0x80) | (password == nil ? 0 : 0x40)
        let body = field(Array("MQTT".utf8)) + [4, flags, 0, 60] + field(client)
        return packet(0x10, body + (username.map(field) ?? []) + (password.map(field) ?? []))
    }

    /// PUBLISH with QoS 0.
    public static func publish(_ topic: [UInt8], _ payload: [UInt8], isRetained: Bool = false) -> [UInt8] {
        packet(isRetained ? 0x31 : 0x30, field(topic) + payload)
    }

    /// SUBSCRIBE with one filter, QoS 0.
    public static func subscribe(_ filter: [UInt8]) -> [UInt8] { packet(0x82, [0, 1] + field(filter) + [0]) }

    /// CONNACK: accepted.
    public static let connack: [UInt8] = [0x20, 2, 0, 0]

    /// DISCONNECT.
    public static let disconnect: [UInt8] = [0xE0, 0]

    private static func field(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }

    private static func packet(_ first: UInt8, _ body: [UInt8]) -> [UInt8] {
        var header = [first]
        var rest = body.count
        repeat {
            header.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        return header + body
    }
}
