/// The type of a message, RFC 7252, 3: two bits, so that every value has a name.
public struct CoAPType: RawRepresentable, Hashable, Sendable {
    /// The two bits of the wire.
    public let rawValue: UInt8

    /// Takes the low two bits of `rawValue`.
    public init(rawValue: UInt8) { self.rawValue = rawValue & 3 }

    /// Confirmable: asks for an acknowledgement.
    public static let confirmable = CoAPType(rawValue: 0)
    /// Non-confirmable.
    public static let nonConfirmable = CoAPType(rawValue: 1)
    /// Acknowledgement, perhaps with a response on its back.
    public static let acknowledgement = CoAPType(rawValue: 2)
    /// Reset: the receiver could not make anything of a message.
    public static let reset = CoAPType(rawValue: 3)

    /// The abbreviation that the specification uses.
    public var name: StaticString {
        switch self {
        case .confirmable: "CON"
        case .nonConfirmable: "NON"
        case .acknowledgement: "ACK"
        default: "RST"
        }
    }

    /// Whether the message repeats the message id of the other side (ACK, RST) instead of drawing its own.
    public var echoesMessageID: Bool { rawValue >= 2 }
}
