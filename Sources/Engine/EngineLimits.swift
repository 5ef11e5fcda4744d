import Flows
import WebSocket

/// The bounds of the engine but for those of its dissectors.
public struct EngineLimits: Sendable {
    /// Bounds of flows, TCP streams and fragments.
    public var flows = FlowLimits()
    /// Bounds of WebSocket connections.
    public var webSocket = WebSocketLimits()
    /// Bytes of datagrams and segments, with their frames, that look like a protocol and wait for what proves it.
    public var candidateBytes = 16 << 20
    /// What is done about wrong checksums.
    public var checksums = ChecksumPolicy.ignore

    /// The defaults.
    public init() {}

    /// The bounds of an engine whose flows, carriers and candidates take at most about so many bytes.
    public init(flowBytes: Int, carrierBytes: Int, candidateBytes: Int) {
        self.candidateBytes = candidateBytes
        flows = FlowLimits(bytes: flowBytes)
        webSocket = WebSocketLimits(bytes: carrierBytes)
    }
}

/// What is done about wrong checksums.
public enum ChecksumPolicy: String, Sendable, CaseIterable {
    /// They are counted, no more: cards that compute them leave them wrong in captures of their own machine.
    case ignore
    /// Packets with a wrong checksum are left out and counted, as their receivers leave them out: for a span port.
    case strict
}
