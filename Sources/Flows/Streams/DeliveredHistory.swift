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
        /// Whether it began where a message begins.
        var beginsMessage = false
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

    /// Keeps a copy of bytes that a stream delivers; `newest` is the stream's last segment, 0 for none, and `beginsMessage`
    /// whether a message begins with them.
    mutating func remember(
        _ bytes: RawSpan, at start: SequenceNumber, beginsMessage: Bool, _ newest: inout UInt64
    ) {
        let count = UInt64(truncatingIfNeeded: bytes.byteCount)
        guard count <= byteCapacity / 16 else { return }
        if buffer.isEmpty { allocate() }
        let offset = written % byteCapacity
        // The bytes of a segment lie together: what does not fit at the end begins anew.
        if offset + count > byteCapacity { written += byteCapacity - offset }
        buffer.overwrite(at: Int(written % byteCapacity), copying: bytes)
        last += 1
        segments[Int(last % segmentCapacity)] = Segment(
            previous: newest, start: start, count: UInt32(truncatingIfNeeded: count), position: written,
            beginsMessage: beginsMessage)
        written += count
        newest = last
    }

    private mutating func allocate() {
        buffer = Array(repeating: 0, count: Int(byteCapacity))
        segments = Array(repeating: Segment(), count: Int(segmentCapacity))
    }

    /// Where bytes that come again differ from those that the stream delivered in their place: from the first such byte up to
    /// behind the last one, as far as those are remembered, and the first bytes that were delivered there; `nil` where
    /// they do not.
    func difference(
        _ bytes: RawSpan, at start: SequenceNumber, _ newest: UInt64
    ) -> (range: Range<Int>, read: [UInt8])? {
        var found: Range<Int>?
        forEachDelivered(from: start, to: start.advanced(by: bytes.byteCount), newest) { offset, known in
            let copy = bytes.slice(ByteRange(offset: offset, count: known.byteCount))
            if known.elementsEqual(copy) { return }
            for index in 0..<known.byteCount where known.byte(at: index) != copy.byte(at: index) {
                let place = offset + index
                found = min(found?.lowerBound ?? place, place)..<max(found?.upperBound ?? 0, place + 1)
            }
        }
        guard let found else { return nil }
        let excerpt = found.prefix(SegmentFinding.excerptLimit)
        let read = delivered(from: start.advanced(by: excerpt.lowerBound), count: excerpt.count, newest) ?? []
        return (found, read)
    }

    /// What a stream delivered from a number on; `nil` where not all of it is remembered.
    func delivered(from start: SequenceNumber, count: Int, _ newest: UInt64) -> [UInt8]? {
        var result = [UInt8](repeating: 0, count: count)
        var known = 0
        forEachDelivered(from: start, to: start.advanced(by: count), newest) { offset, bytes in
            result.overwrite(at: offset, copying: bytes)
            known += bytes.byteCount
        }
        return known == count ? result : nil
    }

    /// The latest number, not behind `limit`, at which a message began with a delivered segment; `nil` where none is
    /// remembered.
    func boundary(upTo limit: SequenceNumber, _ newest: UInt64) -> SequenceNumber? {
        var number = newest
        for _ in 0..<Self.walkLimit {
            guard let segment = segment(number) else { return nil }
            if segment.beginsMessage, segment.start.distance(from: limit) <= 0 { return segment.start }
            number = segment.previous
        }
        return nil
    }

    /// Gives the remembered bytes of a stream between two numbers, in pieces, newest first, each with its offset from the
    /// first.
    private func forEachDelivered(
        from start: SequenceNumber, to end: SequenceNumber, _ newest: UInt64, _ body: (Int, RawSpan) -> Void
    ) {
        let count = end.distance(from: start)
        var number = newest
        for _ in 0..<Self.walkLimit {
            guard let segment = segment(number) else { return }
            let offset = segment.start.distance(from: start)
            let (from, to) = (max(0, offset), min(count, offset + Int(segment.count)))
            if from < to {
                let place = Int(segment.position % byteCapacity) + from - offset
                body(from, buffer.span.bytes.slice(ByteRange(offset: place, count: to - from)))
            }
            // Segments are delivered in order: those before this one end where it begins.
            if offset <= 0 { return }
            number = segment.previous
        }
    }

    /// A segment that was not written over.
    private func segment(_ number: UInt64) -> Segment? {
        guard number > 0, last - number < segmentCapacity else { return nil }
        let segment = segments[Int(number % segmentCapacity)]
        return written - segment.position <= byteCapacity ? segment : nil
    }
}
