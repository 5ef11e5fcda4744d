import Bytes
import Events
import Flows
import Packets

/// Messages whose first byte is a fault for itself. Where nothing else is to be read of them they are told at once, with their
/// length where that came with it; else by the first byte alone, where they never become whole.
extension EngineCore where Sink: ~Copyable {
    /// Tells a message by its beginning.
    mutating func tellHead<D: StreamDissector & ~Copyable>(
        _ dissector: inout D, _ slot: Int, _ side: Side, _ head: RawSpan, wholeLength: Int, _ frames: MessageFrames
    ) {
        streams.table[slot][side].framing = .told
        dissect(&dissector, slot, side, head, wholeLength: wholeLength, frames)
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
            let head = partial.bytes.span.bytes.extracting(0..<1)
            tellHead(&dissector, slot, side, head, wholeLength: FrameVerdict.unknownLength, frames)
        }
        streams.putHeld(partial, slot, side)
    }
}

extension FrameVerdict {
    /// What stands for the length of a message of which no more than the first byte is known: one more than that, so that it
    /// is cut short, not wrong.
    static var unknownLength: Int { 2 }

    /// How much of a message is there to tell it by, and how long it is; `nil` where its boundaries are lost, which tells
    /// it in any case.
    func head(of bytes: RawSpan) -> (count: Int, wholeLength: Int)? {
        switch self {
        case .message(let length): (length, length)
        case .incomplete(nil): (1, Self.unknownLength)
        case .incomplete(let total?): (bytes.byteCount, total)
        case .lost: nil
        }
    }
}
