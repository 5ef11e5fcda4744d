import Bytes
import CoAP
import Events
import Flows
import MQTT
import Network
import Packets
import Tables

/// CoAP over TCP: RFC 8323, 3.
extension Worker where Sink: ~Copyable {
    /// Takes the first octets of a stream for CoAP, or lets them wait for what proves it; `false` where they are neither.
    ///
    /// On CoAP's own port the beginning of one side is enough. Elsewhere both sides have to begin with a CSM, or one side
    /// has to go on as chance would not: until then what comes waits with its frames.
    mutating func identifyCoAP(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, _ kept: KeptFrames, _ frame: FrameRef, behind start: Int
    ) -> Bool {
        let flow = streams.table[slot]
        guard flow[side].hasSYN, !flow[side].isLost else { return false }
        let isOwnPort = flow.key.first.port == CoAPPort.coap || flow.key.second.port == CoAPPort.coap
        guard CoAPStreamProbe.verdict(bytes, isOwnPort: isOwnPort) == .beginning else { return false }
        if isOwnPort {
            let time = kept.firstTime ?? frame.provenance.frame.timestamp
            claimCoAP(slot, client: likelyCoAPClient(slot), isFromStart: isFromStart(slot), seenFrom: side, at: time)
        } else {
            streams.table[slot].label = FlowLabel.coapStreamCandidate
            keepPieces(slot, side, bytes, kept)
            if start < bytes.byteCount { keep(slot, side, bytes.extracting(start..<bytes.byteCount), frame) }
        }
        return true
    }

    /// Whether the first octets of a side may yet become a CSM.
    func mayBecomeCoAP(_ slot: Int, _ side: Side, _ bytes: RawSpan) -> Bool {
        guard streams.table[slot][side].hasSYN, !streams.table[slot][side].isLost else { return false }
        let key = streams.table[slot].key
        let isOwnPort = key.first.port == CoAPPort.coap || key.second.port == CoAPPort.coap
        return CoAPStreamProbe.verdict(bytes, isOwnPort: isOwnPort) == .needMore
    }

    /// Takes octets of a flow that may be CoAP; with those that prove it, everything that waited is read.
    mutating func weigh(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) {
        if streams.table[slot][side].isLost {
            // Lost octets: from here on only a chain of messages proves anything.
            candidates.drop(streams.table[slot].handle)
            streams.table[slot].handle = -1
            streams.table[slot].label = FlowLabel.unknown
            streams.loseBoundary(slot, side.other)
            return resume(slot, side, data, frame)
        }
        var partial = streams.takeHeld(slot, side)
        keepPieces(slot, side, partial.bytes.span.bytes, partial.frames)
        keep(slot, side, data, frame)
        partial.removeAll()
        streams.putHeld(partial, slot, side)
        settle(slot)
    }

    /// Lets bytes that waited already wait for a proof, each with the frame that it came in.
    private mutating func keepPieces(_ slot: Int, _ side: Side, _ bytes: RawSpan, _ kept: KeptFrames) {
        var start = 0
        while let piece = kept.piece(from: start) {
            keep(slot, side, bytes.extracting(piece.bytes), kept.frame(piece.frames))
            start = piece.bytes.upperBound
        }
    }

    /// Lets octets wait for a proof, with the frame that they came in.
    private mutating func keep(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) {
        guard streams.table[slot].label == FlowLabel.coapStreamCandidate else { return }
        if !candidates.add(&streams.table[slot].handle, data, from: side, frame, isStream: true) { giveUpStream(slot) }
    }

    /// Looks whether what waits of a flow proves it to be CoAP, and reads it then.
    mutating func settle(_ slot: Int) {
        guard streams.table[slot].label == FlowLabel.coapStreamCandidate else { return }
        switch candidates.judge(streams.table[slot].handle) {
        case .open: return
        case .other: giveUpStream(slot)
        case .proven:
            let waiting = candidates.take(streams.table[slot].handle)
            let time = waiting.first?.frames.firstTime ?? now
            claimCoAP(
                slot, client: likelyCoAPClient(slot), isFromStart: isFromStart(slot), seenFrom: nil, at: time)
            for piece in waiting {
                feed(slot, piece.side, piece.frames.slice(piece.range), FrameRef(piece.frames))
            }
        }
    }

    mutating func giveUpStream(_ slot: Int) {
        candidates.drop(streams.table[slot].handle)
        streams.table[slot].handle = -1
        streams.table[slot].label = FlowLabel.ignored
        streams.abandon(slot)
    }

    /// Takes a flow for CoAP by what one end sent, or both, where none is given.
    mutating func claimCoAP(_ slot: Int, client: Side, isFromStart: Bool, seenFrom side: Side?, at time: Timestamp) {
        streams.table[slot].label = FlowLabel.coapStream
        streams.table[slot].client = client
        streams.table[slot].misses = 0
        if let side { distrust(slot, side.other) }
        openSession(slot, isFromStart: isFromStart, at: time)
    }

    /// The end that probably opened the connection: the one that is not on CoAP's own port, else on the higher one.
    func likelyCoAPClient(_ slot: Int) -> Side {
        let key = streams.table[slot].key
        if (key.first.port == CoAPPort.coap) != (key.second.port == CoAPPort.coap) {
            return key.first.port == CoAPPort.coap ? .second : .first
        }
        return key.first.port >= key.second.port ? .first : .second
    }

    /// Looks whether a flow whose beginning was not seen is CoAP.
    mutating func joinCoAP(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, startsSegment: Bool, isLast: Bool, at time: Timestamp
    ) -> MQTTBoundary.Verdict? {
        var boundary = CoAPBoundary()
        let verdict = boundary.find(bytes, startsSegment: startsSegment, isLast: isLast)
        guard case .proven(let offset) = verdict else { return nil }
        let asks = boundary.sendsRequests
        claimCoAP(
            slot, client: asks.map { $0 ? side : side.other } ?? likelyCoAPClient(slot), isFromStart: false,
            seenFrom: side, at: time)
        return .proven(offset)
    }

    /// Looks for a boundary in a stream that is known to be CoAP.
    func searchCoAP(_ bytes: RawSpan, startsSegment: Bool, isLast: Bool) -> MQTTBoundary.Verdict {
        var boundary = CoAPBoundary()
        switch boundary.find(bytes, startsSegment: startsSegment, isLast: isLast) {
        case .proven(let offset): return .proven(offset)
        case .open(let offset): return .open(offset)
        }
    }

    /// Dissects every whole message in `bytes` from `offset` on; returns where what is left begins. `kept` and `frame` are
    /// those of `consume`.
    mutating func consumeCoAP(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, from offset: Int, _ kept: KeptFrames, _ frame: FrameRef,
        behind start: Int
    ) -> Int {
        var offset = offset
        switch beginning(slot, side, bytes.extracting(offset..<bytes.byteCount)) {
        case .beginning: break
        case .needMore: return offset
        case .no:
            // Whoever asks a server of another protocol gets an answer in that.
            streams.countUnparsed(bytes.byteCount - offset)
            streams.loseBoundary(slot, side)
            noteGap(slot)
            return bytes.byteCount
        }
        while offset < bytes.byteCount {
            let rest = bytes.extracting(offset..<bytes.byteCount)
            switch CoAPFraming.frame(rest) {
            case .message(let length):
                let frames = MessageFrames(of: offset..<offset + length, kept, frame, from: start)
                dissectCoAP(slot, side, rest.extracting(0..<length), wholeLength: length, frames)
                offset += length
            case .incomplete(let total):
                if let total, total > heldLimit, rest.byteCount >= heldLimit {
                    streams.table[slot][side].wholeLength = total
                    streams.table[slot][side].skip = total - rest.byteCount
                }
                return offset
            case .lost:
                // The header is an event, so that what broke the stream is told.
                let header = rest.extracting(0..<min(rest.byteCount, CoAPFraming.longestHeader))
                let frames = MessageFrames(of: offset..<offset + header.byteCount, kept, frame, from: start)
                dissectCoAP(slot, side, header, wholeLength: header.byteCount, frames)
                streams.countUnparsed(rest.byteCount)
                streams.loseBoundary(slot, side)
                noteGap(slot)
                return bytes.byteCount
            }
        }
        return offset
    }

    /// Whether the first octets of an end can be those of a CoAP end.
    private func beginning(_ slot: Int, _ side: Side, _ bytes: RawSpan) -> CoAPStreamProbe.Verdict {
        let flow = streams.table[slot]
        let connection = CoAPConnectionID(rawValue: flow.handle)
        if coap.hasBegun(connection, side == flow.client ? .toServer : .toClient) { return .beginning }
        return CoAPStreamProbe.answer(bytes)
    }

    /// Dissects a message of a connection: of a TCP stream, or of a WebSocket that a flow carries.
    mutating func dissectCoAP(
        _ slot: Int, _ side: Side, _ message: RawSpan, wholeLength: Int, over carrier: CoAPCarrier = .stream,
        _ frames: MessageFrames
    ) {
        var context = streamContext(slot, side, frames.completion)
        let connection = CoAPConnectionID(rawValue: streams.table[slot].handle)
        guard coap.dissect(connection, message: message, wholeLength: wholeLength, over: carrier, context: &context)
        else { return }
        counters.coap[Int(coap.messageType)] &+= 1
        counters.countViolations(of: coap, message: message, &violations)
        sink.receive(coap, context, message: message, frames: frames)
    }
}
