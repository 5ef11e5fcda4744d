import Network
import Tables

/// What carries messages over a transport where the transport alone does not, and what was wrong with it.
public struct Carrier: Hashable, Sendable {
    /// Whether the message came in WebSocket frames (RFC 6455).
    public var isWebSocket = false
    /// The statements that were broken on the way to this message since the one before it.
    public var violations = CarrierViolations()

    /// What proxies put in front of the stream, outermost first.
    public var proxies = ProxyPath()
    /// The client, as a proxy says that is believed; `nil` where it is the end of the connection.
    public var client: Endpoint?
    /// The address of the client as a header says that anybody could have sent; `nil` where none does.
    public var proxiedIP: IPAddress?

    /// Nothing but the transport.
    public init() {}
}
