/// How the value of a property is written (MQTT 5.0, 1.5).
public enum MQTTPropertyKind: UInt8, Sendable {
    case byte
    case uint16
    case uint32
    /// Variable Byte Integer (1.5.5).
    case variable
    /// UTF-8 Encoded String (1.5.4).
    case text
    /// Binary Data (1.5.6).
    case binary
    /// UTF-8 String Pair (1.5.7).
    case pair
}

extension MQTTProperty {
    /// How its value is written; `nil` for an identifier that table 2-4 does not have.
    public var kind: MQTTPropertyKind? {
        switch self {
        case .payloadFormatIndicator, .requestProblemInformation, .requestResponseInformation, .maximumQoS,
            .retainAvailable, .wildcardSubscriptionAvailable, .subscriptionIdentifierAvailable,
            .sharedSubscriptionAvailable:
            .byte
        case .serverKeepAlive, .receiveMaximum, .topicAliasMaximum, .topicAlias:
            .uint16
        case .messageExpiryInterval, .sessionExpiryInterval, .willDelayInterval, .maximumPacketSize:
            .uint32
        case .subscriptionIdentifier:
            .variable
        case .contentType, .responseTopic, .assignedClientIdentifier, .authenticationMethod, .responseInformation,
            .serverReference, .reasonString:
            .text
        case .correlationData, .authenticationData:
            .binary
        case .userProperty:
            .pair
        default: nil
        }
    }

    /// Whether it may stand in a packet of that type; type 0 stands for the properties of a will.
    func isAllowed(in place: UInt8) -> Bool { places >> UInt16(place & 15) & 1 == 1 }

    /// One bit for each packet type that may carry it (table 2-4); bit 0 for a will.
    private var places: UInt16 {
        switch self {
        case .payloadFormatIndicator, .messageExpiryInterval, .contentType, .responseTopic, .correlationData:
            0x0009  // PUBLISH WILL
        case .subscriptionIdentifier:
            0x0108  // PUBLISH SUBSCRIBE
        case .sessionExpiryInterval:
            0x4006  // CONNECT CONNACK DISCONNECT
        case .assignedClientIdentifier, .serverKeepAlive, .responseInformation, .maximumQoS, .retainAvailable,
            .wildcardSubscriptionAvailable, .subscriptionIdentifierAvailable, .sharedSubscriptionAvailable:
            0x0004  // CONNACK
        case .authenticationMethod, .authenticationData:
            0x8006  // CONNECT CONNACK AUTH
        case .requestProblemInformation, .requestResponseInformation:
            0x0002  // CONNECT
        case .willDelayInterval:
            0x0001  // WILL
        case .serverReference:
            0x4004  // CONNACK DISCONNECT
        case .reasonString:
            0xCAF4  // CONNACK PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK DISCONNECT AUTH
        case .receiveMaximum, .topicAliasMaximum, .maximumPacketSize:
            0x0006  // CONNECT CONNACK
        case .topicAlias:
            0x0008  // PUBLISH
        case .userProperty:
            0xCFFF  // all that have properties
        default: 0
        }
    }

    /// Whether it may stand several times: user properties everywhere, subscription identifiers in PUBLISH (3.3.2.3.8).
    func isRepeatable(in place: UInt8) -> Bool {
        self == .userProperty || self == .subscriptionIdentifier && place == MQTTPacketType.publish.rawValue
    }

    /// Whether the value is one that the property's own section allows.
    func allows(_ value: UInt32) -> Bool {
        switch self {
        case .payloadFormatIndicator, .requestProblemInformation, .requestResponseInformation, .maximumQoS,
            .retainAvailable, .wildcardSubscriptionAvailable, .subscriptionIdentifierAvailable,
            .sharedSubscriptionAvailable:
            value <= 1
        case .receiveMaximum, .maximumPacketSize, .subscriptionIdentifier: value > 0
        default: true
        }
    }
}
