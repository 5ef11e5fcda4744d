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
            takeReassembled(buffer, &packet, frame)
            fragments.recycle(buffer)
        }
    }

    private mutating func takeReassembled(
        _ buffer: borrowing FragmentBuffer, _ packet: inout Packet, _ frame: FrameRef
    ) {
        let payload = buffer.bytes.span.bytes
        switch PacketDecoder.decodeReassembled(payload, of: buffer.first, into: &packet) {
        case .undecoded(let reason): core.counters.undecoded[Int(reason.rawValue)] &+= 1
        // Fragments of fragments: nobody sends them but to hide something.
        case .fragment: core.counters.undecoded[Int(Undecoded.ipv4Fragment.rawValue)] &+= 1
        case .packet:
            var provenance = frame.provenance
            if buffer.hasOverlap { provenance.anomalies.insert(.fragmentOverlap) }
            if buffer.hasConflict { provenance.anomalies.insert(.fragmentConflict) }
            let hit = track(packet, payload)
            guard wants(packet, hit) else { return }
            take(
                packet, payload, FrameRef(provenance, frame.bytes, after: buffer.frames),
                verifyChecksum(packet, payload),
                hit)
        }
    }

    /// What the checksums of a packet say; wrong ones and missing ones are counted.
    mutating func verifyChecksum(_ packet: borrowing Packet, _ bytes: RawSpan) -> ChecksumVerdict {
        let verdict = PacketDecoder.checksum(bytes, packet)
        switch verdict {
        case .ok, .unknown: break
        case .absent: core.counters.missingChecksums &+= 1
        case .wrong, .partial: core.counters.wrongChecksums &+= 1
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
