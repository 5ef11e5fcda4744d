import Bytes
import Packets
import Tables

/// What the owner of a stream could not use yet.
extension TCPStreams {
    /// Moves the partial message of a stream out, an empty one where there is none.
    public mutating func takeHeld(_ slot: Int, _ side: Side) -> PartialMessage { held.take(table[slot][side]) }

    /// Puts a partial message back that `takeHeld` gave.
    ///
    /// It may have grown: other streams give way where the limit asks for it.
    public mutating func putHeld(_ message: consuming PartialMessage, _ slot: Int, _ side: Side) {
        if !message.isEmpty { makeRoom(for: message.room) }
        held.put(message, &table[slot][side], of: StreamName(slot, side))
    }

    /// Begins to hold a copy of `bytes`, the beginning of a message that came in `frame`.
    ///
    /// Other streams give way where the limit asks for it.
    public mutating func hold(_ bytes: RawSpan, _ frame: FrameRef, _ slot: Int, _ side: Side) {
        makeRoom(for: bytes.byteCount + KeptFrames.memory(ofFrame: frame.bytes.byteCount))
        held.hold(bytes, frame, &table[slot][side], of: StreamName(slot, side))
    }

    /// Notes a frame that brought more of a long message whose beginning is held.
    public mutating func passOver(_ frame: FrameRef, _ slot: Int, _ side: Side) {
        held.passOver(frame, table[slot][side])
    }

    /// Takes from streams, one after another, what they hold.
    ///
    /// Whoever refused newcomers instead would let a few connections that never finish a message blind the sensor to
    /// all others.
    private mutating func makeRoom(for count: Int) {
        while held.totalBytes + count > limits.heldBytesTotal, let victim = held.victim() {
            counters.heldEvicted += 1
            loseBoundary(Int(victim.slot), victim.side)
        }
    }
}
