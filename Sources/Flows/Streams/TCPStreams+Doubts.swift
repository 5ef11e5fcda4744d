import Bytes
import Network
import Packets

/// Segments that their receiver may have dropped. Anybody can send a copy that reaches the sensor and not the receiver, or that
/// the receiver does not take; whoever believed it would not see the segment that counts. So what there is reason to doubt
/// waits aside. A segment without doubts goes before it; an acknowledgement of the other end lets it in; else it is dropped
/// after the usual wait, and counted.
extension TCPStreams {
    /// What speaks against a segment, by what was learnt of the end that sent it, which learns from this one.
    public mutating func doubts(
        _ packet: borrowing Packet, _ checksum: ChecksumVerdict, slot: Int, side: Side
    ) -> SegmentDoubts { table[slot].doubts(packet, checksum, side) }

    /// Whether a datagram is to be read, by its checksum and those that its sender has shown before.
    public mutating func takesDatagram(_ checksum: ChecksumVerdict, slot: Int, side: Side) -> Bool {
        let isRight = table[slot][side].profile.traits.contains(.rightChecksum)
        switch checksum {
        case .ok: if !isRight { table[slot][side].profile.learnChecksum(isRight: true) }
        case .wrong where isRight:
            counters.refusedDatagrams += 1
            return false
        case .wrong, .partial: if !isRight { table[slot][side].profile.learnChecksum(isRight: false) }
        case .absent, .unknown: break
        }
        return true
    }

    /// Whether the other end has acknowledged the bytes of a stream before `end`.
    func isAcknowledged(_ end: SequenceNumber, _ slot: Int, _ side: Side) -> Bool {
        let other = table[slot][side.other].profile
        return other.traits.contains(.acknowledges) && other.acknowledgement.distance(from: end) >= 0
    }

    /// Whether bytes lie behind the FIN of a stream.
    func isBehindEnd(_ start: SequenceNumber, _ slot: Int, _ side: Side) -> Bool {
        table[slot].isBehindEnd(start, side)
    }

    /// Tells bytes that nobody reads, since they lie behind the end of their stream, or answer what was never sent.
    mutating func noteUnread(_ chunk: SegmentQueue.Taken, _ doubts: SegmentDoubts, _ slot: Int, _ side: Side) {
        counters.refused += 1
        var copy: [UInt8] = []
        copy.append(copying: chunk.frames.slice(chunk.payload))
        let count = copy.count
        note(
            SegmentFinding(
                kind: .decoy, stream: StreamName(slot, side), doubts: doubts, start: chunk.sequence, copy: copy,
                difference: 0..<count, frames: chunk.frames), slot)
    }

    /// Takes a segment that there is reason to doubt; `nil` where it is to be taken like any other.
    mutating func acceptDoubted(
        _ doubts: SegmentDoubts, _ header: TCPHeader, payload: ByteRange, of packet: RawSpan, _ frame: FrameRef,
        _ slot: Int, _ side: Side, _ time: Timestamp
    ) -> Accepted? {
        if header.flags.contains(.rst) {
            noteForgedReset(header, frame, doubts, slot, side)
            return Accepted()
        }
        if payload.isEmpty {
            if doubts.isSubset(of: .path), header.flags.isDisjoint(with: [.syn, .fin]) { return nil }
            counters.doubted += 1
            return Accepted()
        }
        if header.flags.contains(.syn) {
            counters.doubted += 1
            return Accepted()
        }
        let stream = table[slot][side]
        // Of a stream of which nothing is known yet, there is nothing to lose.
        guard stream.isSynchronised else { return doubts.isDisjoint(with: .certain) ? nil : Accepted() }
        let end = header.sequence.advanced(by: payload.count)
        guard abs(end.distance(from: stream.next)) <= 1 << 24 else { return Accepted() }
        if end.distance(from: stream.next) <= 0 {
            counters.retransmitted += 1
            compare(packet.slice(payload), at: header.sequence, doubts, frame, slot, side)
            return Accepted()
        }
        if isAcknowledged(end, slot, side) {
            relearn(frame.provenance, slot, side)
            return nil
        }
        counters.doubted += 1
        setAside(packet.slice(payload), frame, at: header.sequence, doubts, slot, side, time)
        return Accepted()
    }

    /// Lets a segment wait aside, as far as there is room.
    mutating func setAside(
        _ bytes: RawSpan, _ frame: FrameRef, at start: SequenceNumber, _ doubts: SegmentDoubts, _ slot: Int,
        _ side: Side,
        _ time: Timestamp
    ) {
        guard queue.hasRoom(for: bytes.byteCount, in: table[slot][side].doubted, limits) else { return }
        queue.setAside(
            bytes, frame, at: start, doubts: doubts, time: time, in: &table[slot][side].doubted,
            of: StreamName(slot, side))
    }

    /// Drops what waits aside in a stream.
    mutating func dropDoubted(_ slot: Int, _ side: Side) {
        while let taken = queue.removeHead(of: &table[slot][side].doubted) {
            counters.refused += 1
            queue.recycle(taken.frames)
        }
    }

    /// Takes the way that a packet came for the usual one of its end from now on.
    private mutating func relearn(_ provenance: Provenance, _ slot: Int, _ side: Side) {
        guard provenance.arrival > 0 else { return }
        table[slot][side].profile.learn(provenance)
    }

    /// Lets what waits aside that answers what was never sent, where a segment comes for the same bytes that does not.
    ///
    /// Anybody else sent it before: the other end's bytes were not there to be acknowledged.
    mutating func demoteUnanswered(from start: SequenceNumber, count: Int, _ slot: Int, _ side: Side) {
        let other = table[slot][side.other]
        var stream = table[slot][side]
        let moved = queue.demote(from: start, count: count, in: &stream.queued, to: &stream.doubted) { required in
            other.isBehind(required)
        }
        guard moved > 0 else { return }
        counters.doubted += UInt64(moved)
        table[slot][side] = stream
    }

    /// Whether a segment that is due answers what was never sent: the other end was heard since, and did not take it.
    func isAnswerToNothing(
        _ head: (sequence: SequenceNumber, arrival: Timestamp, required: SequenceNumber?), count: Int, _ slot: Int,
        _ side: Side, at time: Timestamp
    ) -> Bool {
        let other = table[slot][side.other].profile
        return time.nanoseconds(since: head.arrival) >= limits.queueWaitNanoseconds
            && other.traits.contains(.acknowledges) && other.heard > head.arrival
            && !isAcknowledged(head.sequence.advanced(by: count), slot, side)
    }

    /// Decides on what waits aside in a stream, as far as that is possible by now.
    ///
    /// With `force` nothing more will come that could decide.
    mutating func settleDoubted(_ slot: Int, _ side: Side, at time: Timestamp, force: Bool) {
        var admitted: SequenceNumber?
        while let head = queue.aside(table[slot][side].doubted) {
            // Another copy of what was let in: it is held against that once that is read.
            if let admitted, head.sequence.distance(from: admitted) < 0 { return }
            let end = head.sequence.advanced(by: head.count)
            let waited = time.nanoseconds(since: head.arrival)
            if end.distance(from: table[slot][side].next) <= 0 {
                guard let taken = queue.removeHead(of: &table[slot][side].doubted) else { return }
                counters.refused += 1
                compare(
                    taken.frames.slice(taken.payload), at: taken.sequence, taken.doubts, FrameRef(taken.frames), slot,
                    side)
                queue.recycle(taken.frames)
            } else if isLetIn(head, end, waited, slot, side, force: force) {
                var stream = table[slot][side]
                // Of several copies one came: rather the one that less speaks against.
                if isAcknowledged(end, slot, side) {
                    let limit = table[slot][side.other].profile.acknowledgement
                    queue.preferLeastDoubted(upTo: limit, in: &stream.doubted)
                }
                let count = queue.aside(stream.doubted)?.count ?? 0
                let provenance = queue.admitHead(of: &stream.doubted, into: &stream.queued)
                table[slot][side] = stream
                admitted = head.sequence.advanced(by: count)
                relearn(provenance, slot, side)
            } else if force || waited >= limits.queueWaitNanoseconds {
                guard let taken = queue.removeHead(of: &table[slot][side].doubted) else { return }
                if taken.doubts.contains(.afterEnd) {
                    noteUnread(taken, .afterEnd, slot, side)
                } else {
                    counters.refused += 1
                }
                queue.recycle(taken.frames)
            } else {
                return
            }
        }
    }

    /// Whether what waited aside counts after all: the other end acknowledged it, or is not seen at all and would not be
    /// sure to drop it.
    private func isLetIn(
        _ head: SegmentQueue.Aside, _ end: SequenceNumber, _ waited: Int64, _ slot: Int, _ side: Side, force: Bool
    ) -> Bool {
        if head.doubts == .rival { return false }
        if isAcknowledged(end, slot, side) { return true }
        guard head.doubts.isDisjoint(with: .certain) else { return false }
        let isOtherSeen = table[slot][side.other].profile.traits.contains(.acknowledges)
        // Whoever goes on behind it has seen it acknowledged.
        if !isOtherSeen, let next = queue.head(of: table[slot][side].queued), next.sequence.distance(from: end) >= 0 {
            return true
        }
        // At the end of a capture the acknowledgement may be what is missing.
        if force { return !isOtherSeen || head.doubts.isSubset(of: .path) && waited < 200_000_000 }
        return !isOtherSeen && waited >= limits.queueWaitNanoseconds
    }
}
