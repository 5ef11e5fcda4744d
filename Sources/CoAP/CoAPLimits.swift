import Tables

/// How much the conversation may remember, and for how long.
public struct CoAPLimits: Hashable, Sendable {
    /// Requests whose answers are awaited or observed, at most.
    ///
    /// Each takes about 90 bytes and `pathBytes`.
    public var exchanges = 65_536
    /// Message ids, at most.
    ///
    /// Each takes about 70 bytes.
    public var messageIDs = 131_072
    /// Connections over TCP and WebSocket, at most.
    ///
    /// Each takes about 100 bytes.
    public var connections = 32_768
    /// Partial IVs of OSCORE, at most.
    ///
    /// Each takes about 60 bytes.
    public var partialIVs = 65_536
    /// Observations, at most.
    ///
    /// Each takes about 70 bytes.
    public var observations = 16_384
    /// Registrations with resource directories, by their names and by their paths, at most.
    ///
    /// Each takes about 70 bytes.
    public var registrations = 16_384
    /// Pairs of addresses, at most.
    ///
    /// Each takes about 90 bytes.
    public var pairs = 16_384
    /// Bodies in blocks that are followed, at most.
    ///
    /// Each takes about 4 KiB and what it holds of `heldBytes`.
    public var bodies = 1024
    /// Memory for blocks that came too early, texts of links, and beginnings for a look into them, in all bodies together, in
    /// bytes.
    ///
    /// Those of the body that last grew longest ago make room.
    public var heldBytes = 4 << 20
    /// Bytes of one body among them, at most.
    public var heldBytesPerBody = 64 << 10
    /// Seconds of capture time for which a request without traffic and a message id are remembered: EXCHANGE_LIFETIME
    /// of RFC 7252, 4.8.2.
    public var exchangeLifetimeSeconds: Int64 = 247
    /// Seconds of capture time for which the message id of a NON is remembered: NON_LIFETIME of RFC 7252, 4.8.2.
    public var nonConfirmableLifetimeSeconds: Int64 = 145
    /// Seconds of capture time for which an observation without a notification is remembered.
    ///
    /// A server must send a confirmable one at least each 24 hours (RFC 7641, 4.5); an hour is added.
    public var observationLifetimeSeconds: Int64 = 90_000
    /// Half of the window, in seconds of capture time, in which the bytes between two addresses are counted.
    public var pairHalfWindowSeconds: Int64 = 30
    /// Clients and servers of which it is counted how many requests they send or are sent: the busiest keep their places.
    public var rates = 1024
    /// Bytes of a request's path that are remembered for its responses; what is cut ends in `…`.
    public var pathBytes = 128
    /// What is kept track of.
    public var features = CoAPFeatures.all
    /// Bytes of a body in blocks that are kept for a look into it.
    public var inspectedBytes = 4096

    /// The limits that hold unless a configuration says otherwise.
    public init() {}

    /// The limits of an analyzer that takes at most about so many bytes, whatever it is sent.
    ///
    /// Tables are counted as large as they can get, and what they refer to by what the allocator takes for it.
    public init(bytes: Int) {
        self.init()
        let bytes = max(bytes, 1 << 20)
        func entries(_ percent: Int, _ size: Int) -> Int { max(16, bytes / 100 * percent / size) }
        // Twice, and rounded up to a power of two.
        rates = min(rates, entries(2, 4 * RateTable.bytesPerPlace))
        exchanges = entries(32, LRUTable<Hash128, Exchange>.bytesPerEntry + pathBytes)
        messageIDs = entries(29, LRUTable<Hash128, MessageRecord>.bytesPerEntry)
        connections = entries(8, SlotTable<CoAPConnection, CoAPConnectionTag>.bytesPerEntry)
        partialIVs = entries(7, LRUTable<Hash128, Void>.bytesPerEntry)
        observations = entries(4, LRUTable<Hash128, Observation>.bytesPerEntry)
        pairs = entries(4, LRUTable<Hash128, PairTraffic>.bytesPerEntry)
        let body = LRUTable<Hash128, Body>.bytesPerEntry + Body.longestPrintMemory + MemoryBudget.bytesPerOwner
        bodies = entries(6, body)
        registrations = min(registrations, entries(1, LRUTable<Hash128, Registration>.bytesPerEntry))
        heldBytes = bytes / 100 * 7
        heldBytesPerBody = min(heldBytesPerBody, heldBytes / 16)
    }
}

/// What the conversation had to forget, since the start.
public struct CoAPCounters: Hashable, Sendable {
    /// Requests forgotten because their table was full.
    public var evictedExchanges: UInt64 = 0
    /// Message ids forgotten because their table was full.
    public var evictedMessageIDs: UInt64 = 0
    /// Connections forgotten because their table was full.
    public var evictedConnections: UInt64 = 0
    /// Partial IVs forgotten because their table was full.
    public var evictedPartialIVs: UInt64 = 0
    /// Observations forgotten because their table was full.
    public var evictedObservations: UInt64 = 0
    /// Registrations forgotten because their table was full.
    public var evictedRegistrations: UInt64 = 0
    /// Pairs of addresses forgotten because their table was full.
    public var evictedPairs: UInt64 = 0
    /// Bodies in blocks forgotten because their table was full.
    public var evictedBodies: UInt64 = 0
    /// Bodies whose blocks and texts were given up because those of all bodies took too much memory.
    public var evictedBlocks: UInt64 = 0
    /// Blocks and texts that were not held because there was no room.
    public var blocksNotHeld: UInt64 = 0
    /// Paths of requests that were cut.
    public var cutPaths: UInt64 = 0

    /// Zeros.
    public init() {}
}
