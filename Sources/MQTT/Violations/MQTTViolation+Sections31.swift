import Tables

extension MQTTViolation {
    /// The section of the MQTT V3.1 Protocol Specification, which numbers no statements; `nil` where it says nothing.
    func section31(_ type: MQTTPacketType) -> StaticString? {
        switch self {
        case .remainingLengthTooLong, .reservedType, .wrongDirection, .headerFlags, .pubrelFlags, .subscribeFlags,
            .unsubscribeFlags, .duplicateOfQoSZero, .duplicateInDeliveryZero, .publishQoSThree:
            "MQTT31-2.1"
        case .stringTooLong, .illFormedText, .illFormedTopicName, .illFormedClientID, .illFormedWillTopic,
            .illFormedUserName, .illFormedSubscribeFilter, .illFormedUnsubscribeFilter:
            "MQTT31-2.5"
        case .packetIDZeroFromClient, .packetIDZeroFromServer, .publishAnswerIDZero, .subscribeAnswerIDZero:
            "MQTT31-2.4"
        case .nullInTopic, .multiLevelWildcard, .singleLevelWildcard, .emptyTopic: "MQTT31-A"
        case .wildcardInTopicName: type == .connect ? "MQTT31-3.1" : "MQTT31-3.3"
        case .wildcardInPublish, .topicNameMissing, .answerForOtherQoS: "MQTT31-3.3"
        case .pubackForQoSTwo, .pubrecForQoSOne: "MQTT31-4.1"
        case .pubrelUnasked: "MQTT31-3.6"
        case .pubcompUnasked: "MQTT31-3.7"
        case .unsubackUnasked: "MQTT31-3.11"
        case .protocolName, .protocolLevel, .willQoSThree, .passwordWithoutUserName, .keepAliveExceeded: "MQTT31-2.2"
        case .connectNotFirst, .connectAgain, .willFieldsMissing, .clientIDMissing, .clientIDLength31, .userNameUnasked,
            .passwordUnasked:
            "MQTT31-3.1"
        case .connackNotFirst, .connackCode: "MQTT31-3.2"
        case .subscribeWithoutFilter, .subscribeQoSThree: "MQTT31-3.8"
        case .subackUnasked, .subackCount: "MQTT31-3.9"
        case .reasonCode, .answerEmpty: type == .suback ? "MQTT31-3.9" : nil
        case .unsubscribeWithoutFilter: "MQTT31-3.10"
        case .packetAfterDisconnect: "MQTT31-3.14"
        case .fieldMissing, .bytesLeftOver: packetSection31(type)
        case .answerUnasked: (4...7).contains(type.rawValue) ? packetSection31(type) : nil
        default: nil
        }
    }
}

extension MQTTViolations {
    /// What remains in a session of 3.1, which asks less of a conversation than its successors: whoever gets no answer may
    /// send anything again, and need not mark it (4.2), so that an identifier in use proves nothing.
    func demanded31(_ type: MQTTPacketType) -> MQTTViolations {
        var kept = MQTTViolations()
        forEach { violation in
            let isOfPacket = violation.rawValue < MQTTViolation.packetIDInUseByClient.rawValue
            if isOfPacket || violation.section31(type) != nil { kept.insert(violation) }
        }
        return kept
    }
}

/// The section of MQTT V3.1 that describes a packet.
private func packetSection31(_ type: MQTTPacketType) -> StaticString {
    switch type {
    case .connect: "MQTT31-3.1"
    case .connack: "MQTT31-3.2"
    case .publish: "MQTT31-3.3"
    case .puback: "MQTT31-3.4"
    case .pubrec: "MQTT31-3.5"
    case .pubrel: "MQTT31-3.6"
    case .pubcomp: "MQTT31-3.7"
    case .subscribe: "MQTT31-3.8"
    case .suback: "MQTT31-3.9"
    case .unsubscribe: "MQTT31-3.10"
    case .unsuback: "MQTT31-3.11"
    case .pingreq: "MQTT31-3.12"
    case .pingresp: "MQTT31-3.13"
    case .disconnect: "MQTT31-3.14"
    default: "MQTT31-2.1"
    }
}
