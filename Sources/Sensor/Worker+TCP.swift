import Bytes
import CoAP
import Events
import Flows
import MQTT
import Network
import Packets
import Tables

extension Worker where Sink: ~Copyable {
    /// Takes a segment: puts it in order, cuts the stream into messages.
    mutating func processSegment(
        _ packet: borrowing Packet, _ bytes: RawSpan, _ frame: FrameRef, _ hit: FlowTable.Hit
    ) {
        let slot = hit.slot
        // A flow that is ignored costs no more than its slot, until a new connection begins on its ports.
        if streams.table[slot].label == FlowLabel.ignored {
            guard packet.tcp.flags.contains(.syn) else { return }
            streams.reset(slot)
            releaseCarrier(of: slot)
            streams.table[slot].label = FlowLabel.unknown
        }
        if !streams.table[slot][hit.side].isSettled, isBeginning(bytes.slice(packet.payload)) {
            streams.settle(slot, hit.side)
        }
        let accepted = streams.accept(
            packet.tcp, payload: packet.payload, missing: packet.missing, of: bytes, frame, slot: slot, side: hit.side,
            at: now)
        if accepted.isRestart { forget(slot, at: now) }
        if accepted.isGap { noteGap(slot) }
        if !accepted.deliver.isEmpty { receive(slot, hit.side, bytes.slice(accepted.deliver), frame) }
        if accepted.missing > 0 { passHole(accepted.missing, slot, hit.side, frame) }
        let mayComeYet = accepted.isReset && streams.hasQueued(in: slot)
        drainQueues(slot, hit.side, force: accepted.closes && !mayComeYet)
        if mayComeYet {
            // The capture moved the RST before octets that were sent earlier; they come, or their time will be up.
            streams.table.setEstablished(false, slot: slot)
        } else if accepted.closes {
            for side in [Side.first, .second] { resumeLast(slot, side, .nothing) }
            end(slot, at: now)
            endCarrier(slot)
        }
    }

    /// Takes what waited in both streams and is due: one may have waited for the other.
    mutating func drainQueues(_ slot: Int, _ side: Side, force: Bool) {
        guard streams.hasQueued else { return }
        var side = side
        var idle = 0
        while idle < 2 {
            idle = drainQueue(slot, side, force: force) ? 0 : idle + 1
            side = side.other
        }
    }

    /// Ends the session of a flow. What the flow carries is remembered: an end may be forged, and octets go on.
    private mutating func end(_ slot: Int, at time: Timestamp) {
        var flow = streams.table[slot]
        closeSession(of: &flow, at: time)
        streams.table[slot] = flow
        streams.table[slot].heard = 0
        streams.table.setEstablished(false, slot: slot)
    }

    /// Ends the session of a flow on whose addresses and ports another begins.
    private mutating func forget(_ slot: Int, at time: Timestamp) {
        end(slot, at: time)
        streams.table[slot].label = FlowLabel.unknown
        releaseCarrier(of: slot)
    }

    /// Follows a flow of which more comes although it was closed.
    private mutating func reopen(_ slot: Int, at time: Timestamp) {
        streams.reopen(slot)
        openSession(slot, at: time)
        noteGap(slot)
    }

    /// Takes what waited in a stream and is due; whether there was anything.
    private mutating func drainQueue(_ slot: Int, _ side: Side, force: Bool) -> Bool {
        guard streams.hasQueued(in: slot, side) else { return false }
        var hasTaken = false
        while true {
            if streams.isGapDue(slot: slot, side: side, at: now, force: force) { resumeLast(slot, side, .lost) }
            guard let chunk = streams.nextQueued(slot: slot, side: side, at: now, force: force) else { return hasTaken }
            hasTaken = true
            if chunk.gap > 0 || chunk.lostOfOther > 0 { noteLoss(slot) { $0.gaps += 1 } }
            if chunk.gap > 0 { passHole(chunk.gap, slot, side, FrameRef()) }
            if chunk.lostOfOther > 0 { passHole(chunk.lostOfOther, slot, side.other, FrameRef()) }
            if chunk.answersUnseen { noteGap(slot) }
            take(chunk, slot, side)
            streams.recycle(chunk)
        }
    }

    private mutating func take(_ chunk: borrowing TCPStreams.QueuedChunk, _ slot: Int, _ side: Side) {
        receive(slot, side, chunk.frames.slice(chunk.range), FrameRef(chunk.frames))
    }

    /// Takes the next octets of a stream of messages, in order: those of TCP, or those that a carrier gave.
    mutating func feed(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) {
        let label = streams.table[slot].label
        guard label != FlowLabel.ignored else { return }
        if label == FlowLabel.coapStreamCandidate { return weigh(slot, side, data, frame) }
        if FlowLabel.isFollowedStream(label), streams.table[slot].handle < 0 {
            reopen(slot, at: frame.provenance.frame.timestamp)
        }
        if streams.table[slot][side].isLost { return resume(slot, side, data, frame) }
        let passed = passLongMessage(slot, side, data, frame)
        let rest = data.extracting(passed..<data.byteCount)
        if rest.isEmpty { return }
        if streams.table[slot][side].held < 0 {
            let consumed = consume(slot, side, rest, from: 0, KeptFrames(), frame, behind: 0)
            hold(slot, side, rest.extracting(consumed..<rest.byteCount), frame)
        } else {
            var partial = streams.takeHeld(slot, side)
            let start = partial.bytes.count
            partial.bytes.append(copying: rest)
            let consumed = consume(slot, side, partial.bytes.span.bytes, from: 0, partial.frames, frame, behind: start)
            put(&partial, used: consumed, slot, side, frame, from: start)
        }
        // What begins as CoAP does may prove itself with what came with it.
        if label == FlowLabel.unknown { settle(slot) }
        if streams.table[slot][side].isLost, streams.table[slot].label == FlowLabel.unknown {
            // It turned out not to begin as MQTT does; what is held is looked at again.
            resume(slot, side, RawSpan(), FrameRef())
        }
    }

    /// Puts a partial message back of which `used` bytes were used; its bytes from `start` on came in `frame`.
    mutating func put(
        _ partial: inout PartialMessage, used: Int, _ slot: Int, _ side: Side, _ frame: FrameRef, from start: Int
    ) {
        partial.settle(used: used, frame, from: start)
        if streams.table[slot][side].skip > 0 { partial.cut(to: heldLimit) }
        var message = PartialMessage()
        swap(&message, &partial)
        streams.putHeld(message, slot, side)
    }

    var heldLimit: Int { streams.table.limits.heldBytesPerMessage }

    private mutating func hold(_ slot: Int, _ side: Side, _ rest: RawSpan, _ frame: FrameRef) {
        guard !rest.isEmpty else { return }
        let isLong = streams.table[slot][side].skip > 0
        streams.hold(isLong ? rest.extracting(0..<heldLimit) : rest, frame, slot, side)
    }

    /// Tells the conversation that it cannot know all that was said.
    mutating func noteGap(_ slot: Int) {
        let handle = streams.table[slot].handle
        switch streams.table[slot].label {
        case FlowLabel.mqtt: mqtt.noteGap(MQTTSessionID(rawValue: handle))
        case FlowLabel.coapStream: coap.noteGap(CoAPConnectionID(rawValue: handle))
        default: break
        }
    }

    /// Counts a loss by the server of a flow that is followed.
    mutating func noteLoss(_ slot: Int, _ change: (inout LossesByServer.Loss) -> Void) {
        guard FlowLabel.isFollowedStream(streams.table[slot].label) else { return }
        let flow = streams.table[slot]
        counters.losses.note(flow.client == .first ? flow.key.second : flow.key.first, change)
    }

    /// Passes over the rest of a message too long to hold; when it has passed, its head is dissected.
    private mutating func passLongMessage(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) -> Int {
        let passed = min(streams.table[slot][side].skip, data.byteCount)
        if passed > 0 {
            passPayload(slot, side, data.extracting(0..<passed))
            passRest(passed, slot, side, frame)
        }
        return passed
    }

    /// Notes that `count` octets of the rest of a long message have passed, which came in `frame`.
    private mutating func passRest(_ count: Int, _ slot: Int, _ side: Side, _ frame: FrameRef) {
        streams.table[slot][side].skip -= count
        if streams.table[slot][side].held < 0 {
            // The beginning of a message that lost a part of itself was let go.
            streams.countUnparsed(count)
            return noteLoss(slot) { $0.unparsedBytes += UInt64(count) }
        }
        guard streams.table[slot][side].skip == 0 else { return streams.passOver(frame, slot, side) }
        var head = streams.takeHeld(slot, side)
        let whole = streams.table[slot][side].wholeLength
        streams.table[slot][side].wholeLength = 0
        endPayload(slot, side)
        dissectHead(slot, side, head, wholeLength: whole, frame)
        head.removeAll()
        streams.putHeld(head, slot, side)
    }

    /// Dissects a long message by its beginning, which waited for the end that came in `frame`.
    private mutating func dissectHead(
        _ slot: Int, _ side: Side, _ head: borrowing PartialMessage, wholeLength: Int, _ frame: FrameRef
    ) {
        let count = head.bytes.count
        let frames = MessageFrames(
            of: 0..<max(wholeLength, count + 1), head.frames, frame, from: frame.isFrame ? count : .max)
        dissect(slot, side, head.bytes.span.bytes, wholeLength: wholeLength, frames)
    }

    /// Passes over octets that the snap length cut off `frame`, or, without a frame, that were lost. Where they belong to a
    /// message of known length, the next boundary is known all the same, and what lies before it is never searched for
    /// messages; else the boundary is lost.
    ///
    /// A message that was cut is dissected by its head. One that lost a part of itself is not: nobody knows what it said.
    /// Of a long one only the beginning is looked at in any case.
    private mutating func passHole(_ count: Int, _ slot: Int, _ side: Side, _ frame: FrameRef) {
        let label = streams.table[slot].label
        guard label != FlowLabel.ignored else { return }
        var count = count
        if streams.table[slot].carrier >= 0 {
            guard let inside = passCarried(count, slot, side) else {
                streams.loseBoundary(slot, side)
                return noteGap(slot)
            }
            count = inside
        }
        if streams.table[slot][side].isLost, !resumeBeforeHole(slot, side) { return noteGap(slot) }
        if FlowLabel.isFollowedStream(label), streams.table[slot][side].skip == 0, streams.table[slot][side].held >= 0 {
            skipMessage(slot, side, label, isCut: frame.isFrame)
        }
        let skip = streams.table[slot][side].skip
        guard skip >= count else {
            streams.loseBoundary(slot, side)
            return noteGap(slot)
        }
        skipPayload(slot, side, count)
        if streams.table[slot][side].held >= 0 { return passRest(count, slot, side, frame) }
        streams.table[slot][side].skip -= count
        noteGap(slot)
    }

    /// Sets out to pass over the rest of the message whose beginning is held, where that says how long it is.
    private mutating func skipMessage(_ slot: Int, _ side: Side, _ label: UInt8, isCut: Bool) {
        var head = streams.takeHeld(slot, side)
        let count = head.bytes.count
        if let total = announcedLength(head.bytes.span.bytes, label) {
            streams.table[slot][side].skip = total - count
            if isCut {
                streams.table[slot][side].wholeLength = total
                beginPayload(slot, side, head.bytes.span.bytes, wholeLength: total)
            } else {
                head.removeAll()
                streams.countUnparsed(count)
                noteLoss(slot) { $0.unparsedBytes += UInt64(count) }
            }
        }
        streams.putHeld(head, slot, side)
    }

    /// The length of the whole message that begins with `head`, where it says so.
    private func announcedLength(_ head: RawSpan, _ label: UInt8) -> Int? {
        if label == FlowLabel.coapStream {
            guard case .incomplete(let total) = CoAPFraming.frame(head) else { return nil }
            return total
        }
        guard case .incomplete(let total) = MQTTFraming.frame(head) else { return nil }
        return total
    }

    /// Dissects every whole message in `bytes` from `offset` on; returns where what is left begins.
    ///
    /// - Parameters:
    ///   - kept: the frames of the bytes that waited: those before `start`.
    ///   - frame: what brought the others.
    mutating func consume(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, from offset: Int, _ kept: KeptFrames, _ frame: FrameRef,
        behind start: Int
    ) -> Int {
        if streams.table[slot].label == FlowLabel.unknown, !identify(slot, side, bytes, kept, frame, behind: start) {
            // What another protocol says is let go, what waits for a proof is kept elsewhere; a beginning that tells
            // nothing yet is kept.
            return streams.table[slot].label == FlowLabel.unknown ? offset : bytes.byteCount
        }
        if streams.table[slot].label == FlowLabel.coapStream {
            return consumeCoAP(slot, side, bytes, from: offset, kept, frame, behind: start)
        }
        var offset = offset
        while offset < bytes.byteCount {
            let rest = bytes.extracting(offset..<bytes.byteCount)
            switch MQTTFraming.frame(rest) {
            case .message(let length):
                let message = rest.extracting(0..<length)
                if offset >= start {
                    dissect(slot, side, message, wholeLength: length, MessageFrames(frame))
                } else {
                    let frames = MessageFrames(of: offset..<offset + length, kept, frame, from: start)
                    dissect(slot, side, message, wholeLength: length, frames)
                }
                offset += length
            case .incomplete(let total):
                if let total, total > heldLimit, rest.byteCount >= heldLimit {
                    streams.table[slot][side].wholeLength = total
                    streams.table[slot][side].skip = total - rest.byteCount
                    beginPayload(slot, side, rest, wholeLength: total)
                }
                return offset
            case .lost:
                streams.countUnparsed(rest.byteCount)
                streams.loseBoundary(slot, side)
                noteGap(slot)
                return bytes.byteCount
            }
        }
        return offset
    }

    /// Tells what a stream carries by its first octets; `false` while that is open, or when it is nobody's.
    private mutating func identify(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, _ kept: KeptFrames, _ frame: FrameRef, behind start: Int
    ) -> Bool {
        let verdict = MQTTProbe.verdict(bytes)
        if verdict == .needMore || verdict == .no, !isTLS(bytes),
            identifyCoAP(slot, side, bytes, kept, frame, behind: start)
        {
            return streams.table[slot].label == FlowLabel.coapStream
        }
        let time = kept.firstTime ?? frame.provenance.frame.timestamp
        switch verdict {
        case .needMore: return false
        case .no:
            if !isTLS(bytes), mayBecomeCoAP(slot, side, bytes) { return false }
            if isCarried(slot, side, bytes) { return false }
            if isTLS(bytes) { counters.encryptedFlows &+= 1 }
            if mayBegin(slot, side), !isTLS(bytes) {
                streams.table[slot][side].isLost = true
                streams.table[slot][side].startsSegment = true
            } else {
                streams.table[slot].label = FlowLabel.ignored
                streams.abandon(slot)
            }
            return false
        case .client: claim(slot, client: side, isFromStart: isFromStart(slot), seenFrom: side, at: time)
        case .server: claim(slot, client: side.other, isFromStart: isFromStart(slot), seenFrom: side, at: time)
        }
        return true
    }

    /// Whether octets can be nothing but the first of a stream: those of a CONNECT or a CONNACK.
    private func isBeginning(_ bytes: RawSpan) -> Bool {
        let verdict = MQTTProbe.verdict(bytes)
        return verdict == .client || verdict == .server
    }

    /// Whether octets begin with a TLS record: a content type and a version (RFC 8446, 5.1).
    private func isTLS(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 3 && (20...24).contains(bytes.byte(at: 0)) && bytes.byte(at: 1) == 3
            && bytes.byte(at: 2) <= 4
    }

    /// Whether a stream that begins otherwise may yet be one of ours: its beginning was not seen, or it goes to MQTT's or
    /// CoAP's own port, where a client that does not begin with a CONNECT or a CSM is worth a look.
    private func mayBegin(_ slot: Int, _ side: Side) -> Bool {
        let key = streams.table[slot].key
        return !streams.table[slot][side].hasSYN
            || [key.first.port, key.second.port].contains { $0 == MQTTPort.mqtt || $0 == CoAPPort.coap }
    }

    /// Whether the first octets of both ends are there to be read.
    func isFromStart(_ slot: Int) -> Bool {
        [Side.first, .second].allSatisfy { streams.table[slot][$0].hasSYN && !streams.table[slot][$0].isLost }
    }

    /// Takes a flow for MQTT by what one end sent. Where the beginning of the other end's stream was not seen, it may be
    /// anywhere in a message.
    mutating func claim(_ slot: Int, client: Side, isFromStart: Bool, seenFrom side: Side, at time: Timestamp) {
        streams.table[slot].label = FlowLabel.mqtt
        streams.table[slot].client = client
        streams.table[slot].misses = 0
        distrust(slot, side.other)
        openSession(slot, isFromStart: isFromStart, at: time)
    }

    /// Looks for the first boundary in a stream whose beginning was not seen.
    mutating func distrust(_ slot: Int, _ side: Side) {
        guard !streams.table[slot][side].hasSYN, !streams.table[slot][side].isLost else { return }
        streams.table[slot][side].isLost = true
        streams.table[slot][side].startsSegment = true
    }

    mutating func openSession(_ slot: Int, isFromStart: Bool = false, at time: Timestamp) {
        if streams.table[slot].label == FlowLabel.coapStream {
            streams.table.setEstablished(true, slot: slot)
            streams.table[slot].handle = coap.openConnection(isFromStart: isFromStart).rawValue
            return
        }
        let flow = streams.table[slot]
        let (client, server) =
            flow.client == .first ? (flow.key.first, flow.key.second) : (flow.key.second, flow.key.first)
        streams.table[slot].handle =
            mqtt.openSession(
                client: client, server: server, at: time, isFromStart: isFromStart
            ).rawValue
    }

    private mutating func dissect(
        _ slot: Int, _ side: Side, _ message: RawSpan, wholeLength: Int, _ frames: MessageFrames
    ) {
        if streams.table[slot].label == FlowLabel.coapStream {
            return dissectCoAP(slot, side, message, wholeLength: wholeLength, frames)
        }
        let session = MQTTSessionID(rawValue: streams.table[slot].handle)
        let context = streamContext(slot, side, frames.completion)
        if !streams.table[slot].isEstablished { noteHeard(slot, side) }
        mqtt.dissect(session, message: message, wholeLength: wholeLength, context: context)
        counters.mqtt[Int(mqtt.messageType)] &+= 1
        counters.countViolations(of: mqtt, message: message, &violations)
        sink.receive(mqtt, context, message: message, frames: frames)
        if mqtt.messageType <= 2 { noteKeepAlive(slot, message) }
    }

    /// The context of a message that `side` of a stream sent, completed where `provenance` says.
    mutating func streamContext(_ slot: Int, _ side: Side, _ provenance: Provenance) -> EventContext {
        var context = context(
            slot, side, provenance, direction: side == streams.table[slot].client ? .toServer : .toClient)
        if streams.table[slot][side].hasConflict {
            streams.table[slot][side].hasConflict = false
            context.anomalies.insert(.segmentConflict)
        }
        if streams.table[slot].carrier >= 0 { context.carrier = carrier(slot, context.direction) }
        return context
    }

    /// Takes over how long the ends of a session may be silent: the client's keep-alive, or what the server says instead
    /// (MQTT 5.0, 3.2.2.3.14), and half as much again (3.1.2.10). 0 turns it off.
    private mutating func noteKeepAlive(_ slot: Int, _ message: RawSpan) {
        let field = mqtt.messageType == 1 ? MQTTField.keepAlive : MQTTField.propServerKeepAlive
        violations.removeAll()
        mqtt.read(field.id, message: message, into: &violations)
        guard case .int(let seconds)? = violations.values.first else { return }
        let limit = seconds + seconds / 2 + streams.table.limits.idleGraceSeconds
        streams.table[slot].idleSeconds = seconds > 0 ? Int32(clamping: limit) : 0
    }

    /// At the end of a capture: what still waits for lost octets is read as far as it goes.
    mutating func flushQueues() {
        for slot in streams.table.liveSlots where FlowLabel.isStream(streams.table[slot].label) {
            for side in [Side.first, .second] { flushQueue(slot, side) }
        }
    }

    private mutating func flushQueue(_ slot: Int, _ side: Side) {
        _ = drainQueue(slot, side, force: true)
        resumeLast(slot, side, .nothing)
    }
}
