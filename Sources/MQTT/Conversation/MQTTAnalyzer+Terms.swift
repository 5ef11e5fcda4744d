import Bytes
import Events
import Tables

/// What CONNECT and CONNACK forbid on their connection.
extension MQTTAnalyzer {
    /// Notes what breaks the terms.
    mutating func checkTerms(_ index: Int, _ bytes: RawSpan, wholeLength: Int, _ notes: inout MQTTNotes) {
        let terms = sessions[index].terms
        guard event.direction == .toServer else {
            if wholeLength > Int(terms.maximumToClient) {
                notes.note(.packetTooLargeForClient)
                checkDiagnostics(&notes)
            }
            if !terms.isProblemInformationWanted { checkProblemInformation(&notes) }
            if terms.hasSubscriptionIDs, terms.isSubscriptionIDAvailable { checkSubscriptionID(index, bytes, &notes) }
            return
        }
        guard event.message.type != .connect else { return }
        if wholeLength > Int(terms.maximumToServer) {
            notes.note(.packetTooLargeForServer)
            checkDiagnostics(&notes)
        }
        switch event.message.body {
        case .publish(let publish):
            notes.note(.qosAboveMaximum, if: publish.qos > terms.maximumQoS && publish.qos < 3)
            notes.note(.retainNotAvailable, if: publish.isRetained && !terms.isRetainAvailable)
        case .subscribe(let subscribe): check(subscribe, terms, bytes, &notes)
        default: break
        }
    }

    private func check(
        _ subscribe: MQTTSubscribe, _ terms: ConnectionTerms, _ bytes: RawSpan, _ notes: inout MQTTNotes
    ) {
        let hasID = subscribe.properties.contains(.subscriptionIdentifier)
        notes.note(.subscriptionIDNotAvailable, if: hasID && !terms.isSubscriptionIDAvailable)
        guard !terms.isWildcardAvailable || !terms.isSharedAvailable else { return }
        var (hasWildcard, isShared) = (false, false)
        forEachFilter(bytes) {
            let filter = MQTTTopicFilter($0)
            hasWildcard = hasWildcard || filter.wildcard != .none
            isShared = isShared || filter.isShared
        }
        notes.note(.wildcardNotAvailable, if: hasWildcard && !terms.isWildcardAvailable)
        notes.note(.sharedNotAvailable, if: isShared && !terms.isSharedAvailable)
    }

    /// What explains a packet must be left out where it makes it too long (MQTT 5.0, 3.2.2.3.9, 3.4.2.2.2 and their like).
    private func checkDiagnostics(_ notes: inout MQTTNotes) {
        switch event.message.type {
        // Nothing may be left out of these.
        case .publish, .subscribe, .unsubscribe: break
        default:
            let properties = event.message.properties
            notes.note(.reasonStringTooLong, if: properties.contains(.reasonString))
            notes.note(.userPropertyTooLong, if: properties.contains(.userProperty))
        }
    }

    /// A message names the subscriptions that it is sent for, where they have identifiers (MQTT 5.0, 3.3.4).
    ///
    /// It may be one of several copies, so that one name is enough.
    private func checkSubscriptionID(_ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes) {
        guard case .publish(let publish) = event.message.body, let topic = publish.topic,
            !publish.properties.contains(.subscriptionIdentifier), !event.message.isFatal, !event.message.isCutShort,
            sessions[index].areSubscriptionsKnown
        else { return }
        switch event.topic {
        case .none: break
        case .message:
            let isAsked = sessions[index].subscriptions.allHaveIdentifiers(bytes.slice(topic))
            notes.note(.subscriptionIDMissing, if: isAsked)
        case .alias(let alias):
            let known = sessions[index].topic(alias, .toClient) ?? []
            let isAsked = sessions[index].subscriptions.allHaveIdentifiers(known.span.bytes)
            notes.note(.subscriptionIDMissing, if: isAsked)
        }
    }

    /// Only three packets may carry what the client does not want (MQTT 5.0, 3.1.2.11.7).
    private func checkProblemInformation(_ notes: inout MQTTNotes) {
        switch event.message.type {
        case .publish, .connack, .disconnect: break
        default:
            let properties = event.message.properties
            let hasIt = properties.contains(.reasonString) || properties.contains(.userProperty)
            notes.note(.problemInformationUnwanted, if: hasIt)
        }
    }

    /// Takes in a DISCONNECT: what becomes of the will and of the session.
    mutating func take(_ disconnect: MQTTDisconnect, _ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes) {
        guard event.direction == .toServer else {
            if notes.version == .v5 { sessions[index].ending = .server }
            return
        }
        let code = disconnect.reasonCode ?? 0
        // Only code 0 discards the will (MQTT 5.0, 3.14.4).
        if code == 0 { sessions[index].hasWill = false }
        sessions[index].ending = code == 0 ? .disconnect : .disconnectWithWill
        guard let expiry = disconnect.properties.number(.sessionExpiryInterval, bytes) else { return }
        let isRaised = expiry > 0 && !sessions[index].terms.hasExpiry
        notes.note(.expiryRaised, if: isRaised && sessions[index].connects > 0)
        if !isRaised { sessions[index].terms.expiry = expiry }
    }
}
