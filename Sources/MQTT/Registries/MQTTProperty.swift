/// A property of MQTT 5.0, by its identifier (2.2.2.2, table 2-4).
public struct MQTTProperty: RawRepresentable, Hashable, Sendable {
    /// The identifier, as a byte of the wire.
    public let rawValue: UInt8

    /// The property of that identifier, whether or not it is assigned.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// In PUBLISH, the will.
    public static let payloadFormatIndicator = Self(rawValue: 0x01)
    /// In PUBLISH, the will.
    public static let messageExpiryInterval = Self(rawValue: 0x02)
    /// In PUBLISH, the will.
    public static let contentType = Self(rawValue: 0x03)
    /// In PUBLISH, the will.
    public static let responseTopic = Self(rawValue: 0x08)
    /// In PUBLISH, the will.
    public static let correlationData = Self(rawValue: 0x09)
    /// In PUBLISH, SUBSCRIBE.
    public static let subscriptionIdentifier = Self(rawValue: 0x0B)
    /// In CONNECT, CONNACK, DISCONNECT.
    public static let sessionExpiryInterval = Self(rawValue: 0x11)
    /// In CONNACK.
    public static let assignedClientIdentifier = Self(rawValue: 0x12)
    /// In CONNACK.
    public static let serverKeepAlive = Self(rawValue: 0x13)
    /// In CONNECT, CONNACK, AUTH.
    public static let authenticationMethod = Self(rawValue: 0x15)
    /// In CONNECT, CONNACK, AUTH.
    public static let authenticationData = Self(rawValue: 0x16)
    /// In CONNECT.
    public static let requestProblemInformation = Self(rawValue: 0x17)
    /// In the will.
    public static let willDelayInterval = Self(rawValue: 0x18)
    /// In CONNECT.
    public static let requestResponseInformation = Self(rawValue: 0x19)
    /// In CONNACK.
    public static let responseInformation = Self(rawValue: 0x1A)
    /// In CONNACK, DISCONNECT.
    public static let serverReference = Self(rawValue: 0x1C)
    /// In CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH.
    public static let reasonString = Self(rawValue: 0x1F)
    /// In CONNECT, CONNACK.
    public static let receiveMaximum = Self(rawValue: 0x21)
    /// In CONNECT, CONNACK.
    public static let topicAliasMaximum = Self(rawValue: 0x22)
    /// In PUBLISH.
    public static let topicAlias = Self(rawValue: 0x23)
    /// In CONNACK.
    public static let maximumQoS = Self(rawValue: 0x24)
    /// In CONNACK.
    public static let retainAvailable = Self(rawValue: 0x25)
    /// In CONNECT, CONNACK, PUBLISH, the will, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, DISCONNECT, AUTH.
    public static let userProperty = Self(rawValue: 0x26)
    /// In CONNECT, CONNACK.
    public static let maximumPacketSize = Self(rawValue: 0x27)
    /// In CONNACK.
    public static let wildcardSubscriptionAvailable = Self(rawValue: 0x28)
    /// In CONNACK.
    public static let subscriptionIdentifierAvailable = Self(rawValue: 0x29)
    /// In CONNACK.
    public static let sharedSubscriptionAvailable = Self(rawValue: 0x2A)

    /// The specification's name in snake case, as fields show it; `unknown` for what the table does not have.
    public var name: StaticString {
        switch self {
        case .payloadFormatIndicator: "payload_format_indicator"
        case .messageExpiryInterval: "message_expiry_interval"
        case .contentType: "content_type"
        case .responseTopic: "response_topic"
        case .correlationData: "correlation_data"
        case .subscriptionIdentifier: "subscription_identifier"
        case .sessionExpiryInterval: "session_expiry_interval"
        case .assignedClientIdentifier: "assigned_client_identifier"
        case .serverKeepAlive: "server_keep_alive"
        case .authenticationMethod: "authentication_method"
        case .authenticationData: "authentication_data"
        case .requestProblemInformation: "request_problem_information"
        case .willDelayInterval: "will_delay_interval"
        case .requestResponseInformation: "request_response_information"
        case .responseInformation: "response_information"
        case .serverReference: "server_reference"
        case .reasonString: "reason_string"
        case .receiveMaximum: "receive_maximum"
        case .topicAliasMaximum: "topic_alias_maximum"
        case .topicAlias: "topic_alias"
        case .maximumQoS: "maximum_qos"
        case .retainAvailable: "retain_available"
        case .userProperty: "user_property"
        case .maximumPacketSize: "maximum_packet_size"
        case .wildcardSubscriptionAvailable: "wildcard_subscription_available"
        case .subscriptionIdentifierAvailable: "subscription_identifier_available"
        case .sharedSubscriptionAvailable: "shared_subscription_available"
        default: "unknown"
        }
    }
}
