import Events

/// The fields of MQTT messages: their numbers in the registry.
public enum MQTTField: UInt16, CaseIterable, Sendable {
    case type
    case version
    case protocolLevel
    case length
    case duplicate
    case qos
    case retain
    case packetID
    case protocolName
    case clientID
    case userName
    case password
    case flagUserName
    case flagPassword
    case flagWillRetain
    case flagWillQoS
    case flagWill
    case flagCleanSession
    case flagReserved
    case keepAlive
    case willTopic
    case willMessage
    case sessionPresent
    case connackCode
    case topic
    case subscribeQoS
    case subscribeNoLocal
    case subscribeRetainAsPublished
    case subscribeRetainHandling
    case reasonCode
    case payload
    case payloadLength
    case propPayloadFormatIndicator
    case propMessageExpiryInterval
    case propContentType
    case propResponseTopic
    case propCorrelationData
    case propSubscriptionIdentifier
    case propSessionExpiryInterval
    case propAssignedClientIdentifier
    case propServerKeepAlive
    case propAuthenticationMethod
    case propAuthenticationData
    case propRequestProblemInformation
    case propRequestResponseInformation
    case propResponseInformation
    case propServerReference
    case propReasonString
    case propReceiveMaximum
    case propTopicAliasMaximum
    case propTopicAlias
    case propMaximumQoS
    case propRetainAvailable
    case propUserProperty
    case propMaximumPacketSize
    case propWildcardSubscriptionAvailable
    case propSubscriptionIdentifierAvailable
    case propSharedSubscriptionAvailable
    case willPayloadFormatIndicator
    case willMessageExpiryInterval
    case willContentType
    case willResponseTopic
    case willCorrelationData
    case willWillDelayInterval
    case willUserProperty
    case midstream
    case accepted
    case anonymous
    case takeover
    case age
    case idle
    case sessionWildcard
    case sessionBridge
    case connectCount
    case topicLevels
    case topicSystem
    case filterWildcard
    case filterShare
    case grantedTopic
    case grantedWildcard
    case textFaults
    case textNull
    case textControl
    case textNonCharacter
    case filterRegex
    case retained
    case illFormed
    case sessionExpiry
    case sessionKeepAlive
    case sessionOverdue
    case sessionWill
    case sessionAuthMethod
    case sessionPast
    case sessionChanged
    case sessionPublished
    case sessionDelivered
    case sessionRetained
    case sessionFilters
    case sessionSubscriptions
    case previousEnd
    case previousDuration
    case previousSince
    case previousAddress
    case previousUnfinished
    case clientSessions
    case clientSilent
    case clientRate
    case ackMatched
    case handshake
    case inflight
    case inflightUnreleased
    case inflightStalled
    case grantedQoS
    case refusedTopic
    case deliveryFilter
    case deliveryMatched
    case deliveryUncovered
    case retainedClientID
    case retainedAddress
    case retainedForeign
    case retainedConnected
    case retainedIdle
    case willOwnerClientID
    case willOwnerForeign
    case willOwnerConnected
    case willOutlives
    case authState
    case authCount
    case incomplete
    case passwordDigest
    case passwordPast
    case connectionState
    case connectionDuration
    case connectionBytes
    case connectionAnnounced
    case connectionForeign
    case connectionPending
    case connectionPings
    case filterCount
    case propertyCount
    case userPropertyCount

    /// The number of the first of these fields.
    public static let base: UInt16 = 100

    /// The number of the field in the registry.
    public var id: FieldID { FieldID(rawValue: Self.base + rawValue) }

    /// The case of a registry number; `nil` for a field that is not one of these.
    public init?(_ field: FieldID) {
        guard field.rawValue >= Self.base else { return nil }
        self.init(rawValue: field.rawValue - Self.base)
    }

    /// These fields as a block of the registry.
    public static let block = FieldBlock(base: base, category: .mqtt, fields: allCases.map(\.info))
}
