import Bytes
import Events
import Network
import Packets

/// Where the worker's events go: the rules, or whoever prints them.
public protocol EventSink: ~Copyable {
    /// Takes an event, dissected from `message`, whose bytes came in `frames`.
    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames)

    /// Tells that nothing was captured for a while: what should have come meanwhile may have come.
    mutating func noteHole(_ hole: CaptureHole)

    /// Tells that bytes between two ends were lost: what should have come may have come in them.
    mutating func noteLoss(client: Endpoint, server: Endpoint, at time: Timestamp)

    /// Whether it asks for payloads that are too long to be held, as they pass.
    var wantsPayloads: Bool { get }

    /// Takes a part of such a payload.
    mutating func receive(_ part: PayloadPart, _ bytes: RawSpan)
}

extension EventSink where Self: ~Copyable {
    /// Who waits for nothing takes no notice.
    public mutating func noteHole(_ hole: CaptureHole) {}
    /// The same of single connections.
    public mutating func noteLoss(client: Endpoint, server: Endpoint, at time: Timestamp) {}
}
