import Bytes
import Events
import Flows
import Network
import Packets

/// Fragments, and checksums where they are asked for.
extension Worker where Sink: ~Copyable {
    /// Takes a fragment; with the last one that was missing, the packet.
    mutating func take(_ fragment: Fragment, _ packet: inout Packet, _ frame: FrameRef) {
        switch fragments.insert(fragment, from: frame, at: now) {
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
        case .undecoded(let reason): counters.undecoded[Int(reason.rawValue)] &+= 1
        // Fragments of fragments: nobody sends them but to hide something.
        case .fragment: counters.undecoded[Int(Undecoded.ipv4Fragment.rawValue)] &+= 1
        case .packet:
            var provenance = frame.provenance
            if buffer.hasOverlap { provenance.anomalies.insert(.fragmentOverlap) }
            if buffer.hasConflict { provenance.anomalies.insert(.fragmentConflict) }
            take(packet, payload, FrameRef(provenance, frame.bytes, after: buffer.frames))
        }
    }

    /// Whether a checksum of a packet is wrong, which is counted, as is that there is none.
    mutating func hasWrongChecksum(_ packet: borrowing Packet, _ bytes: RawSpan) -> Bool {
        switch PacketDecoder.checksum(bytes, packet) {
        case .ok, .unknown: return false
        case .absent:
            counters.missingChecksums &+= 1
            return false
        case .wrong:
            counters.wrongChecksums &+= 1
            return true
        }
    }
}

/// What is done about wrong checksums.
public enum ChecksumPolicy: String, Sendable, CaseIterable {
    /// They are counted, no more: cards that compute them leave them wrong in captures of their own machine.
    case ignore
    /// Packets with a wrong checksum are left out and counted, as their receivers leave them out: for a span port.
    case strict
}
