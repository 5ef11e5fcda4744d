/// What is known of the version that a session speaks.
public enum MQTTVersion: UInt8, Sendable {
    /// The CONNECT was not seen, or it named a level that no specification has.
    case unknown
    /// 3.1 or 3.1.1: told by the shape of the packets, which is the same in both.
    case three
    /// MQTT 3.1, protocol level 3.
    case v31
    /// MQTT 3.1.1, protocol level 4.
    case v311
    /// MQTT 5.0, protocol level 5.
    case v5

    /// The version that a protocol level stands for.
    ///
    /// Bit 7 is how some brokers mark a bridge; it does not count.
    public init(level: UInt8) {
        switch level & 0x7F {
        case 3: self = .v31
        case 4: self = .v311
        case 5: self = .v5
        default: self = .unknown
        }
    }

    /// The protocol level, 3 to 5; `nil` where it is not known.
    public var level: UInt8? {
        switch self {
        case .unknown, .three: nil
        case .v31: 3
        case .v311: 4
        case .v5: 5
        }
    }

    /// Whether it is certainly 3.1 or 3.1.1.
    public var isThree: Bool { self == .three || self == .v31 || self == .v311 }
}
