/// Every bound of flow tracking, each with its reason.
public struct FlowLimits: Sendable {
    /// Flows at most: at about 200 octets each, the table stays near 50 MiB however many flows an attacker opens.
    public var flows = 262_144
    /// Seconds of silence after which a flow that is nobody's, half-open, or closed is forgotten: longer than the
    /// retransmissions of a TCP handshake (RFC 6298) and than a closing connection lingers.
    public var transientIdleSeconds: Int64 = 120
    /// Seconds of silence after which a flow of a known protocol is forgotten: MQTT's largest keep-alive is 65,535 s,
    /// and a broker waits half as long again (MQTT 3.1.1, 3.1.2.10).
    public var establishedIdleSeconds: Int64 = 98_302
    /// Octets that wait out of order for one direction of one flow: a generous receive window.
    public var queuedBytesPerStream = 1 << 20
    /// Segments that wait out of order for one direction of one flow: bounds the walk that sorts a segment in.
    public var queuedSegmentsPerStream = 256
    /// Octets that wait in all flows together.
    public var queuedBytesTotal = 64 << 20
    /// Nanoseconds of capture time that the first waiting segment waits before the hole in front of it is declared
    /// lost: longer than the retransmission timers in use, short enough that an alert still comes in time.
    public var queueWaitNanoseconds: Int64 = 2_000_000_000
    /// Octets of one message that are held while it arrives in pieces. A longer message is dissected by its first
    /// octets; the rest is counted as it passes.
    public var heldBytesPerMessage = 65_536
    /// Octets of unfinished messages that are held in all flows together.
    public var heldBytesTotal = 64 << 20

    /// The defaults.
    public init() {}
}
