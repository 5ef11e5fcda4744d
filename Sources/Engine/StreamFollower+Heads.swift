import Bytes
import Events
import Flows
import Packets

/// Messages whose first byte is a fault for itself: they are told by it where nothing else is to be read of them, or where
/// they never become whole. Either is the same however the stream is cut.
extension EngineCore where Sink: ~Copyable {
    /// Tells a message by its first byte.
    mutating func tellHead<D: StreamDissector & ~Copyable>(
        _ dissector: inout D, _ slot: Int, _ side: Side, _ bytes: RawSpan, _ frames: MessageFrames
    ) {
        streams.table[slot][side].framing = .told
        // One byte more than is there: it is cut short, not wrong.
        dissect(&dissector, slot, side, bytes.extracting(0..<1), wholeLength: 2, frames)
    }

    /// Passes over the rest of a message that was told by its first byte.
    ///
    /// - Returns: how many of the bytes are passed over; `nil` where its length is not known yet.
    mutating func passTold<D: StreamDissector & ~Copyable>(
        _ verdict: FrameVerdict, _ dissector: inout D, _ slot: Int, _ side: Side, _ bytes: RawSpan
    ) -> Int? {
        switch verdict {
        case .message(let length):
            streams.table[slot][side].framing = .inOrder
            countDropped(length, slot)
            return length
        case .incomplete(nil): return nil
        case .incomplete(let total?):
            streams.table[slot][side].framing = .passing(rest: total - bytes.byteCount, whole: nil)
            countDropped(bytes.byteCount, slot)
        case .lost: loseBoundary(&dissector, slot, side, unparsed: bytes.byteCount)
        }
        return bytes.byteCount
    }

    /// Tells a message that will never be whole, where its first byte is a fault: by that byte, and so only once.
    mutating func tellUnfinished<D: StreamDissector & ~Copyable>(
        _ dissector: inout D, _ slot: Int, _ side: Side, _ sequel: Sequel
    ) {
        switch streams.table[slot][side].framing {
        case .inOrder: break
        // A hole in a long message is no reason not to read its head in the end.
        case .passing(_, .some) where sequel == .nothing: break
        case .passing, .told, .lost, .collecting: return
        }
        let direction: Direction = side == streams.table[slot].client ? .toServer : .toClient
        let partial = streams.takeHeld(slot, side)
        let handle = streams.table[slot].handle
        if handle >= 0, !partial.isEmpty,
            dissector.judge(head: partial.bytes.span.bytes.byte(at: 0), handle, direction) == .faulty
        {
            let frames = MessageFrames(of: 0..<1, partial.frames, FrameRef(), from: .max)
            tellHead(&dissector, slot, side, partial.bytes.span.bytes, frames)
        }
        streams.putHeld(partial, slot, side)
    }
}
