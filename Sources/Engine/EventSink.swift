import Bytes
import Events
import Packets

/// Where the worker's events go: the rules, or whoever prints them.
public protocol EventSink: ~Copyable {
    /// Takes an event.
    ///
    /// - Parameters:
    ///   - message: what it was dissected from.
    ///   - frames: what its bytes came in.
    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames)

    /// Whether it asks for payloads that are too long to be held, as they pass.
    var wantsPayloads: Bool { get }

    /// Takes a part of such a payload.
    mutating func receive(_ part: PayloadPart, _ bytes: RawSpan)
}
