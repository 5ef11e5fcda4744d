extension MQTTViolation {
    /// The names of the statements that take the conversation to check, in MQTT 3.1.1 and in MQTT 5.0; `nil` where that
    /// version has no such statement, and for all others.
    func conversationNames(_ type: MQTTPacketType) -> (StaticString?, StaticString?) {
        switch self {
        case .packetIDInUseByClient: ("MQTT-2.3.1-2", "MQTT-2.2.1-3")
        case .packetIDInUseByServer: ("MQTT-2.3.1-4", "MQTT-2.2.1-4")
        // 3.1.1 has no number for PUBCOMP.
        case .answerUnasked: (type == .pubcomp ? "MQTT-3.7.2" : "MQTT-2.3.1-6", "MQTT-2.2.1-5")
        case .unsubackUnasked: ("MQTT-2.3.1-7", "MQTT-2.2.1-6")
        case .pubackForQoSTwo: ("MQTT-4.3.3-2", "MQTT-4.3.3-8")
        case .pubrecForQoSOne: ("MQTT-4.3.2-2", "MQTT-4.3.2-4")
        case .publishAfterRelease: ("MQTT-4.3.3-1", "MQTT-4.3.3-6")
        case .resentOnSameConnection: (nil, "MQTT-4.4.0-1")
        case .duplicateOfNothing: ("MQTT-3.3.1-3", "MQTT-3.3.1-3")
        case .pubackOrder: ("MQTT-4.6.0-2", "MQTT-4.6.0-2")
        case .pubrecOrder: ("MQTT-4.6.0-3", "MQTT-4.6.0-3")
        case .pubrelOrder: ("MQTT-4.6.0-4", "MQTT-4.6.0-4")
        case .receiveMaximumOfServer: (nil, "MQTT-3.3.4-7")
        case .receiveMaximumOfClient: (nil, "MQTT-3.3.4-9")
        case .packetTooLargeForClient: (nil, "MQTT-3.1.2-24")
        case .packetTooLargeForServer: (nil, "MQTT-3.2.2-15")
        case .qosAboveMaximum: (nil, "MQTT-3.2.2-11")
        case .retainNotAvailable: (nil, "MQTT-3.2.2-14")
        case .willQoSAccepted: (nil, "MQTT-3.2.2-12")
        case .willRetainAccepted: (nil, "MQTT-3.2.2-13")
        case .wildcardNotAvailable: (nil, "MQTT-3.2.2.3.11")
        case .subscriptionIDNotAvailable: (nil, "MQTT-3.2.2.3.12")
        case .sharedNotAvailable: (nil, "MQTT-3.2.2.3.13")
        case .assignedIDMissing: (nil, "MQTT-3.2.2-16")
        case .emptyClientIDAccepted: ("MQTT-3.1.3-8", nil)
        case .responseInformationUnasked: (nil, "MQTT-3.1.2-28")
        case .problemInformationUnwanted: (nil, "MQTT-3.1.2-29")
        case .packetDuringAuth: (nil, "MQTT-3.1.2-30")
        case .authMethodChanged: (nil, "MQTT-4.12.0-5")
        case .reauthMethodChanged: (nil, "MQTT-4.12.1-1")
        case .authNotContinuedByServer: (nil, "MQTT-4.12.0-2")
        case .authNotContinuedByClient: (nil, "MQTT-4.12.0-3")
        case .packetAfterRefusal: ("MQTT-3.2.2-5", "MQTT-3.2.2-7")
        case .expiryRaised: (nil, "MQTT-3.14.2.2.2")
        case .keepAliveExceeded: ("MQTT-3.1.2-23", "MQTT-3.1.2-20")
        default: (nil, nil)
        }
    }
}
