/// Where properties may stand: a packet of MQTT 5.0, or the will of a CONNECT. The numbers are those of the packet types.
public enum PropertyPlace: UInt8, CaseIterable, Sendable {
    case will = 0
    case connect = 1
    case connack = 2
    case publish = 3
    case puback = 4
    case pubrec = 5
    case pubrel = 6
    case pubcomp = 7
    case subscribe = 8
    case suback = 9
    case unsubscribe = 10
    case unsuback = 11
    case disconnect = 14
    case auth = 15
}

/// A row of table 2-4 of MQTT 5.0.
public struct PropertyRow: Sendable {
    /// How its value is written (1.5).
    public enum Form: Sendable { case byte, uint16, uint32, variable, text, binary, pair }

    public let id: UInt8
    /// The specification's name in snake case.
    public let name: String
    public let form: Form
    public let places: Set<PropertyPlace>

    init(_ id: UInt8, _ name: String, _ form: Form, _ places: Set<PropertyPlace>) {
        self.id = id
        self.name = name
        self.form = form
        self.places = places
    }

    private static let message: Set<PropertyPlace> = [.publish, .will]
    private static let answers: Set<PropertyPlace> = [.puback, .pubrec, .pubrel, .pubcomp, .suback, .unsuback]

    /// The table.
    public static let all: [PropertyRow] = [
        PropertyRow(0x01, "payload_format_indicator", .byte, message),
        PropertyRow(0x02, "message_expiry_interval", .uint32, message),
        PropertyRow(0x03, "content_type", .text, message),
        PropertyRow(0x08, "response_topic", .text, message),
        PropertyRow(0x09, "correlation_data", .binary, message),
        PropertyRow(0x0B, "subscription_identifier", .variable, [.publish, .subscribe]),
        PropertyRow(0x11, "session_expiry_interval", .uint32, [.connect, .connack, .disconnect]),
        PropertyRow(0x12, "assigned_client_identifier", .text, [.connack]),
        PropertyRow(0x13, "server_keep_alive", .uint16, [.connack]),
        PropertyRow(0x15, "authentication_method", .text, [.connect, .connack, .auth]),
        PropertyRow(0x16, "authentication_data", .binary, [.connect, .connack, .auth]),
        PropertyRow(0x17, "request_problem_information", .byte, [.connect]),
        PropertyRow(0x18, "will_delay_interval", .uint32, [.will]),
        PropertyRow(0x19, "request_response_information", .byte, [.connect]),
        PropertyRow(0x1A, "response_information", .text, [.connack]),
        PropertyRow(0x1C, "server_reference", .text, [.connack, .disconnect]),
        PropertyRow(0x1F, "reason_string", .text, answers.union([.connack, .disconnect, .auth])),
        PropertyRow(0x21, "receive_maximum", .uint16, [.connect, .connack]),
        PropertyRow(0x22, "topic_alias_maximum", .uint16, [.connect, .connack]),
        PropertyRow(0x23, "topic_alias", .uint16, [.publish]),
        PropertyRow(0x24, "maximum_qos", .byte, [.connack]),
        PropertyRow(0x25, "retain_available", .byte, [.connack]),
        PropertyRow(0x26, "user_property", .pair, Set(PropertyPlace.allCases)),
        PropertyRow(0x27, "maximum_packet_size", .uint32, [.connect, .connack]),
        PropertyRow(0x28, "wildcard_subscription_available", .byte, [.connack]),
        PropertyRow(0x29, "subscription_identifier_available", .byte, [.connack]),
        PropertyRow(0x2A, "shared_subscription_available", .byte, [.connack]),
    ]

    /// A lawful value of it.
    public func random(_ random: inout SeededGenerator) -> PacketProperty {
        let value: PacketProperty.Value =
            switch form {
            case .byte: .number(.random(in: 0...1, using: &random))
            // A topic alias that no maximum of the tests forbids.
            case .uint16:
                .number(id == 0x23 ? .random(in: 1...90, using: &random) : .random(in: 1...0xFFFF, using: &random))
            case .uint32: .number(.random(in: 1...0xFFFF_FFFF, using: &random))
            case .variable: .number(.random(in: 1...268_435_455, using: &random))
            case .text: .bytes(Array(random.plainText(1...60).utf8))
            case .binary: .bytes(random.bytes(1...60))
            case .pair: .pair(random.plainText(0...20), random.plainText(0...150))
            }
        return PacketProperty(self, value)
    }
}

/// A property with its value.
public struct PacketProperty: Sendable {
    public enum Value: Sendable {
        case number(Int)
        case bytes([UInt8])
        case pair(String, String)
    }

    public let row: PropertyRow
    public let value: Value

    public init(_ row: PropertyRow, _ value: Value) {
        self.row = row
        self.value = value
    }

    /// Identifier and value.
    public var bytes: [UInt8] {
        switch (value, row.form) {
        case (.number(let number), .byte): [row.id, UInt8(truncatingIfNeeded: number)]
        case (.number(let number), .uint16): [row.id] + Bytes.uint16(UInt16(truncatingIfNeeded: number))
        case (.number(let number), .uint32): [row.id] + Bytes.uint32(UInt32(truncatingIfNeeded: number))
        case (.number(let number), _): [row.id] + Bytes.variable(number)
        case (.bytes(let bytes), _): [row.id] + Bytes.binary(bytes)
        case (.pair(let name, let text), _): [row.id] + Bytes.text(name) + Bytes.text(text)
        }
    }

    /// What an event shows of it: numbers in digits, binary data in hexadecimal, pairs as `name=value`.
    public var shown: String {
        switch (value, row.form) {
        case (.number(let number), _): "\(number)"
        case (.bytes(let bytes), .binary): Bytes.hexadecimal(bytes)
        case (.bytes(let bytes), _): String(decoding: bytes, as: UTF8.self)
        case (.pair(let name, let text), _): "\(name)=\(text)"
        }
    }
}

/// The properties of one place, in wire order.
public struct PropertyList: Sendable {
    public var members: [PacketProperty]

    public init(_ members: [PacketProperty] = []) { self.members = members }

    /// Their length and themselves; nothing before 5.0.
    public func bytes(_ version: UInt8) -> [UInt8] {
        guard version == 5 else { return [] }
        let all = members.flatMap(\.bytes)
        return Bytes.variable(all.count) + all
    }

    /// Some of those that may stand there, user properties several times; none before 5.0.
    ///
    /// - Parameter isFromServer: whether a server sends the packet, which decides about two of them.
    public static func random(
        _ place: PropertyPlace, _ version: UInt8, isFromServer: Bool = false, _ random: inout SeededGenerator
    ) -> PropertyList {
        guard version == 5 else { return PropertyList() }
        var members: [PacketProperty] = []
        for row in PropertyRow.all where row.places.contains(place) {
            switch row.id {
            case 0x0B where place == .publish && !isFromServer: continue
            case 0x11 where place == .disconnect && isFromServer: continue
            // AUTH always names the method, and data does not stand without it (3.15.2.2, 3.1.2.11.10).
            case 0x15, 0x16: if place == .auth || place == .connack { members.append(row.random(&random)) }
            case 0x26,
                0x0B where place == .publish:
                for _ in 0..<Int.random(in: 0...3, using: &random) { members.append(row.random(&random)) }
            default: if Bool.random(using: &random) { members.append(row.random(&random)) }
            }
        }
        if place == .connect, Bool.random(using: &random) {
            for row in PropertyRow.all where row.id == 0x15 || row.id == 0x16 { members.append(row.random(&random)) }
        }
        return PropertyList(members.shuffled(using: &random))
    }

    /// Every property that may stand there in MQTT 5.0, once. In a PUBLISH, only a server may send all of them.
    public static func every(_ place: PropertyPlace, _ random: inout SeededGenerator) -> PropertyList {
        PropertyList(PropertyRow.all.filter { $0.places.contains(place) }.map { $0.random(&random) })
    }

    /// What an event shows of them, by field.
    func fields(_ prefix: String) -> [String: [String]] {
        var all: [String: [String]] = [:]
        for property in members where !property.shown.isEmpty {
            all["\(prefix).\(property.row.name)", default: []].append(property.shown)
        }
        return all
    }
}
