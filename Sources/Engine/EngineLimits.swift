import Flows
import Network
import Proxies
import WebSocket

/// The bounds of the engine but for those of its dissectors.
public struct EngineLimits: Sendable {
    /// Bounds of flows, TCP streams and fragments.
    public var flows = FlowLimits()
    /// Bounds of WebSocket connections.
    public var webSocket = WebSocketLimits()
    /// Flows behind proxies that are followed at the same time; the one used longest ago makes room.
    ///
    /// About 150 bytes each.
    public var proxiedFlows = 16_384
    /// The proxies that are believed whom they speak for, in a header of the PROXY protocol.
    public var proxies: [CIDRBlock] = []
    /// Bytes of datagrams and segments, with their frames, that look like a protocol and wait for what proves it.
    public var candidateBytes = 16 << 20
    /// Connections to servers that are watched for what they do not say; the one watched longest makes room.
    ///
    /// About 700 bytes each.
    public var watchedConnections = 16_384
    /// What is done about wrong checksums.
    public var checksums = ChecksumPolicy.ignore

    /// The defaults.
    public init() {}

    /// The bounds of an engine whose flows, carriers and candidates take at most about so many bytes.
    public init(flowBytes: Int, carrierBytes: Int, candidateBytes: Int) {
        self.candidateBytes = candidateBytes
        // One part in 32 for connections that are watched.
        flows = FlowLimits(bytes: flowBytes / 32 * 31)
        watchedConnections = max(64, flowBytes / 32 / ConnectionWatches.bytesPerConnection)
        webSocket = WebSocketLimits(bytes: carrierBytes / 16 * 15)
        proxiedFlows = max(16, carrierBytes / 16 / ProxyTable.bytesPerFlow)
    }
}

/// What is done about wrong checksums.
public enum ChecksumPolicy: String, Sendable, CaseIterable {
    /// They are counted, no more: cards that compute them leave them wrong in captures of their own machine.
    case ignore
    /// Packets with a wrong checksum are left out and counted, as their receivers leave them out: for a span port.
    case strict
}
