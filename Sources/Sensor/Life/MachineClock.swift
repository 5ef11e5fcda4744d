import Foundation

/// The clocks of the machine, read together.
struct MachineClock: Sendable {
    /// Nanoseconds since the clock was made, of a clock that only goes forward, also while the machine sleeps.
    let elapsed: Int64
    /// How far the clock that tells the time of day is ahead of that, in nanoseconds.
    let offset: Int64
    /// The time of day, in nanoseconds since 1970 UTC.
    var timeOfDay: Int64 { elapsed &+ offset }

    private static let start = ContinuousClock.now
    /// Two readings further apart than this were torn apart by something else that ran.
    private static let tolerance: Int64 = 20_000_000

    /// Reads both.
    static func read() -> MachineClock {
        var best: (span: Int64, clock: MachineClock)?
        for _ in 0..<4 {
            let before = nanoseconds()
            let wall = Int64(Date().timeIntervalSince1970 * 1e9)
            let after = nanoseconds()
            let middle = before + (after - before) / 2
            let clock = MachineClock(elapsed: middle, offset: wall - middle)
            if best.map({ after - before < $0.span }) ?? true { best = (after - before, clock) }
            if after - before <= tolerance { break }
        }
        return best?.clock ?? MachineClock(elapsed: 0, offset: 0)
    }

    private static func nanoseconds() -> Int64 { Int64((ContinuousClock.now - start) / .nanoseconds(1)) }
}
