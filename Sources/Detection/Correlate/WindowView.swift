import Tables

/// The sums of one window: that of the latest event of a group, or of an earlier one.
struct WindowView: BitwiseCopyable {
    /// When it ends.
    var end: Int64
    /// Its newest and its oldest entry; -1 where there is none.
    fileprivate(set) var newest: Int32
    fileprivate(set) var oldest: Int32
    /// How many entries it has.
    var count: Int
    var sum: Int64
    var second: Int64
    /// Whether values were left out or put together.
    var isCut: Bool
}

extension CorrelationWindows {
    /// How many entries are looked at for a late event; of distinct values so many in the window and before it.
    static let mostValues = 512

    /// The window that ends with the latest event of a group.
    func current(_ slot: Int) -> WindowView {
        let group = groups[slot]
        return WindowView(
            end: group.latest, newest: group.start < 0 ? -1 : group.newest, oldest: group.start,
            count: Int(group.count), sum: group.sum, second: group.second, isCut: group.isCut)
    }

    /// Goes on to the window that ends with the event before, or at `time` if that comes first.
    ///
    /// `left` is how many entries may be passed; less is left of it.
    ///
    /// - Returns: whether there was enough left.
    func stepBack(_ view: inout WindowView, _ slot: Int, to time: Int64, _ left: inout Int) -> Bool {
        let group = groups[slot]
        var newest = view.newest >= 0 ? view.newest : group.newest
        while newest >= 0, pool[newest].time >= view.end {
            if view.oldest >= 0 {
                view.count -= 1
                view.sum -= pool[newest].number
                view.second -= pool[newest].second
                if view.oldest == newest { view.oldest = -1 }
            }
            newest = pool[newest].older
            left -= 1
            if left <= 0 { return false }
        }
        view.end = newest >= 0 ? max(time, pool[newest].time) : time
        let edge = moved(view.end, by: -group.timespan)
        var next = view.oldest >= 0 ? pool[view.oldest].older : newest
        while next >= 0, view.count < Int(group.capacity), pool[next].time >= edge {
            view.count += 1
            view.sum += pool[next].number
            view.second += pool[next].second
            view.oldest = next
            next = pool[next].older
            left -= 1
            if left <= 0 { return false }
        }
        view.newest = newest
        return true
    }

    /// A percentile of the numbers in a window, between two of them by their distance, as pySigma's SQLite backend has it;
    /// `nil` where there is no number.
    mutating func percentile(_ percent: Int, _ view: WindowView) -> Double? {
        numbers.removeAll(keepingCapacity: true)
        var entry = view.oldest
        while entry >= 0, numbers.count < view.count {
            numbers.append(pool[entry].number)
            entry = pool[entry].newer
        }
        guard !numbers.isEmpty else { return nil }
        numbers.sortInPlace()
        let position = Double(numbers.count - 1) * Double(percent) / 100
        let low = max(0, min(Int(position), numbers.count - 1))
        let high = min(low + 1, numbers.count - 1)
        let fraction = position - Double(low)
        return Double(numbers[low]) * (1 - fraction) + Double(numbers[high]) * fraction
    }

    /// Makes `sweep` ready for an event of a group that comes late.
    ///
    /// Where more values have been seen since than are looked at, it has only the window that ends with the latest event.
    mutating func beginSweep(_ slot: Int, after time: Int64) {
        let group = groups[slot]
        sweep.begin(time, latest: group.latest, timespan: group.timespan)
        var place = group.start < 0 ? -1 : group.newest
        var seen = 0
        while place >= 0, pool[place].time > time {
            if seen == Self.mostValues {
                sweep.begin(group.latest, latest: group.latest, timespan: group.timespan)
                sweep.add(everywhere: Int(group.count))
                if difference(group.latest, time) > group.timespan { sweep.removeAll() }
                return
            }
            sweep.add(first: pool[place].first, latest: pool[place].time)
            seen += 1
            place = place == group.start ? -1 : pool[place].older
        }
        sweep.add(everywhere: Int(group.count) - seen)
        let edge = moved(time, by: -group.timespan)
        place = group.start < 0 ? group.newest : pool[group.start].older
        var left = Self.mostValues
        while place >= 0, left > 0, pool[place].time >= edge {
            sweep.add(first: pool[place].first, latest: pool[place].time)
            place = pool[place].older
            left -= 1
        }
        sweep.sort()
    }

    /// How many values of a window are looked at, of those in it.
    func limited(_ count: Int, _ slot: Int) -> Int { min(count, Int(groups[slot].capacity)) }

    /// Gives the evidence of the newest entries of a window to `tokens`, the newest first, until that has enough or there is
    /// an event without a token.
    func collect(_ view: WindowView, into tokens: inout TokenCollector) {
        var place = view.newest
        var left = min(view.count, Self.mostCollected)
        while place >= 0, left > 0, pool[place].token != 0, tokens.add(pool[place].token) {
            place = pool[place].older
            left -= 1
        }
    }

    /// The same of the distinct values in the window that ends at a time.
    func collect(_ slot: Int, at end: Int64, into tokens: inout TokenCollector) {
        let group = groups[slot]
        let edge = moved(end, by: -group.timespan)
        var place = group.newest
        var left = Self.mostValues
        while place >= 0, left > 0, pool[place].time >= edge, pool[place].token != 0 {
            if pool[place].first <= end, !tokens.add(pool[place].token) { return }
            place = pool[place].older
            left -= 1
        }
    }

    /// How many entries are looked at for evidence: an event may bring several numbers.
    private static let mostCollected = 64
}
