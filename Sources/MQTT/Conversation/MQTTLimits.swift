/// How much an analyzer remembers. What does not fit is given up by a stated rule and counted in `MQTTCounters`.
public struct MQTTLimits: Hashable, Sendable {
    /// Open sessions. A further one takes the place of the one that was silent longest.
    public var sessions = 262_144
    /// Topics known to hold a retained message. A further one takes the place of the one not heard of longest.
    public var retainedTopics = 262_144
    /// Client identifiers known to be connected. A further one takes the place of the one used longest ago.
    public var clientIDs = 262_144
    /// Bytes kept of a client identifier or user name; the rest is left out.
    public var identityBytes = 1024
    /// Topic aliases of one direction of a session; a further one is not kept.
    public var topicAliases = 256
    /// Bytes of all topics that aliases of one direction stand for.
    public var topicAliasBytes = 65_536
    /// Unanswered SUBSCRIBE and UNSUBSCRIBE packets of a session. A further one takes the place of the oldest.
    public var pendingSubscribes = 16
    /// Bytes of filters of the unanswered packets of a session; of further filters only the class is kept.
    public var pendingFilterBytes = 16_384
    /// Filters of one SUBSCRIBE whose class is kept.
    public var pendingFilters = 4096

    /// The limits of an ordinary sensor.
    public init() {}
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
    /// Client identifiers and user names of which only the beginning was kept.
    public internal(set) var identitiesShortened: UInt64 = 0
    /// Topic aliases that were not kept.
    public internal(set) var topicAliasesDropped: UInt64 = 0
    /// Unanswered SUBSCRIBE and UNSUBSCRIBE packets given up for others.
    public internal(set) var pendingSubscribesEvicted: UInt64 = 0
    /// Filters of which only the class, or nothing, was kept.
    public internal(set) var filtersDropped: UInt64 = 0
    /// Messages of sessions that were closed or given up before.
    public internal(set) var strayMessages: UInt64 = 0

    init() {}
}
