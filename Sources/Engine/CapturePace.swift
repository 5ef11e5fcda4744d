import Events
import Network

/// How fast frames follow each other, to tell a hole in the capture from a network that is quiet.
///
/// A pause is a hole where it is many times as long as the pauses before it: a network whose devices speak all the time does
/// not fall silent as a whole. After a few pauses of the new length they are what is usual, as at night. Until enough frames
/// have come nothing is called a hole.
struct CapturePace: Sendable {
    /// Frames from which on it is known what is usual.
    private static let leastFrames: UInt64 = 1024
    /// The shortest hole, in nanoseconds.
    private static let shortest: Int64 = 30_000_000_000
    /// What a pause counts for at most, in nanoseconds.
    private static let longest: Int64 = 3_600_000_000_000
    /// The mean is taken over about 2⁸ frames, and a hole is 2⁸ times as long as that.
    private static let shift: Int64 = 8

    private var frames: UInt64 = 0
    private var last = Timestamp.zero
    /// The mean of the pauses, in nanoseconds, times 2⁸: a longer one is a hole.
    private var limit: Int64 = 0

    /// Takes the time of the next frame; gives the hole in front of it, where there is one.
    ///
    /// A clock that is set back makes none: what is earlier has not waited.
    mutating func note(_ time: Timestamp) -> CaptureHole? {
        let before = last
        last = time
        frames &+= 1
        if frames == 1 { return nil }
        let pause = time.nanoseconds(since: before)
        guard pause > 0 else { return nil }
        let bound = max(Self.shortest, limit)
        // The pause of a hole counts as one of the longest that are none.
        limit += min(pause, bound, Self.longest) - limit >> Self.shift
        guard pause > bound, frames > Self.leastFrames else { return nil }
        return CaptureHole(start: before, end: time)
    }
}
