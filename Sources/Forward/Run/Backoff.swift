/// How long an attempt that failed is followed by none: twice as long each time, up to a limit, and never the same for
/// several senders.
struct Backoff {
    private let base = 0.5
    private let limit: Double
    private var failures = 0

    init(limit: Double) { self.limit = limit }

    /// The next pause, in seconds: at least as long as the far end wants, where it wants less than an hour.
    mutating func next(atLeast wanted: Double? = nil) -> Double {
        failures += 1
        var pause = base
        for _ in 1..<min(failures, 20) where pause < limit { pause *= 2 }
        pause = min(pause, limit) * Double.random(in: 0.5...1)
        guard let wanted, wanted > pause else { return pause }
        // Nobody is to come back at the same moment as all others.
        return min(wanted, 3600) * Double.random(in: 1...1.1)
    }

    /// It works again.
    mutating func reset() { failures = 0 }
}
