/// RFC 6455, 5.2 and 11.8: what a frame is for.
public struct WebSocketOpcode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Goes on with the message before.
    public static let continuation = Self(rawValue: 0)
    public static let text = Self(rawValue: 1)
    public static let binary = Self(rawValue: 2)
    public static let close = Self(rawValue: 8)
    public static let ping = Self(rawValue: 9)
    public static let pong = Self(rawValue: 10)

    /// Whether the frame is about the connection, not part of a message (5.5).
    public var isControl: Bool { rawValue & 8 != 0 }

    /// Whether the specification says what it is for.
    public var isKnown: Bool { rawValue <= 2 || (8...10).contains(rawValue) }

    /// The name of the registry.
    public var name: StaticString {
        switch self {
        case .continuation: "Continuation Frame"
        case .text: "Text Frame"
        case .binary: "Binary Frame"
        case .close: "Connection Close Frame"
        case .ping: "Ping Frame"
        case .pong: "Pong Frame"
        default: "reserved"
        }
    }
}
