import Bytes
import Capture
import Events
import Flows
import Network
import Packets

/// Fragments, and checksums where they are asked for.
extension Worker where Sink: ~Copyable {
    /// Takes a fragment; with the last one that was missing, the packet.
    mutating func take(_ fragment: Fragment, _ frameBytes: RawSpan) {
        switch fragments.insert(fragment, frame: frameBytes, at: frame.timestamp) {
        case .waiting: break
        case .dropped: break
        case .complete(let buffer):
            takeReassembled(buffer, frameBytes)
            fragments.recycle(buffer)
        }
    }

    private mutating func takeReassembled(_ buffer: borrowing FragmentBuffer, _ frameBytes: RawSpan) {
        let payload = buffer.bytes.span.bytes
        switch PacketDecoder.decodeReassembled(payload, of: buffer.first, into: &packet) {
        case .undecoded(let reason): counters.undecoded[Int(reason.rawValue)] &+= 1
        // Fragments of fragments: nobody sends them but to hide something.
        case .fragment: counters.undecoded[Int(Undecoded.ipv4Fragment.rawValue)] &+= 1
        case .packet:
            anomalies = []
            if buffer.hasOverlap { anomalies.insert(.fragmentOverlap) }
            if buffer.hasConflict { anomalies.insert(.fragmentConflict) }
            take(payload, frameBytes: frameBytes)
        }
    }

    /// Whether a checksum of the current packet is wrong, which is counted, as is that there is none.
    mutating func hasWrongChecksum(_ bytes: RawSpan) -> Bool {
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
