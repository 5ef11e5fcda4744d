import Bytes
import Events
import Flows
import MQTT
import Network
import Packets
import Tables
import WebSocket

/// WebSocket between TCP and the protocols: a flow that has a *carrier* gives its octets to the table of WebSocket
/// connections, and what comes out of frames goes the way that octets of TCP go, so that the label of the flow is that of
/// the protocol inside.
extension Worker where Sink: ~Copyable {
    /// Takes the next octets of a stream, in order, which came in `frame`.
    mutating func receive(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) {
        if streams.table[slot].carrier >= 0 { return carry(slot, side, data, frame) }
        feed(slot, side, data, frame)
        if streams.table[slot].carrier >= 0 { startCarrying(slot, side) }
    }

    /// Whether a stream begins as an opening handshake does, or may yet; a carrier is then found for its flow.
    mutating func isCarried(_ slot: Int, _ side: Side, _ bytes: RawSpan) -> Bool {
        guard streams.table[slot].carrier < 0 else { return false }
        let client: Side
        switch WebSocketProbe(bytes) {
        case .no: return false
        case .needMore: return true
        case .request: client = side
        case .answer: client = side.other
        }
        streams.table[slot].client = client
        streams.table[slot].carrier = webSocket.open(isClientFirst: client == .first).rawValue
        return true
    }

    /// Gives what is held of both streams to the carrier that was just found.
    private mutating func startCarrying(_ slot: Int, _ side: Side) {
        streams.table[slot][side].hasUnknownHole = false
        for side in [side, side.other] where streams.table[slot].carrier >= 0 {
            let held = streams.takeHeld(slot, side)
            streams.putHeld(PartialMessage(), slot, side)
            streams.table[slot][side].searched = 0
            var start = 0
            while streams.table[slot].carrier >= 0, let piece = held.frames.piece(from: start) {
                carry(slot, side, held.bytes.span.bytes.extracting(piece.bytes), held.frames.frame(piece.frames))
                start = piece.bytes.upperBound
            }
        }
    }

    /// Takes the next octets of a stream that has a carrier, in order.
    private mutating func carry(
        _ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef, isLast: Bool = false
    ) {
        let carrier = streams.table[slot].carrier
        let id = WebSocketID(rawValue: carrier)
        guard webSocket.isFollowed(id) else { return loseCarrier(slot) }
        let direction = carriedDirection(id, side)
        if streams.table[slot][side].hasUnknownHole {
            streams.table[slot][side].hasUnknownHole = false
            _ = webSocket.noteMissing(id, direction, .max)
        }
        // Lent for the call, so that what comes out can be taken while the worker changes.
        var output = WebSocketOutput()
        swap(&output, &carried)
        var waiting = carrierFrames.take(carrier, direction)
        let hasEarlier = !waiting.isEmpty
        if hasEarlier { waiting.keep(frame, upTo: 0) }
        var offset = 0
        var progress = WebSocketProgress.more
        while progress == .more {
            progress = webSocket.feed(id, direction, data, from: &offset, into: &output, isLast: isLast)
            if hasEarlier {
                deliver(output, slot, side, id, direction, FrameRef(waiting))
            } else {
                deliver(output, slot, side, id, direction, frame)
            }
            if streams.table[slot].label == FlowLabel.ignored { progress = .refused }
        }
        swap(&output, &carried)
        keepBack(waiting, carrier, direction, data.byteCount, frame)
        switch progress {
        case .done, .more: break
        case .refused, .gone: loseCarrier(slot)
        case .answered: carry(slot, side.other, RawSpan(), FrameRef())
        }
    }

    /// Keeps the frames of what the carrier keeps back, after it took `count` bytes of `frame`.
    private mutating func keepBack(
        _ earlier: consuming KeptFrames, _ carrier: Int64, _ direction: Direction, _ count: Int, _ frame: FrameRef
    ) {
        let waiting = webSocket.bytesKeptBack(WebSocketID(rawValue: carrier), direction)
        guard waiting > 0 else { return }
        // If it is no more than what came now, it came now.
        carrierFrames.put(waiting > count ? earlier : KeptFrames(), and: frame, of: carrier, direction)
    }

    private func carriedDirection(_ id: WebSocketID, _ side: Side) -> Direction {
        (side == .first) == webSocket.isClientFirst(id) ? .toServer : .toClient
    }

    /// Passes octets on, cut where something is to be told of what follows.
    private mutating func deliver(
        _ output: borrowing WebSocketOutput, _ slot: Int, _ side: Side, _ id: WebSocketID, _ direction: Direction,
        _ frame: FrameRef
    ) {
        if output.dropped > 0, streams.table[slot].label == FlowLabel.mqtt {
            streams.countUnparsed(output.dropped)
            noteLoss(slot) { [count = UInt64(output.dropped)] in $0.unparsedBytes += count }
        }
        if webSocket.isCoAP(id) { return collect(output, slot, side, id, direction, frame) }
        let bytes = output.bytes.span.bytes
        var start = 0
        for index in output.marks.indices {
            let mark = output.marks[index]
            if mark.kind == .binaryBegins || mark.kind == .messageEnds { continue }
            pass(slot, side, bytes.extracting(start..<mark.offset), frame)
            start = mark.offset
            switch mark.kind {
            case .textBegins:
                // Behind lost octets a frame may be none.
                if !streams.table[slot][side].isLost { webSocket.note(CarrierViolations(.mqttText), id, direction) }
            case .violation: webSocket.note(mark.violations, id, direction)
            case .hole:
                streams.loseBoundary(slot, side)
                noteGap(slot)
            case .binaryBegins, .messageEnds: break
            }
        }
        pass(slot, side, bytes.extracting(start..<bytes.byteCount), frame)
    }

    private mutating func pass(_ slot: Int, _ side: Side, _ bytes: RawSpan, _ frame: FrameRef) {
        if bytes.byteCount > 0 { feed(slot, side, bytes, frame) }
    }

    /// Passes over octets of a carried stream that the snap length cut off; gives how many octets inside are missing with
    /// them, `nil` where that is not known.
    mutating func passCarried(_ count: Int, _ slot: Int, _ side: Side) -> Int? {
        let id = WebSocketID(rawValue: streams.table[slot].carrier)
        return webSocket.noteMissing(id, carriedDirection(id, side), count)
    }

    /// Looks for a frame where nothing will follow any more, or nothing that belongs to it.
    mutating func carryLast(_ slot: Int, _ side: Side) {
        guard streams.table[slot].carrier >= 0 else { return }
        carry(slot, side, RawSpan(), FrameRef(), isLast: true)
    }

    /// Gives up a flow whose carrier was forgotten, or that turned out to be nobody's.
    private mutating func loseCarrier(_ slot: Int) {
        var flow = streams.table[slot]
        closeSession(of: &flow, at: now)
        releaseCarrier(of: &flow)
        flow.label = FlowLabel.ignored
        streams.table[slot] = flow
        streams.table.setEstablished(false, slot: slot)
        streams.abandon(slot)
    }

    /// Lets go of the carrier of a flow that was closed: by Close frames or FINs of both ends. A RST may be forged, and
    /// octets go on; the carrier then stays for as long as the flow.
    mutating func endCarrier(_ slot: Int) {
        guard streams.table[slot].carrier >= 0 else { return }
        let isFinished = streams.table[slot][.first].hasFIN && streams.table[slot][.second].hasFIN
        if isFinished || webSocket.hasClosed(WebSocketID(rawValue: streams.table[slot].carrier)) { loseCarrier(slot) }
    }

    /// Forgets the carrier of a flow. What was wrong and had no message to be told with is counted, where the flow carries
    /// a protocol that the sensor reads, or was opened for one.
    mutating func releaseCarrier(of flow: inout Flow) {
        guard flow.carrier >= 0 else { return }
        let id = WebSocketID(rawValue: flow.carrier)
        carrierFrames.drop(flow.carrier)
        flow.carrier = -1
        // What others do over WebSocket is not held against them.
        let isOurs = FlowLabel.isFollowedStream(flow.label) || webSocket.isMeantForUs(id)
        let left = webSocket.close(id)
        guard isOurs else { return }
        left.forEach { counters.violations[$0.name.description, default: 0] &+= 1 }
    }

    /// The same for a flow in the table.
    mutating func releaseCarrier(of slot: Int) {
        guard streams.table[slot].carrier >= 0 else { return }
        var flow = streams.table[slot]
        releaseCarrier(of: &flow)
        streams.table[slot].carrier = -1
    }

    /// What carried the next message that a side sent.
    mutating func carrier(_ slot: Int, _ direction: Direction) -> Carrier {
        var carrier = Carrier()
        carrier.isWebSocket = true
        let id = WebSocketID(rawValue: streams.table[slot].carrier)
        carrier.violations = webSocket.takeNotes(
            id, direction, of: streams.table[slot].label == FlowLabel.coapStream ? .coap : .mqtt)
        return carrier
    }
}
