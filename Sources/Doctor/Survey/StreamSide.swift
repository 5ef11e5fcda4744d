import Network
import Packets

/// What was seen of what one end of a conversation sent, and what of it must have been sent and was not seen.
///
/// Bytes that the other end acknowledged were on the wire: where they are in no frame, the tap, the mirror port or the
/// machine that captured lost them. What comes late, or is sent again, fills the hole.
struct StreamSide: Sendable {
    /// Bytes between two sequence numbers that were in no frame so far.
    private struct Hole {
        var start: SequenceNumber
        var end: SequenceNumber
        /// When the other end acknowledged all of it.
        var acknowledged: Timestamp?

        var count: Int { end.distance(from: start) }
    }

    /// Frames that this end sent.
    private(set) var frames: UInt64 = 0
    /// Segments with new data.
    private(set) var newSegments: UInt64 = 0
    /// Bytes of payload, each counted once.
    private(set) var seenBytes: UInt64 = 0
    /// Bytes that the other end acknowledged and that were in no frame.
    private(set) var lostBytes: UInt64 = 0
    /// Stretches of such bytes.
    private(set) var lostStretches: UInt64 = 0
    /// Control bits that were seen.
    private(set) var flags: TCPFlags = []
    /// Whether a SYN with ACK was seen.
    private(set) var hasAnsweredSYN = false
    /// Whether a segment with ACK and without SYN was seen.
    private(set) var hasPlainACK = false
    /// The maximum segment size that this end announced.
    private(set) var maximumSegment: Int?
    /// The tags of its first frame, and whether later ones had others.
    private(set) var tags: VLANTags?
    private(set) var tagsVary = false
    /// Frames with a right checksum, and with a wrong one.
    private(set) var rightChecksums: UInt64 = 0
    private(set) var wrongChecksums: UInt64 = 0
    private var next: SequenceNumber?
    private var holes: [Hole] = []

    private static let holeLimit = 16
    /// A jump that is no loss but another connection.
    private static let longestHole = 1 << 24
    /// How long acknowledged bytes may come late: the stamps of several interfaces do not keep order.
    private static let patience: Int64 = 1_000_000_000

    /// Takes a frame that this end sent.
    mutating func note(_ facts: FrameFacts) {
        frames += 1
        if let tags { if tags != facts.vlans { tagsVary = true } } else { tags = facts.vlans }
        switch facts.checksum {
        case .ok: rightChecksums += 1
        case .wrong, .partial: wrongChecksums += 1
        case .absent, .unknown: break
        }
        guard facts.transport == .tcp else { return seenBytes += UInt64(clamping: facts.payloadLength) }
        flags.formUnion(facts.tcp.flags)
        if facts.tcp.flags.isSuperset(of: [.syn, .ack]) { hasAnsweredSYN = true }
        if facts.tcp.flags.contains(.ack), facts.tcp.flags.isDisjoint(with: [.syn, .rst]) { hasPlainACK = true }
        if let size = facts.maximumSegment { maximumSegment = size }
        noteSegment(facts.tcp, facts.payloadLength)
    }

    private mutating func noteSegment(_ tcp: TCPHeader, _ length: Int) {
        let isFirst = tcp.flags.contains(.syn)
        let start = isFirst ? tcp.sequence.advanced(by: 1) : tcp.sequence
        let count = length + (tcp.flags.contains(.fin) ? 1 : 0)
        let end = start.advanced(by: count)
        guard let expected = next, !isFirst, !tcp.flags.contains(.rst) else {
            if tcp.flags.contains(.rst), !isFirst { return }
            return begin(end, length)
        }
        let distance = start.distance(from: expected)
        guard abs(distance) < Self.longestHole else { return begin(end, length) }
        if distance > 0 { add(Hole(start: expected, end: start)) }
        if distance < 0, !holes.isEmpty { fill(start, end) }
        let added = end.distance(from: expected)
        guard added > 0 else { return }
        next = end
        if length > 0 { newSegments += 1 }
        seenBytes += UInt64(clamping: min(added, length))
    }

    /// Begins at a sequence number: of the first segment, or of a new connection on the same ports.
    private mutating func begin(_ end: SequenceNumber, _ length: Int) {
        settle()
        holes.removeAll(keepingCapacity: true)
        next = end
        if length > 0 { newSegments += 1 }
        seenBytes += UInt64(clamping: length)
    }

    private mutating func add(_ hole: Hole) {
        if holes.count >= Self.holeLimit {
            let oldest = holes.removeFirst()
            if oldest.acknowledged != nil { lose(oldest) }
        }
        holes.append(hole)
    }

    private mutating func lose(_ hole: Hole) {
        lostBytes += UInt64(clamping: hole.count)
        lostStretches += 1
    }

    /// Takes bytes that came late out of the holes.
    private mutating func fill(_ start: SequenceNumber, _ end: SequenceNumber) {
        var rest: [Hole] = []
        for hole in holes {
            let from = max(0, start.distance(from: hole.start))
            let to = min(hole.count, end.distance(from: hole.start))
            guard from < to else {
                rest.append(hole)
                continue
            }
            seenBytes += UInt64(clamping: to - from)
            var (left, right) = (hole, hole)
            left.end = hole.start.advanced(by: from)
            right.start = hole.start.advanced(by: to)
            if left.count > 0 { rest.append(left) }
            if right.count > 0 { rest.append(right) }
        }
        holes = rest
    }

    /// Takes an acknowledgement that the other end sent.
    mutating func noteAcknowledged(_ number: SequenceNumber, at time: Timestamp) {
        guard let expected = next else { return next = number }
        let ahead = number.distance(from: expected)
        guard abs(ahead) < Self.longestHole else { return }
        if ahead > 0 {
            next = number
            if let last = holes.last, last.acknowledged != nil, last.end == expected {
                holes[holes.count - 1].end = number
            } else {
                add(Hole(start: expected, end: number, acknowledged: time))
            }
        }
        if holes.isEmpty { return }
        for index in holes.indices where holes[index].acknowledged == nil {
            if number.distance(from: holes[index].end) >= 0 { holes[index].acknowledged = time }
        }
        settle(before: time.advanced(byNanoseconds: -Self.patience))
    }

    /// Counts as lost what was acknowledged before a time, or at all.
    mutating func settle(before time: Timestamp? = nil) {
        if holes.isEmpty { return }
        for hole in holes {
            guard let acknowledged = hole.acknowledged else { continue }
            if time.map({ acknowledged < $0 }) ?? true { lose(hole) }
        }
        holes.removeAll { hole in
            guard let acknowledged = hole.acknowledged else { return false }
            return time.map { acknowledged < $0 } ?? true
        }
    }

    /// Whether the other end acknowledged anything that was not seen.
    var hasUnseen: Bool { lostBytes > 0 || holes.contains { $0.acknowledged != nil } }
}
