import Bytes
import Events
import Flows
import Network
import Packets

/// Fragments, and checksums where they are asked for.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Takes a fragment; with the last one that was missing, the packet.
    mutating func take(_ fragment: Fragment, _ packet: inout Packet, _ frame: FrameRef) {
        switch fragments.insert(fragment, from: frame, at: core.now) {
        case .waiting: break
        case .dropped: break
        case .complete(let buffer):
            var other = packet
            takeFirstReading(buffer, &packet, frame)
            if !buffer.rivals.isEmpty { takeOtherReading(buffer, &other, frame) }
            fragments.recycle(buffer)
        }
    }

    private mutating func takeFirstReading(
        _ buffer: borrowing FragmentBuffer, _ packet: inout Packet, _ frame: FrameRef
    ) {
        takeReassembled(buffer, buffer.bytes.span.bytes, &packet, frame)
    }

    private mutating func takeOtherReading(
        _ buffer: borrowing FragmentBuffer, _ packet: inout Packet, _ frame: FrameRef
    ) {
        let reading = buffer.otherReading
        takeReassembled(buffer, reading.span.bytes, &packet, frame)
    }

    private mutating func takeReassembled(
        _ buffer: borrowing FragmentBuffer, _ payload: RawSpan, _ packet: inout Packet, _ frame: FrameRef
    ) {
        switch PacketDecoder.decodeReassembled(payload, of: buffer.first, into: &packet) {
        case .undecoded(let reason): core.counters.undecoded[Int(reason.rawValue)] &+= 1
        // Fragments of fragments: nobody sends them but to hide something.
        case .fragment: core.counters.undecoded[Int(Undecoded.ipv4Fragment.rawValue)] &+= 1
        case .packet:
            var provenance = frame.provenance
            if buffer.hasOverlap { provenance.anomalies.insert(.fragmentOverlap) }
            if buffer.hasConflict { provenance.anomalies.formUnion([.fragmentConflict, .fragmentAmbiguous]) }
            if buffer.isDoubtful { provenance.anomalies.insert(.fragmentAmbiguous) }
            let hit = track(packet, payload)
            guard wants(packet, hit) else { return }
            take(
                packet, payload, FrameRef(provenance, frame.bytes, after: buffer.frames),
                verifyChecksum(packet, payload),
                hit)
            if buffer.hasConflict && !buffer.rivals.isEmpty || buffer.isDoubtful {
                tellFragments(buffer, packet, FrameRef(provenance, frame.bytes, after: buffer.frames), hit)
            } else if buffer.hasOverlap {
                tellOverlap(FrameRef(provenance, frame.bytes, after: buffer.frames), hit)
            }
        }
    }

    /// Tells that fragments of a packet of a flow that is followed differ, once for each packet.
    private mutating func tellFragments(
        _ buffer: borrowing FragmentBuffer, _ packet: borrowing Packet, _ frame: FrameRef, _ hit: FlowTable.Hit
    ) {
        guard core.streams.table[hit.slot].kind.isFollowed, toldFragments != frame.provenance.arrival else { return }
        toldFragments = frame.provenance.arrival
        // Without a rival it is their marks that do not go together.
        let rival = buffer.rivals.first ?? FragmentRival(offset: buffer.bytes.count, bytes: [])
        let end = min(buffer.bytes.count, rival.offset + rival.bytes.count)
        let read = rival.offset < end ? Array(buffer.bytes[rival.offset..<end]) : []
        let first = zip(read, rival.bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
        let event = NetworkEvent(
            anomaly: .fragmentAmbiguous, doubts: [], difference: first..<rival.bytes.count,
            read: Array(read.dropFirst(first).prefix(SegmentFinding.excerptLimit)))
        tell(event, hit.slot, hit.side, frame.provenance, rival.bytes.span.bytes, MessageFrames(frame))
    }

    /// Tells that fragments of a packet of a flow that is followed overlap with the same bytes: no sender cuts a packet so.
    private mutating func tellOverlap(_ frame: FrameRef, _ hit: FlowTable.Hit) {
        guard core.streams.table[hit.slot].kind.isFollowed else { return }
        let event = NetworkEvent(anomaly: .fragmentOverlap, doubts: [], difference: 0..<0, read: [])
        let none: [UInt8] = []
        tell(event, hit.slot, hit.side, frame.provenance, none.span.bytes, MessageFrames(frame))
    }

    /// What the checksums of a packet say; wrong ones and missing ones are counted.
    mutating func verifyChecksum(_ packet: borrowing Packet, _ bytes: RawSpan) -> ChecksumVerdict {
        let verdict = PacketDecoder.checksum(bytes, packet)
        switch verdict {
        case .ok: core.counters.mirror.checked &+= 1
        case .unknown: break
        case .absent: core.counters.missingChecksums &+= 1
        case .wrong, .partial:
            core.counters.wrongChecksums &+= 1
            core.counters.mirror.checked &+= 1
            if verdict == .wrong { core.counters.mirror.wrong &+= 1 }
        }
        return verdict
    }

    /// Whether the checksums of a packet are right, or cannot be told to be wrong.
    mutating func hasRightChecksum(_ packet: borrowing Packet, _ bytes: RawSpan) -> Bool {
        switch verifyChecksum(packet, bytes) {
        case .ok, .unknown, .absent: true
        case .wrong, .partial: false
        }
    }
}
