/// How often keys came of late: counts for those that come often, in a fixed room.
///
/// A key has one place, which it shares with others: whoever comes while the place is taken takes one off its count, and the
/// place once nothing is left. So what comes often keeps its place, and no count is ever too high. The window moves in four
/// steps: what is told covers between three of them and four. Nothing is allocated after the beginning.
public struct RateTable: Sendable {
    /// How many times a key comes between two answers.
    public static let pace: UInt32 = 32

    private struct Place: Sendable {
        var key: UInt64 = 0
        /// The latest step of time in which it came.
        var step: Int64 = 0
        /// How often it came in each of four steps; that of `step` stands at its two lowest bits.
        var counts: InlineArray<4, UInt32> = [0, 0, 0, 0]
        /// How often it came since it has the place.
        var total: UInt32 = 0

        var sum: UInt32 { counts[0] &+ counts[1] &+ counts[2] &+ counts[3] }
    }

    private var places: [Place]
    /// A step of time.
    private let length: Int64

    /// The memory that a place takes, in bytes.
    public static var bytesPerPlace: Int { MemoryLayout<Place>.stride }

    /// An empty table with so many places, rounded up to a power of two, and a window of four steps of `length`.
    public init(places count: Int, step length: Int64) {
        var size = 1
        while size < count { size *= 2 }
        places = Array(repeating: Place(), count: size)
        self.length = max(1, length)
    }

    /// The memory taken, in bytes.
    public var bytes: Int { places.count * Self.bytesPerPlace }

    /// Counts a key, a hash, that came at a time.
    ///
    /// - Returns: how often it came in the window, at every 32nd time; otherwise 0.
    public mutating func add(_ key: UInt64, at time: Int64) -> UInt32 {
        let step = time / length
        let index = Int(truncatingIfNeeded: key & UInt64(places.count &- 1))
        if places[index].step != step { Self.move(&places[index], to: step) }
        let slot = Int(truncatingIfNeeded: step & 3)
        guard places[index].key == key else {
            if places[index].sum <= 1 {
                places[index].counts = [0, 0, 0, 0]
                (places[index].key, places[index].total) = (key, 0)
            } else {
                Self.takeOne(&places[index])
                return 0
            }
            places[index].counts[slot] = 1
            places[index].total = 1
            return 0
        }
        places[index].counts[slot] &+= 1
        places[index].total &+= 1
        return places[index].total % Self.pace == 0 ? places[index].sum : 0
    }

    /// Forgets what is older than the window; a clock that goes back counts on where it is.
    private static func move(_ place: inout Place, to step: Int64) {
        let (steps, overflow) = step.subtractingReportingOverflow(place.step)
        if overflow || steps >= 4 || steps <= -4 {
            place.counts = [0, 0, 0, 0]
        } else if steps > 0 {
            for passed in 1...steps { place.counts[Int(truncatingIfNeeded: (place.step &+ passed) & 3)] = 0 }
        } else {
            // Late by less than the window: its step is still there.
            return
        }
        place.step = step
    }

    private static func takeOne(_ place: inout Place) {
        for slot in 0..<4 where place.counts[slot] > 0 {
            place.counts[slot] &-= 1
            return
        }
    }
}
