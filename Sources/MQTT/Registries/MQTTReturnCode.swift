/// The answer of a 3.x server to a CONNECT (MQTT 3.1.1, 3.2.2.3, table 3.1).
public struct MQTTReturnCode: RawRepresentable, Hashable, Sendable {
    /// The byte of the wire.
    public let rawValue: UInt8

    /// The code of that byte, whether or not it is assigned.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The client is connected.
    public static let accepted = Self(rawValue: 0)
    /// The server does not speak that level.
    public static let unacceptableProtocolVersion = Self(rawValue: 1)
    /// The client identifier is not allowed.
    public static let identifierRejected = Self(rawValue: 2)
    /// The MQTT service is not available.
    public static let serverUnavailable = Self(rawValue: 3)
    /// User name or password are malformed, or wrong.
    public static let badUserNameOrPassword = Self(rawValue: 4)
    /// The client may not connect.
    public static let notAuthorized = Self(rawValue: 5)

    /// Whether the table has it; 6 to 255 are reserved.
    public var isKnown: Bool { rawValue <= 5 }

    /// The table's words, shortened; `reserved` for what it does not have.
    public var name: StaticString {
        switch self {
        case .accepted: "accepted"
        case .unacceptableProtocolVersion: "unacceptable protocol version"
        case .identifierRejected: "identifier rejected"
        case .serverUnavailable: "server unavailable"
        case .badUserNameOrPassword: "bad user name or password"
        case .notAuthorized: "not authorized"
        default: "reserved"
        }
    }
}
