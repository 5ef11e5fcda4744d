import Bytes
import Packets

/// The bytes that streams delivered last, all streams together: what copies that come again are held against.
///
/// A ring of bytes and a ring of segments, each segment with the one that its stream delivered before it. What was
/// written over is forgotten. So any stream's copies are known for as long as `FlowLimits.historyBytes` of traffic take,
/// however they cut the bytes, and no flow costs more than a number.
struct DeliveredHistory: ~Copyable {
    private struct Segment: Sendable {
        /// The segment that the same stream delivered before; 0 for none.
        var previous: UInt64 = 0
        var start = SequenceNumber(0)
        var count: UInt32 = 0
        /// Where its bytes lie, counted from the first byte ever written.
        var position: UInt64 = 0
    }

    private var buffer: [UInt8] = []
    private var segments: [Segment] = []
    /// How many bytes and segments were ever written; the first segment has the number 1.
    private var written: UInt64 = 0
    private var last: UInt64 = 0
    private let byteCapacity: UInt64
    private let segmentCapacity: UInt64
    /// How far back a stream is walked for one copy.
    private static var walkLimit: Int { 256 }

    /// An empty ring of `bytes` bytes, and of one segment for each 128 of them.
    init(bytes: Int) {
        byteCapacity = UInt64(max(bytes, 4096))
        segmentCapacity = byteCapacity / 128
    }

    /// Keeps a copy of bytes that a stream delivers; `newest` is the stream's last segment, 0 for none.
    mutating func remember(_ bytes: RawSpan, at start: SequenceNumber, _ newest: inout UInt64) {
        let count = UInt64(truncatingIfNeeded: bytes.byteCount)
        guard count <= byteCapacity / 16 else { return }
        if buffer.isEmpty { allocate() }
        let offset = written % byteCapacity
        // The bytes of a segment lie together: what does not fit at the end begins anew.
        if offset + count > byteCapacity { written += byteCapacity - offset }
        buffer.overwrite(at: Int(written % byteCapacity), copying: bytes)
        last += 1
        segments[Int(last % segmentCapacity)] = Segment(
            previous: newest, start: start, count: UInt32(truncatingIfNeeded: count), position: written)
        written += count
        newest = last
    }

    private mutating func allocate() {
        buffer = Array(repeating: 0, count: Int(byteCapacity))
        segments = Array(repeating: Segment(), count: Int(segmentCapacity))
    }

    /// Whether bytes that come again differ from those that the stream delivered in their place, as far as those are
    /// remembered.
    func contradicts(_ bytes: RawSpan, at start: SequenceNumber, _ newest: UInt64) -> Bool {
        var number = newest
        for _ in 0..<Self.walkLimit {
            guard number > 0, last - number < segmentCapacity else { return false }
            let segment = segments[Int(number % segmentCapacity)]
            guard written - segment.position <= byteCapacity else { return false }
            let offset = segment.start.distance(from: start)
            let (from, to) = (max(0, offset), min(bytes.byteCount, offset + Int(segment.count)))
            if from < to {
                let place = Int(segment.position % byteCapacity) + from - offset
                let known = buffer.span.bytes.slice(ByteRange(offset: place, count: to - from))
                if !known.elementsEqual(bytes.slice(ByteRange(offset: from, count: to - from))) { return true }
            }
            // Segments are delivered in order: those before this one end where it begins.
            if offset <= 0 { return false }
            number = segment.previous
        }
        return false
    }
}
