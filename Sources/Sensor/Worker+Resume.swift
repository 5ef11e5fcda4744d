import Bytes
import Events
import Flows
import MQTT
import Network
import Packets
import Tables

/// Streams whose message boundaries are not known: behind lost octets, and in connections that began before the sensor.
///
/// Their octets are held until a place in them proves that messages begin there (`MQTTBoundary`). Until then nothing is
/// reported; what turns out to lie before that place is counted.
extension Worker where Sink: ~Copyable {
    /// Takes octets of a stream that lost its boundaries, which came in `frame`. `sequel` says what will follow.
    mutating func resume(
        _ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef, sequel: MQTTBoundary.Sequel = .more
    ) {
        var partial = streams.takeHeld(slot, side)
        let start = partial.bytes.count
        let startsSegment = start == 0 || streams.table[slot][side].startsSegment
        partial.bytes.append(copying: data)
        streams.table[slot][side].startsSegment = startsSegment
        guard sequel != .more || isWorthSearching(slot, side, partial.bytes.count) else {
            return put(&partial, used: 0, slot, side, frame, from: start)
        }
        let isFull = partial.bytes.count > heldLimit
        let time = partial.frames.firstTime ?? frame.provenance.frame.timestamp
        let verdict = search(
            slot, side, partial.bytes.span.bytes, startsSegment: startsSegment, sequel: sequel, isFull: isFull,
            at: time)
        switch verdict {
        case .proven(let offset):
            countDropped(offset, slot, side)
            streams.table[slot][side].isLost = false
            streams.table[slot][side].searched = 0
            counters.resynchronised &+= 1
            noteLoss(slot) { $0.resynchronised += 1 }
            noteGap(slot)
            let used = consume(
                slot, side, partial.bytes.span.bytes, from: offset, partial.frames, frame, behind: start)
            put(&partial, used: used, slot, side, frame, from: start)
        case .open(let offset):
            if streams.table[slot].label == FlowLabel.ignored {
                countDropped(offset, slot, side)
                partial.removeAll()
                streams.putHeld(partial, slot, side)
                return streams.abandon(slot)
            }
            let rest = partial.bytes.count - offset
            let dropped = rest > heldLimit ? offset + rest - heldLimit / 2 : offset
            countDropped(dropped, slot, side)
            streams.table[slot][side].searched = Int32(truncatingIfNeeded: partial.bytes.count - dropped)
            put(&partial, used: dropped, slot, side, frame, from: start)
        }
    }

    /// Looks for a boundary where nothing will follow any more, or nothing that belongs to it.
    mutating func resumeLast(_ slot: Int, _ side: Side, _ sequel: MQTTBoundary.Sequel) {
        carryLast(slot, side)
        guard streams.table[slot][side].isLost, streams.table[slot][side].held >= 0 else { return }
        resume(slot, side, RawSpan(), FrameRef(), sequel: sequel)
    }

    /// Looks for a boundary in what is held of a stream, of which the next octets are missing; what stays unproven is let
    /// go, since it does not go on with what follows them.
    mutating func resumeBeforeHole(_ slot: Int, _ side: Side) -> Bool {
        if streams.table[slot][side].held >= 0 { resume(slot, side, RawSpan(), FrameRef(), sequel: .lost) }
        guard streams.table[slot][side].isLost else { return true }
        if streams.table[slot].label != FlowLabel.ignored { streams.loseBoundary(slot, side) }
        return false
    }

    /// Searching again for every octet that comes would let a sender of single octets make it quadratic.
    private func isWorthSearching(_ slot: Int, _ side: Side, _ count: Int) -> Bool {
        let searched = Int(streams.table[slot][side].searched)
        return count >= searched + searched / 8 + 1 || count > heldLimit
    }

    private mutating func countDropped(_ count: Int, _ slot: Int, _ side: Side) {
        guard count > 0 else { return }
        if FlowLabel.isFollowedStream(streams.table[slot].label) { streams.countUnparsed(count) }
        noteLoss(slot) { $0.unparsedBytes += UInt64(count) }
        streams.table[slot][side].startsSegment = false
    }

    private mutating func search(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, startsSegment: Bool, sequel: MQTTBoundary.Sequel, isFull: Bool,
        at time: Timestamp
    ) -> MQTTBoundary.Verdict {
        let flow = streams.table[slot]
        if flow.label == FlowLabel.coapStream {
            return searchCoAP(bytes, startsSegment: startsSegment, isLast: sequel != .more)
        }
        guard flow.label == FlowLabel.mqtt else {
            let verdict = join(slot, side, bytes, startsSegment: startsSegment, sequel: sequel, at: time)
            if streams.table[slot].label == FlowLabel.mqtt { confirm(slot) }
            return verdict
        }
        var boundary = MQTTBoundary(
            direction: side == flow.client ? .toServer : .toClient,
            version: mqtt.version(of: MQTTSessionID(rawValue: flow.handle)), isExpected: true)
        return boundary.find(bytes, startsSegment: startsSegment, sequel: sequel, isFull: isFull)
    }

    /// Looks whether a flow whose beginning was not seen is MQTT, or else CoAP, and which end is the client: what only
    /// one of them may send tells that, else the port.
    private mutating func join(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, startsSegment: Bool, sequel: MQTTBoundary.Sequel,
        at time: Timestamp
    ) -> MQTTBoundary.Verdict {
        let key = streams.table[slot].key
        let isExpected = key.first.port == MQTTPort.mqtt || key.second.port == MQTTPort.mqtt
        var requests = MQTTBoundary(direction: .toServer, isExpected: isExpected)
        var responses = MQTTBoundary(direction: .toClient, isExpected: isExpected)
        let asClient = requests.find(bytes, startsSegment: startsSegment, sequel: sequel)
        let asServer = responses.find(bytes, startsSegment: startsSegment, sequel: sequel)
        let frames = joinCarrier(slot, side, bytes, asServer, startsSegment: startsSegment, at: time)
        if streams.table[slot].carrier >= 0 { return .open(frames) }
        switch (asClient, asServer) {
        case (.proven, .proven):
            let client = likelyClient(slot)
            claim(slot, client: client, isFromStart: false, seenFrom: side, at: time)
            return client == side ? asClient : asServer
        case (.proven, .open):
            // A stream that both ends saw begin, and that does not begin with a CONNECT.
            let stream = streams.table[slot][side]
            claim(
                slot, client: side, isFromStart: stream.hasSYN && startsSegment && asClient == .proven(0),
                seenFrom: side, at: time)
            return asClient
        case (.open, .proven):
            claim(slot, client: side.other, isFromStart: false, seenFrom: side, at: time)
            return asServer
        case (.open(let one), .open(let other)):
            if let coap = joinCoAP(
                slot, side, bytes, startsSegment: startsSegment, isLast: sequel != .more, at: time)
            {
                return coap
            }
            streams.table[slot].misses += 1
            if bytes.byteCount > Self.joiningLimit || streams.table[slot].misses >= Self.joiningTries {
                streams.table[slot].label = FlowLabel.ignored
                return .open(bytes.byteCount)
            }
            return .open(min(one, other, frames))
        }
    }

    /// Octets of one direction of an unknown flow that are held in search of a proof, and how often it is searched for:
    /// a flow that is nobody's must not cost much.
    private static var joiningLimit: Int { 16_384 }
    private static var joiningTries: UInt8 { 48 }

    /// The end that is probably the client: the one that is not on MQTT's own port, else on the higher one.
    private func likelyClient(_ slot: Int) -> Side {
        let key = streams.table[slot].key
        if MQTTPort.isKnown(key.first.port) != MQTTPort.isKnown(key.second.port) {
            return MQTTPort.isKnown(key.first.port) ? .second : .first
        }
        return key.first.port >= key.second.port ? .first : .second
    }
}
