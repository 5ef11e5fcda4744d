/// A control packet as a value: what a test says of it, its bytes, and what an event must show of it.
///
/// Written from the specifications (section 3 of MQTT V3.1, 3.1.1 and 5.0), apart from the code under test. `version` is
/// 3, 4 or 5.
public protocol PacketValue: Sendable {
    /// The number of the packet type.
    var type: UInt8 { get }
    /// The lower four bits of the first byte.
    var flags: UInt8 { get }
    /// What follows the fixed header.
    func body(_ version: UInt8) -> [UInt8]
    /// The fields that an event shows, without those of every packet.
    func fields(_ version: UInt8) -> [String: [String]]
    /// A lawful packet of that kind; `isFromServer` says who sends it.
    static func random(_ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator) -> Self
}

extension PacketValue {
    public var flags: UInt8 { 0 }

    /// The packet on the wire.
    public func bytes(_ version: UInt8) -> [UInt8] { Bytes.packet(type, flags: flags, body(version)) }

    /// What an event shows of the packet, the type and the lengths included.
    public func shown(_ version: UInt8) -> [String: [String]] {
        let names = [
            "RESERVED", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE", "SUBACK",
            "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
        ]
        var all = fields(version).filter { $0.value != [""] && !$0.value.isEmpty }
        all["mqtt.type"] = [names[Int(type & 15)]]
        all["mqtt.ver"] = ["\(version)"]
        all["mqtt.len"] = ["\(body(version).count)"]
        return all
    }
}

/// CONNECT.
public struct ConnectValue: PacketValue {
    public struct Will: Sendable {
        public var topic: String
        public var message: [UInt8]
        public var qos: UInt8
        public var isRetained: Bool
        public var properties = PropertyList()

        public init(
            topic: String, message: [UInt8], qos: UInt8 = 0, isRetained: Bool = false,
            properties: PropertyList = PropertyList()
        ) {
            self.topic = topic
            self.message = message
            self.qos = qos
            self.isRetained = isRetained
            self.properties = properties
        }
    }

    public var clientID = "c"
    public var isClean = true
    public var keepAlive: UInt16 = 60
    public var properties = PropertyList()
    public var will: Will?
    public var userName: String?
    public var password: [UInt8]?

    public init() {}

    public var type: UInt8 { 1 }

    private var connectFlags: UInt8 {
        var flags: UInt8 = isClean ? 0b10 : 0
        if let will { flags |= 0b100 | will.qos << 3 | (will.isRetained ? 0b10_0000 : 0) }
        return flags | (password == nil ? 0 : 0b100_0000) | (userName == nil ? 0 : 0b1000_0000)
    }

    public func body(_ version: UInt8) -> [UInt8] {
        var body = Bytes.text(version == 3 ? "MQIsdp" : "MQTT") + [version, connectFlags] + Bytes.uint16(keepAlive)
        body += properties.bytes(version) + Bytes.text(clientID)
        if let will {
            body += will.properties.bytes(version) + Bytes.text(will.topic) + Bytes.binary(will.message)
        }
        if let userName { body += Bytes.text(userName) }
        if let password { body += Bytes.binary(password) }
        return body
    }

    public func fields(_ version: UInt8) -> [String: [String]] {
        var all = properties.fields("mqtt.prop").merging(will?.properties.fields("mqtt.will.prop") ?? [:]) { $1 }
        all["mqtt.protoname"] = [version == 3 ? "MQIsdp" : "MQTT"]
        all["mqtt.protolevel"] = ["\(version)"]
        all["mqtt.clientid"] = [clientID]
        all["mqtt.kalive"] = ["\(keepAlive)"]
        all["mqtt.conflag.cleansess"] = ["\(isClean)"]
        all["mqtt.conflag.reserved"] = ["false"]
        all["mqtt.conflag.uname"] = ["\(userName != nil)"]
        all["mqtt.conflag.passwd"] = ["\(password != nil)"]
        all["mqtt.conflag.willflag"] = ["\(will != nil)"]
        all["mqtt.conflag.qos"] = ["\(will?.qos ?? 0)"]
        all["mqtt.conflag.retain"] = ["\(will?.isRetained ?? false)"]
        all["mqtt.username"] = userName.map { [$0] }
        all["mqtt.passwd"] = password.map { [String(decoding: $0, as: UTF8.self)] }
        all["mqtt.willtopic"] = will.map { [$0.topic] }
        all["mqtt.willmsg"] = will.map { [String(decoding: $0.message, as: UTF8.self)] }
        return all
    }

    public static func random(_ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator) -> ConnectValue {
        var value = ConnectValue()
        value.clientID = random.plainText(1...23)
        value.isClean = .random(using: &random)
        value.keepAlive = .random(in: 0...65_535, using: &random)
        value.properties = .random(.connect, version, &random)
        if Bool.random(using: &random) {
            value.will = Will(
                topic: random.topicName(), message: random.bytes(0...200), qos: .random(in: 0...2, using: &random),
                isRetained: .random(using: &random), properties: .random(.will, version, &random))
        }
        if Bool.random(using: &random) { value.userName = random.plainText(1...40) }
        // Before 5.0 there is no password without a user name.
        if version == 5 || value.userName != nil, Bool.random(using: &random) { value.password = random.bytes(1...40) }
        return value
    }
}

/// CONNACK.
public struct ConnackValue: PacketValue {
    public var isSessionPresent = false
    public var code: UInt8 = 0
    public var properties = PropertyList()

    public init() {}

    public var type: UInt8 { 2 }

    public func body(_ version: UInt8) -> [UInt8] {
        [isSessionPresent ? 1 : 0, code] + properties.bytes(version)
    }

    public func fields(_ version: UInt8) -> [String: [String]] {
        var all = properties.fields("mqtt.prop")
        // MQTT 3.1 has no such flag.
        if version != 3 { all["mqtt.conack.flags.sp"] = ["\(isSessionPresent)"] }
        all["mqtt.conack.val"] = ["\(code)"]
        return all
    }

    /// Table 3-1 of MQTT 5.0.
    private static let codes5: [UInt8] = [
        0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A,
        0x9B,
        0x9C, 0x9D, 0x9F,
    ]

    public static func random(_ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator) -> ConnackValue {
        var value = ConnackValue()
        value.code = random.pick(version == 5 ? codes5 : [0, 1, 2, 3, 4, 5])
        // MQTT 3.1 has no such flag.
        value.isSessionPresent = version != 3 && value.code == 0 && Bool.random(using: &random)
        value.properties = .random(.connack, version, isFromServer: true, &random)
        return value
    }
}
