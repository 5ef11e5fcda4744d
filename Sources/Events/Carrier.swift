import Tables

/// What carries messages over a transport where the transport alone does not, and what was wrong with it.
public struct Carrier: Hashable, Sendable {
    /// Whether the message came in WebSocket frames (RFC 6455).
    public var isWebSocket = false
    /// The statements that were broken on the way to this message since the one before it.
    public var violations = CarrierViolations()

    /// Nothing but the transport.
    public init() {}
}
