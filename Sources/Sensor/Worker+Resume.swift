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
    /// Takes octets of a stream that lost its boundaries. `sequel` says what will follow.
    mutating func resume(
        _ slot: Int, _ side: Side, _ data: RawSpan, _ frameBytes: RawSpan, sequel: MQTTBoundary.Sequel = .more
    ) {
        var buffer = streams.takeHeld(slot, side)
        let startsSegment = buffer.isEmpty || streams.table[slot][side].startsSegment
        buffer.append(copying: data)
        streams.table[slot][side].startsSegment = startsSegment
        guard sequel != .more || isWorthSearching(slot, side, buffer.count) else {
            return streams.putHeld(buffer, slot, side)
        }
        let isFull = buffer.count > heldLimit
        switch search(slot, side, buffer.span.bytes, startsSegment: startsSegment, sequel: sequel, isFull: isFull) {
        case .proven(let offset):
            drop(offset, from: &buffer, slot, side)
            streams.table[slot][side].isLost = false
            streams.table[slot][side].searched = 0
            counters.resynchronised &+= 1
            noteLoss(slot) { $0.resynchronised += 1 }
            noteGap(slot)
            let consumed = consume(slot, side, buffer.span.bytes, frameBytes)
            buffer.removeFirst(consumed)
            if streams.table[slot][side].skip > 0 { buffer.removeLast(buffer.count - heldLimit) }
        case .open(let offset):
            drop(offset, from: &buffer, slot, side)
            if streams.table[slot].label == FlowLabel.ignored {
                buffer.removeAll()
                streams.putHeld(buffer, slot, side)
                return streams.abandon(slot)
            }
            if buffer.count > heldLimit { drop(buffer.count - heldLimit / 2, from: &buffer, slot, side) }
            streams.table[slot][side].searched = Int32(truncatingIfNeeded: buffer.count)
        }
        streams.putHeld(buffer, slot, side)
    }

    /// Looks for a boundary where nothing will follow any more, or nothing that belongs to it.
    mutating func resumeLast(_ slot: Int, _ side: Side, _ frameBytes: RawSpan, _ sequel: MQTTBoundary.Sequel) {
        carryLast(slot, side, frameBytes)
        guard streams.table[slot][side].isLost, streams.table[slot][side].held >= 0 else { return }
        let none: [UInt8] = []
        resume(slot, side, none.span.bytes, frameBytes, sequel: sequel)
    }

    /// Looks for a boundary in what is held of a stream, of which the next octets are missing; what stays unproven is let
    /// go, since it does not go on with what follows them.
    mutating func resumeBeforeHole(_ slot: Int, _ side: Side, _ frameBytes: RawSpan) -> Bool {
        if streams.table[slot][side].held >= 0 {
            let none: [UInt8] = []
            resume(slot, side, none.span.bytes, frameBytes, sequel: .lost)
        }
        guard streams.table[slot][side].isLost else { return true }
        if streams.table[slot].label != FlowLabel.ignored { streams.loseBoundary(slot, side) }
        return false
    }

    /// Searching again for every octet that comes would let a sender of single octets make it quadratic.
    private func isWorthSearching(_ slot: Int, _ side: Side, _ count: Int) -> Bool {
        let searched = Int(streams.table[slot][side].searched)
        return count >= searched + searched / 8 + 1 || count > heldLimit
    }

    private mutating func drop(_ count: Int, from buffer: inout [UInt8], _ slot: Int, _ side: Side) {
        guard count > 0 else { return }
        if FlowLabel.isFollowedStream(streams.table[slot].label) { streams.countUnparsed(count) }
        noteLoss(slot) { $0.unparsedBytes += UInt64(count) }
        buffer.removeFirst(count)
        streams.table[slot][side].startsSegment = false
    }

    private mutating func search(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, startsSegment: Bool, sequel: MQTTBoundary.Sequel, isFull: Bool
    ) -> MQTTBoundary.Verdict {
        let flow = streams.table[slot]
        if flow.label == FlowLabel.coapStream {
            return searchCoAP(bytes, startsSegment: startsSegment, isLast: sequel != .more)
        }
        guard flow.label == FlowLabel.mqtt else {
            let verdict = join(slot, side, bytes, startsSegment: startsSegment, sequel: sequel)
            if streams.table[slot].label == FlowLabel.mqtt { confirm(slot) }
            return verdict
        }
        var boundary = MQTTBoundary(
            direction: side == flow.client ? .toServer : .toClient,
            version: mqtt.version(of: MQTTSessionID(rawValue: flow.handle)))
        return boundary.find(bytes, startsSegment: startsSegment, sequel: sequel, isFull: isFull)
    }

    /// Looks whether a flow whose beginning was not seen is MQTT, or else CoAP, and which end is the client: what only
    /// one of them may send tells that, else the port.
    private mutating func join(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, startsSegment: Bool, sequel: MQTTBoundary.Sequel
    ) -> MQTTBoundary.Verdict {
        var requests = MQTTBoundary(direction: .toServer)
        var responses = MQTTBoundary(direction: .toClient)
        let asClient = requests.find(bytes, startsSegment: startsSegment, sequel: sequel)
        let asServer = responses.find(bytes, startsSegment: startsSegment, sequel: sequel)
        let frames = joinCarrier(slot, side, bytes, asServer, startsSegment: startsSegment)
        if streams.table[slot].carrier >= 0 { return .open(frames) }
        switch (asClient, asServer) {
        case (.proven, .proven):
            let client = likelyClient(slot)
            claim(slot, client: client, isFromStart: false, seenFrom: side)
            return client == side ? asClient : asServer
        case (.proven, .open):
            // A stream that both ends saw begin, and that does not begin with a CONNECT.
            let stream = streams.table[slot][side]
            claim(
                slot, client: side, isFromStart: stream.hasSYN && startsSegment && asClient == .proven(0),
                seenFrom: side)
            return asClient
        case (.open, .proven):
            claim(slot, client: side.other, isFromStart: false, seenFrom: side)
            return asServer
        case (.open(let one), .open(let other)):
            if let coap = joinCoAP(slot, side, bytes, startsSegment: startsSegment, isLast: sequel != .more) {
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
