import Bytes
import Events
import Flows
import MQTT
import Network
import WebSocket

extension Worker where Sink: ~Copyable {
    /// Looks whether a flow whose beginning was not seen is MQTT over WebSocket, on whatever port: frames of one direction
    /// have to follow each other, and what is in them has to begin as MQTT does.
    ///
    /// - Returns: the offset of the first such frame. The flow has a carrier then, and what is held goes to it.
    mutating func joinCarrier(_ slot: Int, _ side: Side, _ bytes: RawSpan, startsSegment: Bool) -> Int? {
        guard streams.table[slot].carrier < 0, bytes.byteCount >= Self.shortestProof else { return nil }
        for direction in [Direction.toServer, .toClient] {
            guard let start = provenFrame(bytes, direction, startsSegment: startsSegment) else { continue }
            let client = direction == .toServer ? side : side.other
            streams.table[slot].carrier = webSocket.join(isClientFirst: client == .first, atFrame: direction).rawValue
            claim(slot, client: client, isFromStart: false)
            streams.table[slot][side].isLost = false
            streams.table[slot][side.other].isLost = true
            return start
        }
        return nil
    }

    /// Three frames with a PINGREQ each take more.
    private static var shortestProof: Int { 8 }
    /// How many places with frames are looked into at a time.
    private static var frameTries: Int { 4 }

    private mutating func provenFrame(_ bytes: RawSpan, _ direction: Direction, startsSegment: Bool) -> Int? {
        var frames = WebSocketBoundary(direction: direction, mayCompress: false)
        var start = 0
        for _ in 0..<Self.frameTries {
            guard case .proven(let offset) = frames.find(bytes, from: start) else { return nil }
            carriedProbe.removeAll(keepingCapacity: true)
            if frames.appendPayloads(of: bytes, from: offset, to: &carriedProbe) {
                var messages = MQTTBoundary(direction: direction)
                let payloads = carriedProbe
                let verdict = messages.find(
                    payloads.span.bytes, startsSegment: startsSegment && offset == 0, isLast: false)
                if verdict == .proven(0) { return offset }
            }
            start = offset + 1
        }
        return nil
    }
}
