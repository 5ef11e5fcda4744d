/// The offsets of a time zone from UTC, as a table: what a clock on the wall there shows.
///
/// A value without a clock and without the zone of whoever reads it.
public struct ZoneOffsets: Hashable, Sendable {
    /// The name of the zone (IANA): `Europe/Berlin`.
    public let name: String
    /// When an offset begins, in seconds since 1970 UTC, rising; the first holds before it too.
    private let starts: [Int64]
    /// Seconds to add to UTC from then on.
    private let offsets: [Int64]

    /// A zone by its changes, rising; at least one.
    public init(_ name: String, changes: [(start: Int64, offset: Int64)]) {
        self.name = name
        starts = changes.map(\.start)
        offsets = changes.map(\.offset)
    }

    /// Where no zone is named.
    public static let utc = ZoneOffsets("UTC", changes: [(0, 0)])

    /// Seconds to add to UTC at a time in seconds since 1970 UTC.
    public func offset(at time: Int64) -> Int64 {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return offsets.isEmpty ? 0 : offsets[max(0, low - 1)]
    }

    /// When the clock there shows a time, which is given in seconds as if it were UTC.
    ///
    /// Of two such moments the earlier; one that is left out when the clock is put forward counts on with the offset before.
    public func moment(ofLocal local: Int64) -> Int64 {
        let candidates = Set([local - 86_400, local + 86_400].map { local - offset(at: $0) })
        return candidates.filter { $0 + offset(at: $0) == local }.min() ?? candidates.max() ?? local
    }
}

/// A time in which deviations are expected: they are counted and named, and not told.
public struct MaintenanceWindow: Hashable, Sendable {
    /// What people call it.
    public var name: String
    /// The days on which it opens, from 0 for Monday; empty for every day.
    public var days: Set<Int> = []
    /// When it opens and closes by the clock of the policy's zone, in minutes of the day; `nil` for the whole day.
    ///
    /// It goes past midnight where the second is not the greater.
    public var clock: ClockSpan?
    /// When the first one may open, in microseconds since 1970 UTC.
    public var begin: Int64?
    /// When it is over for good, in microseconds since 1970 UTC.
    public var end: Int64?
    /// The sections that it is about; empty for all.
    public var sections: Set<PolicySection> = []
    /// The keys of the servers that it is about; empty for all.
    public var servers: Set<String> = []
    /// Who wrote it, and why.
    public var by: String?
    /// Why.
    public var why: String?

    /// From a minute of the day to another.
    public struct ClockSpan: Hashable, Sendable {
        /// When it opens.
        public var open: Int
        /// When it closes.
        public var close: Int

        /// A span of the day, in minutes since midnight; `close` may be 1440.
        public init(open: Int, close: Int) {
            self.open = open
            self.close = close
        }
    }

    /// A window that is open always.
    public init(_ name: String) { self.name = name }

    /// Whether it is open at a time in microseconds since 1970 UTC.
    ///
    /// The clock on the wall decides: in the night in which it is put back an hour counts twice, in that in which it is put
    /// forward one is missing. A window that goes past midnight belongs to the day on which it opens.
    public func isOpen(at time: Int64, in zone: ZoneOffsets) -> Bool {
        if let begin, time < begin { return false }
        if let end, time >= end { return false }
        let seconds = time >= 0 ? time / 1_000_000 : (time - 999_999) / 1_000_000
        let local = seconds + zone.offset(at: seconds)
        let second = (local % 86_400 + 86_400) % 86_400
        let day = (local - second) / 86_400
        // 1 January 1970 was a Thursday.
        let weekday = Int((day % 7 + 7 + 3) % 7)
        guard let clock else { return days.isEmpty || days.contains(weekday) }
        let minute = Int(second / 60)
        if clock.open < clock.close {
            return minute >= clock.open && minute < clock.close && (days.isEmpty || days.contains(weekday))
        }
        if minute >= clock.open { return days.isEmpty || days.contains(weekday) }
        return minute < clock.close && (days.isEmpty || days.contains((weekday + 6) % 7))
    }

    /// Whether it is about deviations from a section at a server.
    func covers(_ section: PolicySection, _ server: String) -> Bool {
        guard sections.isEmpty || sections.contains(section) else { return false }
        return servers.isEmpty || servers.contains(server)
            || AddressFolding.widerKeys(server).contains { servers.contains($0) }
    }
}
