extension MQTTViolation {
    /// The specification's own name of the statement.
    ///
    /// Sessions of 5.0 get the numbers of MQTT 5.0, those of 3.1 the section of MQTT V3.1 as in `MQTT31-2.1`, all others the
    /// numbers of MQTT 3.1.1. Where a rule has no number of its own the name is that of its section, such as `MQTT-2.2.3`.
    /// A rule that the version of the session does not have keeps the name that it has in another.
    ///
    /// - Parameters:
    ///   - version: the version of the session.
    ///   - type: the packet that broke it; some rules have a number for each packet type.
    /// - Returns: the name, such as `MQTT-3.8.3-2`.
    public func name(_ version: MQTTVersion, _ type: MQTTPacketType) -> StaticString {
        let (three, five) = names(type)
        let old = version == .v31 ? section31(type) : nil
        let (first, second) = version == .v5 ? (five, three) : (three, five)
        return old ?? first ?? second ?? "MQTT-"
    }

    /// The names in MQTT 3.1.1 and in MQTT 5.0; `nil` where that version has no such rule.
    func names(_ type: MQTTPacketType) -> (StaticString?, StaticString?) {
        switch self {
        case .remainingLengthTooLong: ("MQTT-2.2.3", "MQTT-1.5.5")
        case .integerNotMinimal: (nil, "MQTT-1.5.5-1")
        case .fieldMissing: ("MQTT-2.2.3", "MQTT-2.1.4")
        case .stringTooLong: ("MQTT-1.5.3", "MQTT-1.5.4")
        case .bytesLeftOver: (leftOverName(type), leftOverName(type))
        case .reservedType: ("MQTT-2.2.1", "MQTT-2.1.2")
        case .wrongDirection: ("MQTT-2.2.1", "MQTT-2.1.2")
        case .headerFlags: ("MQTT-2.2.2-1", "MQTT-2.1.3-1")
        case .pubrelFlags: ("MQTT-3.6.1-1", "MQTT-3.6.1-1")
        case .subscribeFlags: ("MQTT-3.8.1-1", "MQTT-3.8.1-1")
        case .unsubscribeFlags: ("MQTT-3.10.1-1", "MQTT-3.10.1-1")
        case .disconnectFlags: ("MQTT-3.14.1-1", "MQTT-3.14.1-1")
        case .authFlags: (nil, "MQTT-3.15.1-1")
        case .illFormedText: ("MQTT-1.5.3-1", "MQTT-1.5.4-1")
        case .nullInText: ("MQTT-1.5.3-2", "MQTT-1.5.4-2")
        case .illFormedPair: (nil, "MQTT-1.5.7-1")
        case .illFormedTopicName: ("MQTT-3.3.2-1", "MQTT-3.3.2-1")
        case .illFormedClientID: ("MQTT-3.1.3-4", "MQTT-3.1.3-4")
        case .illFormedWillTopic: ("MQTT-3.1.3-10", "MQTT-3.1.3-11")
        case .illFormedUserName: ("MQTT-3.1.3-11", "MQTT-3.1.3-12")
        case .illFormedSubscribeFilter: ("MQTT-3.8.3-1", "MQTT-3.8.3-1")
        case .illFormedUnsubscribeFilter: ("MQTT-3.10.3-1", "MQTT-3.10.3-1")
        case .illFormedResponseTopic: (nil, "MQTT-3.3.2-13")
        case .illFormedContentType: (nil, "MQTT-3.3.2-19")
        case .nullInTopic: ("MQTT-4.7.3-2", "MQTT-4.7.3-2")
        case .emptyTopic: ("MQTT-4.7.3-1", "MQTT-4.7.3-1")
        case .wildcardInTopicName: ("MQTT-4.7.1-1", "MQTT-4.7.0-1")
        case .wildcardInPublish: ("MQTT-3.3.2-2", "MQTT-3.3.2-2")
        case .wildcardInResponseTopic: (nil, "MQTT-3.3.2-14")
        case .multiLevelWildcard: ("MQTT-4.7.1-2", "MQTT-4.7.1-1")
        case .singleLevelWildcard: ("MQTT-4.7.1-3", "MQTT-4.7.1-2")
        case .shareNameEmpty: (nil, "MQTT-4.8.2-1")
        case .shareNameSyntax: (nil, "MQTT-4.8.2-2")
        case .packetIDZeroFromClient: ("MQTT-2.3.1-1", "MQTT-2.2.1-3")
        case .packetIDZeroFromServer: ("MQTT-2.3.1-1", "MQTT-2.2.1-4")
        case .publishAnswerIDZero: ("MQTT-2.3.1-6", "MQTT-2.2.1-5")
        case .subscribeAnswerIDZero: ("MQTT-2.3.1-7", "MQTT-2.2.1-6")
        case .connectNotFirst: ("MQTT-3.1.0-1", "MQTT-3.1.0-1")
        case .connectAgain: ("MQTT-3.1.0-2", "MQTT-3.1.0-2")
        case .protocolName: ("MQTT-3.1.2-1", "MQTT-3.1.2-1")
        case .protocolLevel: ("MQTT-3.1.2-2", "MQTT-3.1.2-2")
        case .connectReservedFlag: ("MQTT-3.1.2-3", "MQTT-3.1.2-3")
        case .willFieldsMissing: ("MQTT-3.1.2-9", "MQTT-3.1.2-9")
        case .willFlagsWithoutWill: ("MQTT-3.1.2-11", nil)
        case .willQoSWithoutWill: ("MQTT-3.1.2-13", "MQTT-3.1.2-11")
        case .willQoSThree: ("MQTT-3.1.2-14", "MQTT-3.1.2-12")
        case .willRetainWithoutWill: ("MQTT-3.1.2-15", "MQTT-3.1.2-13")
        case .userNameMissing: ("MQTT-3.1.2-19", "MQTT-3.1.2-17")
        case .passwordMissing: ("MQTT-3.1.2-21", "MQTT-3.1.2-19")
        case .userNameUnasked: ("MQTT-3.1.2-18", "MQTT-3.1.2-16")
        case .passwordUnasked: ("MQTT-3.1.2-20", "MQTT-3.1.2-18")
        case .passwordWithoutUserName: ("MQTT-3.1.2-22", nil)
        case .clientIDMissing: ("MQTT-3.1.3-3", "MQTT-3.1.3-3")
        case .clientIDEmpty: ("MQTT-3.1.3-7", nil)
        case .clientIDLength31: ("MQTT31-3.1", nil)
        case .connackNotFirst: ("MQTT-3.2.0-1", "MQTT-3.2.0-1")
        case .connackAgain: (nil, "MQTT-3.2.0-2")
        case .connackFlags: ("MQTT-3.2.2.1", "MQTT-3.2.2-1")
        case .sessionPresentWhenClean: ("MQTT-3.2.2-1", "MQTT-3.2.2-2")
        case .sessionPresentWhenRefused: ("MQTT-3.2.2-4", "MQTT-3.2.2-6")
        case .connackCode: ("MQTT-3.2.2-6", "MQTT-3.2.2-8")
        case .duplicateOfQoSZero: ("MQTT-3.3.1-2", "MQTT-3.3.1-2")
        case .duplicateInDeliveryZero: ("MQTT-4.3.1-1", "MQTT-4.3.1-1")
        case .publishQoSThree: ("MQTT-3.3.1-4", "MQTT-3.3.1-4")
        case .topicNameMissing: ("MQTT-3.3.2-1", "MQTT-3.3.2-1")
        case .topicAliasZero: (nil, "MQTT-3.3.2-8")
        case .topicAliasAboveServerMaximum: (nil, "MQTT-3.3.2-9")
        case .topicAliasAboveClientMaximum: (nil, "MQTT-3.3.2-11")
        case .topicAliasUnknown: (nil, "MQTT-3.3.2.3.4")
        case .subscriptionIdentifierFromClient: (nil, "MQTT-3.3.4-6")
        case .reasonCode: (type == .suback ? "MQTT-3.9.3-2" : nil, reasonCodeName(type))
        case .reasonCodeOfOtherSide: (nil, type == .auth ? "MQTT-3.15.2.1" : "MQTT-3.14.2.1")
        case .subscribeWithoutFilter: ("MQTT-3.8.3-3", "MQTT-3.8.3-2")
        case .unsubscribeWithoutFilter: ("MQTT-3.10.3-2", "MQTT-3.10.3-2")
        case .subscribeReservedBits: ("MQTT-3.8.3-4", "MQTT-3.8.3-5")
        case .subscribeQoSThree: ("MQTT-3.8.3-4", "MQTT-3.8.3.1")
        case .retainHandlingThree: (nil, "MQTT-3.8.3.1")
        case .noLocalOnShared: (nil, "MQTT-3.8.3-4")
        case .subackUnasked: ("MQTT-3.8.4-2", "MQTT-3.8.4-2")
        case .subackCount: ("MQTT-3.8.4-5", "MQTT-3.8.4-6")
        case .answerEmpty:
            type == .unsuback ? (nil, "MQTT-3.11.3-1") : ("MQTT-3.8.4-5", "MQTT-3.8.4-6")
        case .grantUnclear: (nil, "MQTT-3.8.4-7")
        case .unsubackCount: (nil, "MQTT-3.11.3-1")
        case .disconnectBeforeConnack: (nil, "MQTT-3.14.0-1")
        case .sessionExpiryFromServer: (nil, "MQTT-3.14.2-2")
        case .packetAfterDisconnect: ("MQTT-3.14.4-2", "MQTT-3.14.4-1")
        case .authUnaskedFromServer: (nil, "MQTT-4.12.0-6")
        case .authUnaskedFromClient: (nil, "MQTT-4.12.0-7")
        case .authCodeFromServer: (nil, "MQTT-4.12.0-2")
        case .authCodeFromClient: (nil, "MQTT-4.12.0-3")
        case .authMethodMissing: (nil, "MQTT-3.15.2.2.2")
        case .authDataWithoutMethod: (nil, "MQTT-3.1.2.11.10")
        case .propertyLengthMissing: (nil, "MQTT-2.2.2-1")
        case .propertyLengthTooLong: (nil, "MQTT-2.2.2.1")
        case .propertyUnknown: (nil, "MQTT-2.2.2.2")
        case .propertyNotAllowed: (nil, "MQTT-2.2.2.2")
        case .propertyRepeated: (nil, propertiesName(type))
        case .propertyValue: (nil, propertiesName(type))
        case .willPropertyRepeated: (nil, "MQTT-3.1.3.2")
        case .willPropertyValue: (nil, "MQTT-3.1.3.2")
        default: conversationNames(type)
        }
    }
}

/// The section of the packet's length, which is the same in both specifications; CONNECT has a statement of its own.
private func leftOverName(_ type: MQTTPacketType) -> StaticString {
    switch type {
    case .connect: "MQTT-3.1.4-1"
    case .connack: "MQTT-3.2.1"
    case .publish: "MQTT-3.3.1"
    case .puback: "MQTT-3.4.1"
    case .pubrec: "MQTT-3.5.1"
    case .pubrel: "MQTT-3.6.1"
    case .pubcomp: "MQTT-3.7.1"
    case .subscribe: "MQTT-3.8.1"
    case .suback: "MQTT-3.9.1"
    case .unsubscribe: "MQTT-3.10.1"
    case .unsuback: "MQTT-3.11.1"
    case .pingreq: "MQTT-3.12.1"
    case .pingresp: "MQTT-3.13.1"
    case .disconnect: "MQTT-3.14.1"
    default: "MQTT-3.15.1"
    }
}

/// The statement that a packet must use one of the reason codes that it has, packet by packet.
///
/// SUBACK has the same number in 3.1.1.
private func reasonCodeName(_ type: MQTTPacketType) -> StaticString {
    switch type {
    case .puback: "MQTT-3.4.2-1"
    case .pubrec: "MQTT-3.5.2-1"
    case .pubrel: "MQTT-3.6.2-1"
    case .pubcomp: "MQTT-3.7.2-1"
    case .suback: "MQTT-3.9.3-2"
    case .unsuback: "MQTT-3.11.3-2"
    case .disconnect: "MQTT-3.14.2-1"
    default: "MQTT-3.15.2-1"
    }
}

/// The section of MQTT 5.0 that describes the packet's properties.
private func propertiesName(_ type: MQTTPacketType) -> StaticString {
    switch type {
    case .connect: "MQTT-3.1.2.11"
    case .connack: "MQTT-3.2.2.3"
    case .publish: "MQTT-3.3.2.3"
    case .puback: "MQTT-3.4.2.2"
    case .pubrec: "MQTT-3.5.2.2"
    case .pubrel: "MQTT-3.6.2.2"
    case .pubcomp: "MQTT-3.7.2.2"
    case .subscribe: "MQTT-3.8.2.1"
    case .suback: "MQTT-3.9.2.1"
    case .unsubscribe: "MQTT-3.10.2.1"
    case .unsuback: "MQTT-3.11.2.1"
    case .disconnect: "MQTT-3.14.2.2"
    default: "MQTT-3.15.2.2"
    }
}
