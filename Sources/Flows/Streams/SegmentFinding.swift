import Bytes
import Network
import Packets
import Tables

/// Something in a stream that its sender cannot have meant: two contents for the same bytes, or a forged end.
public struct SegmentFinding: Sendable {
    /// What was found.
    public enum Kind: Sendable {
        /// A copy differs from the bytes that were read, and nothing says which of them the receiver took.
        case ambiguous
        /// A copy differs from the bytes that were read, and the receiver will not have taken it.
        case decoy
        /// A RST that the end in whose name it came has not sent.
        case forgedReset
        /// A byte that its receiver takes out of the stream, or does not: it was not read.
        case urgent
    }

    /// What was found.
    public var kind: Kind
    /// The stream.
    public var stream: StreamName
    /// What speaks against the copy.
    public var doubts: SegmentDoubts
    /// The number of the first byte of `copy`.
    public var start: SequenceNumber
    /// The bytes of the copy; empty for a RST.
    public var copy: [UInt8] = []
    /// Where the copy differs from what was read: from the first such byte up to behind the last that is known of.
    public var difference: Range<Int> = 0..<0
    /// What was read in place of `difference`, at most `excerptLimit` bytes.
    public var read: [UInt8] = []
    /// The frames that the copy came in.
    public var frames: KeptFrames

    /// How many bytes of each content an event shows.
    public static let excerptLimit = 64
    /// Findings that wait at most until they are asked for: more come only of a flood, and are counted.
    static let waitingLimit = 16
}

extension TCPStreams {
    /// Gives the findings since the last call, oldest first.
    public mutating func takeFindings() -> [SegmentFinding] {
        var taken: [SegmentFinding] = []
        swap(&taken, &findings)
        return taken
    }

    /// Notes a finding in a stream that is followed; others are counted only.
    mutating func note(_ finding: @autoclosure () -> SegmentFinding, _ slot: Int) {
        guard table[slot].kind.isFollowed, findings.count < SegmentFinding.waitingLimit else { return }
        findings.append(finding())
    }

    /// Notes that the byte at `place` of a segment was marked as urgent, and not read.
    public mutating func noteUrgent(
        _ bytes: RawSpan, at place: Int, _ start: SequenceNumber, _ frame: FrameRef, _ slot: Int, _ side: Side
    ) {
        guard place >= 0, place < bytes.byteCount else { return }
        var copy: [UInt8] = []
        copy.append(copying: bytes)
        note(
            SegmentFinding(
                kind: .urgent, stream: StreamName(slot, side), doubts: [], start: start, copy: copy,
                difference: place..<place + 1, frames: KeptFrames(frame)), slot)
    }

    /// Notes a RST that is not believed.
    mutating func noteForgedReset(
        _ header: TCPHeader, _ frame: FrameRef, _ doubts: SegmentDoubts, _ slot: Int, _ side: Side
    ) {
        counters.forgedResets += 1
        note(
            SegmentFinding(
                kind: .forgedReset, stream: StreamName(slot, side), doubts: doubts, start: header.sequence,
                frames: KeptFrames(frame)), slot)
    }
}
