import Bytes
import Events
import Flows
import Network
import Packets
import Tables

/// TCP: segments are put in order, and what comes next of a stream goes to what carries it, or to the follower.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Takes a segment.
    mutating func processSegment(
        _ packet: borrowing Packet, _ bytes: RawSpan, _ frame: FrameRef, _ checksum: ChecksumVerdict,
        _ hit: FlowTable.Hit
    ) {
        let slot = hit.slot
        let flags = packet.tcp.flags
        var isNew = hit.isNew
        if core.streams.table[slot].kind == .ignored {
            isNew = true
            // A new connection on its ports.
            core.streams.reset(slot)
            releaseCarrier(of: slot)
            core.streams.table[slot].kind = .unknown
        }
        var doubts = core.streams.doubts(packet, checksum, slot: slot, side: hit.side)
        if packet.missing > 0, isTruncated(frame) { doubts.insert(.truncated) }
        if doubts.isEmpty, !core.streams.table[slot][hit.side].isSettled,
            isBeginning(slot, hit.side, bytes.slice(packet.payload))
        {
            core.streams.settle(slot, hit.side)
        }
        let accepted = core.streams.accept(
            packet.tcp, payload: packet.payload, missing: packet.missing, of: bytes, frame, doubts: doubts, slot: slot,
            side: hit.side, at: core.now)
        if accepted.isRestart {
            replaceConnection(slot)
            forget(slot)
        }
        if flags.contains(.syn), isNew || accepted.isRestart {
            let isAnswer = flags.contains(.ack)
            if !isAnswer || accepted.isRestart {
                watch(slot, client: isAnswer ? hit.side.other : hit.side, frame, isBeginning: true)
            }
        }
        if accepted.isGap { run(.gap, slot, hit.side) }
        if let urgent = packet.urgentByte, urgent >= accepted.deliver.offset, urgent < accepted.deliver.end {
            receive(slot, hit.side, bytes, accepted.deliver, without: urgent, of: packet, frame)
        } else if !accepted.deliver.isEmpty {
            receive(slot, hit.side, bytes.slice(accepted.deliver), frame)
        }
        if accepted.missing > 0 { passHole(accepted.missing, slot, hit.side, frame) }
        let mayComeYet = accepted.isReset && core.streams.hasQueued(in: slot)
        drainQueues(slot, hit.side, force: accepted.closes && !mayComeYet)
        if mayComeYet {
            // The capture moved the RST before bytes that were sent earlier; they come, or their time will be up.
            core.streams.table.setEstablished(false, slot: slot)
            run(.finished, slot, hit.side)
        } else if accepted.closes {
            endConnection(slot, hit.side, isReset: accepted.isReset, frame)
            for side in [Side.first, .second] { endStream(slot, side, .nothing) }
            end(slot)
            endCarrier(slot)
        } else if !core.streams.table[slot].isEstablished || flags.contains(.syn) {
            noteSegment(slot, hit.side, flags, frame)
        }
        if core.streams.table[slot][hit.side].isFinished, !accepted.closes { run(.finished, slot, hit.side) }
        if core.connections.unframed != nil { core.connections.frame(frame) }
        if core.streams.hasFindings { tellFindings() }
    }

    /// Whether a frame that ends before its packet does was sent like that.
    ///
    /// The capture did not cut it, nor a mirror on the way, which lets no larger frame pass.
    private func isTruncated(_ frame: FrameRef) -> Bool {
        let length = frame.bytes.byteCount
        return frame.provenance.frame.originalLength <= length && length < largestFrame
    }

    /// Whether bytes can be nothing but the first of a stream.
    private func isBeginning(_ slot: Int, _ side: Side, _ bytes: RawSpan) -> Bool {
        if bytes.isEmpty { return false }
        let key = core.streams.table[slot].key
        let hints = FlowHints(key.first.port, key.second.port, hasBeginning: false)
        // By index: an entry taken out is a copy of all that it holds.
        for index in core.entries.indices {
            guard let verdict = core.entries[index].stream?.probe(bytes, hints) else { continue }
            if verdict == .client || verdict == .server { return true }
        }
        return false
    }

    /// Takes the next bytes of a stream, in order, which came in `frame`.
    mutating func receive(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) {
        if !core.streams.table[slot].isEstablished { noteOpening(slot, side, data, frame) }
        if core.streams.table[slot].carrier >= 0 { return carry(slot, side, data, frame) }
        if core.streams.table[slot].proxy >= 0, takeHandshake(slot, side, data, frame) { return }
        feed(slot, side, data, frame)
        if core.streams.table[slot].carrier >= 0 {
            startCarrying(slot, side)
        } else if core.streams.table[slot].proxy >= 0 {
            advanceHandshake(slot)
        }
    }

    /// Takes the next bytes of a stream of messages, in order: those of TCP, or those that a carrier gave.
    mutating func feed(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) {
        switch core.streams.table[slot].kind {
        case .followed(let number):
            dissectors.run(.feed, number, slot, side, data, frame, &core)
            if core.streams.table[slot][side].hasOtherReading { feedOtherReading(slot, side, data, frame) }
        case .unknown: identify(slot, side, data, frame)
        case .candidate(let number): weigh(slot, side, data, frame, number)
        case .ignored: break
        }
    }

    /// Passes over bytes of a stream that were lost, or that the snap length cut off `frame`.
    mutating func passHole(_ count: Int, _ slot: Int, _ side: Side, _ frame: FrameRef) {
        guard core.streams.table[slot].kind != .ignored else { return }
        core.streams.dropOtherReading(slot, side)
        var count = count
        if core.streams.table[slot].carrier >= 0 {
            guard let inside = passCarried(count, slot, side) else {
                core.streams.loseBoundary(slot, side)
                return run(.gap, slot, side)
            }
            count = inside
        }
        if core.streams.table[slot].kind.isFollowed { return run(.hole(count), slot, side, RawSpan(), frame) }
        if core.streams.table[slot][side].framing.isLost { endStream(slot, side, .lost) }
        if core.streams.table[slot].kind == .ignored { return }
        core.streams.loseBoundary(slot, side)
        run(.gap, slot, side)
    }

    /// Looks at what is held of a stream where nothing will follow any more, or nothing that belongs to it.
    mutating func endStream(_ slot: Int, _ side: Side, _ sequel: Sequel) {
        carryLast(slot, side)
        if core.streams.table[slot].kind == .unknown {
            guard core.streams.table[slot][side].framing.isLost, core.streams.table[slot][side].held >= 0 else {
                return
            }
            join(slot, side, RawSpan(), FrameRef(), sequel)
        } else {
            run(.end(sequel), slot, side)
        }
    }

    /// Takes what waited in both streams and is due: one may have waited for the other.
    mutating func drainQueues(_ slot: Int, _ side: Side, force: Bool) {
        guard core.streams.hasQueued, core.streams.hasWaiting(in: slot) else { return }
        var side = side
        var idle = 0
        while idle < 2 {
            idle = drainQueue(slot, side, force: force) ? 0 : idle + 1
            side = side.other
        }
    }

    /// Takes what waited in a stream and is due; whether there was anything.
    private mutating func drainQueue(_ slot: Int, _ side: Side, force: Bool) -> Bool {
        guard core.streams.hasWaiting(in: slot, side) else { return false }
        var hasTaken = false
        while true {
            if core.streams.isGapDue(slot: slot, side: side, at: core.now, force: force) {
                endStream(slot, side, .lost)
            }
            guard let chunk = core.streams.nextQueued(slot: slot, side: side, at: core.now, force: force) else {
                return hasTaken
            }
            hasTaken = true
            if chunk.gap > 0 || chunk.lostOfOther > 0 { core.noteLoss(slot) { $0.gaps += 1 } }
            if chunk.gap > 0 { passHole(chunk.gap, slot, side, FrameRef()) }
            if chunk.lostOfOther > 0 { passHole(chunk.lostOfOther, slot, side.other, FrameRef()) }
            if chunk.answersUnseen { run(.gap, slot, side) }
            take(chunk, slot, side)
            core.streams.recycle(chunk)
        }
    }

    private mutating func take(_ chunk: borrowing TCPStreams.QueuedChunk, _ slot: Int, _ side: Side) {
        receive(slot, side, chunk.frames.slice(chunk.range), FrameRef(chunk.frames))
    }

    /// Takes what has waited too long for lost bytes, in flows of which nothing more may come: whoever watches the alerts
    /// does not wait for the next segment of a silent client.
    mutating func drainOverdue() {
        core.streams.findOverdue(at: core.now)
        var index = 0
        while index < core.streams.overdue.count {
            let name = core.streams.overdue[index]
            drainQueues(Int(name.slot), name.side, force: false)
            index += 1
        }
        if core.streams.hasFindings { tellFindings() }
    }

    /// At the end of a capture: what still waits for lost bytes is read as far as it goes.
    mutating func flushQueues() {
        for slot in core.streams.table.liveSlots where core.streams.table[slot].kind != .ignored {
            for side in [Side.first, .second] where core.streams.table[slot].key.transport == .tcp {
                _ = drainQueue(slot, side, force: true)
                endStream(slot, side, .nothing)
            }
        }
        if core.streams.hasFindings { tellFindings() }
    }

    /// Ends the session of a flow.
    ///
    /// What the flow carries is remembered: an end may be forged, and bytes go on.
    private mutating func end(_ slot: Int) {
        var flow = core.streams.table[slot]
        closeSession(of: &flow)
        core.streams.table[slot].handle = flow.handle
        core.streams.table[slot].heard = 0
        core.streams.table.setEstablished(false, slot: slot)
    }

    /// Ends the session of a flow on whose addresses and ports another begins.
    private mutating func forget(_ slot: Int) {
        end(slot)
        core.streams.table[slot].kind = .unknown
        releaseCarrier(of: slot)
    }

    /// Takes a flow for a protocol by what one end sent, or both, where none is given.
    ///
    /// Where the beginning of the other end's stream was not seen, it may be anywhere in a message.
    mutating func claim(
        _ slot: Int, _ number: UInt8, client: Side, isFromStart: Bool, seenFrom side: Side?, at time: Timestamp
    ) {
        core.streams.table[slot].kind = .followed(number)
        core.streams.table[slot].client = client
        core.streams.table[slot].failedProbes = 0
        if let other = side?.other, !core.streams.table[slot][other].hasSYN,
            !core.streams.table[slot][other].framing.isLost
        {
            core.streams.table[slot][other].framing = .lost(startsSegment: true, searched: 0)
        }
        let key = core.streams.table[slot].key
        core.counters.servers.noteReadable(client == .first ? key.second : key.first)
        run(.open(at: time, isFromStart: isFromStart), slot, client)
        watchFound(slot, number)
    }

    /// Gives up a flow: nothing that is followed.
    mutating func ignore(_ slot: Int) {
        noteIgnored(slot)
        if case .candidate = core.streams.table[slot].kind {
            candidates.drop(core.streams.table[slot].handle)
            core.streams.table[slot].handle = -1
        }
        core.streams.table[slot].kind = .ignored
        core.streams.abandon(slot)
    }
}
