import Network

/// A stretch of capture time in which nothing at all was captured, although there must have been something: frames that
/// were lost, a clock that was set forward.
///
/// Silence within it proves nothing.
public struct CaptureHole: Hashable, Sendable {
    /// The time of the last frame before it.
    public let start: Timestamp
    /// The time of the first frame behind it.
    public let end: Timestamp

    /// A hole between two frames.
    public init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }

    /// How long it is, in nanoseconds; never negative.
    public var nanoseconds: Int64 { max(0, end.nanoseconds(since: start)) }
}

/// The latest holes of a capture, by which whoever measures a silence takes off what was not heard.
///
/// Bounded: of more than `limit` the oldest are forgotten, so that a silence that began before them counts as heard.
public struct CaptureHoles: Sendable {
    /// How many are kept.
    public static let limit = 16

    private var holes: [CaptureHole] = []

    /// None.
    public init() {}

    /// Adds one that ends now.
    public mutating func add(_ hole: CaptureHole) {
        if holes.count >= Self.limit { holes.removeFirst() }
        holes.append(hole)
    }

    /// How much of the time between two messages was not heard, in nanoseconds.
    public func unheard(from first: Timestamp, to last: Timestamp) -> Int64 {
        var sum: Int64 = 0
        for hole in holes {
            let (start, end) = (max(hole.start, first), min(hole.end, last))
            // A clock that goes to and fro may have passed over the same time twice.
            if start < end { sum = min(sum, .max / 2) + min(end.nanoseconds(since: start), .max / 2) }
        }
        return sum
    }

    /// How long a silence between two messages was heard, in whole milliseconds; 0 where time ran backwards.
    public func silence(from first: Timestamp, to last: Timestamp) -> Int64 {
        let whole = last.nanoseconds(since: first)
        return whole > 0 ? max(0, whole - unheard(from: first, to: last)) / 1_000_000 : 0
    }

    /// The same of so many milliseconds before a message.
    public func silence(milliseconds: Int64, until last: Timestamp) -> Int64 {
        if holes.isEmpty { return milliseconds }
        let (span, isTooLong) = milliseconds.multipliedReportingOverflow(by: -1_000_000)
        return silence(from: isTooLong ? .zero : last.advanced(byNanoseconds: span), to: last)
    }
}
