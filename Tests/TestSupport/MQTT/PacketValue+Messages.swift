/// PUBLISH.
public struct PublishValue: PacketValue {
    public var topic = "t"
    public var payload: [UInt8] = []
    public var qos: UInt8 = 0
    public var isRetained = false
    public var isDuplicate = false
    /// Where the QoS is not 0.
    public var packetID: UInt16 = 1
    public var properties = PropertyList()

    public init() {}

    public var type: UInt8 { 3 }

    public var flags: UInt8 { (isDuplicate ? 8 : 0) | qos << 1 | (isRetained ? 1 : 0) }

    public func body(_ version: UInt8) -> [UInt8] {
        Bytes.text(topic) + (qos > 0 ? Bytes.uint16(packetID) : []) + properties.bytes(version) + payload
    }

    public func fields(_ version: UInt8) -> [String: [String]] {
        var all = properties.fields("mqtt.prop")
        all["mqtt.topic"] = [topic]
        all["mqtt.msg"] = [String(decoding: payload, as: UTF8.self)]
        all["mqtt.msg.bytes"] = ["\(payload.count)"]
        all["mqtt.qos"] = ["\(qos)"]
        all["mqtt.retain"] = ["\(isRetained)"]
        all["mqtt.dupflag"] = ["\(isDuplicate)"]
        all["mqtt.msgid"] = qos > 0 ? ["\(packetID)"] : nil
        return all
    }

    public static func random(_ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator) -> PublishValue {
        var value = PublishValue()
        value.topic = random.topicName()
        value.payload = random.bytes(0...300)
        value.qos = .random(in: 0...2, using: &random)
        value.isRetained = .random(using: &random)
        value.isDuplicate = value.qos > 0 && Bool.random(using: &random)
        value.packetID = random.packetID()
        value.properties = .random(.publish, version, isFromServer: isFromServer, &random)
        return value
    }
}

/// PUBACK, PUBREC, PUBREL or PUBCOMP.
public struct AnswerValue: PacketValue {
    public let type: UInt8
    public var packetID: UInt16 = 1
    /// Left out where `nil`; then the properties are as well. Only in 5.0.
    public var code: UInt8?
    /// Left out where `nil`. Only in 5.0.
    public var properties: PropertyList?

    public init(type: UInt8) { self.type = type }

    public var flags: UInt8 { type == 6 ? 2 : 0 }

    public func body(_ version: UInt8) -> [UInt8] {
        var body = Bytes.uint16(packetID)
        guard version == 5, let code else { return body }
        body.append(code)
        return body + (properties?.bytes(version) ?? [])
    }

    public func fields(_ version: UInt8) -> [String: [String]] {
        var all = version == 5 && code != nil ? properties?.fields("mqtt.prop") ?? [:] : [:]
        all["mqtt.msgid"] = ["\(packetID)"]
        if version == 5, let code { all["mqtt.reason_code"] = ["\(code)"] }
        return all
    }

    public static func random(_ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator) -> AnswerValue {
        var value = AnswerValue(type: .random(in: 4...7, using: &random))
        value.packetID = random.packetID()
        guard version == 5, Bool.random(using: &random) else { return value }
        // Tables 3-4 to 3-7.
        value.code = random.pick(
            value.type < 6 ? [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99] : [0x00, 0x92])
        guard Bool.random(using: &random) else { return value }
        let place = PropertyPlace(rawValue: value.type) ?? .puback
        value.properties = .random(place, version, isFromServer: isFromServer, &random)
        return value
    }
}

/// PINGREQ or PINGRESP.
public struct PingValue: PacketValue {
    public let type: UInt8

    /// PINGREQ is 12, PINGRESP 13.
    public init(type: UInt8) { self.type = type }

    public func body(_ version: UInt8) -> [UInt8] { [] }

    public func fields(_ version: UInt8) -> [String: [String]] { [:] }

    public static func random(_ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator) -> PingValue {
        PingValue(type: isFromServer ? 13 : 12)
    }
}

/// DISCONNECT; AUTH is `AuthValue`.
public struct DisconnectValue: PacketValue {
    /// Left out where `nil`; then the properties are as well. Only in 5.0.
    public var code: UInt8?
    public var properties: PropertyList?

    public init() {}

    public var type: UInt8 { 14 }

    public func body(_ version: UInt8) -> [UInt8] {
        guard version == 5, let code else { return [] }
        return [code] + (properties?.bytes(version) ?? [])
    }

    public func fields(_ version: UInt8) -> [String: [String]] {
        guard version == 5, let code else { return [:] }
        var all = properties?.fields("mqtt.prop") ?? [:]
        all["mqtt.reason_code"] = ["\(code)"]
        return all
    }

    /// Table 3-10: those that both may send, then those of one side.
    private static let both: [UInt8] = [
        0x00, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
    ]
    private static let ofServer: [UInt8] = [
        0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2,
    ]

    public static func random(
        _ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator
    ) -> DisconnectValue {
        var value = DisconnectValue()
        guard version == 5, Bool.random(using: &random) else { return value }
        value.code = random.pick(both + (isFromServer ? ofServer : [0x04]))
        guard Bool.random(using: &random) else { return value }
        value.properties = .random(.disconnect, version, isFromServer: isFromServer, &random)
        return value
    }
}

/// AUTH, only in 5.0.
public struct AuthValue: PacketValue {
    public var code: UInt8 = 0x18
    public var properties = PropertyList()

    public init() {}

    public var type: UInt8 { 15 }

    public func body(_ version: UInt8) -> [UInt8] { [code] + properties.bytes(version) }

    public func fields(_ version: UInt8) -> [String: [String]] {
        properties.fields("mqtt.prop").merging(["mqtt.reason_code": ["\(code)"]]) { $1 }
    }

    public static func random(_ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator) -> AuthValue {
        var value = AuthValue()
        value.code = random.pick(isFromServer ? [0x00, 0x18] : [0x18, 0x19])
        value.properties = .random(.auth, version, isFromServer: isFromServer, &random)
        return value
    }
}
