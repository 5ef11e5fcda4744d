import Bytes
import Flows
import MQTT
import Tables

/// Payloads that are too long to be held are passed on as they come, to a sink that asks for them.
extension Worker where Sink: ~Copyable {
    /// A message turned out too long to hold: `bytes` is all of it that came so far.
    mutating func beginPayload(_ slot: Int, _ side: Side, _ bytes: RawSpan, wholeLength: Int) {
        guard sink.wantsPayloads else { return }
        let stream = stream(slot, side)
        let head = bytes.extracting(0..<min(heldLimit, bytes.byteCount))
        let session = MQTTSessionID(rawValue: streams.table[slot].handle)
        let start = mqtt.payloadStart(session, head: head, wholeLength: wholeLength)
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
