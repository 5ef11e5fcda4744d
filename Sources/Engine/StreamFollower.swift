import Bytes
import Events
import Flows
import Network
import Packets
import Proxies
import WebSocket

/// Follows a stream that is known to carry a protocol: cuts it into messages, passes over long ones, and finds the boundaries
/// again where they were lost. One follower serves all protocols; it is specialised for each.
extension EngineCore where Sink: ~Copyable {
    /// Does something with a stream of a flow that carries the protocol of `dissector`.
    public mutating func run<D: StreamDissector & ~Copyable>(
        _ operation: StreamOperation, _ dissector: inout D, _ slot: Int, _ side: Side, _ data: RawSpan,
        _ frame: FrameRef
    ) {
        switch operation {
        case .feed: feed(&dissector, slot, side, data, frame)
        case .hole(let count): passHole(count, &dissector, slot, side, frame)
        case .end(let sequel):
            guard streams.table[slot][side].held >= 0 else { return }
            if streams.table[slot][side].framing.isLost {
                resume(&dissector, slot, side, RawSpan(), FrameRef(), sequel)
            } else {
                tellUnfinished(&dissector, slot, side, sequel)
            }
        case .finished:
            let direction: Direction = side == streams.table[slot].client ? .toServer : .toClient
            if streams.table[slot].handle >= 0 { dissector.noteEnd(streams.table[slot].handle, of: direction, at: now) }
        case .gap: noteGap(&dissector, slot)
        case .readHeld: readHeld(&dissector, slot, side)
        case .report(let report, let handle, let time): tell(report, handle, time, &dissector, slot, side, frame)
        case .message(let wholeLength): takeMessage(&dissector, slot, side, wholeLength: wholeLength)
        case .open(let time, let isFromStart): open(&dissector, slot, at: time, isFromStart: isFromStart)
        case .close(let handle, let time): dissector.closeSession(handle, at: time)
        }
    }

    private mutating func open<D: StreamDissector & ~Copyable>(
        _ dissector: inout D, _ slot: Int, at time: Timestamp, isFromStart: Bool
    ) {
        let flow = streams.table[slot]
        var (client, server) =
            flow.client == .first ? (flow.key.first, flow.key.second) : (flow.key.second, flow.key.first)
        if let other = proxied(slot)?.client { client = other }
        streams.table[slot].handle = dissector.open(
            client: client, server: server, at: time, isFromStart: isFromStart)
        if !D.descriptor.needsConfirmation { streams.table.setEstablished(true, slot: slot) }
    }

    /// Tells the conversation that it cannot know all that was said.
    private mutating func noteGap<D: StreamDissector & ~Copyable>(_ dissector: inout D, _ slot: Int) {
        guard streams.table[slot].handle >= 0 else { return }
        dissector.noteGap(streams.table[slot].handle)
        let flow = streams.table[slot]
        let (client, server) =
            flow.client == .first ? (flow.key.first, flow.key.second) : (flow.key.second, flow.key.first)
        sink.noteLoss(client: proxied(slot)?.client ?? client, server: server, at: now)
    }

    /// Takes the next bytes of a stream of messages, in order: those of TCP, or those that a carrier gave.
    private mutating func feed<D: StreamDissector & ~Copyable>(
        _ dissector: inout D, _ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef
    ) {
        if streams.table[slot].handle < 0 {
            // More comes although the flow was closed.
            streams.reopen(slot)
            open(&dissector, slot, at: frame.provenance.frame.timestamp, isFromStart: false)
            noteGap(&dissector, slot)
        }
        var rest = data
        switch streams.table[slot][side].framing {
        case .lost: return resume(&dissector, slot, side, data, frame, .more)
        case .passing(let missing, let whole):
            let passed = min(missing, data.byteCount)
            passPayload(slot, side, data.extracting(0..<passed))
            pass(passed, of: missing, whole, &dissector, slot, side, frame)
            rest = data.extracting(passed..<data.byteCount)
        case .inOrder, .told, .collecting: break
        }
        if rest.isEmpty { return }
        if streams.table[slot][side].held < 0 {
            let used = consume(&dissector, slot, side, rest, from: 0, KeptFrames(), frame, behind: 0)
            hold(rest.extracting(used..<rest.byteCount), frame, slot, side)
        } else {
            var partial = streams.takeHeld(slot, side)
            let start = partial.bytes.count
            partial.bytes.append(copying: rest)
            let used = consume(
                &dissector, slot, side, partial.bytes.span.bytes, from: 0, partial.frames, frame, behind: start)
            put(&partial, used: used, slot, side, frame, from: start)
        }
    }

    /// Reads what is held of a stream whose flow was just found to carry the protocol.
    private mutating func readHeld<D: StreamDissector & ~Copyable>(_ dissector: inout D, _ slot: Int, _ side: Side) {
        guard streams.table[slot][side].held >= 0, !streams.table[slot][side].framing.isLost else { return }
        var partial = streams.takeHeld(slot, side)
        let count = partial.bytes.count
        let used = consume(
            &dissector, slot, side, partial.bytes.span.bytes, from: 0, partial.frames, FrameRef(), behind: count)
        put(&partial, used: used, slot, side, FrameRef(), from: count)
    }

    private mutating func hold(_ rest: RawSpan, _ frame: FrameRef, _ slot: Int, _ side: Side) {
        guard !rest.isEmpty else { return }
        let isLong = streams.table[slot][side].framing.isPassing
        streams.hold(isLong ? rest.extracting(0..<min(heldLimit, rest.byteCount)) : rest, frame, slot, side)
    }

    /// Puts a partial message back of which `used` bytes were used; its bytes from `start` on came in `frame`.
    mutating func put(
        _ partial: inout PartialMessage, used: Int, _ slot: Int, _ side: Side, _ frame: FrameRef, from start: Int
    ) {
        partial.settle(used: used, frame, from: start)
        if streams.table[slot][side].framing.isPassing { partial.cut(to: heldLimit) }
        var message = PartialMessage()
        swap(&message, &partial)
        streams.putHeld(message, slot, side)
    }

    /// Dissects every whole message in `bytes` from `offset` on; returns where what is left begins.
    ///
    /// The bytes before `start` waited, and came in the frames of `kept`; `frame` brought the others.
    private mutating func consume<D: StreamDissector & ~Copyable>(
        _ dissector: inout D, _ slot: Int, _ side: Side, _ bytes: RawSpan, from offset: Int, _ kept: KeptFrames,
        _ frame: FrameRef, behind start: Int
    ) -> Int {
        var offset = offset
        let direction: Direction = side == streams.table[slot].client ? .toServer : .toClient
        switch dissector.begins(streams.table[slot].handle, bytes.extracting(offset..<bytes.byteCount), direction) {
        case .needMore: return offset
        case .no:
            loseBoundary(&dissector, slot, side, unparsed: bytes.byteCount - offset)
            return bytes.byteCount
        case .candidate, .client, .server, .either: break
        }
        var isTold = streams.table[slot][side].framing == .told
        while offset < bytes.byteCount {
            let rest = bytes.extracting(offset..<bytes.byteCount)
            let handle = streams.table[slot].handle
            let verdict = D.frame(rest)
            if streams.table[slot][side].isOtherReading, !isPlausible(verdict, dissector, slot, direction, rest) {
                streams.abandonOtherReading(slot, side)
                return bytes.byteCount
            }
            if !isTold, dissector.judge(head: rest.byte(at: 0), handle, direction) == .hopeless,
                let (count, whole) = verdict.head(of: rest)
            {
                let frames = MessageFrames(of: offset..<offset + count, kept, frame, from: start)
                tellHead(&dissector, slot, side, rest.extracting(0..<count), wholeLength: whole, frames)
                isTold = true
            }
            if isTold {
                guard let passed = passTold(verdict, &dissector, slot, side, rest) else { return offset }
                offset += passed
                isTold = false
                continue
            }
            switch verdict {
            case .message(let length):
                let message = rest.extracting(0..<length)
                if offset >= start {
                    dissect(&dissector, slot, side, message, wholeLength: length, MessageFrames(frame))
                } else {
                    let frames = MessageFrames(of: offset..<offset + length, kept, frame, from: start)
                    dissect(&dissector, slot, side, message, wholeLength: length, frames)
                }
                offset += length
            case .incomplete(let total):
                if let total, total > heldLimit, rest.byteCount >= heldLimit {
                    streams.table[slot][side].framing = .passing(rest: total - rest.byteCount, whole: total)
                    beginPayload(dissector, slot, side, rest, wholeLength: total)
                }
                return offset
            case .lost(let told):
                if told > 0 {
                    let head = rest.extracting(0..<told)
                    let frames = MessageFrames(of: offset..<offset + told, kept, frame, from: start)
                    dissect(&dissector, slot, side, head, wholeLength: told, frames)
                }
                loseBoundary(&dissector, slot, side, unparsed: rest.byteCount)
                return bytes.byteCount
            }
        }
        return offset
    }

    /// Whether a second reading makes sense: a copy that only breaks the message hides nothing.
    private func isPlausible<D: StreamDissector & ~Copyable>(
        _ verdict: FrameVerdict, _ dissector: borrowing D, _ slot: Int, _ direction: Direction, _ bytes: RawSpan
    ) -> Bool {
        if case .lost = verdict { return false }
        return dissector.judge(head: bytes.byte(at: 0), streams.table[slot].handle, direction) == .lawful
    }

    mutating func loseBoundary<D: StreamDissector & ~Copyable>(
        _ dissector: inout D, _ slot: Int, _ side: Side, unparsed: Int
    ) {
        streams.countUnparsed(unparsed)
        streams.loseBoundary(slot, side)
        noteGap(&dissector, slot)
    }

    mutating func dissect<D: StreamDissector & ~Copyable>(
        _ dissector: inout D, _ slot: Int, _ side: Side, _ message: RawSpan, wholeLength: Int, _ frames: MessageFrames
    ) {
        guard case .followed(let number) = streams.table[slot].kind else { return }
        var context = context(
            slot, side, frames.completion, direction: side == streams.table[slot].client ? .toServer : .toClient)
        if streams.table[slot][side].isOtherReading { context.anomalies.insert(.segmentAmbiguous) }
        if streams.table[slot].carrier >= 0 { context.carrier = carrier(slot, context.direction, number) }
        if streams.table[slot].proxy >= 0 { noteProxies(slot, in: &context.carrier) }
        if !streams.table[slot].isEstablished { noteHeard(slot, side, number) }
        let handle = streams.table[slot].handle
        guard dissector.dissect(handle, message, wholeLength: wholeLength, &context) else { return }
        deliver(dissector, number, context, message, frames)
        if let seconds = dissector.idleSeconds(message, &values) {
            let limit = seconds + streams.table.limits.idleGraceSeconds
            streams.table[slot].idleSeconds = seconds > 0 ? Int32(clamping: limit) : 0
        }
    }

    /// Messages of one end alone that are proof enough, where the other end is not seen.
    private static var messagesOfOneEnd: UInt8 { 3 }

    /// Notes that an end sent a message: a question that meets its answer is proof that the flow is what it looks like,
    /// and so is any pair of messages from both ends, or several from one.
    ///
    /// Until then it is among the first to go when the table is full, so that a flood of forged beginnings costs no
    /// live session.
    private mutating func noteHeard(_ slot: Int, _ side: Side, _ number: UInt8) {
        let end: UInt8 = side == .first ? 0x40 : 0x80
        let heard = min(streams.table[slot].heard & 0x3F, 0x3E) + 1 | streams.table[slot].heard & 0xC0 | end
        streams.table[slot].heard = heard
        if heard & 0xC0 == 0xC0 || heard & 0x3F >= Self.messagesOfOneEnd { confirm(slot, number) }
    }

    /// Takes a flow for a protocol beyond doubt.
    mutating func confirm(_ slot: Int, _ number: UInt8) {
        counters.confirmed[Int(number)] &+= 1
        streams.table.setEstablished(true, slot: slot)
    }
}

// Messages too long to be held, and holes.
extension EngineCore where Sink: ~Copyable {
    /// Notes that `count` of `missing` bytes of a message have passed, which came in `frame`; with the last of them its
    /// beginning is dissected.
    private mutating func pass<D: StreamDissector & ~Copyable>(
        _ count: Int, of missing: Int, _ whole: Int?, _ dissector: inout D, _ slot: Int, _ side: Side,
        _ frame: FrameRef
    ) {
        streams.table[slot][side].framing =
            missing > count ? .passing(rest: missing - count, whole: whole) : .inOrder
        guard let whole, streams.table[slot][side].held >= 0 else {
            streams.countUnparsed(count)
            return noteLoss(slot) { $0.unparsedBytes += UInt64(count) }
        }
        guard missing == count else { return streams.passOver(frame, slot, side) }
        var head = streams.takeHeld(slot, side)
        endPayload(slot, side)
        dissectHead(head, &dissector, slot, side, wholeLength: whole, frame)
        head.clear()
        streams.putHeld(head, slot, side)
    }

    /// Dissects a long message by its beginning, which waited for the end that came in `frame`.
    private mutating func dissectHead<D: StreamDissector & ~Copyable>(
        _ head: borrowing PartialMessage, _ dissector: inout D, _ slot: Int, _ side: Side, wholeLength: Int,
        _ frame: FrameRef
    ) {
        let count = head.bytes.count
        let frames = MessageFrames(
            of: 0..<max(wholeLength, count + 1), head.frames, frame, from: frame.isFrame ? count : .max)
        dissect(&dissector, slot, side, head.bytes.span.bytes, wholeLength: wholeLength, frames)
    }

    /// Passes over bytes that the snap length cut off `frame`, or, without a frame, that were lost.
    ///
    /// Where they belong to a message of known length, the next boundary is known all the same, and what lies before it
    /// is never searched for messages; else the boundary is lost.
    ///
    /// A message that was cut is dissected by its head. One that lost a part of itself is not: nobody knows what it said.
    /// Of a long one only the beginning is looked at in any case.
    private mutating func passHole<D: StreamDissector & ~Copyable>(
        _ count: Int, _ dissector: inout D, _ slot: Int, _ side: Side, _ frame: FrameRef
    ) {
        if streams.table[slot][side].framing.isLost {
            if streams.table[slot][side].held >= 0 {
                resume(&dissector, slot, side, RawSpan(), FrameRef(), .lost)
            }
            if streams.table[slot][side].framing.isLost {
                // What stays unproven does not go on with what follows the hole.
                streams.loseBoundary(slot, side)
                return noteGap(&dissector, slot)
            }
        }
        let framing = streams.table[slot][side].framing
        if framing == .inOrder || framing == .told, streams.table[slot][side].held >= 0 {
            passMessage(&dissector, slot, side, isCut: frame.isFrame && framing == .inOrder)
        }
        guard case .passing(let missing, let whole) = streams.table[slot][side].framing, missing >= count else {
            if streams.table[slot][side].held >= 0 { tellUnfinished(&dissector, slot, side, .lost) }
            streams.loseBoundary(slot, side)
            return noteGap(&dissector, slot)
        }
        skipPayload(slot, side, count)
        if whole != nil { return pass(count, of: missing, whole, &dissector, slot, side, frame) }
        streams.table[slot][side].framing = missing > count ? .passing(rest: missing - count, whole: nil) : .inOrder
        noteGap(&dissector, slot)
    }

    /// Sets out to pass over the rest of the message whose beginning is held, where that says how long it is.
    private mutating func passMessage<D: StreamDissector & ~Copyable>(
        _ dissector: inout D, _ slot: Int, _ side: Side, isCut: Bool
    ) {
        var head = streams.takeHeld(slot, side)
        let count = head.bytes.count
        if case .incomplete(let total?) = D.frame(head.bytes.span.bytes) {
            streams.table[slot][side].framing = .passing(rest: total - count, whole: isCut ? total : nil)
            if isCut {
                beginPayload(dissector, slot, side, head.bytes.span.bytes, wholeLength: total)
            } else {
                head.clear()
                streams.countUnparsed(count)
                noteLoss(slot) { $0.unparsedBytes += UInt64(count) }
            }
        }
        streams.putHeld(head, slot, side)
    }

    /// Takes a whole message that a carrier gave, which is held; its beginning where it was too long for that.
    private mutating func takeMessage<D: StreamDissector & ~Copyable>(
        _ dissector: inout D, _ slot: Int, _ side: Side, wholeLength: Int
    ) {
        if streams.table[slot].handle < 0 { open(&dissector, slot, at: now, isFromStart: false) }
        var message = streams.takeHeld(slot, side)
        dissectHead(message, &dissector, slot, side, wholeLength: wholeLength, FrameRef())
        message.clear()
        streams.putHeld(message, slot, side)
    }
}

// Boundaries that were lost.
extension EngineCore where Sink: ~Copyable {
    /// Takes bytes of a stream that lost its boundaries, which came in `frame`.
    ///
    /// They are held until a place in them proves that messages begin there. Until then nothing is reported; what turns
    /// out to lie before that place is counted.
    private mutating func resume<D: StreamDissector & ~Copyable>(
        _ dissector: inout D, _ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef, _ sequel: Sequel
    ) {
        guard var search = beginSearch(slot, side, data, frame, sequel) else { return }
        let direction: Direction = side == streams.table[slot].client ? .toServer : .toClient
        let verdict = dissector.findBoundary(
            streams.table[slot].handle, search.partial.bytes.span.bytes, direction, search.query)
        switch verdict {
        case .proven(let offset):
            noteResumed(slot, side, dropped: offset)
            noteGap(&dissector, slot)
            let used = consume(
                &dissector, slot, side, search.partial.bytes.span.bytes, from: offset, search.partial.frames, frame,
                behind: search.start)
            put(&search.partial, used: used, slot, side, frame, from: search.start)
        case .open(let offset): endSearch(&search, open: offset, slot, side, frame)
        }
    }

    /// A search in what is held of a stream.
    struct BoundarySearch {
        var partial: PartialMessage
        /// Where the bytes begin that came last.
        var start: Int
        var query: BoundaryQuery
    }

    /// Adds bytes to those that are held of a stream, and begins to search them; `nil` where they are not worth it yet.
    mutating func beginSearch(
        _ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef, _ sequel: Sequel
    ) -> BoundarySearch? {
        guard case .lost(let flag, let searched) = streams.table[slot][side].framing else { return nil }
        var partial = streams.takeHeld(slot, side)
        let start = partial.bytes.count
        let startsSegment = start == 0 || flag
        partial.bytes.append(copying: data)
        streams.table[slot][side].framing = .lost(startsSegment: startsSegment, searched: searched)
        let count = partial.bytes.count
        // Searching again for every byte that comes would let a sender of single bytes make it quadratic.
        guard sequel != .more || count >= searched + searched / 8 + 1 || count > heldLimit else {
            put(&partial, used: 0, slot, side, frame, from: start)
            return nil
        }
        let query = BoundaryQuery(startsSegment: startsSegment, sequel: sequel, isFull: count > heldLimit)
        return BoundarySearch(partial: partial, start: start, query: query)
    }

    /// Goes on waiting after a search that proved nothing from `offset` on.
    mutating func endSearch(
        _ search: inout BoundarySearch, open offset: Int, _ slot: Int, _ side: Side, _ frame: FrameRef
    ) {
        let count = search.partial.bytes.count
        let rest = count - offset
        let dropped = rest > heldLimit ? offset + rest - heldLimit / 2 : offset
        countDropped(dropped, slot)
        streams.table[slot][side].framing = .lost(
            startsSegment: search.query.startsSegment && dropped == 0, searched: count - dropped)
        put(&search.partial, used: dropped, slot, side, frame, from: search.start)
    }

    /// Notes that messages were found again behind `count` bytes that were not understood.
    mutating func noteResumed(_ slot: Int, _ side: Side, dropped count: Int) {
        countDropped(count, slot)
        streams.table[slot][side].framing = .inOrder
        counters.resynchronised &+= 1
        noteLoss(slot) { $0.resynchronised += 1 }
    }

    /// Counts bytes that were not understood.
    mutating func countDropped(_ count: Int, _ slot: Int) {
        guard count > 0, streams.table[slot].kind.isFollowed else { return }
        streams.countUnparsed(count)
        noteLoss(slot) { $0.unparsedBytes += UInt64(count) }
    }
}
