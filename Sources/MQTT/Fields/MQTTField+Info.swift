import Events

extension MQTTField {
    /// The row of the registry.
    var info: FieldInfo {
        switch self {
        case .type:
            FieldInfo("mqtt.type", .keyword, "packet type: CONNECT, CONNACK, ... AUTH, RESERVED")
        case .version:
            FieldInfo(
                "mqtt.ver", .int,
                "3 (3.1), 4 (3.1.1) or 5 (5.0), from the CONNECT; absent where it was not seen and could not be told")
        case .protocolLevel:
            FieldInfo("mqtt.protolevel", .int, "CONNECT: the protocol level as sent, with the bit 0x80 of some bridges")
        case .length:
            FieldInfo("mqtt.len", .int, "Remaining Length")
        case .duplicate:
            FieldInfo("mqtt.dupflag", .bool, "PUBLISH: sent again")
        case .qos:
            FieldInfo("mqtt.qos", .int, "PUBLISH: quality of service, 0 to 3")
        case .retain:
            FieldInfo("mqtt.retain", .bool, "PUBLISH: RETAIN flag")
        case .packetID:
            FieldInfo("mqtt.msgid", .int, "Packet Identifier")
        case .protocolName:
            FieldInfo("mqtt.protoname", .text, "CONNECT: protocol name, MQTT or MQIsdp")
        case .clientID:
            FieldInfo("mqtt.clientid", .text, "client identifier of the session, also the one that the server assigned")
        case .userName:
            FieldInfo("mqtt.username", .text, "user name of the session")
        case .password:
            FieldInfo("mqtt.passwd", .text, secret: true, "CONNECT: password")
        case .flagUserName:
            FieldInfo("mqtt.conflag.uname", .bool, "CONNECT: user name flag")
        case .flagPassword:
            FieldInfo("mqtt.conflag.passwd", .bool, "CONNECT: password flag")
        case .flagWillRetain:
            FieldInfo("mqtt.conflag.retain", .bool, "CONNECT: Will Retain")
        case .flagWillQoS:
            FieldInfo("mqtt.conflag.qos", .int, "CONNECT: Will QoS, 0 to 3")
        case .flagWill:
            FieldInfo("mqtt.conflag.willflag", .bool, "CONNECT: Will Flag")
        case .flagCleanSession:
            FieldInfo("mqtt.conflag.cleansess", .bool, "CONNECT: Clean Session, Clean Start in 5.0")
        case .flagReserved:
            FieldInfo("mqtt.conflag.reserved", .bool, "CONNECT: reserved flag")
        case .keepAlive:
            FieldInfo("mqtt.kalive", .int, "CONNECT: Keep Alive in seconds")
        case .willTopic:
            FieldInfo("mqtt.willtopic", .text, "CONNECT: Will Topic")
        case .willMessage:
            FieldInfo("mqtt.willmsg", .text, "CONNECT: Will Message")
        case .sessionPresent:
            FieldInfo("mqtt.conack.flags.sp", .bool, "CONNACK: the server had a session of this client")
        case .connackCode:
            FieldInfo("mqtt.conack.val", .int, "CONNACK: return code (3.x) or reason code (5.0)")
        case .topic:
            FieldInfo(
                "mqtt.topic", .text, list: true,
                "PUBLISH: topic name, after resolving a topic alias; SUBSCRIBE, UNSUBSCRIBE: the filters")
        case .subscribeQoS:
            FieldInfo("mqtt.sub.qos", .int, list: true, "SUBSCRIBE: QoS asked for, filter by filter")
        case .subscribeNoLocal:
            FieldInfo("mqtt.sub.nl", .bool, list: true, "SUBSCRIBE of 5.0: No Local")
        case .subscribeRetainAsPublished:
            FieldInfo("mqtt.sub.rap", .bool, list: true, "SUBSCRIBE of 5.0: Retain As Published")
        case .subscribeRetainHandling:
            FieldInfo("mqtt.sub.retain", .int, list: true, "SUBSCRIBE of 5.0: Retain Handling, 0 to 3")
        case .reasonCode:
            FieldInfo(
                "mqtt.reason_code", .int, list: true,
                "acknowledgements, DISCONNECT, AUTH: reason codes as sent; SUBACK of 3.x: return codes")
        case .payload:
            FieldInfo("mqtt.msg", .text, "PUBLISH: application message, as far as it is held")
        case .payloadLength:
            FieldInfo("mqtt.msg.bytes", .int, "PUBLISH: length of the whole application message in bytes")
        case .midstream:
            FieldInfo("mqtt.session.midstream", .bool, "the CONNECT of the session was not seen")
        case .accepted:
            FieldInfo("mqtt.session.accepted", .bool, "whether the broker let the client in; absent before its CONNACK")
        case .anonymous:
            FieldInfo(
                "mqtt.session.anonymous", .bool,
                "the CONNECT had neither user name, password nor authentication method; absent midstream")
        case .takeover:
            FieldInfo(
                "mqtt.session.takeover", .bool,
                "CONNECT, CONNACK: the client identifier was live from another address on the same broker")
        case .age:
            FieldInfo("mqtt.session.age", .int, "milliseconds since the CONNECT; absent midstream")
        case .idle:
            FieldInfo("mqtt.session.idle", .int, "milliseconds since this side's previous message")
        case .sessionWildcard:
            FieldInfo(
                "mqtt.session.wildcard", .keyword, "widest class of filter granted so far: none, single, multi, all")
        case .sessionBridge:
            FieldInfo(
                "mqtt.session.bridge", .bool,
                "true where the client announced itself as a bridge, by its protocol level or its topic of state; else absent"
            )
        case .connectCount:
            FieldInfo("mqtt.connect.count", .int, "CONNECT: which one it is on its connection, from 1")
        case .topicLevels:
            FieldInfo(
                "mqtt.topic.levels", .int, list: true,
                "number of levels of the topic; SUBSCRIBE, UNSUBSCRIBE: filter by filter")
        case .topicSystem:
            FieldInfo("mqtt.topic.sys", .bool, "PUBLISH, SUBSCRIBE: $SYS or under it, also behind $share/NAME/")
        case .filterWildcard:
            FieldInfo(
                "mqtt.filter.wildcard", .keyword, list: true,
                "SUBSCRIBE: none, single (has +), multi (ends in #) or all (matches every ordinary topic), filter by filter"
            )
        case .filterShare:
            FieldInfo("mqtt.filter.share", .text, list: true, "SUBSCRIBE: share names of $share/NAME/...")
        case .grantedTopic:
            FieldInfo("mqtt.granted.topic", .text, list: true, "SUBACK: the filters that the broker granted")
        case .grantedWildcard:
            FieldInfo(
                "mqtt.granted.wildcard", .keyword, list: true,
                "SUBACK: the classes of the filters that the broker granted")
        case .retained:
            FieldInfo(
                "mqtt.retained", .keyword,
                "PUBLISH with RETAIN: set, replace or clear to the broker, delivery to a client")
        case .illFormed:
            FieldInfo(
                "mqtt.utf8.illformed", .keyword, list: true,
                "strings that are not well-formed UTF-8: topic, clientid, username, willtopic, property")
        case .textFaults:
            FieldInfo(
                "mqtt.utf8.fault", .keyword, list: true,
                "what is ill-formed in them: overlong, surrogate, toolarge, continuation, truncated")
        case .textNull:
            FieldInfo(
                "mqtt.utf8.null", .keyword, list: true, "strings that hold U+0000, named as in mqtt.utf8.illformed")
        case .textControl:
            FieldInfo(
                "mqtt.utf8.control", .keyword, list: true,
                "strings that hold a control character (U+0001 to U+001F, U+007F to U+009F), named likewise")
        case .textNonCharacter:
            FieldInfo(
                "mqtt.utf8.nonchar", .keyword, list: true,
                "strings that hold a Unicode non-character (U+FDD0 to U+FDEF, U+nFFFE, U+nFFFF), named likewise")
        case .filterRegex:
            FieldInfo(
                "mqtt.filter.regex", .bool,
                "SUBSCRIBE, UNSUBSCRIBE: a filter with a wildcard holds one of ( ) [ ] { } * \\ ^ |")
        case .propPayloadFormatIndicator, .propMessageExpiryInterval, .propContentType, .propResponseTopic,
            .propCorrelationData, .propSubscriptionIdentifier, .propSessionExpiryInterval,
            .propAssignedClientIdentifier, .propServerKeepAlive, .propAuthenticationMethod, .propAuthenticationData,
            .propRequestProblemInformation, .propRequestResponseInformation, .propResponseInformation,
            .propServerReference, .propReasonString, .propReceiveMaximum, .propTopicAliasMaximum, .propTopicAlias,
            .propMaximumQoS, .propRetainAvailable, .propUserProperty, .propMaximumPacketSize,
            .propWildcardSubscriptionAvailable, .propSubscriptionIdentifierAvailable, .propSharedSubscriptionAvailable,
            .willPayloadFormatIndicator, .willMessageExpiryInterval, .willContentType, .willResponseTopic,
            .willCorrelationData, .willWillDelayInterval, .willUserProperty:
            propertyInfo
        case .sessionExpiry, .sessionKeepAlive, .sessionOverdue, .sessionWill, .sessionAuthMethod,
            .sessionPast, .sessionChanged, .sessionPublished, .sessionDelivered, .sessionRetained,
            .sessionFilters, .sessionSubscriptions, .previousEnd, .previousDuration, .previousSince,
            .previousAddress, .previousUnfinished, .clientSessions, .clientSilent, .clientRate, .ackMatched, .handshake,
            .inflight, .inflightUnreleased, .inflightStalled, .grantedQoS, .refusedTopic, .deliveryFilter,
            .deliveryMatched, .deliveryUncovered, .retainedClientID, .retainedAddress, .retainedForeign,
            .retainedConnected, .retainedIdle, .willOwnerClientID, .willOwnerForeign, .willOwnerConnected,
            .willOutlives, .authState, .authCount, .incomplete, .passwordDigest, .passwordPast:
            stateInfo
        case .filterCount:
            FieldInfo("mqtt.filter.count", .int, "SUBSCRIBE, UNSUBSCRIBE: number of filters")
        case .propertyCount:
            FieldInfo(
                "mqtt.property.count", .int,
                "number of properties, those of a will included; absent where there is none"
            )
        case .userPropertyCount:
            FieldInfo("mqtt.user_property.count", .int, "the same of user properties alone")
        case .connectionState, .connectionDuration, .connectionBytes, .connectionAnnounced, .connectionForeign,
            .connectionPending, .connectionPings:
            connectionInfo
        }
    }
}
