import Events
import Network

/// What an `absence` remembers: the keys that come, how often in a row they came, and when last.
struct AbsenceTable: Sendable {
    private struct Key: Sendable {
        var last: Int64
        /// How many times it came, each within the timespan of the one before.
        var streak: Int64
        /// How it is to be shown; `nil` until it is regular.
        var shown: MissedKey?
    }

    private var keys: RecentTable<Key>
    let timespan: Int64
    let after: Int64
    /// Regular keys that were pushed out.
    private(set) var evictions: UInt64 = 0

    init(timespan: Int64, after: Int, limit: Int) {
        keys = RecentTable(limit: limit)
        self.timespan = timespan
        self.after = Int64(after)
    }

    /// The memory that it has taken, in bytes.
    var bytes: Int { keys.bytes }

    /// When the key that came longest ago is missed; `Int64.max` where there is none.
    var next: Int64 {
        guard keys.oldest >= 0 else { return .max }
        let (sum, overflow) = keys[keys.oldest].last.addingReportingOverflow(timespan)
        return overflow ? .max : sum
    }

    /// Notes that a key came.
    ///
    /// - Returns: its place where it has just become regular, and `show` is to be called; else -1.
    mutating func add(_ key: TableKey, _ context: EventContext) -> Int32 {
        let now = context.timestamp.nanoseconds
        let place = keys.find(key)
        guard place >= 0 else {
            if keys.isFull {
                if keys[keys.oldest].shown != nil { evictions += 1 }
                keys.remove(keys.oldest)
            }
            _ = keys.insert(key, Key(last: now, streak: 1))
            return -1
        }
        var known = keys[place]
        known.streak = difference(now, known.last) <= timespan ? known.streak + 1 : 1
        known.last = max(known.last, now)
        known.shown?.lastSeen = context
        keys[place] = known
        return known.shown == nil && known.streak >= after ? place : -1
    }

    /// Keeps what is to be shown of a regular key.
    mutating func show(_ shown: MissedKey, _ place: Int32) {
        keys[place].shown = shown
    }

    /// Takes out the key that came longest ago, if that is more than the timespan before `now`.
    ///
    /// - Returns: the key, what is to be shown of it and how often it came; `shown` is `nil` where it was never regular.
    mutating func takeMissed(now: Int64) -> (key: TableKey, shown: MissedKey?, streak: Int64)? {
        guard keys.oldest >= 0, difference(now, keys[keys.oldest].last) > timespan else { return nil }
        let place = keys.oldest
        let (key, known) = (keys.key(of: place), keys[place])
        keys.remove(place)
        return (key, known.shown, known.streak)
    }
}
