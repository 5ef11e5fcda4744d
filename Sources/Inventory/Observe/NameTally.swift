import Tables

/// How many different values there were: exactly while there are few, then an estimate (HyperLogLog, Flajolet and others
/// 2007, with 64 registers: off by 13 % as a rule).
struct DistinctCount: Sendable {
    /// What was known before: of values that are not at hand any more.
    private var before = 0
    private var known: [UInt32] = []
    private var registers: [UInt8] = []

    /// How many hashes are kept.
    static let exact = 32

    /// None, beyond so many of which nothing else is known.
    init(before: Int = 0) { self.before = before }

    /// Whether the count is an estimate.
    var isEstimate: Bool { !registers.isEmpty }

    /// How many there are.
    var count: Int {
        guard isEstimate else { return max(before, known.count) }
        let zeros = registers.count { $0 == 0 }
        let size = Double(registers.count)
        var estimate = 0.709 * size * size / registers.reduce(0.0) { $0 + 1 / Double(1 << UInt64($1)) }
        // Small numbers are better told by the registers that nothing fell into.
        if estimate <= 2.5 * size, zeros > 0 { estimate = size * log(size / Double(zeros)) }
        return max(before, Self.exact + 1, Int(estimate))
    }

    /// Takes up a value by its hash; gives whether it is surely new.
    @discardableResult
    mutating func note(_ hash: UInt64) -> Bool {
        guard !isEstimate else {
            fill(hash)
            return false
        }
        let short = UInt32(truncatingIfNeeded: hash >> 32)
        if known.contains(short) { return false }
        if known.count < Self.exact {
            known.append(short)
            return true
        }
        registers = Array(repeating: 0, count: 64)
        for hash in known { fill(UInt64(hash) << 32 | UInt64(hash &* 0x9E37_79B9)) }
        known = []
        fill(hash)
        return false
    }

    private mutating func fill(_ hash: UInt64) {
        // Only the upper half is the same for a value whether it came before or after the change.
        let upper = UInt64(hash >> 32) &* 0x9E37_79B9_7F4A_7C15
        let place = Int(upper >> 58)
        let rank = UInt8(min(58, (upper << 6).leadingZeroBitCount + 1))
        if rank > registers[place] { registers[place] = rank }
    }

    /// The natural logarithm, without a library: by the exponent and a series of what is left.
    private func log(_ value: Double) -> Double {
        let ratio = (value.significand - 1) / (value.significand + 1)
        var (sum, power) = (0.0, ratio)
        for step in 0..<12 {
            sum += power / Double(2 * step + 1)
            power *= ratio * ratio
        }
        return 2 * sum + Double(value.exponent) * 0.693_147_180_559_945_3
    }
}

/// Names with how often each was seen, for the way of every message: a name is told by its hash, and made into text only
/// once.
struct NameTally: Sendable {
    private var hashes: [UInt64] = []
    private var counts: [Int64] = []
    private var names: [String] = []
    private var distinct = DistinctCount()
    /// The place that was counted last: mostly it is the next one, too.
    private var latest = 0

    /// How many names are kept of each.
    static let most = 16

    /// None yet.
    init() {}

    /// Counts a name.
    ///
    /// - Parameters:
    ///   - hash: of the name.
    ///   - times: how often it came.
    ///   - limit: how many names are kept.
    ///   - name: makes its text, where it is new and there is room.
    /// - Returns: its place, by which it can be counted again; -1 where there was no room.
    @discardableResult
    mutating func note(
        _ hash: UInt64, times: Int64 = 1, limit: Int = most, _ name: @autoclosure () -> String
    ) -> Int {
        if latest < hashes.count, hashes[latest] == hash {
            counts[latest] &+= times
            return latest
        }
        if let place = hashes.firstIndex(of: hash) {
            latest = place
            counts[place] &+= times
            return place
        }
        distinct.note(hash)
        guard hashes.count < limit else { return -1 }
        latest = hashes.count
        hashes.append(hash)
        counts.append(times)
        names.append(name())
        return latest
    }

    /// Counts the name at a place so many times more; nothing where that is -1.
    mutating func count(at place: Int, times: Int64) {
        if place >= 0, place < counts.count { counts[place] &+= times }
    }

    /// Whether none was counted.
    var isEmpty: Bool { hashes.isEmpty }

    /// How many different names there are.
    var count: Int { distinct.count }

    /// Takes up what another one counted.
    mutating func merge(_ other: NameTally) {
        for place in other.hashes.indices {
            if let mine = hashes.firstIndex(of: other.hashes[place]) {
                counts[mine] &+= other.counts[place]
            } else {
                distinct.note(other.hashes[place])
                guard hashes.count < Self.most else { continue }
                hashes.append(other.hashes[place])
                counts.append(other.counts[place])
                names.append(other.names[place])
            }
        }
    }

    /// What the snapshot shows.
    var shown: NameCounts {
        var shown = NameCounts()
        shown.counts.reserveCapacity(names.count)
        for (name, count) in zip(names, counts) { shown.counts[name, default: 0] += count }
        shown.distinct = max(distinct.count, shown.counts.count)
        shown.isEstimate = distinct.isEstimate
        return shown
    }

    /// Goes on from what a snapshot shows; `hash` is that of a name.
    init(_ shown: NameCounts, _ hash: (String) -> UInt64) {
        distinct = DistinctCount(before: shown.distinct)
        for (name, count) in shown.sorted {
            let value = hash(name)
            distinct.note(value)
            hashes.append(value)
            counts.append(count)
            names.append(name)
        }
    }
}
