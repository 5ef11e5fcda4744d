/// RFC 6455, 5.2 and 11.8: what a frame is for.
public struct WebSocketOpcode: RawRepresentable, Hashable, Sendable {
    /// The four bits of the wire.
    public let rawValue: UInt8

    /// The code of these bits, whether or not it is assigned.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Goes on with the message before.
    public static let continuation = Self(rawValue: 0)
    /// 0x1: the first frame of a message of text.
    public static let text = Self(rawValue: 1)
    /// 0x2: the first frame of a message of bytes.
    public static let binary = Self(rawValue: 2)
    /// 0x8: the sender closes the connection.
    public static let close = Self(rawValue: 8)
    /// 0x9: asks for a Pong.
    public static let ping = Self(rawValue: 9)
    /// 0xA: answers a Ping, or none.
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
