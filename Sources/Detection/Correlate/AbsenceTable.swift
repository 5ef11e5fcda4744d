import Bytes
import Events
import Network
import Tables

/// What an `absence` remembers: the keys that come, how often in a row they came, and when last.
///
/// A key that comes late counts if it lies between the times of the others, or less than the timespan before them; one may
/// come as long as `latenessBound` after its own time, so that a key is missed that much after the timespan, or when it comes
/// again with a time that is too late. What has been missed, or was not regular when its time was over, is forgotten then: a
/// key that comes after all comes as the first of its kind.
struct AbsenceTable: Sendable {
    private struct Key: BitwiseCopyable, Sendable {
        var key: Hash128
        /// When it came first without a pause longer than the timespan.
        var first: Int64
        /// When it came last.
        var last: Int64
        /// How often it came from then to then.
        var count: Int64
        /// The event that came last.
        var token: UInt64
    }

    /// A key that was missed.
    struct Missed: Sendable {
        var key: Hash128
        /// How it is to be shown; `nil` where it was never regular.
        var shown: MissedKey?
        /// How often in a row it came.
        var streak: Int64
        /// When it came last.
        var last: Int64
        /// The event that came last.
        var token: UInt64
    }

    /// How many keys a late one may be passed on the way to its place.
    private static let longestWalk = 256

    private var order = LRUList()
    private var index = HashIndex()
    private var keys: [Key] = []
    /// For each key how it is to be shown; `nil` until it is regular.
    private var shown: [MissedKey?] = []
    /// The memory of the frames among them.
    private var frameBytes = 0
    private let limit: Int
    let timespan: Int64
    let after: Int64
    /// Regular keys that were pushed out.
    private(set) var evictions: UInt64 = 0

    init(timespan: Int64, after: Int, limit: Int) {
        self.timespan = timespan
        self.after = Int64(after)
        self.limit = max(1, limit)
    }

    /// The memory that it has taken, in bytes.
    var bytes: Int {
        order.bytes + index.bytes + keys.capacity * MemoryLayout<Key>.stride
            + shown.capacity * MemoryLayout<MissedKey?>.stride + frameBytes
    }

    /// How long after it came last a key is missed, in nanoseconds.
    var patience: Int64 { moved(timespan, by: latenessBound) }

    /// When the key that came longest ago is missed; `Int64.max` where there is none.
    var next: Int64 { order.oldest.map { moved(keys[$0].last, by: patience) } ?? .max }

    /// Takes a time in which nothing was captured off the patience with all keys: they may have come meanwhile.
    mutating func passOver(_ hole: CaptureHole) {
        var slot = order.oldest
        while let key = slot {
            if keys[key].last <= hole.start.nanoseconds {
                keys[key].first = moved(keys[key].first, by: hole.nanoseconds)
                keys[key].last = moved(keys[key].last, by: hole.nanoseconds)
            }
            slot = order.newer(than: key)
        }
    }

    /// What came of a key.
    struct Arrival {
        /// Its slot.
        var slot: Int
        /// Whether it has just become regular, and `show` is to be called.
        var hasBecomeRegular: Bool
        /// Whether it is regular, and this is the latest of its kind.
        var isLatest: Bool
    }

    /// Notes that a key came.
    mutating func add(_ key: Hash128, _ context: EventContext, token: UInt64) -> Arrival {
        let now = context.timestamp.nanoseconds
        guard let slot = find(key) else {
            return Arrival(slot: insert(key, now, token), hasBecomeRegular: false, isLatest: false)
        }
        let isLatest = now >= keys[slot].last
        if isLatest {
            keys[slot].token = token
            if shown[slot] != nil { shown[slot]?.lastSeen = context }
            order.touch(slot)
        }
        count(now, &keys[slot])
        sort(slot)
        let hasBecomeRegular = shown[slot] == nil && keys[slot].count >= after
        return Arrival(
            slot: slot, hasBecomeRegular: hasBecomeRegular,
            isLatest: isLatest && (hasBecomeRegular || shown[slot] != nil))
    }

    /// Keeps what is to be shown of a regular key.
    mutating func show(_ text: MissedKey, _ slot: Int) { shown[slot] = text }

    /// Keeps a frame of the latest message of a regular key, instead of the one before.
    mutating func keep(_ frame: RawSpan, _ place: LastFrame.Place, _ slot: Int) {
        guard shown[slot] != nil else { return }
        let before = shown[slot]?.lastFrame.memory ?? 0
        shown[slot]?.lastFrame.replace(with: frame, place)
        frameBytes += (shown[slot]?.lastFrame.memory ?? 0) - before
    }

    /// Takes out the key that came longest ago, if that is so long before `now` that it cannot come in time any more.
    mutating func takeMissed(now: Int64) -> Missed? {
        guard let oldest = order.oldest, difference(now, keys[oldest].last) > patience else { return nil }
        return takeMissed(slot: oldest)
    }

    /// Takes out a regular key that comes with a time that is too late.
    mutating func takeMissed(_ key: Hash128, at time: Int64) -> Missed? {
        guard let slot = find(key), shown[slot] != nil, difference(time, keys[slot].last) > timespan else { return nil }
        return takeMissed(slot: slot)
    }

    private mutating func takeMissed(slot: Int) -> Missed {
        let missed = Missed(
            key: keys[slot].key, shown: shown[slot], streak: keys[slot].count, last: keys[slot].last,
            token: keys[slot].token)
        remove(slot)
        return missed
    }

    /// Takes back a key that was taken out: it may have come at a time, when something of its sender was lost.
    mutating func putBack(_ missed: Missed, at time: Int64) {
        let slot = insert(missed.key, time, missed.token)
        keys[slot].count = missed.streak
        shown[slot] = missed.shown
        frameBytes += missed.shown?.lastFrame.memory ?? 0
    }

    private func find(_ key: Hash128) -> Int? {
        var position = index.start(key.tag)
        while let slot = index.next(key.tag, &position) {
            if keys[slot].key == key { return slot }
        }
        return nil
    }

    private mutating func insert(_ key: Hash128, _ now: Int64, _ token: UInt64) -> Int {
        if order.count >= limit, let oldest = order.oldest {
            if shown[oldest] != nil { evictions += 1 }
            remove(oldest)
        }
        let slot = order.allocate()
        let made = Key(key: key, first: now, last: now, count: 1, token: token)
        if slot == keys.count {
            keys.append(made)
            shown.append(nil)
        } else {
            keys[slot] = made
        }
        index.insert(key.tag, slot: slot)
        sort(slot)
        return slot
    }

    private mutating func remove(_ slot: Int) {
        frameBytes -= shown[slot]?.lastFrame.memory ?? 0
        index.remove(keys[slot].key.tag, slot: slot)
        shown[slot] = nil
        order.release(slot)
    }

    /// Adds a time to those of a key.
    private func count(_ time: Int64, _ key: inout Key) {
        if difference(time, key.last) > timespan || isSetBack(time, latest: key.last, timespan: timespan) {
            (key.first, key.last, key.count) = (time, time, 1)
        } else if difference(key.first, time) <= timespan {
            key.first = min(key.first, time)
            key.last = max(key.last, time)
            key.count += 1
        }
    }

    /// Moves the key that was used last to its place in order of time.
    private mutating func sort(_ slot: Int) {
        guard order.newest == slot else { return }
        var newer: Int?
        var next = order.older(than: slot)
        var left = Self.longestWalk
        while let other = next, left > 0, keys[other].last > keys[slot].last {
            newer = other
            next = order.older(than: other)
            left -= 1
        }
        if let newer { order.move(slot, before: newer) }
    }
}
