import Bytes
import CoAP
import Events
import Flows
import Network
import Packets
import Tables
import WebSocket

/// Protocols whose messages are those of WebSocket: CoAP (RFC 8323, 4).
extension Worker where Sink: ~Copyable {
    /// Puts messages together. Of one too long to hold the beginning is kept and the rest is counted; one with a hole is
    /// left out.
    mutating func collect(
        _ output: borrowing WebSocketOutput, _ slot: Int, _ side: Side, _ id: WebSocketID, _ direction: Direction,
        _ frame: FrameRef
    ) {
        let bytes = output.bytes.span.bytes
        var start = 0
        for index in output.marks.indices {
            let mark = output.marks[index]
            hold(slot, side, bytes.extracting(start..<mark.offset), frame)
            start = mark.offset
            switch mark.kind {
            case .binaryBegins: begin(slot, side)
            case .textBegins:
                begin(slot, side)
                webSocket.note(CarrierViolations(.coapText), id, direction)
            case .violation: webSocket.note(mark.violations, id, direction)
            case .hole: streams.loseBoundary(slot, side)
            case .messageEnds: end(slot, side)
            }
        }
        hold(slot, side, bytes.extracting(start..<bytes.byteCount), frame)
    }

    private mutating func begin(_ slot: Int, _ side: Side) {
        // A message without an end is let go.
        _ = streams.takeHeld(slot, side)
        streams.putHeld(PartialMessage(), slot, side)
        streams.table[slot][side].wholeLength = 0
        streams.table[slot][side].isLost = false
    }

    private mutating func hold(_ slot: Int, _ side: Side, _ part: RawSpan, _ frame: FrameRef) {
        guard part.byteCount > 0, !streams.table[slot][side].isLost else { return }
        streams.table[slot][side].wholeLength += part.byteCount
        var message = streams.takeHeld(slot, side)
        let fitting = min(part.byteCount, max(0, heldLimit - message.bytes.count))
        message.bytes.append(copying: part.extracting(0..<fitting))
        if fitting > 0 {
            message.frames.keep(frame, upTo: message.bytes.count)
        } else {
            message.frames.passOver(frame)
        }
        streams.putHeld(message, slot, side)
    }

    private mutating func end(_ slot: Int, _ side: Side) {
        guard !streams.table[slot][side].isLost else { return }
        let whole = streams.table[slot][side].wholeLength
        var message = streams.takeHeld(slot, side)
        takeCarriedMessage(slot, side, message, wholeLength: whole)
        message.removeAll()
        streams.putHeld(message, slot, side)
        streams.table[slot][side].wholeLength = 0
    }

    /// Takes a whole message of CoAP: the message format of RFC 8323, 3.2, with a length of 0 (4.2). `message` is its
    /// beginning where it was too long to hold.
    private mutating func takeCarriedMessage(
        _ slot: Int, _ side: Side, _ message: borrowing PartialMessage, wholeLength: Int
    ) {
        counters.carriedCoAP &+= 1
        let frames = MessageFrames(of: 0..<Int.max, message.frames, FrameRef(), from: .max)
        if streams.table[slot].label != FlowLabel.coapStream {
            claimCoAP(
                slot, client: streams.table[slot].client, isFromStart: isFromStart(slot), seenFrom: nil,
                at: frames.completion.frame.timestamp)
        }
        dissectCoAP(slot, side, message.bytes.span.bytes, wholeLength: wholeLength, over: .webSocket, frames)
    }
}
