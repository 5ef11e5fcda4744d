/// How far capture time may step back before a clock is taken for set back: 10 seconds.
///
/// A message that waited for a lost segment is told late, with the time of its own frame. What is later than this, and
/// later than the timespan of a correlation, begins that anew.
let latenessBound: Int64 = 10_000_000_000

/// How far `later` is behind `earlier`, clamped instead of overflowing.
func difference(_ later: Int64, _ earlier: Int64) -> Int64 {
    let (result, overflow) = later.subtractingReportingOverflow(earlier)
    return overflow ? (later < earlier ? .min : .max) : result
}

/// A time moved on, clamped instead of overflowing.
func moved(_ time: Int64, by delta: Int64) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(delta)
    return overflow ? (delta < 0 ? .min : .max) : sum
}

/// Whether a time is so far before the latest of a group that the clock must have been set back.
func isSetBack(_ time: Int64, latest: Int64, timespan: Int64) -> Bool {
    time < latest && difference(latest, time) > max(timespan, latenessBound)
}
