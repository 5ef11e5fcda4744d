import Bytes
import Events
import Flows
import Network
import Packets
import Tables
import WebSocket

/// WebSocket between TCP and the protocols: a flow that has a *carrier* gives its bytes to the table of WebSocket
/// connections, and what comes out of frames goes the way that bytes of TCP go, so that the kind of the flow is that of
/// the protocol inside.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Whether a stream begins as an opening handshake does, or may yet; a carrier is then found for its flow.
    mutating func isCarried(_ slot: Int, _ side: Side, _ bytes: RawSpan) -> Bool {
        guard core.streams.table[slot].carrier < 0 else { return false }
        let client: Side
        switch WebSocketProbe(bytes) {
        case .no: return false
        case .needMore: return true
        case .request: client = side
        case .answer: client = side.other
        }
        core.streams.table[slot].client = client
        core.streams.table[slot].carrier = core.webSocket.open(isClientFirst: client == .first).rawValue
        return true
    }

    /// Gives what is held of both streams to the carrier that was just found.
    mutating func startCarrying(_ slot: Int, _ side: Side) {
        core.streams.table[slot][side].hasUnknownHole = false
        for side in [side, side.other] where core.streams.table[slot].carrier >= 0 {
            let held = core.streams.takeHeld(slot, side)
            core.streams.putHeld(PartialMessage(), slot, side)
            var start = 0
            while core.streams.table[slot].carrier >= 0, let piece = held.frames.piece(from: start) {
                carry(slot, side, held.bytes.span.bytes.extracting(piece.bytes), held.frames.frame(piece.frames))
                start = piece.bytes.upperBound
            }
        }
    }

    /// Takes the next bytes of a stream that has a carrier, in order.
    mutating func carry(
        _ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef, isLast: Bool = false
    ) {
        let carrier = core.streams.table[slot].carrier
        let id = WebSocketID(rawValue: carrier)
        guard core.webSocket.isFollowed(id) else { return loseCarrier(slot) }
        let direction = carriedDirection(id, side)
        if core.streams.table[slot][side].hasUnknownHole {
            core.streams.table[slot][side].hasUnknownHole = false
            _ = core.webSocket.noteMissing(id, direction, .max)
        }
        // Lent for the call, so that what comes out can be taken while the worker changes.
        core.webSocket.now = core.now
        var output = WebSocketOutput()
        swap(&output, &carried)
        let before = core.webSocket.bytesKeptBack(id, direction)
        var input = CarriedInput(frames: core.carrierFrames.take(carrier, direction))
        // What it kept back may have been given up since.
        if before == 0 { input.frames.removeAll() }
        let areKept = !input.frames.isEmpty
        if areKept { core.carrierFrames.keep(frame, upTo: before + data.byteCount, in: &input.frames) }
        var offset = 0
        var progress = WebSocketProgress.more
        while progress == .more {
            progress = core.webSocket.feed(id, direction, data, from: &offset, into: &output, isLast: isLast)
            let messages = core.delivered
            deliver(output, slot, side, id, direction, input, frame)
            if output.isInflated { core.webSocket.charge(id, messages: Int(core.delivered &- messages)) }
            if core.streams.table[slot].kind == .ignored { progress = .refused }
            input.base = before + offset - core.webSocket.bytesKeptBack(id, direction)
        }
        swap(&output, &carried)
        let keptBack = core.webSocket.bytesKeptBack(id, direction)
        if keptBack > 0 {
            if areKept {
                input.frames.removeFirst(before + data.byteCount - keptBack)
            } else {
                core.carrierFrames.keep(frame, upTo: keptBack, in: &input.frames)
            }
            core.carrierFrames.put(input.frames, of: carrier, direction)
        }
        switch progress {
        case .done, .more: break
        case .refused, .gone: loseCarrier(slot)
        case .answered: carry(slot, side.other, RawSpan(), FrameRef())
        }
    }

    private func carriedDirection(_ id: WebSocketID, _ side: Side) -> Direction {
        (side == .first) == core.webSocket.isClientFirst(id) ? .toServer : .toClient
    }

    /// Passes bytes on, cut where something is to be told of what follows.
    private mutating func deliver(
        _ output: borrowing WebSocketOutput, _ slot: Int, _ side: Side, _ id: WebSocketID, _ direction: Direction,
        _ input: borrowing CarriedInput, _ frame: FrameRef
    ) {
        if output.dropped > 0, core.streams.table[slot].kind.isFollowed, core.webSocket.protocolOfMessages(id) == nil {
            core.streams.countUnparsed(output.dropped)
            core.noteLoss(slot) { [count = UInt64(output.dropped)] in $0.unparsedBytes += count }
        }
        if let number = core.webSocket.protocolOfMessages(id) {
            return collect(output, slot, side, id, direction, number, input, frame)
        }
        var pieces = CarriedPieces()
        for index in output.marks.indices {
            let mark = output.marks[index]
            if mark.kind == .binaryBegins || mark.kind == .messageEnds { continue }
            pass(&pieces, upTo: mark.offset, of: output, slot, side, input, frame)
            switch mark.kind {
            case .textBegins:
                // Behind lost bytes a frame may be none.
                if !core.streams.table[slot][side].framing.isLost { core.webSocket.noteText(id, direction) }
            case .violation: core.webSocket.note(mark.violations, id, direction)
            case .hole:
                core.streams.loseBoundary(slot, side)
                run(.gap, slot, side)
            case .overBudget: tellBudget(slot, side, frame)
            case .binaryBegins, .messageEnds: break
            }
        }
        pass(&pieces, upTo: output.bytes.count, of: output, slot, side, input, frame)
    }

    /// Passes bytes on, or holds them of a message that is collected, each with the frames that it came in.
    private mutating func pass(
        _ pieces: inout CarriedPieces, upTo end: Int, of output: borrowing WebSocketOutput, _ slot: Int, _ side: Side,
        _ input: borrowing CarriedInput, _ frame: FrameRef, isHeld: Bool = false
    ) {
        while let piece = pieces.next(output, upTo: end, input) {
            let bytes = output.bytes.span.bytes.extracting(piece.output)
            let kept = input.frames.frame(of: piece.input)
            if isHeld {
                hold(slot, side, bytes, kept.isFrame ? kept : frame)
            } else {
                feed(slot, side, bytes, kept.isFrame ? kept : frame)
            }
        }
    }

    /// Passes over bytes of a carried stream that the snap length cut off; gives how many bytes inside are missing with
    /// them, `nil` where that is not known.
    mutating func passCarried(_ count: Int, _ slot: Int, _ side: Side) -> Int? {
        let id = WebSocketID(rawValue: core.streams.table[slot].carrier)
        return core.webSocket.noteMissing(id, carriedDirection(id, side), count)
    }

    /// Looks for a frame where nothing will follow any more, or nothing that belongs to it.
    mutating func carryLast(_ slot: Int, _ side: Side) {
        guard core.streams.table[slot].carrier >= 0 else { return }
        carry(slot, side, RawSpan(), FrameRef(), isLast: true)
    }

    /// Gives up a flow whose carrier was forgotten, or that carries nothing that is followed.
    private mutating func loseCarrier(_ slot: Int) {
        var flow = core.streams.table[slot]
        closeSession(of: &flow)
        releaseCarrier(of: &flow)
        flow.kind = .ignored
        core.streams.table[slot] = flow
        core.streams.table.setEstablished(false, slot: slot)
        core.streams.abandon(slot)
    }

    /// Lets go of the carrier of a flow that was closed: by Close frames or FINs of both ends.
    ///
    /// A RST may be forged, and bytes go on; the carrier then stays for as long as the flow.
    mutating func endCarrier(_ slot: Int) {
        guard core.streams.table[slot].carrier >= 0 else { return }
        let isFinished = core.streams.table[slot][.first].hasFIN && core.streams.table[slot][.second].hasFIN
        if isFinished || core.webSocket.hasClosed(WebSocketID(rawValue: core.streams.table[slot].carrier)) {
            loseCarrier(slot)
        }
    }

    /// Forgets the carrier of a flow.
    ///
    /// What was wrong and had no message to be told with is counted, where the flow carries a protocol that the sensor
    /// reads, or was opened for one.
    mutating func releaseCarrier(of flow: inout Flow) {
        releaseProxy(of: &flow)
        guard flow.carrier >= 0 else { return }
        let id = WebSocketID(rawValue: flow.carrier)
        core.carrierFrames.drop(flow.carrier)
        flow.carrier = -1
        // What others do over WebSocket is not held against them.
        let isOurs = flow.kind.isFollowed || core.webSocket.isMeantForUs(id)
        var number: UInt8?
        if case .followed(let followed) = flow.kind { number = followed }
        let left = core.webSocket.close(id, of: number)
        guard isOurs else { return }
        left.forEach { core.counters.violations[$0.name.description, default: 0] &+= 1 }
    }

    /// The same for a flow in the table.
    mutating func releaseCarrier(of slot: Int) {
        releaseProxy(of: slot)
        guard core.streams.table[slot].carrier >= 0 else { return }
        var flow = core.streams.table[slot]
        releaseCarrier(of: &flow)
        core.streams.table[slot].carrier = -1
    }
}

extension EngineCore where Sink: ~Copyable {
    /// What carried the next message that a side sent, of the protocol of that number.
    mutating func carrier(_ slot: Int, _ direction: Direction, _ number: UInt8) -> Carrier {
        var carrier = Carrier()
        carrier.isWebSocket = true
        carrier.violations = webSocket.takeNotes(
            WebSocketID(rawValue: streams.table[slot].carrier), direction, of: number)
        return carrier
    }
}

// Protocols whose messages are those of WebSocket.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Puts messages together.
    ///
    /// Of one too long to hold the beginning is kept and the rest is counted; one with a hole is left out.
    private mutating func collect(
        _ output: borrowing WebSocketOutput, _ slot: Int, _ side: Side, _ id: WebSocketID, _ direction: Direction,
        _ number: UInt8, _ input: borrowing CarriedInput, _ frame: FrameRef
    ) {
        var pieces = CarriedPieces()
        for index in output.marks.indices {
            let mark = output.marks[index]
            pass(&pieces, upTo: mark.offset, of: output, slot, side, input, frame, isHeld: true)
            switch mark.kind {
            case .binaryBegins: beginMessage(slot, side)
            case .textBegins:
                beginMessage(slot, side)
                core.webSocket.noteText(id, direction)
            case .violation: core.webSocket.note(mark.violations, id, direction)
            case .overBudget: tellBudget(slot, side, frame)
            case .hole: core.streams.loseBoundary(slot, side)
            case .messageEnds: endMessage(slot, side, number, mark.input, input, frame)
            }
        }
        pass(&pieces, upTo: output.bytes.count, of: output, slot, side, input, frame, isHeld: true)
    }

    private mutating func beginMessage(_ slot: Int, _ side: Side) {
        // A message without an end is let go.
        _ = core.streams.takeHeld(slot, side)
        core.streams.putHeld(PartialMessage(), slot, side)
        core.streams.table[slot][side].framing = .collecting(0)
    }

    private mutating func hold(_ slot: Int, _ side: Side, _ part: RawSpan, _ frame: FrameRef) {
        guard part.byteCount > 0, case .collecting(let count) = core.streams.table[slot][side].framing else { return }
        core.streams.table[slot][side].framing = .collecting(count + part.byteCount)
        var message = core.streams.takeHeld(slot, side)
        let fitting = min(part.byteCount, max(0, core.heldLimit - message.bytes.count))
        message.bytes.append(copying: part.extracting(0..<fitting))
        if fitting > 0 {
            message.frames.keep(frame, upTo: message.bytes.count)
        } else {
            message.frames.passOver(frame)
        }
        core.streams.putHeld(message, slot, side)
    }

    /// Takes the message that is held; what completed it beside its bytes, such as the head of an empty frame, is its too.
    private mutating func endMessage(
        _ slot: Int, _ side: Side, _ number: UInt8, _ completing: Range<Int>, _ input: borrowing CarriedInput,
        _ frame: FrameRef
    ) {
        guard case .collecting(let count) = core.streams.table[slot][side].framing else { return }
        if !completing.isEmpty || count == 0 {
            var message = core.streams.takeHeld(slot, side)
            let kept = input.frames.frame(of: completing.lowerBound + input.base..<completing.upperBound + input.base)
            message.frames.keep(kept.isFrame ? kept : frame, upTo: message.bytes.count + 1)
            core.streams.putHeld(message, slot, side)
        }
        core.counters.carriedMessages[Int(number)] &+= 1
        if !core.streams.table[slot].kind.isFollowed {
            claim(
                slot, number, client: core.streams.table[slot].client, isFromStart: core.isFromStart(slot),
                seenFrom: nil, at: core.now)
        }
        run(.message(wholeLength: count), slot, side)
        core.streams.table[slot][side].framing = .collecting(0)
    }
}
