import Events

extension MQTTReasonCode {
    /// Whether table 2-6 of MQTT 5.0 lets a packet of that type carry this code.
    public func isAllowed(in type: MQTTPacketType) -> Bool {
        guard type.rawValue < 16 else { return false }
        return places >> type.rawValue & 1 == 1
    }

    /// The only direction in which a DISCONNECT (3.14.2.1) or AUTH (3.15.2.1) may carry this code; `nil` where both may.
    func onlyDirection(in type: MQTTPacketType) -> Direction? {
        switch (type, self) {
        case (.disconnect, .disconnectWithWill), (.auth, .reauthenticate): .toServer
        case (.auth, .success): .toClient
        case (.disconnect, .notAuthorized), (.disconnect, .serverBusy), (.disconnect, .serverShuttingDown),
            (.disconnect, .keepAliveTimeout), (.disconnect, .sessionTakenOver), (.disconnect, .topicFilterInvalid),
            (.disconnect, .retainNotSupported), (.disconnect, .qosNotSupported), (.disconnect, .useAnotherServer),
            (.disconnect, .serverMoved), (.disconnect, .sharedSubscriptionsNotSupported),
            (.disconnect, .connectionRateExceeded), (.disconnect, .maximumConnectTime),
            (.disconnect, .subscriptionIdentifiersNotSupported), (.disconnect, .wildcardSubscriptionsNotSupported):
            .toClient
        default: nil
        }
    }

    /// One bit for each packet type that may carry the code.
    private var places: UInt16 {
        switch self {
        case .success:
            0xCAF4  // CONNACK PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK DISCONNECT AUTH
        case .grantedQoS1, .grantedQoS2:
            0x0200  // SUBACK
        case .disconnectWithWill, .serverShuttingDown, .keepAliveTimeout, .sessionTakenOver, .receiveMaximumExceeded,
            .topicAliasInvalid, .messageRateTooHigh, .administrativeAction, .maximumConnectTime:
            0x4000  // DISCONNECT
        case .noMatchingSubscribers:
            0x0030  // PUBACK PUBREC
        case .noSubscriptionExisted:
            0x0800  // UNSUBACK
        case .continueAuthentication, .reauthenticate:
            0x8000  // AUTH
        case .unspecifiedError, .implementationSpecificError, .notAuthorized:
            0x4A34  // CONNACK PUBACK PUBREC SUBACK UNSUBACK DISCONNECT
        case .malformedPacket, .protocolError, .serverBusy, .badAuthenticationMethod, .packetTooLarge,
            .retainNotSupported, .qosNotSupported, .useAnotherServer, .serverMoved, .connectionRateExceeded:
            0x4004  // CONNACK DISCONNECT
        case .unsupportedProtocolVersion, .clientIdentifierNotValid, .badUserNameOrPassword, .serverUnavailable,
            .banned:
            0x0004  // CONNACK
        case .topicFilterInvalid:
            0x4A00  // SUBACK UNSUBACK DISCONNECT
        case .topicNameInvalid, .payloadFormatInvalid:
            0x4034  // CONNACK PUBACK PUBREC DISCONNECT
        case .packetIdentifierInUse:
            0x0A30  // PUBACK PUBREC SUBACK UNSUBACK
        case .packetIdentifierNotFound:
            0x00C0  // PUBREL PUBCOMP
        case .quotaExceeded:
            0x4234  // CONNACK PUBACK PUBREC SUBACK DISCONNECT
        case .sharedSubscriptionsNotSupported, .subscriptionIdentifiersNotSupported, .wildcardSubscriptionsNotSupported:
            0x4200  // SUBACK DISCONNECT
        default: 0
        }
    }
}
