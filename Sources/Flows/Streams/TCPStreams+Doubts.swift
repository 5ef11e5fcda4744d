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
    ) -> SegmentDoubts {
        let profile = table[slot][side].profile
        let flags = packet.tcp.flags
        var doubts: SegmentDoubts = []
        switch checksum {
        case .ok:
            if !profile.traits.contains(.rightChecksum) { table[slot][side].profile.traits.insert(.rightChecksum) }
        case .wrong: if profile.traits.contains(.rightChecksum) { doubts.insert(.checksum) }
        case .partial: if profile.traits.contains(.rightChecksum) { doubts.insert(.partialChecksum) }
        case .absent, .unknown: break
        }
        if packet.tcp.options.isSigned, profile.traits.contains(.known), !profile.traits.contains(.signed) {
            doubts.insert(.signature)
        }
        if packet.hasRefusedOptions { doubts.insert(.ipOptions) }
        if flags.contains(.syn) { return doubts }
        if profile.traits.contains(.known) {
            doubts.formUnion(profile.doubtsOfPath(packet))
        } else if doubts.isEmpty {
            table[slot][side].profile.learn(
                hopLimit: packet.hopLimit, network: packet.network, sourceMAC: packet.sourceMAC,
                destinationMAC: packet.destinationMAC)
        }
        if flags.isDisjoint(with: [.ack, .rst]) { doubts.insert(.noACK) }
        let other = table[slot][side.other].profile
        if let timestamp = packet.tcp.options.timestamp, profile.traits.contains(.timestamps),
            other.traits.contains(.timestamps)
        {
            let newer = Int32(bitPattern: timestamp &- profile.timestamp)
            // One older is taken by Linux, and dropped by others.
            if newer < -1 {
                doubts.insert(.oldTimestamp)
            } else if newer > 0, doubts.isEmpty,
                packet.tcp.sequence.distance(from: table[slot][side].next) <= 0
            {
                table[slot][side].profile.timestamp = timestamp
            }
        }
        // Bytes that come next are believed: a window that is full already was not followed well.
        if other.traits.contains(.edge), !packet.payload.isEmpty,
            packet.tcp.sequence.distance(from: other.edge) >= 0,
            packet.tcp.sequence.distance(from: table[slot][side].next) > 0
        {
            doubts.insert(.outsideWindow)
        }
        if !packet.payload.isEmpty, isBehindEnd(packet.tcp.sequence, slot, side) { doubts.insert(.afterEnd) }
        if flags.contains(.ack), doubts.isSubset(of: .path) {
            noteAcknowledgement(packet.tcp, profile, other, slot, side)
        }
        return doubts
    }

    /// Whether a datagram is to be read, by its checksum and those that its sender has shown before.
    public mutating func takesDatagram(_ checksum: ChecksumVerdict, slot: Int, side: Side) -> Bool {
        let isRight = table[slot][side].profile.traits.contains(.rightChecksum)
        switch checksum {
        case .ok:
            if !isRight { table[slot][side].profile.traits.insert(.rightChecksum) }
        case .wrong where isRight:
            counters.refusedDatagrams += 1
            return false
        case .wrong, .partial, .absent, .unknown: break
        }
        return true
    }

    /// Notes what an end has acknowledged, and how much more it takes.
    private mutating func noteAcknowledgement(
        _ header: TCPHeader, _ profile: SenderProfile, _ other: SenderProfile, _ slot: Int, _ side: Side
    ) {
        let acknowledged = table[slot][side.other]
        guard acknowledged.isSynchronised else { return }
        // Nobody acknowledges what came before the first byte (RFC 5961, 5.2).
        if acknowledged.hasSYN, header.acknowledgement.distance(from: acknowledged.initial) < 0 { return }
        let isFirst = !profile.traits.contains(.acknowledges)
        if isFirst || header.acknowledgement.distance(from: profile.acknowledgement) > 0 {
            table[slot][side].profile.acknowledgement = header.acknowledgement
            if isFirst { table[slot][side].profile.traits.insert(.acknowledges) }
        }
        guard profile.traits.contains(.syn), other.traits.contains(.syn) else { return }
        let isScaled = profile.traits.contains(.windowScale) && other.traits.contains(.windowScale)
        let edge = header.acknowledgement.advanced(by: Int(header.window) << (isScaled ? Int(profile.windowScale) : 0))
        if !profile.traits.contains(.edge) || edge.distance(from: profile.edge) > 0 {
            table[slot][side].profile.edge = edge
            table[slot][side].profile.traits.insert(.edge)
        }
    }

    /// Whether the other end has acknowledged the bytes of a stream before `end`.
    func isAcknowledged(_ end: SequenceNumber, _ slot: Int, _ side: Side) -> Bool {
        let other = table[slot][side.other].profile
        return other.traits.contains(.acknowledges) && other.acknowledgement.distance(from: end) >= 0
    }

    /// Whether bytes lie behind the FIN of a stream, which came in order and is all that the other end acknowledged.
    func isBehindEnd(_ start: SequenceNumber, _ slot: Int, _ side: Side) -> Bool {
        let stream = table[slot][side]
        guard stream.hasFIN, stream.isSynchronised, stream.next == stream.finSequence else { return false }
        let other = table[slot][side.other].profile
        return other.traits.contains(.acknowledges)
            && other.acknowledgement == stream.finSequence.advanced(by: 1)
            && (0...(1 << 20)).contains(start.distance(from: stream.finSequence))
    }

    /// Tells bytes that nobody reads, since they lie behind the end of their stream.
    mutating func noteBehindEnd(_ chunk: SegmentQueue.Taken, _ slot: Int, _ side: Side) {
        counters.refused += 1
        var copy: [UInt8] = []
        copy.append(copying: chunk.frames.slice(chunk.payload))
        let count = copy.count
        note(
            SegmentFinding(
                kind: .decoy, stream: StreamName(slot, side), doubts: .afterEnd, start: chunk.sequence, copy: copy,
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

    /// Decides on what waits aside in a stream, as far as that is possible by now.
    ///
    /// With `force` nothing more will come that could decide.
    mutating func settleDoubted(_ slot: Int, _ side: Side, at time: Timestamp, force: Bool) {
        while let head = queue.aside(table[slot][side].doubted) {
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
                let provenance = queue.admitHead(of: &stream.doubted, into: &stream.queued)
                table[slot][side] = stream
                relearn(provenance, slot, side)
            } else if force || waited >= limits.queueWaitNanoseconds {
                guard let taken = queue.removeHead(of: &table[slot][side].doubted) else { return }
                if taken.doubts.contains(.afterEnd) {
                    noteBehindEnd(taken, slot, side)
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
