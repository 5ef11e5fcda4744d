import Bytes
import Network

/// Copies of the frames that brought bytes which wait: for the rest of their message, or for what lets them through.
///
/// The frames stand in the order of the bytes that they brought, each with where those end among all that wait. Bounded: of
/// more than `frameLimit` frames some in the middle are put together with the one behind them, and beyond `byteLimit` only
/// the provenance of a frame is kept; either is counted (`leftOut`). Buffers are used again with their capacity.
public struct KeptFrames: Sendable {
    /// A frame that was kept.
    struct Frame: Sendable {
        var provenance: Provenance
        /// Where its bytes lie in `KeptFrames.bytes`; empty where they were left out.
        var range: Range<Int>
        /// Where what it brought ends, counted from the first byte that waits.
        var end: Int
        /// How many frames it stands for of which no bytes were kept.
        var leftOut = 0
    }

    /// Frames that are kept of one message: more than a message of 65,536 bytes over Ethernet takes.
    private static let frameLimit = 128
    /// Bytes of frames that are kept of one message: 65,536 bytes of it in segments of 100 bytes.
    private static let byteLimit = 160 << 10

    private(set) var frames: [Frame] = []
    /// The frames, one behind another, and what `keep(_:carrying:)` put between them.
    private(set) var bytes: [UInt8] = []

    /// Nothing kept.
    public init() {}

    /// A copy of a frame, and of those before it.
    public init(_ frame: FrameRef) { keep(frame, upTo: 0) }

    /// Whether nothing is kept.
    public var isEmpty: Bool { frames.isEmpty }

    /// The memory that it takes up, in bytes.
    public var memory: Int { bytes.capacity + frames.capacity * MemoryLayout<Frame>.stride }

    /// The memory that a frame of `count` bytes takes up.
    public static func memory(ofFrame count: Int) -> Int { count + MemoryLayout<Frame>.stride }

    /// Keeps a copy of a frame and of those before it.
    ///
    /// The bytes that it brought end at `end`, counted from the first byte that waits.
    public mutating func keep(_ frame: FrameRef, upTo end: Int) {
        guard frame.isFrame else { return }
        if let last = frames.last, last.provenance.arrival == frame.provenance.arrival, !last.range.isEmpty {
            return frames[frames.count - 1].end = end
        }
        for index in frame.earlier.indices {
            let earlier = frame.earlier[index]
            append(earlier.provenance, frame.earlierBytes.extracting(earlier.range), end, earlier.leftOut)
        }
        append(frame.provenance, frame.bytes, end, 0)
    }

    private mutating func append(_ provenance: Provenance, _ frame: RawSpan, _ end: Int, _ leftOut: Int) {
        if frames.count >= Self.frameLimit { joinMiddle() }
        let start = bytes.count
        // Of a frame whose own bytes were left out before, that was counted already. The first is always kept.
        let isLeftOut = !frame.isEmpty && start > 0 && frame.byteCount > Self.byteLimit - start
        if !isLeftOut { bytes.append(copying: frame) }
        frames.append(
            Frame(
                provenance: provenance, range: start..<bytes.count, end: end, leftOut: leftOut + (isLeftOut ? 1 : 0)))
    }

    /// Puts a frame in the middle together with the one behind it.
    private mutating func joinMiddle() {
        let middle = Self.frameLimit / 2
        let joined = frames.remove(at: middle)
        frames[middle].leftOut += joined.leftOut + (joined.range.isEmpty ? 0 : 1)
        if joined.provenance.arrival > frames[middle].provenance.arrival, frames[middle].range.isEmpty {
            frames[middle].provenance = joined.provenance
        }
    }

    /// Keeps a copy of a frame with the bytes that it brought, which are part of it, or were put together from it and those
    /// before it.
    ///
    /// - Returns: where they lie in `bytes`.
    public mutating func keep(_ frame: FrameRef, carrying piece: RawSpan) -> ByteRange {
        keep(frame, upTo: piece.byteCount)
        if let place = frame.bytes.byteOffsets(of: piece), let last = frames.last, !last.range.isEmpty {
            return ByteRange(offset: last.range.lowerBound + place.lowerBound, count: piece.byteCount)
        }
        let start = bytes.count
        bytes.append(copying: piece)
        return ByteRange(offset: start, count: piece.byteCount)
    }

    /// The bytes at a place that `keep(_:carrying:)` gave.
    @_lifetime(borrow self)
    public func slice(_ range: ByteRange) -> RawSpan { bytes.span.bytes.slice(range) }

    /// Whether the bytes at a place equal `others`.
    public func hold(_ others: RawSpan, at range: ByteRange) -> Bool {
        bytes.span.bytes.slice(range).elementsEqual(others)
    }

    /// What they hold, in bytes of memory; less than `memory` where there is room for more.
    public var size: Int { bytes.count + frames.count * MemoryLayout<Frame>.stride }

    /// Notes a frame without keeping its bytes.
    ///
    /// Many such take the room of one. The bytes that it brought end at `end`: `nil` for bytes behind those that are
    /// held of a long message.
    public mutating func passOver(_ frame: FrameRef, upTo end: Int? = nil) {
        guard frame.isFrame else { return }
        let count = 1 + frame.earlier.count
        if let last = frames.last, last.range.isEmpty, last.leftOut > 0 {
            frames[frames.count - 1].leftOut += count
            frames[frames.count - 1].end = end ?? last.end
            if frame.provenance.arrival > last.provenance.arrival {
                frames[frames.count - 1].provenance = frame.provenance
            }
            return
        }
        if frames.count >= Self.frameLimit { joinMiddle() }
        frames.append(
            Frame(
                provenance: frame.provenance, range: bytes.count..<bytes.count, end: end ?? frames.last?.end ?? 0,
                leftOut: count))
    }

    /// Forgets the frames of the first `count` bytes that wait: those bytes were used.
    public mutating func removeFirst(_ count: Int) {
        guard count > 0, let last = frames.last else { return }
        if last.end <= count { return removeAll() }
        var first = 0
        while frames[first].end <= count { first += 1 }
        let offset = frames[first].range.lowerBound
        if first > 0 {
            frames.removeFirst(first)
            bytes.removeFirst(offset)
        }
        for index in frames.indices {
            frames[index].end -= count
            let range = frames[index].range
            if first > 0 { frames[index].range = range.lowerBound - offset..<range.upperBound - offset }
        }
    }

    /// Forgets everything; capacity stays.
    public mutating func removeAll() {
        frames.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// The frames that brought any of `range` of the bytes that wait, by index.
    func indices(of range: Range<Int>) -> Range<Int> {
        var upper = frames.count
        // From the end: most messages are the last of what waits, or all of it.
        while upper > 0, startOfFrame(upper - 1) >= range.upperBound { upper -= 1 }
        var lower = upper
        while lower > 0, frames[lower - 1].end > range.lowerBound { lower -= 1 }
        return lower..<upper
    }

    /// Where the bytes begin that a frame brought: where those before it end.
    ///
    /// Frames that brought the same bytes together end alike.
    private func startOfFrame(_ index: Int) -> Int {
        var before = index - 1
        while before >= 0, frames[before].end == frames[index].end { before -= 1 }
        return before >= 0 ? frames[before].end : 0
    }

    /// The bytes that wait from `start` on that one frame completed, and those of the frames that brought them together;
    /// `nil` where no more wait.
    public func piece(from start: Int) -> (bytes: Range<Int>, frames: Range<Int>)? {
        guard let first = frames.firstIndex(where: { $0.end > start }) else { return nil }
        var last = first
        while last + 1 < frames.count, frames[last + 1].end == frames[first].end { last += 1 }
        return (start..<frames[first].end, first..<last + 1)
    }

    /// Lends the frames that brought a piece.
    @_lifetime(borrow self)
    public func frame(_ indices: Range<Int>) -> FrameRef { FrameRef(self, indices) }

    /// When the first frame came; `nil` where there is none.
    public var firstTime: Timestamp? { frames.first?.provenance.frame.timestamp }

    /// Where the frame that brought the last bytes came from; `nil` where there is none.
    public var lastProvenance: Provenance? { frames.last?.provenance }
}
