import Flows
import WebSocket

/// The bounds of the engine but for those of its dissectors.
public struct EngineLimits: Sendable {
    public var flows = FlowLimits()
    public var webSocket = WebSocketLimits()
    /// What is done about wrong checksums.
    public var checksums = ChecksumPolicy.ignore

    /// The defaults.
    public init() {}

    /// The bounds of an engine whose flows and carriers take at most about so many bytes.
    public init(flowBytes: Int, carrierBytes: Int) {
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
