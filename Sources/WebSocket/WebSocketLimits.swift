/// Every bound of this module, each with its reason.
public struct WebSocketLimits: Sendable {
    /// Connections that are followed at the same time; the one used longest ago makes room. About 300 octets each.
    public var connections = 32_768
    /// Octets of an opening request or answer: as much as common servers take, four buffers of 8 KiB.
    public var headBytes = 32_768
    /// Octets that wait in one direction: what a client sends before the answer was seen, or what is searched for a frame
    /// behind lost octets, where three frames of 64 KiB have to fit.
    public var waitingBytesPerStream = 3 * 65_550
    /// Octets of memory that wait in all connections together.
    public var waitingBytesTotal = 16 << 20
    /// Directions whose messages are inflated at the same time, about 40 KiB each.
    public var inflaters = 512
    /// Octets that one message may inflate to, however small it came.
    public var inflatedBytes: UInt64 = 4 << 20
    /// How many times its compressed size a message may inflate to beyond that: what an ordinary sender compresses
    /// seldom shrinks to a fiftieth.
    public var inflation: UInt64 = 64
    /// Octets that are put out at once.
    public var outputBytes = 65_536

    /// The defaults.
    public init() {}
}
