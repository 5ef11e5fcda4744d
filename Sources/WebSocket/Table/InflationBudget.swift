import Network

/// How many bytes compressed messages may be inflated to: so many for each second of capture time, and some at once.
///
/// DEFLATE makes a thousand bytes of one, and each of those costs as much as a byte of the wire: who sends zeros must not
/// take the sensor's time from all others.
struct InflationBudget: Sendable {
    /// Bytes that are left; below zero where the last step made more.
    private var left: Int64
    /// Until when it was filled up.
    private var filled: Timestamp?

    /// A full one.
    init(burst: Int) { left = Int64(burst) }

    /// Takes the bytes that a step made; `false` where nothing was left before it.
    mutating func take(_ count: Int, at time: Timestamp, perSecond: Int, burst: Int) -> Bool {
        if let filled {
            let waited = min(max(0, time.nanoseconds(since: filled)), 3_600_000_000_000)
            // In microseconds, so that many small steps lose nothing.
            let more = waited / 1000 * Int64(perSecond) / 1_000_000
            if more > 0 {
                left = min(Int64(burst), left + more)
                self.filled = time
            } else if time < filled {
                self.filled = time
            }
        } else {
            filled = time
        }
        guard left > 0 else { return false }
        left -= Int64(count)
        return true
    }

    /// Takes what messages cost beside their bytes, which were read already.
    mutating func charge(_ count: Int) { left -= Int64(count) }
}
