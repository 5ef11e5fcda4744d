/// What the ends of a connection have agreed upon in CONNECT and CONNACK (MQTT 5.0, 3.1.2.11 and 3.2.2.3).
struct ConnectionTerms {
    /// Whether anything in here forbids what is lawful without it; else nobody needs to look.
    private(set) var areStrict = false
    /// The highest QoS that the client may send.
    private(set) var maximumQoS: UInt8 = 2
    /// Whether the client may have messages retained.
    private(set) var isRetainAvailable = true
    private(set) var isWildcardAvailable = true
    private(set) var isSubscriptionIDAvailable = true
    private(set) var isSharedAvailable = true
    /// The longest packet, in bytes, that the client may send.
    private(set) var maximumToServer = UInt32.max
    /// The longest packet, in bytes, that the server may send.
    private(set) var maximumToClient = UInt32.max
    /// Whether the server may send reason strings and user properties with any packet.
    private(set) var isProblemInformationWanted = true
    private(set) var isResponseInformationWanted = false
    /// Seconds; 0 for none.
    ///
    /// The client's, unless the server said otherwise.
    var keepAlive: UInt16 = 0
    /// Whether the server has set it.
    private(set) var isKeepAliveOfServer = false
    /// Whether a subscription has an identifier, so that messages must tell it.
    private(set) var hasSubscriptionIDs = false
    /// Whether the client asked that an earlier session be forgotten.
    private(set) var isClean = false
    /// Seconds that the session outlives the connection; `UInt32.max` for ever.
    var expiry: UInt32 = 0
    /// Whether the CONNECT asked for an expiry above 0: only then may a DISCONNECT (3.14.2.2.2).
    private(set) var hasExpiry = false
    private(set) var willQoS: UInt8 = 0
    private(set) var isWillRetained = false
    /// How many packets of QoS 1 and 2 the server may have unanswered.
    private(set) var receiveMaximum = Int32.max

    /// What a CONNECT says.
    init(_ connect: MQTTConnect, _ version: MQTTVersion, _ bytes: RawSpan) {
        keepAlive = connect.keepAlive ?? 0
        let flags = connect.flags ?? []
        isClean = flags.contains(.cleanSession)
        if flags.contains(.will) {
            willQoS = flags.willQoS
            isWillRetained = flags.contains(.willRetain)
        }
        guard version == .v5 else {
            expiry = isClean ? 0 : .max
            return
        }
        let properties = connect.properties
        expiry = properties.number(.sessionExpiryInterval, bytes) ?? 0
        hasExpiry = expiry > 0
        receiveMaximum = Int32(truncatingIfNeeded: min(65_535, properties.number(.receiveMaximum, bytes) ?? 65_535))
        maximumToClient = properties.number(.maximumPacketSize, bytes) ?? .max
        isProblemInformationWanted = properties.number(.requestProblemInformation, bytes) != 0
        isResponseInformationWanted = properties.number(.requestResponseInformation, bytes) == 1
        areStrict = maximumToClient != .max || !isProblemInformationWanted
    }

    /// Nothing is known yet.
    init() {}

    /// A subscription has an identifier.
    mutating func noteSubscriptionID() {
        hasSubscriptionIDs = true
        areStrict = true
    }

    /// Takes in what the server says.
    ///
    /// A client that did not wait for it cannot know its limits, and is not held to them (3.1.4, non-normative
    /// comment).
    mutating func take(_ connack: MQTTConnack, _ bytes: RawSpan, isClientAhead: Bool) {
        let properties = connack.properties
        if let seconds = properties.number(.serverKeepAlive, bytes) {
            keepAlive = UInt16(truncatingIfNeeded: seconds)
            isKeepAliveOfServer = true
        }
        if let seconds = properties.number(.sessionExpiryInterval, bytes) { expiry = seconds }
        guard !isClientAhead else { return }
        func isAvailable(_ property: MQTTProperty) -> Bool { properties.number(property, bytes) != 0 }
        maximumQoS = UInt8(truncatingIfNeeded: min(2, properties.number(.maximumQoS, bytes) ?? 2))
        isRetainAvailable = isAvailable(.retainAvailable)
        isWildcardAvailable = isAvailable(.wildcardSubscriptionAvailable)
        isSubscriptionIDAvailable = isAvailable(.subscriptionIdentifierAvailable)
        isSharedAvailable = isAvailable(.sharedSubscriptionAvailable)
        maximumToServer = properties.number(.maximumPacketSize, bytes) ?? .max
        let isRestricted =
            maximumQoS < 2 || maximumToServer != .max || !isRetainAvailable || !isWildcardAvailable
            || !isSubscriptionIDAvailable || !isSharedAvailable
        areStrict = areStrict || isRestricted
    }
}
