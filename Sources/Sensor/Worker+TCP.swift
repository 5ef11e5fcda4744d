import Bytes
import Capture
import Events
import Flows
import MQTT
import Network
import Packets

extension Worker where Sink: ~Copyable {
    /// Takes a segment: puts it in order, cuts the stream into messages.
    mutating func processSegment(_ bytes: RawSpan, _ hit: FlowTable.Hit) {
        let slot = hit.slot
        // A flow that is nobody's costs no more than its slot, until a new connection begins on its ports.
        if streams.table[slot].label == FlowLabel.ignored, !packet.tcp.flags.contains(.syn) { return }
        let accepted = streams.accept(
            packet.tcp, payload: packet.payload, missing: packet.missing, frame: bytes, slot: slot, side: hit.side,
            at: frame.timestamp)
        if accepted.isRestart { forget(slot, at: frame.timestamp) }
        if !accepted.deliver.isEmpty { feed(slot, hit.side, bytes.slice(accepted.deliver), bytes) }
        drainQueue(slot, hit.side, bytes, force: accepted.closes)
        if accepted.closes {
            drainQueue(slot, hit.side.other, bytes, force: true)
            forget(slot, at: frame.timestamp)
        }
    }

    /// Ends the session of a flow, whose slot stays for whatever comes late.
    private mutating func forget(_ slot: Int, at time: Timestamp) {
        var flow = streams.table[slot]
        closeSession(of: &flow, at: time)
        flow.label = FlowLabel.unknown
        streams.table[slot] = flow
        streams.table.setEstablished(false, slot: slot)
    }

    private mutating func drainQueue(_ slot: Int, _ side: Side, _ frameBytes: RawSpan, force: Bool) {
        guard streams.hasQueued else { return }
        while let chunk = streams.nextQueued(slot: slot, side: side, at: frame.timestamp, force: force) {
            let buffer = chunk.buffer
            let fresh = ByteRange(offset: chunk.skip, count: buffer.count - chunk.skip)
            if chunk.gap > 0 { noteGap(slot) }
            feed(slot, side, buffer.span.bytes.slice(fresh), frameBytes)
            streams.recycle(chunk)
        }
    }

    /// Takes the next octets of a stream, in order.
    private mutating func feed(_ slot: Int, _ side: Side, _ data: RawSpan, _ frameBytes: RawSpan) {
        guard streams.table[slot].label != FlowLabel.ignored else { return }
        if streams.table[slot][side].isLost { return resume(slot, side, data, frameBytes) }
        let passed = passLongMessage(slot, side, data, frameBytes)
        let rest = data.extracting(passed..<data.byteCount)
        if rest.isEmpty { return }
        if streams.table[slot][side].held < 0 {
            let consumed = consume(slot, side, rest, frameBytes)
            hold(slot, side, rest.extracting(consumed..<rest.byteCount))
        } else {
            var buffer = streams.takeHeld(slot, side)
            buffer.append(copying: rest)
            let consumed = consume(slot, side, buffer.span.bytes, frameBytes)
            buffer.removeFirst(consumed)
            if streams.table[slot][side].skip > 0 { buffer.removeLast(buffer.count - heldLimit) }
            streams.putHeld(buffer, slot, side)
        }
    }

    private var heldLimit: Int { streams.table.limits.heldBytesPerMessage }

    private mutating func hold(_ slot: Int, _ side: Side, _ rest: RawSpan) {
        guard !rest.isEmpty else { return }
        let isLong = streams.table[slot][side].skip > 0
        let kept = isLong ? rest.extracting(0..<heldLimit) : rest
        if !streams.hold(kept, slot, side) {
            streams.countUnparsed(rest.byteCount)
            streams.loseBoundary(slot, side)
            noteGap(slot)
        }
    }

    /// Tells the conversation that it cannot know all that was said.
    private mutating func noteGap(_ slot: Int) {
        guard streams.table[slot].label == FlowLabel.mqtt else { return }
        mqtt.noteGap(MQTTSessionID(rawValue: streams.table[slot].handle))
    }

    /// Passes over the rest of a message too long to hold; when it has passed, its head is dissected.
    private mutating func passLongMessage(
        _ slot: Int, _ side: Side, _ data: RawSpan, _ frameBytes: RawSpan
    ) -> Int {
        let skip = streams.table[slot][side].skip
        guard skip > 0 else { return 0 }
        let passed = min(skip, data.byteCount)
        streams.table[slot][side].skip = skip - passed
        if passed == skip {
            var head = streams.takeHeld(slot, side)
            let whole = streams.table[slot][side].wholeLength
            streams.table[slot][side].wholeLength = 0
            dissect(slot, side, head.span.bytes, wholeLength: whole, frameBytes)
            head.removeAll(keepingCapacity: true)
            streams.putHeld(head, slot, side)
        }
        return passed
    }

    /// Dissects every whole message at the start of `bytes`; returns how many octets they took.
    private mutating func consume(_ slot: Int, _ side: Side, _ bytes: RawSpan, _ frameBytes: RawSpan) -> Int {
        if streams.table[slot].label == FlowLabel.unknown, !identify(slot, side, bytes, frameBytes) {
            return streams.table[slot].label == FlowLabel.ignored ? bytes.byteCount : 0
        }
        var offset = 0
        while offset < bytes.byteCount {
            let rest = bytes.extracting(offset..<bytes.byteCount)
            switch MQTTFraming.frame(rest) {
            case .message(let length):
                dissect(slot, side, rest.extracting(0..<length), wholeLength: length, frameBytes)
                offset += length
            case .incomplete(let total):
                if let total, total > heldLimit, rest.byteCount >= heldLimit {
                    streams.table[slot][side].wholeLength = total
                    streams.table[slot][side].skip = total - rest.byteCount
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
        _ slot: Int, _ side: Side, _ bytes: RawSpan, _ frameBytes: RawSpan
    ) -> Bool {
        switch MQTTProbe.verdict(bytes) {
        case .needMore: return false
        case .no:
            streams.table[slot].label = FlowLabel.ignored
            return false
        case .client: claim(slot, client: side, frameBytes)
        case .server: claim(slot, client: side.other, frameBytes)
        }
        return true
    }

    private mutating func claim(_ slot: Int, client: Side, _ frameBytes: RawSpan) {
        let key = streams.table[slot].key
        let (one, other) = client == .first ? (key.first, key.second) : (key.second, key.first)
        let session = mqtt.openSession(client: one, server: other, at: frame.timestamp)
        streams.table[slot].label = FlowLabel.mqtt
        streams.table[slot].handle = session.rawValue
        streams.table[slot].client = client
        streams.table.setEstablished(true, slot: slot)
    }

    private mutating func dissect(
        _ slot: Int, _ side: Side, _ message: RawSpan, wholeLength: Int, _ frameBytes: RawSpan
    ) {
        let direction: Direction = side == streams.table[slot].client ? .toServer : .toClient
        let session = MQTTSessionID(rawValue: streams.table[slot].handle)
        var context = context(direction: direction)
        if !streams.table[slot].key.isSent(by: side, from: context.source) {
            // The frame that completed it came from the other end: what it closed was waiting for lost octets.
            swap(&context.source, &context.destination)
            swap(&context.sourceMAC, &context.destinationMAC)
        }
        mqtt.dissect(session, message: message, wholeLength: wholeLength, context: context)
        counters.mqtt[Int(mqtt.messageType)] &+= 1
        counters.countViolations(of: mqtt, message: message, &violations)
        sink.receive(mqtt, context, message: message, frame: frame, frameBytes: frameBytes)
    }

    /// Reads on after lost octets where a segment proves to begin with a message: it consists of whole messages.
    private mutating func resume(_ slot: Int, _ side: Side, _ data: RawSpan, _ frameBytes: RawSpan) {
        guard streams.table[slot].label == FlowLabel.mqtt, MQTTFraming.isWholeMessages(data) else {
            streams.countUnparsed(data.byteCount)
            return
        }
        streams.table[slot][side].isLost = false
        let consumed = consume(slot, side, data, frameBytes)
        hold(slot, side, data.extracting(consumed..<data.byteCount))
    }

    /// At the end of a capture: what still waits for lost octets is read as far as it goes.
    mutating func flushQueues() {
        for slot in streams.table.liveSlots where streams.table[slot].label == FlowLabel.mqtt {
            for side in [Side.first, .second] { flushQueue(slot, side) }
        }
    }

    private mutating func flushQueue(_ slot: Int, _ side: Side) {
        packet = packet(of: slot, side)
        let none: [UInt8] = []
        drainQueue(slot, side, none.span.bytes, force: true)
    }

    /// The addresses of a flow as those of a packet that `side` sent.
    private func packet(of slot: Int, _ side: Side) -> Packet {
        let key = streams.table[slot].key
        let (from, to) = side == .first ? (key.first, key.second) : (key.second, key.first)
        var packet = Packet()
        (packet.source, packet.sourcePort) = (from.address, from.port)
        (packet.destination, packet.destinationPort) = (to.address, to.port)
        return packet
    }
}
