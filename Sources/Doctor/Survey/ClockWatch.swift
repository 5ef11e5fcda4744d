import Network

/// Whether the stamps of frames go forward.
struct ClockWatch: Sendable {
    /// Frames that are older than the one before from the same interface, by more than 10 ms.
    private(set) var stepsBack: UInt64 = 0
    /// The longest step back, in nanoseconds.
    private(set) var longestStepBack: Int64 = 0
    /// Frames without a time that can be true: before 1990, when nobody captured, or none at all.
    private(set) var withoutTime: UInt64 = 0
    /// The earliest and the latest stamp.
    private(set) var span: ClosedRange<Timestamp>?
    private var latest: [UInt32: Timestamp] = [:]

    private static let tolerance: Int64 = 10_000_000
    private static let believable = Timestamp(seconds: 631_152_000, nanoseconds: 0)
    private static let interfaceLimit = 64

    /// Takes a frame.
    mutating func note(_ facts: FrameFacts) {
        let time = facts.time
        if time < Self.believable { withoutTime += 1 }
        span = span.map { min($0.lowerBound, time)...max($0.upperBound, time) } ?? time...time
        if let before = latest[facts.interface] {
            let back = before.nanoseconds(since: time)
            if back > Self.tolerance {
                stepsBack += 1
                longestStepBack = max(longestStepBack, back)
            }
            latest[facts.interface] = time
        } else if latest.count < Self.interfaceLimit {
            latest[facts.interface] = time
        }
    }

    /// Nanoseconds from the first frame to the last.
    var duration: Int64 { span.map { $0.upperBound.nanoseconds(since: $0.lowerBound) } ?? 0 }
}
