import Bytes
import Events
import Network
import Tables

/// Keeps the names of sessions apart from those of other tables.
public enum MQTTSessionTag: Sendable {}

/// Names a session of an analyzer.
///
/// The name of a closed session is not given to another one.
public typealias MQTTSessionID = SlotID<MQTTSessionTag>

/// What one side of a session has done.
struct MQTTSide {
    var messages: UInt64 = 0
    var lastSeen: Timestamp?
    var hasDisconnected = false
    /// How many PUBLISH packets it sent.
    var publishes: UInt64 = 0
    /// How many PINGREQ packets it sent.
    var pings: UInt64 = 0
    /// What it sent with QoS 1 and 2.
    var handshakes = Handshakes()
    /// The topic aliases that this side introduced.
    var aliases = TopicAliases()
    /// The highest alias that this side may use, as the other side said; `nil` where that was not seen.
    var aliasMaximum: UInt16?

    mutating func reset() {
        messages = 0
        lastSeen = nil
        hasDisconnected = false
        publishes = 0
        pings = 0
        handshakes.reset()
        aliases.removeAll()
        aliasMaximum = nil
    }
}

/// What is known of one connection between a client and a server.
struct MQTTSession {
    // First what every message asks for, so that it lies together.
    /// Whether the first bytes of both sides are part of it.
    var isFromStart = false
    /// Whether bytes of it were lost, so that absence of a message proves nothing.
    var hasGap = false
    var version = MQTTVersion.unknown
    /// What speaks for 5.0 in a session whose CONNECT was not seen.
    var versionEvidence = MQTTVersionEvidence()
    /// Whether nothing but that told the version: a packet that fits 3.x only refutes it.
    var isVersionGuessed = false
    /// What CONNECT and CONNACK agreed upon.
    var terms = ConnectionTerms()
    /// Whether what the ends kept of earlier connections is known, be it that there is nothing.
    var isPastKnown = false
    /// A number that no other session has, and that changes with whatever more than one message says of this one.
    var revision: UInt64 = 0
    /// Whether nobody subscribed or published yet.
    var isSilent = true
    /// Whether it is counted among those of its address.
    var isCounted = false
    /// Milliseconds of silence after which the client has broken its keep alive; `Int64.max` for none.
    var overdueAfter = Int64.max
    /// The widest class of filter that the server granted.
    var widest: MQTTWildcard?
    var connects = 0
    var connectedAt: Timestamp?
    var toServer = MQTTSide()
    var toClient = MQTTSide()

    var client = Endpoint(.unspecified, 0)
    var server = Endpoint(.unspecified, 0)
    var connacks = 0
    var isAnonymous = false
    var isClean = false
    /// The authentication method of the CONNECT; empty where it had none.
    var authMethod: [UInt8] = []
    /// Whether the CONNECT had an authentication method.
    var hasAuthMethod = false
    /// AUTH packets of the current exchange, and whether it is one of re-authentication.
    var authCount = 0
    var isReauthenticating = false
    /// The DISCONNECT that ended it.
    var ending: MQTTEnding?
    /// Whether the will is to be published when the connection ends.
    var hasWill = false
    /// Whether the client announced itself as a bridge between brokers.
    var isBridge = false
    /// The key under which the topic of the will stands in the table of their owners.
    var willKey: UInt64?
    /// Whether the client sent more than a CONNECT before its CONNACK came: it cannot know what that one says.
    var isClientAhead = false
    /// Whether the server has closed its end of the connection.
    var hasServerEnded = false
    /// Whether its state was taken over by another session or kept for one to come.
    var isSaved = false
    var past: MQTTPast?
    var changes: ClientChanges?
    var traits = ClientTraits()
    /// How many filters the client asked for.
    var filterCount = 0
    /// How many retained messages were delivered.
    var retainedCount = 0
    var subscriptions = Subscriptions()
    /// Topics of deliveries that no known filter takes in, as hashes.
    var uncovered: [UInt32] = []
    /// How many of them are told apart.
    static let uncoveredLimit = 256
    /// The key under which packets of the client's address to this broker are counted.
    var rateKey: UInt64 = 0
    /// What `mqtt.passwd.digest` shows.
    var passwordDigest: KeyedDigest.Code?
    /// The key of the user name and the password in the table of those that were tried, until they are answered.
    var passwordKey: UInt64?
    /// How they fared before.
    var passwordPast: PasswordPast?
    /// What the CONNACK said.
    var isAccepted: Bool?
    /// Whether its CONNECT gave an identifier that was live from another address.
    var isTakeover = false
    /// Whether the answer to the CONNECT was no.
    var isRefused = false
    /// Whether it was no because of the client identifier.
    var isIDRefused = false
    /// Whether the client said who it is, be it with an identifier of no bytes.
    var hasClientID = false
    var clientID: [UInt8] = []
    var userName: [UInt8] = []
    /// The key under which the client identifier stands in the table of live ones.
    var clientIDKey: UInt64?
    var pending = PendingSubscribes()

    /// Whether the CONNECT was not seen.
    var isMidstream: Bool { connects == 0 }

    /// Whether everything that was said since the CONNECT was seen.
    var isComplete: Bool { connects > 0 && !hasGap }

    /// Whether every hand-shake and subscription of it is known.
    var isWhole: Bool { isComplete && isPastKnown }

    /// Whether every SUBSCRIBE that was sent can have been seen: since the CONNECT all was, and what the ends kept of earlier
    /// connections is known.
    var isEverySubscribeSeen: Bool {
        isWhole && !pending.hasDropped && !subscriptions.isTruncated
    }

    /// Whether every subscription is known and none is being made.
    var areSubscriptionsKnown: Bool { isWhole && pending.isEmpty && !pending.hasDropped && !subscriptions.hasDropped }

    /// Starts anew; the room of buffers is kept.
    mutating func reset(client: Endpoint, server: Endpoint, isFromStart: Bool) {
        self.client = client
        self.server = server
        self.isFromStart = isFromStart
        hasGap = false
        version = .unknown
        versionEvidence = MQTTVersionEvidence()
        isVersionGuessed = false
        connects = 0
        connacks = 0
        connectedAt = nil
        isAnonymous = false
        isClean = false
        hasAuthMethod = false
        isAccepted = nil
        isRefused = false
        isIDRefused = false
        hasClientID = false
        clientID.removeAll(keepingCapacity: true)
        userName.removeAll(keepingCapacity: true)
        clientIDKey = nil
        widest = nil
        pending.removeAll()
        terms = ConnectionTerms()
        isPastKnown = false
        isSilent = true
        isCounted = false
        overdueAfter = .max
        authMethod.removeAll(keepingCapacity: true)
        authCount = 0
        isReauthenticating = false
        ending = nil
        hasWill = false
        isBridge = false
        willKey = nil
        isClientAhead = false
        hasServerEnded = false
        isSaved = false
        past = nil
        changes = nil
        traits = ClientTraits()
        filterCount = 0
        retainedCount = 0
        subscriptions.removeAll()
        uncovered.removeAll(keepingCapacity: uncovered.capacity <= 16)
        passwordDigest = nil
        passwordKey = nil
        passwordPast = nil
        toServer.reset()
        toClient.reset()
    }

    /// The topic that the alias of a message from that side stands for.
    func topic(_ alias: UInt16, _ direction: Direction) -> [UInt8]? {
        direction == .toServer ? toServer.aliases.topic(alias) : toClient.aliases.topic(alias)
    }
}
