import Bytes
import Capture
import Events

/// Where the worker's events go: the rules, or whoever prints them.
public protocol EventSink: ~Copyable {
    /// Takes an event. `message` is what it was dissected from; `frame` completed it.
    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frame: FrameHeader, frameBytes: RawSpan)

    /// Whether it asks for payloads that are too long to be held, as they pass.
    var wantsPayloads: Bool { get }

    /// Takes a part of such a payload.
    mutating func receive(_ part: PayloadPart, _ bytes: RawSpan)
}
