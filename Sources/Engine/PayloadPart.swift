import Bytes
import Events
import Flows

/// A part of a payload that is too long to be held (`FlowLimits.heldBytesPerMessage`), on its way.
///
/// The parts of a payload come in order. With the last of them, and before anything else of that stream, comes the event of
/// their message, whose payload field holds the beginning only. A message that is cut off has no last part and no event; the
/// next of its stream begins at 0 again.
public struct PayloadPart: Hashable, Sendable {
    /// Names one direction of one connection, among those that are open at the time.
    public var stream: Int
    /// Where it lies in the payload. A gap to the end of the part before it was not captured.
    public var offset: Int
    /// The length of the whole payload in bytes.
    public var total: Int
}

extension EventSink where Self: ~Copyable {
    /// Nobody asks for payloads.
    public var wantsPayloads: Bool { false }

    /// Leaves it alone.
    public mutating func receive(_ part: PayloadPart, _ bytes: RawSpan) {}
}

/// Where the payloads of long messages begin, by stream, while their parts are passed on.
struct LongPayloads {
    private struct Payload {
        /// Of the message.
        var start: Int
        var passed: Int
        var total: Int
    }

    private var payloads: [Int: Payload] = [:]

    /// Begins with a message whose payload starts at `start`; `nil` where that lies behind what is held.
    mutating func begin(_ stream: Int, start: Int?, wholeLength: Int) {
        payloads[stream] = start.map { Payload(start: $0, passed: 0, total: max(0, wholeLength - $0)) }
    }

    /// The part that `count` further bytes of the payload are; `nil` where the payload is not known.
    mutating func pass(_ stream: Int, _ count: Int) -> PayloadPart? {
        guard let payload = payloads[stream] else { return nil }
        payloads[stream]?.passed += count
        return PayloadPart(stream: stream, offset: payload.passed, total: payload.total)
    }

    /// Ends with a message.
    mutating func end(_ stream: Int) { payloads[stream] = nil }
}

// Payloads that are too long to be held are passed on as they come, to a sink that asks for them.
extension EngineCore where Sink: ~Copyable {
    /// A message turned out too long to hold: `bytes` is all of it that came so far.
    mutating func beginPayload<D: StreamDissector & ~Copyable>(
        _ dissector: borrowing D, _ slot: Int, _ side: Side, _ bytes: RawSpan, wholeLength: Int
    ) {
        guard sink.wantsPayloads else { return }
        let stream = stream(slot, side)
        let head = bytes.extracting(0..<min(heldLimit, bytes.byteCount))
        let start = dissector.payloadStart(streams.table[slot].handle, head: head, wholeLength: wholeLength)
        payloads.begin(stream, start: start, wholeLength: wholeLength)
        guard let start else { return }
        pass(stream, bytes.extracting(min(start, bytes.byteCount)..<bytes.byteCount))
    }

    /// More of it came.
    mutating func passPayload(_ slot: Int, _ side: Side, _ bytes: RawSpan) {
        if sink.wantsPayloads { pass(stream(slot, side), bytes) }
    }

    /// More of it was sent, but not captured.
    mutating func skipPayload(_ slot: Int, _ side: Side, _ count: Int) {
        if sink.wantsPayloads { _ = payloads.pass(stream(slot, side), count) }
    }

    /// All of it has passed.
    mutating func endPayload(_ slot: Int, _ side: Side) {
        if sink.wantsPayloads { payloads.end(stream(slot, side)) }
    }

    private mutating func pass(_ stream: Int, _ bytes: RawSpan) {
        guard !bytes.isEmpty, let part = payloads.pass(stream, bytes.byteCount) else { return }
        sink.receive(part, bytes)
    }

    private func stream(_ slot: Int, _ side: Side) -> Int { slot * 2 + (side == .first ? 0 : 1) }
}
