/// What was seen and what had to be given up.
public struct WebSocketCounters: Hashable, Sendable {
    /// Connections whose opening handshake was complete.
    public var opened: UInt64 = 0
    /// Connections that were joined in the middle.
    public var joined: UInt64 = 0
    /// Connections that began as HTTP and are not WebSocket.
    public var refused: UInt64 = 0
    /// Data frames.
    public var dataFrames: UInt64 = 0
    /// Control frames: Close, Ping and Pong.
    public var controlFrames: UInt64 = 0
    /// Bytes that compressed messages were inflated to.
    public var inflatedBytes: UInt64 = 0
    /// Bytes that compressed messages were inflated to and that were not read, since there were too many.
    public var overBudget: UInt64 = 0
    /// How often the boundaries of frames were lost.
    public var lost: UInt64 = 0
    /// How often they were found again.
    public var found: UInt64 = 0
    /// Messages that could not be inflated.
    public var notInflated: UInt64 = 0
    /// Requests of HTTP that were followed by the search for one that upgrades.
    public var httpRequests: UInt64 = 0
    /// Connections on which the search for an upgrade came to its bound.
    public var searchesGivenUp: UInt64 = 0
    /// Connections that made room for others.
    public var connectionsEvicted: UInt64 = 0
    /// Directions whose waiting bytes made room for others.
    public var waitingEvicted: UInt64 = 0
    /// Directions whose inflater made room for another.
    public var inflatersEvicted: UInt64 = 0

    /// Zeros.
    public init() {}

    /// What is not zero of what was seen, by name.
    public var named: [String: UInt64] {
        [
            "opened": opened, "joined": joined, "refused": refused, "data_frames": dataFrames,
            "control_frames": controlFrames, "inflated_bytes": inflatedBytes, "lost": lost, "resynchronised": found,
            "not_inflated": notInflated,
            "over_budget_bytes": overBudget, "http_requests": httpRequests, "http_given_up": searchesGivenUp,
        ].filter { $0.value > 0 }
    }
}
