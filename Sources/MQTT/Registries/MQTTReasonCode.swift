/// How an operation went, in MQTT 5.0 (2.4, table 2-6).
///
/// Values below 0x80 mean success.
public struct MQTTReasonCode: RawRepresentable, Hashable, Sendable {
    /// The byte of the wire.
    public let rawValue: UInt8

    /// The code of that byte, whether or not it is assigned.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Also *Granted QoS 0* in SUBACK and *Normal disconnection* in DISCONNECT.
    public static let success = Self(rawValue: 0x00)
    /// 0x01: granted QoS1.
    public static let grantedQoS1 = Self(rawValue: 0x01)
    /// 0x02: granted QoS2.
    public static let grantedQoS2 = Self(rawValue: 0x02)
    /// 0x04: disconnect with will.
    public static let disconnectWithWill = Self(rawValue: 0x04)
    /// 0x10: no matching subscribers.
    public static let noMatchingSubscribers = Self(rawValue: 0x10)
    /// 0x11: no subscription existed.
    public static let noSubscriptionExisted = Self(rawValue: 0x11)
    /// 0x18: continue authentication.
    public static let continueAuthentication = Self(rawValue: 0x18)
    /// 0x19: reauthenticate.
    public static let reauthenticate = Self(rawValue: 0x19)
    /// 0x80: unspecified error.
    public static let unspecifiedError = Self(rawValue: 0x80)
    /// 0x81: malformed packet.
    public static let malformedPacket = Self(rawValue: 0x81)
    /// 0x82: protocol error.
    public static let protocolError = Self(rawValue: 0x82)
    /// 0x83: implementation specific error.
    public static let implementationSpecificError = Self(rawValue: 0x83)
    /// 0x84: unsupported protocol version.
    public static let unsupportedProtocolVersion = Self(rawValue: 0x84)
    /// 0x85: client identifier not valid.
    public static let clientIdentifierNotValid = Self(rawValue: 0x85)
    /// 0x86: bad user name or password.
    public static let badUserNameOrPassword = Self(rawValue: 0x86)
    /// 0x87: not authorized.
    public static let notAuthorized = Self(rawValue: 0x87)
    /// 0x88: server unavailable.
    public static let serverUnavailable = Self(rawValue: 0x88)
    /// 0x89: server busy.
    public static let serverBusy = Self(rawValue: 0x89)
    /// 0x8A: banned.
    public static let banned = Self(rawValue: 0x8A)
    /// 0x8B: server shutting down.
    public static let serverShuttingDown = Self(rawValue: 0x8B)
    /// 0x8C: bad authentication method.
    public static let badAuthenticationMethod = Self(rawValue: 0x8C)
    /// 0x8D: keep alive timeout.
    public static let keepAliveTimeout = Self(rawValue: 0x8D)
    /// 0x8E: session taken over.
    public static let sessionTakenOver = Self(rawValue: 0x8E)
    /// 0x8F: topic filter invalid.
    public static let topicFilterInvalid = Self(rawValue: 0x8F)
    /// 0x90: topic name invalid.
    public static let topicNameInvalid = Self(rawValue: 0x90)
    /// 0x91: packet identifier in use.
    public static let packetIdentifierInUse = Self(rawValue: 0x91)
    /// 0x92: packet identifier not found.
    public static let packetIdentifierNotFound = Self(rawValue: 0x92)
    /// 0x93: receive maximum exceeded.
    public static let receiveMaximumExceeded = Self(rawValue: 0x93)
    /// 0x94: topic alias invalid.
    public static let topicAliasInvalid = Self(rawValue: 0x94)
    /// 0x95: packet too large.
    public static let packetTooLarge = Self(rawValue: 0x95)
    /// 0x96: message rate too high.
    public static let messageRateTooHigh = Self(rawValue: 0x96)
    /// 0x97: quota exceeded.
    public static let quotaExceeded = Self(rawValue: 0x97)
    /// 0x98: administrative action.
    public static let administrativeAction = Self(rawValue: 0x98)
    /// 0x99: payload format invalid.
    public static let payloadFormatInvalid = Self(rawValue: 0x99)
    /// 0x9A: retain not supported.
    public static let retainNotSupported = Self(rawValue: 0x9A)
    /// 0x9B: QoS not supported.
    public static let qosNotSupported = Self(rawValue: 0x9B)
    /// 0x9C: use another server.
    public static let useAnotherServer = Self(rawValue: 0x9C)
    /// 0x9D: server moved.
    public static let serverMoved = Self(rawValue: 0x9D)
    /// 0x9E: shared subscriptions not supported.
    public static let sharedSubscriptionsNotSupported = Self(rawValue: 0x9E)
    /// 0x9F: connection rate exceeded.
    public static let connectionRateExceeded = Self(rawValue: 0x9F)
    /// 0xA0: maximum connect time.
    public static let maximumConnectTime = Self(rawValue: 0xA0)
    /// 0xA1: subscription identifiers not supported.
    public static let subscriptionIdentifiersNotSupported = Self(rawValue: 0xA1)
    /// 0xA2: wildcard subscriptions not supported.
    public static let wildcardSubscriptionsNotSupported = Self(rawValue: 0xA2)

    /// Whether it says that the operation failed (2.4).
    public var isError: Bool { rawValue >= 0x80 }

    /// The table's name; `unknown` for what it does not have.
    public var name: StaticString {
        switch self {
        case .success: "Success"
        case .grantedQoS1: "Granted QoS 1"
        case .grantedQoS2: "Granted QoS 2"
        case .disconnectWithWill: "Disconnect with Will Message"
        case .noMatchingSubscribers: "No matching subscribers"
        case .noSubscriptionExisted: "No subscription existed"
        case .continueAuthentication: "Continue authentication"
        case .reauthenticate: "Re-authenticate"
        case .unspecifiedError: "Unspecified error"
        case .malformedPacket: "Malformed Packet"
        case .protocolError: "Protocol Error"
        case .implementationSpecificError: "Implementation specific error"
        case .unsupportedProtocolVersion: "Unsupported Protocol Version"
        case .clientIdentifierNotValid: "Client Identifier not valid"
        case .badUserNameOrPassword: "Bad User Name or Password"
        case .notAuthorized: "Not authorized"
        case .serverUnavailable: "Server unavailable"
        case .serverBusy: "Server busy"
        case .banned: "Banned"
        case .serverShuttingDown: "Server shutting down"
        case .badAuthenticationMethod: "Bad authentication method"
        case .keepAliveTimeout: "Keep Alive timeout"
        case .sessionTakenOver: "Session taken over"
        case .topicFilterInvalid: "Topic Filter invalid"
        case .topicNameInvalid: "Topic Name invalid"
        case .packetIdentifierInUse: "Packet Identifier in use"
        case .packetIdentifierNotFound: "Packet Identifier not found"
        case .receiveMaximumExceeded: "Receive Maximum exceeded"
        case .topicAliasInvalid: "Topic Alias invalid"
        case .packetTooLarge: "Packet too large"
        case .messageRateTooHigh: "Message rate too high"
        case .quotaExceeded: "Quota exceeded"
        case .administrativeAction: "Administrative action"
        case .payloadFormatInvalid: "Payload format invalid"
        case .retainNotSupported: "Retain not supported"
        case .qosNotSupported: "QoS not supported"
        case .useAnotherServer: "Use another server"
        case .serverMoved: "Server moved"
        case .sharedSubscriptionsNotSupported: "Shared Subscriptions not supported"
        case .connectionRateExceeded: "Connection rate exceeded"
        case .maximumConnectTime: "Maximum connect time"
        case .subscriptionIdentifiersNotSupported: "Subscription Identifiers not supported"
        case .wildcardSubscriptionsNotSupported: "Wildcard Subscriptions not supported"
        default: "unknown"
        }
    }
}
