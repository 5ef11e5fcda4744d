/// MQTT 3.1.1 control packets as a client and a server write them (OASIS mqtt-v3.1.1, section 3), where a test varies little;
/// `PacketValue` is for the rest. Nothing is checked: what is wrong is wrong on purpose.
public enum MQTTBytes {
    /// CONNECT (3.1) with the clean session flag and a keep-alive of 60 s.
    public static func connect(_ client: [UInt8], username: [UInt8]? = nil, password: [UInt8]? = nil) -> [UInt8] {
        let flags: UInt8 = 0x02 | (username == nil ? 0 : 0x80) | (password == nil ? 0 : 0x40)
        let body = Bytes.text("MQTT") + [4, flags, 0, 60] + Bytes.binary(client)
        return Bytes.packet(1, body + (username.map(Bytes.binary) ?? []) + (password.map(Bytes.binary) ?? []))
    }

    /// The same for a client whose name is text.
    public static func connect(_ client: String) -> [UInt8] { connect(Array(client.utf8)) }

    /// CONNACK (3.2): accepted.
    public static let connack = Bytes.packet(2, [0, 0])

    /// PUBLISH (3.3) with QoS 0.
    public static func publish(_ topic: [UInt8], _ payload: [UInt8], isRetained: Bool = false) -> [UInt8] {
        Bytes.packet(3, flags: isRetained ? 1 : 0, Bytes.binary(topic) + payload)
    }

    /// The same for a topic that is text.
    public static func publish(_ topic: String, _ payload: [UInt8]) -> [UInt8] { publish(Array(topic.utf8), payload) }

    /// SUBSCRIBE (3.8) with one filter, QoS 0.
    public static func subscribe(_ filter: [UInt8], id: Int = 1) -> [UInt8] {
        Bytes.packet(8, flags: 2, Bytes.uint16(UInt16(truncatingIfNeeded: id)) + Bytes.binary(filter) + [0])
    }

    /// The same for a filter that is text.
    public static func subscribe(_ id: Int, _ filter: String) -> [UInt8] { subscribe(Array(filter.utf8), id: id) }

    /// SUBACK (3.9): granted with QoS 0.
    public static func suback(_ id: Int) -> [UInt8] {
        Bytes.packet(9, Bytes.uint16(UInt16(truncatingIfNeeded: id)) + [0])
    }

    public static let pingreq = Bytes.packet(12, [])
    public static let pingresp = Bytes.packet(13, [])
    public static let disconnect = Bytes.packet(14, [])

    /// A remaining length (2.2.3).
    public static func length(_ value: Int) -> [UInt8] { Bytes.variable(value) }

    /// A string behind its length (1.5.3).
    public static func text(_ text: String) -> [UInt8] { Bytes.text(text) }
}
