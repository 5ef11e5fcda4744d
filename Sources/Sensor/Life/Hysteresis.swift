/// Whether something is so bad for so long that it is told, and whether it is good for so long that it is over.
///
/// Time that is bad adds up, time that is good takes three tenths of its length off again: what comes and goes all the time
/// is told as well, once, and is over only after good time without a break.
struct Hysteresis: Sendable {
    /// Whether it was told and is not over.
    private(set) var isTold = false
    /// Since when it was bad before it was told; `nil` while it is good.
    private(set) var badSince: Int64?
    private var badness: Int64 = 0
    private var good: Int64 = 0
    private var last: Int64?

    /// What is to be told.
    enum Change: Sendable {
        case began
        case over
    }

    /// Takes note of how it is at `time`, in nanoseconds; `nil` where nobody can tell.
    ///
    /// - Parameters:
    ///   - isBad: how it has been since the call before.
    ///   - time: a clock that only goes forward.
    ///   - bad: how long it has to be bad to be told.
    ///   - goodTime: how long it has to be good to be over.
    /// - Returns: what is to be told now.
    mutating func note(isBad: Bool?, at time: Int64, tellAfter bad: Int64, overAfter goodTime: Int64) -> Change? {
        let elapsed = max(0, time - (last ?? time))
        last = time
        guard let isBad else { return nil }
        if isBad {
            let began = badSince ?? time
            badSince = began
            good = 0
            badness = min(bad, badness + elapsed)
            guard !isTold, badness >= bad else { return nil }
            isTold = true
            return .began
        }
        badSince = nil
        badness = max(0, badness - elapsed * 3 / 10)
        good = min(goodTime, good + elapsed)
        guard isTold, good >= goodTime else { return nil }
        (isTold, badness) = (false, 0)
        return .over
    }
}
