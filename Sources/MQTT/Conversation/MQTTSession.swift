import Bytes
import Events
import Network

/// Names a session of an analyzer. The name of a closed session is not given to another one.
public struct MQTTSessionID: Hashable, Sendable {
    let index: UInt32
    let generation: UInt32

    init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    /// The name that `rawValue` stood for.
    public init(rawValue: Int64) {
        index = UInt32(truncatingIfNeeded: rawValue)
        generation = UInt32(truncatingIfNeeded: rawValue >> 32)
    }

    /// The name as a number that is not negative, for whoever keeps it in a table of flows.
    public var rawValue: Int64 { Int64(generation & 0x7FFF_FFFF) << 32 | Int64(index) }
}

/// What one side of a session has done.
struct MQTTSide {
    var messages: UInt64 = 0
    var lastSeen: Timestamp?
    var hasDisconnected = false
    /// The topic aliases that this side introduced.
    var aliases = TopicAliases()
    /// The highest alias that this side may use, as the other side said; `nil` where that was not seen.
    var aliasMaximum: UInt16?

    mutating func reset() {
        messages = 0
        lastSeen = nil
        hasDisconnected = false
        aliases.removeAll()
        aliasMaximum = nil
    }
}

/// What is known of one connection between a client and a server.
struct MQTTSession {
    // First what every message asks for, so that it lies together.
    var generation: UInt32 = 0
    var isOpen = false
    /// Whether the first bytes of both sides are part of it.
    var isFromStart = false
    /// Whether bytes of it were lost, so that absence of a message proves nothing.
    var hasGap = false
    var version = MQTTVersion.unknown
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
    /// Whether the CONNECT had an authentication method.
    var hasAuthMethod = false
    /// What the CONNACK said.
    var isAccepted: Bool?
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

    /// Starts anew; the room of buffers is kept.
    mutating func reset(client: Endpoint, server: Endpoint, isFromStart: Bool) {
        isOpen = true
        self.client = client
        self.server = server
        self.isFromStart = isFromStart
        hasGap = false
        version = .unknown
        connects = 0
        connacks = 0
        connectedAt = nil
        isAnonymous = false
        isClean = false
        hasAuthMethod = false
        isAccepted = nil
        hasClientID = false
        clientID.removeAll(keepingCapacity: true)
        userName.removeAll(keepingCapacity: true)
        clientIDKey = nil
        widest = nil
        pending.removeAll()
        toServer.reset()
        toClient.reset()
    }

    /// The topic that the alias of a message from that side stands for.
    func topic(_ alias: UInt16, _ direction: Direction) -> [UInt8]? {
        direction == .toServer ? toServer.aliases.topic(alias) : toClient.aliases.topic(alias)
    }
}
