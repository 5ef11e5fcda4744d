import Events

/// The type of a control packet: the upper four bits of its first byte (MQTT 3.1.1, 2.2.1; MQTT 5.0, 2.1.2).
public struct MQTTPacketType: RawRepresentable, Hashable, Sendable {
    /// The upper four bits of the first byte.
    public let rawValue: UInt8

    /// The type of that number, whether or not it is assigned.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Type 0, forbidden in every version.
    public static let reserved = Self(rawValue: 0)
    /// A client asks for a connection.
    public static let connect = Self(rawValue: 1)
    /// The server's answer to it.
    public static let connack = Self(rawValue: 2)
    /// An application message.
    public static let publish = Self(rawValue: 3)
    /// Answer to a PUBLISH of QoS 1.
    public static let puback = Self(rawValue: 4)
    /// First answer to a PUBLISH of QoS 2.
    public static let pubrec = Self(rawValue: 5)
    /// Answer to a PUBREC.
    public static let pubrel = Self(rawValue: 6)
    /// Answer to a PUBREL, the end of QoS 2.
    public static let pubcomp = Self(rawValue: 7)
    /// A client asks for topics.
    public static let subscribe = Self(rawValue: 8)
    /// The server's answer to it.
    public static let suback = Self(rawValue: 9)
    /// A client no longer asks for topics.
    public static let unsubscribe = Self(rawValue: 10)
    /// The server's answer to it.
    public static let unsuback = Self(rawValue: 11)
    /// A client shows that it is there.
    public static let pingreq = Self(rawValue: 12)
    /// The server's answer to it.
    public static let pingresp = Self(rawValue: 13)
    /// The end of a connection, announced.
    public static let disconnect = Self(rawValue: 14)
    /// Type 15: AUTH in 5.0, reserved before.
    public static let auth = Self(rawValue: 15)
    /// No packet: what is told of a connection beside them.
    public static let connection = Self(rawValue: 16)

    /// The name in the tables of the specifications; `RESERVED` for 0 and what does not fit in four bits.
    public var name: StaticString {
        switch self {
        case .connect: "CONNECT"
        case .connack: "CONNACK"
        case .publish: "PUBLISH"
        case .puback: "PUBACK"
        case .pubrec: "PUBREC"
        case .pubrel: "PUBREL"
        case .pubcomp: "PUBCOMP"
        case .subscribe: "SUBSCRIBE"
        case .suback: "SUBACK"
        case .unsubscribe: "UNSUBSCRIBE"
        case .unsuback: "UNSUBACK"
        case .pingreq: "PINGREQ"
        case .pingresp: "PINGRESP"
        case .disconnect: "DISCONNECT"
        case .auth: "AUTH"
        case .connection: "CONNECTION"
        default: "RESERVED"
        }
    }

    /// The flags that the lower four bits must hold; `nil` for PUBLISH, whose flags mean something.
    var requiredFlags: UInt8? {
        switch self {
        case .publish: nil
        case .pubrel, .subscribe, .unsubscribe: 0b0010
        default: 0
        }
    }

    /// Whether no specification has the type: 0, and 15 before 5.0.
    func isReserved(_ version: MQTTVersion) -> Bool { self == .reserved || self == .auth && version.isThree }

    /// Whether reserved flags of the fixed header have other values than they must (MQTT 3.1.1, 2.2.2; MQTT 5.0, 2.1.3).
    ///
    /// Those of a CONNECT depend on the version that it names itself, those of a PUBLISH mean something.
    func forbids(flags: UInt8, _ version: MQTTVersion) -> Bool {
        guard let required = requiredFlags, !isReserved(version), self != .connect else { return false }
        if version == .v31 || version == .unknown || version == .three {
            // MQTT 3.1 (2.1): the QoS bits mean something in these three, DUP may be set; elsewhere nobody looks at flags.
            return required != 0 && flags & 0b0110 != required
        }
        return flags != required
    }

    /// The only direction in which the packet may go; `nil` where both may send it.
    func onlyDirection(_ version: MQTTVersion) -> Direction? {
        switch self {
        case .connect, .subscribe, .unsubscribe, .pingreq: .toServer
        case .connack, .suback, .unsuback, .pingresp: .toClient
        // In 5.0 the server may send one too (3.14).
        case .disconnect: version.isThree ? .toServer : nil
        default: nil
        }
    }
}
