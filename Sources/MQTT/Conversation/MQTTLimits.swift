import Network
import Tables

/// How much an analyzer remembers.
///
/// What does not fit is given up by a stated rule and counted in `MQTTCounters`.
public struct MQTTLimits: Hashable, Sendable {
    /// Open sessions.
    ///
    /// A further one takes the place of the one that was silent longest.
    public var sessions = 262_144
    /// Topics known to hold a retained message.
    ///
    /// A further one takes the place of the one not heard of longest.
    public var retainedTopics = 262_144
    /// Client identifiers of which is known who uses them and how the last connection ended: as many as there are
    /// sessions, since each live one needs its entry.
    ///
    /// A further one takes the place of the one used longest ago.
    public var clientIDs = 262_144
    /// Sessions that outlive their connection, with their subscriptions and hand-shakes: those of a large broker that
    /// are away at one time, in some 100 MB at the very worst.
    ///
    /// A further one takes the place of the one saved longest ago.
    public var savedSessions = 8192
    /// Addresses of clients whose connections are counted: more than a site has.
    ///
    /// A further one takes the place of the one used longest ago.
    public var clientAddresses = 65_536
    /// Passwords with their user names of which is known how they fared, as hashes.
    ///
    /// A further one takes the place of the one tried longest ago.
    public var passwords = 65_536
    /// Addresses of clients of which it is counted how many packets they send: those that send most keep their places.
    public var rates = 1024
    /// Topics of wills whose owner is known.
    ///
    /// A further one takes the place of the one used longest ago.
    public var willTopics = 65_536
    /// Packet identifiers in use by one side of a session.
    ///
    /// Clients mostly keep to 20; of further ones nothing is known, and nothing in their direction counts as a
    /// violation any more.
    public var handshakes = 256
    /// Subscriptions of a session: more than brokers grant by default.
    ///
    /// Of further ones only the class is known.
    public var subscriptions = 512
    /// Bytes of the filters of all subscriptions of a session.
    public var subscriptionBytes = 8192
    /// Bytes kept of a client identifier or user name; the rest is left out.
    public var identityBytes = 1024
    /// Topic aliases of one direction of a session; a further one is not kept.
    public var topicAliases = 256
    /// Bytes of all topics that aliases of one direction stand for.
    public var topicAliasBytes = 65_536
    /// Unanswered SUBSCRIBE and UNSUBSCRIBE packets of a session.
    ///
    /// A further one takes the place of the oldest.
    public var pendingSubscribes = 16
    /// Bytes of filters of the unanswered packets of a session; of further filters only the class is kept.
    public var pendingFilterBytes = 16_384
    /// Filters of one SUBSCRIBE whose class is kept.
    public var pendingFilters = 4096

    /// Memory for the hand-shakes of all sessions together, in bytes.
    ///
    /// Those of the session whose table grew longest ago make room; then nothing in them counts as a violation any
    /// more.
    public var handshakeBytes = 64 << 20
    /// Memory for the topic aliases of all sessions together, in bytes; the same.
    public var topicAliasBytesTotal = 32 << 20
    /// Memory for the subscriptions of all sessions together, in bytes; the same.
    public var subscriptionBytesTotal = 64 << 20
    /// Memory for the unanswered SUBSCRIBE and UNSUBSCRIBE packets of all sessions together, in bytes; the same.
    public var pendingBytes = 32 << 20
    /// Memory for the client identifiers, user names and authentication methods of all sessions together, in bytes.
    ///
    /// Where there is none left, the first 64 bytes of a longer one are kept.
    public var identityBytesTotal = 64 << 20
    /// Memory that saved sessions refer to together, in bytes.
    ///
    /// Those saved longest ago make room.
    public var savedBytes = 64 << 20
    /// Memory for the client identifiers of those who set retained messages and wills, together, in bytes.
    ///
    /// Where there is none left, the first 64 bytes of a longer one are kept.
    public var ownerBytes = 32 << 20

    /// How much of a client identifier or user name is kept in any case, in bytes: brokers hand out shorter ones.
    static let shortIdentity = 64

    /// The limits of an ordinary sensor.
    public init() {}

    /// The limits of an analyzer that takes at most about so many bytes, whatever it is sent.
    ///
    /// Tables are counted as large as they can get, and what they refer to by what the allocator takes for it.
    public init(bytes: Int) {
        self.init()
        let bytes = max(bytes, 1 << 20)
        func entries(_ percent: Int, _ size: Int) -> Int { max(16, bytes / 100 * percent / size) }
        func share(_ percent: Int) -> Int { bytes / 100 * percent }
        // A session, what it costs in each account, and the names that are kept in any case.
        let names = 3 * (Self.shortIdentity + 48)
        let accounts = 5 * MemoryBudget.bytesPerOwner
        sessions = entries(36, SlotTable<MQTTSession, MQTTSessionTag>.bytesPerEntry + accounts + names)
        clientIDs = entries(15, LRUTable<UInt64, ClientRecord>.bytesPerEntry)
        // Owners of topics keep the beginning of a client identifier in any case, too.
        let owner = Self.shortIdentity + 48
        retainedTopics = entries(11, LRUTable<UInt64, TopicOwner?>.bytesPerEntry + owner)
        willTopics = entries(3, LRUTable<UInt64, TopicOwner>.bytesPerEntry + owner)
        clientAddresses = entries(2, LRUTable<UInt64, ClientAddress>.bytesPerEntry)
        // Rounded up to a power of two.
        rates = min(rates, entries(1, 2 * RateTable.bytesPerPlace))
        passwords = entries(1, LRUTable<UInt64, PasswordPast>.bytesPerEntry)
        savedSessions = entries(3, LRUTable<UInt64, SavedSession>.bytesPerEntry)
        savedBytes = share(5)
        ownerBytes = share(2)
        handshakeBytes = share(7)
        topicAliasBytesTotal = share(3)
        subscriptionBytesTotal = share(6)
        pendingBytes = share(3)
        identityBytesTotal = share(2)
        // No session can drive out what more than a few others hold.
        topicAliasBytes = min(topicAliasBytes, topicAliasBytesTotal / 16)
        topicAliases = min(topicAliases, topicAliasBytesTotal / 16 / 64)
        subscriptionBytes = min(subscriptionBytes, subscriptionBytesTotal / 16)
        subscriptions = min(subscriptions, subscriptionBytesTotal / 16 / 32)
        handshakes = min(handshakes, handshakeBytes / 16 / 128)
        pendingFilterBytes = min(pendingFilterBytes, pendingBytes / 16)
        pendingFilters = min(pendingFilters, pendingBytes / 16 / 16)
    }
}

/// What an analyzer saw and what it could not keep.
public struct MQTTCounters: Sendable {
    /// Messages by packet type, 0 to 15.
    public internal(set) var messages: [16 of UInt64] = .init(repeating: 0)
    /// Sessions given up for others.
    public internal(set) var sessionsEvicted: UInt64 = 0
    /// Retained topics given up for others.
    public internal(set) var retainedTopicsEvicted: UInt64 = 0
    /// Client identifiers given up for others.
    public internal(set) var clientIDsEvicted: UInt64 = 0
    /// Saved sessions given up for others.
    public internal(set) var savedSessionsEvicted: UInt64 = 0
    /// Addresses of clients given up for others.
    public internal(set) var clientAddressesEvicted: UInt64 = 0
    /// Topics of wills given up for others.
    public internal(set) var willTopicsEvicted: UInt64 = 0
    /// Passwords given up for others.
    public internal(set) var passwordsEvicted: UInt64 = 0
    /// Packet identifiers in use that were not kept.
    public internal(set) var handshakesDropped: UInt64 = 0
    /// Hand-shakes that were never finished: the connection was closed, or another took the packet identifier.
    public internal(set) var handshakesAbandoned: UInt64 = 0
    /// Sessions whose hand-shakes were given up because those of all sessions took too much memory.
    public internal(set) var handshakesEvicted: UInt64 = 0
    /// Sessions whose topic aliases were given up because those of all sessions took too much memory.
    public internal(set) var topicAliasesEvicted: UInt64 = 0
    /// Sessions whose subscriptions were given up because those of all sessions took too much memory.
    public internal(set) var subscriptionsEvicted: UInt64 = 0
    /// Subscriptions that were not kept.
    public internal(set) var subscriptionsDropped: UInt64 = 0
    /// Client identifiers and user names of which only the beginning was kept.
    public internal(set) var identitiesShortened: UInt64 = 0
    /// Topic aliases that were not kept.
    public internal(set) var topicAliasesDropped: UInt64 = 0
    /// Unanswered SUBSCRIBE and UNSUBSCRIBE packets given up for others.
    public internal(set) var pendingSubscribesEvicted: UInt64 = 0
    /// Filters of which only the class, or nothing, was kept.
    public internal(set) var filtersDropped: UInt64 = 0
    /// Messages of sessions that were closed or given up before.
    public internal(set) var orphanMessages: UInt64 = 0

    init() {}
}
