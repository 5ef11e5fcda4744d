/// SUBSCRIBE.
public struct SubscribeValue: PacketValue {
    public struct Filter: Sendable {
        public var text: String
        public var qos: UInt8 = 0
        /// The next three only in 5.0.
        public var isNoLocal = false
        public var isRetainAsPublished = false
        public var retainHandling: UInt8 = 0

        public init(text: String, qos: UInt8 = 0) {
            self.text = text
            self.qos = qos
        }

        func options(_ version: UInt8) -> UInt8 {
            guard version == 5 else { return qos }
            return qos | (isNoLocal ? 4 : 0) | (isRetainAsPublished ? 8 : 0) | retainHandling << 4
        }
    }

    public var packetID: UInt16 = 1
    public var properties = PropertyList()
    public var filters: [Filter] = []

    public init() {}

    public var type: UInt8 { 8 }

    public var flags: UInt8 { 2 }

    public func body(_ version: UInt8) -> [UInt8] {
        Bytes.uint16(packetID) + properties.bytes(version)
            + filters.flatMap { Bytes.text($0.text) + [$0.options(version)] }
    }

    public func fields(_ version: UInt8) -> [String: [String]] {
        var all = properties.fields("mqtt.prop")
        all["mqtt.msgid"] = ["\(packetID)"]
        all["mqtt.topic"] = filters.map(\.text)
        all["mqtt.sub.qos"] = filters.map { "\($0.qos)" }
        guard version == 5 else { return all }
        all["mqtt.sub.nl"] = filters.map { "\($0.isNoLocal)" }
        all["mqtt.sub.rap"] = filters.map { "\($0.isRetainAsPublished)" }
        all["mqtt.sub.retain"] = filters.map { "\($0.retainHandling)" }
        return all
    }

    public static func random(
        _ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator
    ) -> SubscribeValue {
        var value = SubscribeValue()
        value.packetID = random.packetID()
        value.properties = .random(.subscribe, version, &random)
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            var filter = Filter(text: random.topicFilter(version), qos: .random(in: 0...2, using: &random))
            if version == 5 {
                filter.isNoLocal = !filter.text.hasPrefix("$share/") && Bool.random(using: &random)
                filter.isRetainAsPublished = .random(using: &random)
                filter.retainHandling = .random(in: 0...2, using: &random)
            }
            value.filters.append(filter)
        }
        return value
    }
}

/// UNSUBSCRIBE.
public struct UnsubscribeValue: PacketValue {
    public var packetID: UInt16 = 1
    public var properties = PropertyList()
    public var filters: [String] = []

    public init() {}

    public var type: UInt8 { 10 }

    public var flags: UInt8 { 2 }

    public func body(_ version: UInt8) -> [UInt8] {
        Bytes.uint16(packetID) + properties.bytes(version) + filters.flatMap { Bytes.text($0) }
    }

    public func fields(_ version: UInt8) -> [String: [String]] {
        var all = properties.fields("mqtt.prop")
        all["mqtt.msgid"] = ["\(packetID)"]
        all["mqtt.topic"] = filters
        return all
    }

    public static func random(
        _ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator
    ) -> UnsubscribeValue {
        var value = UnsubscribeValue()
        value.packetID = random.packetID()
        value.properties = .random(.unsubscribe, version, &random)
        value.filters = (0..<Int.random(in: 1...6, using: &random)).map { _ in random.topicFilter(version) }
        return value
    }
}

/// SUBACK (9) or UNSUBACK (11).
public struct SubscribeAnswerValue: PacketValue {
    public let type: UInt8
    public var packetID: UInt16 = 1
    public var properties = PropertyList()
    /// Not written in an UNSUBACK before 5.0, which has none.
    public var codes: [UInt8] = [0]

    public init(type: UInt8) { self.type = type }

    private func hasCodes(_ version: UInt8) -> Bool { type == 9 || version == 5 }

    public func body(_ version: UInt8) -> [UInt8] {
        Bytes.uint16(packetID) + properties.bytes(version) + (hasCodes(version) ? codes : [])
    }

    public func fields(_ version: UInt8) -> [String: [String]] {
        var all = properties.fields("mqtt.prop")
        all["mqtt.msgid"] = ["\(packetID)"]
        if hasCodes(version) { all["mqtt.reason_code"] = codes.map { "\($0)" } }
        return all
    }

    public static func random(
        _ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator
    ) -> SubscribeAnswerValue {
        var value = SubscribeAnswerValue(type: Bool.random(using: &random) ? 9 : 11)
        value.packetID = random.packetID()
        value.properties = .random(value.type == 9 ? .suback : .unsuback, version, isFromServer: true, &random)
        // Tables 3-8 and 3-9 of MQTT 5.0; figure 3.26 of MQTT 3.1.1.
        let known: [UInt8] =
            value.type == 11
            ? [0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91]
            : version == 5
                ? [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2] : [0, 1, 2, 0x80]
        value.codes = (0..<Int.random(in: 1...5, using: &random)).map { _ in random.pick(known) }
        return value
    }
}

/// A lawful packet of any kind that the side may send.
public func randomPacket(
    _ version: UInt8, isFromServer: Bool, _ random: inout SeededGenerator
) -> any PacketValue {
    var kinds: [any PacketValue.Type] = [PublishValue.self, PublishValue.self, AnswerValue.self, PingValue.self]
    if isFromServer {
        kinds += [ConnackValue.self, SubscribeAnswerValue.self]
    } else {
        kinds += [ConnectValue.self, ConnectValue.self, SubscribeValue.self, UnsubscribeValue.self]
    }
    if !isFromServer || version == 5 { kinds.append(DisconnectValue.self) }
    if version == 5 { kinds.append(AuthValue.self) }
    return kinds[Int.random(in: 0..<kinds.count, using: &random)].random(
        version, isFromServer: isFromServer, &random)
}
