import Bytes
import Events
import Payload
import Tables

extension MQTTAnalyzer {
    /// Appends the values of a field of the current event; nothing where the field does not apply.
    ///
    /// Answers the fields of `MQTTField`, `violation.id` and `violation.fatal`, and those of payloads and wills.
    public borrowing func read(_ field: FieldID, message: RawSpan, into values: inout FieldValues) {
        if let field = MQTTField(field) { return read(field, message, &values) }
        if let field = ViolationField(field) { return read(field, &values) }
        if let field = PayloadField(field) { return readPayload(field, message, &values) }
        if let field = PayloadField(will: field) { readWill(field, message, &values) }
    }

    private borrowing func read(_ field: MQTTField, _ bytes: RawSpan, _ values: inout FieldValues) {
        if let report = event.connection { return read(field, report, &values) }
        switch field {
        case .type: values.append(text: event.message.type.name)
        case .version: append(event.version.level, &values)
        case .protocolLevel: append(connect?.level, &values)
        case .length: if event.message.hasRemainingLength { values.append(event.message.remainingLength) }
        case .duplicate: append(publish?.isDuplicate, &values)
        case .qos: append(publish?.qos, &values)
        case .retain: append(publish?.isRetained, &values)
        case .packetID: append(event.message.packetID, &values)
        case .protocolName: append(connect?.protocolName, &values)
        case .clientID: appendClientID(&values)
        case .userName: appendUserName(&values)
        case .password: append(connect?.password, &values)
        case .flagUserName: append(connect?.flags?.contains(.userName), &values)
        case .flagPassword: append(connect?.flags?.contains(.password), &values)
        case .flagWillRetain: append(connect?.flags?.contains(.willRetain), &values)
        case .flagWillQoS: append(connect?.flags?.willQoS, &values)
        case .flagWill: append(connect?.flags?.contains(.will), &values)
        case .flagCleanSession: append(connect?.flags?.contains(.cleanSession), &values)
        case .flagReserved: append(connect?.flags?.contains(.reserved), &values)
        case .keepAlive: append(connect?.keepAlive, &values)
        case .willTopic: append(connect?.willTopic, &values)
        case .willMessage: append(connect?.willMessage, &values)
        // MQTT 3.1 has no such flag (3.2).
        case .sessionPresent: if event.version != .v31 { append(connack?.isSessionPresent, &values) }
        case .connackCode: append(connack?.code, &values)
        case .topic: appendTopics(bytes, &values)
        case .subscribeQoS: appendOptions(bytes, &values, onlyFive: false) { $0.append($1.qos) }
        case .subscribeNoLocal: appendOptions(bytes, &values) { $0.append($1.isNoLocal) }
        case .subscribeRetainAsPublished: appendOptions(bytes, &values) { $0.append($1.isRetainAsPublished) }
        case .subscribeRetainHandling: appendOptions(bytes, &values) { $0.append($1.retainHandling) }
        case .reasonCode: appendReasonCodes(bytes, &values)
        case .payload: append(publish?.payload, &values)
        case .payloadLength: appendPayloadLength(&values)
        case .propPayloadFormatIndicator, .propMessageExpiryInterval, .propContentType, .propResponseTopic,
            .propCorrelationData, .propSubscriptionIdentifier, .propSessionExpiryInterval,
            .propAssignedClientIdentifier, .propServerKeepAlive, .propAuthenticationMethod, .propAuthenticationData,
            .propRequestProblemInformation, .propRequestResponseInformation, .propResponseInformation,
            .propServerReference, .propReasonString, .propReceiveMaximum, .propTopicAliasMaximum, .propTopicAlias,
            .propMaximumQoS, .propRetainAvailable, .propUserProperty, .propMaximumPacketSize,
            .propWildcardSubscriptionAvailable, .propSubscriptionIdentifierAvailable, .propSharedSubscriptionAvailable,
            .willPayloadFormatIndicator, .willMessageExpiryInterval, .willContentType, .willResponseTopic,
            .willCorrelationData, .willWillDelayInterval, .willUserProperty:
            appendProperty(field, bytes, &values)
        case .midstream: values.append(sessions[event.session].isMidstream)
        case .accepted: append(sessions[event.session].isAccepted, &values)
        case .anonymous:
            if !sessions[event.session].isMidstream { values.append(sessions[event.session].isAnonymous) }
        case .takeover:
            if event.message.type == .connect || event.message.type == .connack { values.append(event.isTakeover) }
        case .age: append(event.age, &values)
        case .idle: append(event.idle, &values)
        case .sessionWildcard: if let widest = sessions[event.session].widest { values.append(text: widest.name) }
        case .sessionBridge: if sessions[event.session].isBridge { values.append(true) }
        case .connectCount: if event.connectCount > 0 { values.append(event.connectCount) }
        case .topicLevels: appendLevels(bytes, &values)
        case .topicSystem: appendIsSystem(bytes, &values)
        case .filterWildcard: forEachFilter(bytes) { values.append(text: MQTTTopicFilter($0).wildcard.name) }
        case .filterShare: appendShares(bytes, &values)
        case .grantedTopic: appendGrantedTopics(bytes, &values)
        case .grantedWildcard: appendGrantedClasses(bytes, &values)
        case .textFaults: event.oddText.faults.forEachName { values.append(text: $0) }
        case .textNull: event.oddText.null.forEachName { values.append(text: $0) }
        case .textControl: event.oddText.control.forEachName { values.append(text: $0) }
        case .textNonCharacter: event.oddText.nonCharacter.forEachName { values.append(text: $0) }
        case .filterRegex: appendHasRegex(bytes, &values)
        case .retained: if let retained = event.retained { values.append(text: retained.name) }
        case .illFormed: appendIllFormed(&values)
        case .sessionExpiry, .sessionKeepAlive, .sessionOverdue, .sessionWill, .sessionAuthMethod,
            .sessionPast, .sessionChanged, .sessionPublished, .sessionDelivered, .sessionRetained,
            .sessionFilters, .sessionSubscriptions, .previousEnd, .previousDuration, .previousSince,
            .previousAddress, .previousUnfinished, .clientSessions, .clientSilent, .clientRate, .ackMatched, .handshake,
            .inflight, .inflightUnreleased, .inflightStalled, .grantedQoS, .refusedTopic, .deliveryFilter,
            .deliveryMatched, .deliveryUncovered, .retainedClientID, .retainedAddress, .retainedForeign,
            .retainedConnected, .retainedIdle, .willOwnerClientID, .willOwnerForeign, .willOwnerConnected,
            .willOutlives, .authState, .authCount, .incomplete, .passwordDigest, .passwordPast:
            readState(field, bytes, &values)
        case .filterCount: appendFilterCount(&values)
        case .propertyCount: appendCount(of: nil, bytes, &values)
        case .userPropertyCount: appendCount(of: .userProperty, bytes, &values)
        case .connectionState, .connectionDuration, .connectionBytes, .connectionAnnounced, .connectionForeign,
            .connectionPending, .connectionPings:
            break
        }
    }

    private borrowing func read(_ field: ViolationField, _ values: inout FieldValues) {
        guard !event.violations.isEmpty || !event.carrierViolations.isEmpty else { return }
        switch field {
        case .id:
            appendViolations(&values)
            event.carrierViolations.append(to: &values)
        case .fatal: values.append(event.message.isFatal)
        }
    }
}
