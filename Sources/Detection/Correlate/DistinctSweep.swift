/// Goes through the windows of distinct values that a late event is in, in order of the time at which they end.
///
/// The number of values changes only where one is seen first, or where the timespan after its last sight is over: between
/// those times nothing must be counted again. Windows are looked at that end with the event itself, with the first or last
/// sight of a value after it, and with the latest event of the group; between those, windows only lose values.
struct DistinctSweep: Sendable {
    /// A window, and how many values are in it.
    struct Window: BitwiseCopyable {
        var end: Int64
        var count: Int
    }

    /// When windows end that are looked at.
    private var ends: [Int64] = []
    /// When values come that are not in the first window.
    private var arrivals: [Int64] = []
    /// The last times at which values are in a window.
    private var departures: [Int64] = []
    private var count = 0
    private var time: Int64 = 0
    private var last: Int64 = 0
    private var timespan: Int64 = 0
    private var nextEnd = 0
    private var nextArrival = 0
    private var nextDeparture = 0

    /// A sweep with room for so many values, and as many before the window.
    init(values: Int) {
        ends.reserveCapacity(4 * values + 2)
        arrivals.reserveCapacity(2 * values)
        departures.reserveCapacity(2 * values)
    }

    /// Starts anew, for an event at `time` in a group whose latest event is at `latest`.
    mutating func begin(_ time: Int64, latest: Int64, timespan: Int64) {
        self.time = time
        self.timespan = timespan
        last = min(latest, moved(time, by: timespan))
        count = 0
        (nextEnd, nextArrival, nextDeparture) = (0, 0, 0)
        ends.removeAll(keepingCapacity: true)
        arrivals.removeAll(keepingCapacity: true)
        departures.removeAll(keepingCapacity: true)
        ends.append(time)
        if latest <= last { ends.append(latest) }
    }

    /// Counts values that are in all of the windows.
    mutating func add(everywhere values: Int) { count += values }

    /// Counts a value that was seen from `first` to `latest` without a pause longer than the timespan.
    mutating func add(first: Int64, latest: Int64) {
        if first > time { arrivals.append(first) } else { count += 1 }
        departures.append(moved(latest, by: timespan))
        if first > time, first <= last { ends.append(first) }
        if latest > time, latest <= last { ends.append(latest) }
    }

    /// Leaves no window.
    mutating func removeAll() { ends.removeAll(keepingCapacity: true) }

    /// Is called when all values are in.
    mutating func sort() {
        ends.sortInPlace()
        arrivals.sortInPlace()
        departures.sortInPlace()
    }

    /// The next window.
    mutating func next() -> Window? {
        while nextEnd + 1 < ends.count, ends[nextEnd + 1] == ends[nextEnd] { nextEnd += 1 }
        guard nextEnd < ends.count else { return nil }
        let end = ends[nextEnd]
        nextEnd += 1
        while nextArrival < arrivals.count, arrivals[nextArrival] <= end {
            count += 1
            nextArrival += 1
        }
        while nextDeparture < departures.count, departures[nextDeparture] < end {
            count -= 1
            nextDeparture += 1
        }
        return Window(end: end, count: count)
    }
}
