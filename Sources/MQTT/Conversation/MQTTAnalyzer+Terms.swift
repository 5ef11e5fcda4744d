import Bytes
import Events

/// What CONNECT and CONNACK forbid on their connection.
extension MQTTAnalyzer {
    /// Notes what breaks the terms.
    mutating func checkTerms(_ index: Int, _ bytes: RawSpan, wholeLength: Int, _ notes: inout MQTTNotes) {
        let terms = table.sessions[index].terms
        guard event.direction == .toServer else {
            notes.note(.packetTooLargeForClient, if: wholeLength > Int(terms.maximumToClient))
            if !terms.isProblemInformationWanted { checkProblemInformation(&notes) }
            return
        }
        guard event.message.type != .connect else { return }
        notes.note(.packetTooLargeForServer, if: wholeLength > Int(terms.maximumToServer))
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
            if notes.version == .v5 { table.sessions[index].ending = .server }
            return
        }
        let code = disconnect.reasonCode ?? 0
        // Only code 0 discards the will (MQTT 5.0, 3.14.4).
        if code == 0 { table.sessions[index].hasWill = false }
        table.sessions[index].ending = code == 0 ? .disconnect : .disconnectWithWill
        guard let expiry = disconnect.properties.number(.sessionExpiryInterval, bytes) else { return }
        let isRaised = expiry > 0 && !table.sessions[index].terms.hasExpiry
        notes.note(.expiryRaised, if: isRaised && table.sessions[index].connects > 0)
        if !isRaised { table.sessions[index].terms.expiry = expiry }
    }
}
