import Bytes
import Events
import Network
import Payload
import Tables

extension MQTTPacketType {
    /// Whether a packet of this type changes nothing of its session but counts and hand-shakes.
    var isPlain: Bool {
        switch self {
        case .publish, .puback, .pubrec, .pubrel, .pubcomp, .pingreq, .pingresp: true
        default: false
        }
    }
}

extension MQTTField {
    /// The fields that `MQTTAnalyzer.settled` stands for: those of the packet's head, topic and properties, those that CONNECT,
    /// CONNACK and SUBACK decided, and those that plain packets do not have.
    static let settledFields: [FieldID] =
        [
            type, version, protocolLevel, duplicate, qos, retain, protocolName, clientID, userName, password,
            flagUserName,
            flagPassword, flagWillRetain, flagWillQoS, flagWill, flagCleanSession, flagReserved, keepAlive, willTopic,
            willMessage, sessionPresent, connackCode, topic, subscribeQoS, subscribeNoLocal, subscribeRetainAsPublished,
            subscribeRetainHandling, midstream, accepted, anonymous, takeover, sessionWildcard, sessionBridge,
            connectCount, topicLevels, topicSystem, filterWildcard, filterShare, grantedTopic, grantedWildcard,
            textFaults,
            textNull, textControl, textNonCharacter, filterRegex, retained, illFormed, sessionExpiry, sessionKeepAlive,
            sessionOverdue, sessionWill, sessionAuthMethod, sessionPast, sessionChanged, sessionFilters, previousEnd,
            previousDuration, previousSince, previousAddress, previousUnfinished, clientSessions, clientSilent,
            clientRate, ackMatched, handshake, grantedQoS, refusedTopic, deliveryUncovered, willOutlives, authState,
            authCount, incomplete, passwordDigest, passwordPast, filterCount, propertyCount, userPropertyCount,
            connectionState, connectionDuration, connectionBytes, connectionAnnounced, connectionForeign,
            connectionPending, connectionPings,
        ].map(\.id) + allCases.filter { $0.place != nil }.map(\.id) + PayloadField.settledFields
        + PayloadField.allCases.map { $0.willID }
}

extension MQTTAnalyzer {
    /// Says that something of a session has changed that more than one message shows.
    mutating func revise(_ index: Int) {
        revision &+= 1
        sessions[index].revision = revision
    }

    /// A number for what the settled fields say of the current packet; `nil` for one that is not plain, or odd in any way.
    public borrowing func settled(_ context: EventContext, message bytes: RawSpan) -> UInt64? {
        let index = event.session
        guard event.message.type.isPlain, event.connection == nil, index != Self.orphan, bytes.byteCount > 0,
            context.anomalies.isEmpty, event.violations.isEmpty, event.carrierViolations.isEmpty,
            event.illFormed.isEmpty, event.oddText.isEmpty, event.uncovered == 0, event.rate < Self.leastRate,
            !event.message.isCutShort, let finding = inspector.settledFinding
        else { return nil }
        let isHeld = event.direction == .toServer && sessions[index].overdueAfter != .max
        let canBeLate = isHeld && sessions[index].isComplete && event.idle != nil
        // What packets that are plain can change after all.
        var bits = UInt64(bytes.byte(at: 0)) | UInt64(event.version.level ?? 0) << 8
        bits |= (event.handshake.map { UInt64($0.rawValue) &+ 1 } ?? 0) << 16
        bits |= sessions[index].isBridge ? 1 << 24 : 0
        bits |= canBeLate ? 1 << 25 : 0
        bits |= event.isOverdue ? 1 << 26 : 0
        bits |= sessions[index].isMidstream ? 1 << 27 : 0
        bits |= event.direction == .toServer ? 1 << 28 : 0
        bits |= event.message.hasRemainingLength ? 1 << 29 : 0
        bits |= (event.retained.map { UInt64($0.rawValue) &+ 1 } ?? 0) << 30
        var topic: UInt64 = 0
        withTopic(bytes) { topic = hash.hash($0) }
        let range = event.message.properties.range
        let properties = range.isEmpty ? 0 : hash.hash(bytes.slice(range))
        return hash.hash(sessions[index].revision, bits, finding, topic, properties)
    }
}
