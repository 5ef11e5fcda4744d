import Events

/// Where a field of a property looks for it.
struct MQTTPropertyPlace {
    let property: MQTTProperty
    /// Whether it is a property of the will of a CONNECT.
    let isWill: Bool
}

extension MQTTField {
    /// The property that the field shows; `nil` for the other fields.
    var place: MQTTPropertyPlace? {
        switch self {
        case .propPayloadFormatIndicator: MQTTPropertyPlace(property: .payloadFormatIndicator, isWill: false)
        case .propMessageExpiryInterval: MQTTPropertyPlace(property: .messageExpiryInterval, isWill: false)
        case .propContentType: MQTTPropertyPlace(property: .contentType, isWill: false)
        case .propResponseTopic: MQTTPropertyPlace(property: .responseTopic, isWill: false)
        case .propCorrelationData: MQTTPropertyPlace(property: .correlationData, isWill: false)
        case .propSubscriptionIdentifier: MQTTPropertyPlace(property: .subscriptionIdentifier, isWill: false)
        case .propSessionExpiryInterval: MQTTPropertyPlace(property: .sessionExpiryInterval, isWill: false)
        case .propAssignedClientIdentifier: MQTTPropertyPlace(property: .assignedClientIdentifier, isWill: false)
        case .propServerKeepAlive: MQTTPropertyPlace(property: .serverKeepAlive, isWill: false)
        case .propAuthenticationMethod: MQTTPropertyPlace(property: .authenticationMethod, isWill: false)
        case .propAuthenticationData: MQTTPropertyPlace(property: .authenticationData, isWill: false)
        case .propRequestProblemInformation: MQTTPropertyPlace(property: .requestProblemInformation, isWill: false)
        case .propRequestResponseInformation: MQTTPropertyPlace(property: .requestResponseInformation, isWill: false)
        case .propResponseInformation: MQTTPropertyPlace(property: .responseInformation, isWill: false)
        case .propServerReference: MQTTPropertyPlace(property: .serverReference, isWill: false)
        case .propReasonString: MQTTPropertyPlace(property: .reasonString, isWill: false)
        case .propReceiveMaximum: MQTTPropertyPlace(property: .receiveMaximum, isWill: false)
        case .propTopicAliasMaximum: MQTTPropertyPlace(property: .topicAliasMaximum, isWill: false)
        case .propTopicAlias: MQTTPropertyPlace(property: .topicAlias, isWill: false)
        case .propMaximumQoS: MQTTPropertyPlace(property: .maximumQoS, isWill: false)
        case .propRetainAvailable: MQTTPropertyPlace(property: .retainAvailable, isWill: false)
        case .propUserProperty: MQTTPropertyPlace(property: .userProperty, isWill: false)
        case .propMaximumPacketSize: MQTTPropertyPlace(property: .maximumPacketSize, isWill: false)
        case .propWildcardSubscriptionAvailable:
            MQTTPropertyPlace(property: .wildcardSubscriptionAvailable, isWill: false)
        case .propSubscriptionIdentifierAvailable:
            MQTTPropertyPlace(property: .subscriptionIdentifierAvailable, isWill: false)
        case .propSharedSubscriptionAvailable: MQTTPropertyPlace(property: .sharedSubscriptionAvailable, isWill: false)
        case .willPayloadFormatIndicator: MQTTPropertyPlace(property: .payloadFormatIndicator, isWill: true)
        case .willMessageExpiryInterval: MQTTPropertyPlace(property: .messageExpiryInterval, isWill: true)
        case .willContentType: MQTTPropertyPlace(property: .contentType, isWill: true)
        case .willResponseTopic: MQTTPropertyPlace(property: .responseTopic, isWill: true)
        case .willCorrelationData: MQTTPropertyPlace(property: .correlationData, isWill: true)
        case .willWillDelayInterval: MQTTPropertyPlace(property: .willDelayInterval, isWill: true)
        case .willUserProperty: MQTTPropertyPlace(property: .userProperty, isWill: true)
        default: nil
        }
    }

    /// The row of a property: its name is the specification's, its type that of its values.
    var propertyInfo: FieldInfo {
        guard let place, let kind = place.property.kind else { return FieldInfo("mqtt.prop", .int, "") }
        let property = place.property
        let type: FieldType =
            switch kind {
            case .byte, .uint16, .uint32, .variable: .int
            case .text, .pair: .text
            case .binary: .bytes
            }
        let isList = property == .userProperty || property == .subscriptionIdentifier
        let form = kind == .pair ? ", as key=value" : ""
        let summary = (place.isWill ? "will property" : "property") + " \(property.rawValue) of 5.0\(form)"
        // With the method PLAIN the data of an enhanced authentication is the password (RFC 4616, 2).
        let isSecret = property == .authenticationData
        let name = "mqtt.\(place.isWill ? "will." : "")prop.\(property.name)"
        return FieldInfo(name, type, list: isList, secret: isSecret, summary)
    }
}
