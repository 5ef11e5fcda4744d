import Tables

/// Keeps the names of connections apart from those of other tables.
public enum CoAPConnectionTag: Sendable {}

/// Names a connection that an analyzer follows.
public typealias CoAPConnectionID = SlotID<CoAPConnectionTag>

/// What one end of a connection said of itself: RFC 8323, 5.3, and RFC 8974, 2.2.1.
///
/// Base values until it says otherwise.
struct CoAPPeer: Sendable {
    /// Whether it sent a message, a CSM, an Abort.
    var hasSent = false
    var hasSentCapabilities = false
    var hasAborted = false
    /// Bytes of a message that it can receive (RFC 8323, 5.3.1).
    var maxMessageSize: UInt64 = 1152
    /// Bytes of a token that it can receive in a request (RFC 8974, 2.2.1).
    var tokenLimit: UInt64 = 8
}

/// What is remembered of a connection, but for its requests, which stand with all others.
struct CoAPConnection: Sendable {
    /// Whether the first bytes of both ends were there to be read.
    var isFromStart = false
    /// Whether bytes were lost, so that not all that was said is known.
    var hasGap = false
    /// The end that opened the connection, and the other one.
    var initiator = CoAPPeer()
    var acceptor = CoAPPeer()
}
