import Tables

/// How many different values the matches of an alert row had: exact for the first of them, an estimate of more.
///
/// The estimate is a HyperLogLog. What all counters take together is bounded: where no more is to be had, one that grows becomes an estimate early, or stands still and says so.
struct DistinctCounters: ~Copyable {
    private struct Counter {
        /// A hash table of the values; 0 is a free place.
        var values: [UInt64] = []
        var count = 0
        /// Of an estimate the longest run of zero bits that each register saw.
        var registers: [UInt8] = []
        /// Of an estimate the sum of 2^-register, and how many registers saw nothing.
        var sum = 0.0
        var empty = 0
        /// The value that was added last.
        var latest: UInt64 = 0
        /// Whether values were passed over for want of memory.
        var isCut = false

        var bytes: Int { values.count * 8 + registers.count }
    }

    /// What a counter says of a value that was added.
    struct Answer: BitwiseCopyable {
        /// Whether it is a new one; of an estimate, whether it is another than the one before.
        var isNew: Bool
        var count: Int
        var isEstimate: Bool
    }

    private static let registerCount = HyperLogLog.registerCount
    private static let firstRoom = 8

    private var counters: [Counter] = []
    private var free: [Int32] = []
    private let exactValues: Int
    private let limit: Int
    /// What the tables take, in bytes.
    private(set) var bytes = 0

    /// Counters that are exact up to so many values each, and take at most so many bytes together.
    init(exactValues: Int, bytes limit: Int) {
        self.exactValues = exactValues
        self.limit = limit
    }

    /// A counter that has seen nothing.
    mutating func open() -> Int32 {
        if let place = free.popLast() { return place }
        counters.append(Counter())
        return Int32(truncatingIfNeeded: counters.count - 1)
    }

    /// Gives a counter back; a negative number is none.
    mutating func close(_ place: Int32) {
        guard place >= 0 else { return }
        bytes -= counters[Int(place)].bytes
        counters[Int(place)] = Counter()
        free.append(place)
    }

    /// Counts a value.
    mutating func add(_ hash: Hash128, to place: Int32) -> Answer {
        let value = max(1, hash.high ^ hash.low)
        let index = Int(place)
        var isNew = false
        if counters[index].registers.isEmpty {
            isNew = insert(value, index)
        }
        if !counters[index].registers.isEmpty {
            raise(value, index)
            isNew = isNew || value != counters[index].latest
        }
        counters[index].latest = value
        return answer(index, isNew)
    }

    /// What a counter has come to.
    func count(_ place: Int32) -> Answer { answer(Int(place), false) }

    private func answer(_ index: Int, _ isNew: Bool) -> Answer {
        if counters[index].registers.isEmpty {
            return Answer(isNew: isNew, count: counters[index].count, isEstimate: counters[index].isCut)
        }
        let count = HyperLogLog.estimate(sum: counters[index].sum, empty: counters[index].empty)
        return Answer(isNew: isNew, count: count, isEstimate: true)
    }

    /// Puts a value into the table; false where it is there, or where the counter has become an estimate.
    private mutating func insert(_ value: UInt64, _ index: Int) -> Bool {
        if counters[index].values.isEmpty {
            guard grow(index, to: Self.firstRoom) else { return false }
        }
        guard place(of: value, counters[index].values) != nil else { return false }
        if counters[index].count >= exactValues {
            estimate(index)
            return false
        }
        let isHalfFull = (counters[index].count + 1) * 2 > counters[index].values.count
        if isHalfFull, !grow(index, to: counters[index].values.count * 2) { return false }
        guard let place = place(of: value, counters[index].values) else { return false }
        counters[index].values[place] = value
        counters[index].count += 1
        return true
    }

    /// The free place for a value; `nil` where it is in the table.
    private func place(of value: UInt64, _ values: [UInt64]) -> Int? {
        let mask = values.count - 1
        var place = Int(truncatingIfNeeded: value) & mask
        while values[place] != 0 {
            if values[place] == value { return nil }
            place = (place + 1) & mask
        }
        return place
    }

    /// Makes room; where there is none, the counter becomes an estimate or stands still.
    private mutating func grow(_ index: Int, to room: Int) -> Bool {
        let old = counters[index].values
        guard bytes + (room - old.count) * 8 <= limit else {
            estimate(index)
            return false
        }
        var grown = [UInt64](repeating: 0, count: room)
        for value in old where value != 0 {
            if let place = place(of: value, grown) { grown[place] = value }
        }
        bytes += (room - old.count) * 8
        counters[index].values = grown
        return true
    }

    private mutating func estimate(_ index: Int) {
        let old = counters[index].values
        guard bytes - old.count * 8 + Self.registerCount <= limit else {
            counters[index].isCut = true
            return
        }
        bytes += Self.registerCount - old.count * 8
        counters[index].values = []
        counters[index].registers = [UInt8](repeating: 0, count: Self.registerCount)
        counters[index].sum = Double(Self.registerCount)
        counters[index].empty = Self.registerCount
        for value in old where value != 0 { raise(value, index) }
    }

    private mutating func raise(_ value: UInt64, _ index: Int) {
        let (register, rank) = HyperLogLog.place(of: value)
        let old = counters[index].registers[register]
        guard old < rank else { return }
        counters[index].registers[register] = rank
        // Powers of two: their sums are exact, however often they change.
        counters[index].sum += Double(sign: .plus, exponent: -Int(rank), significand: 1)
        counters[index].sum -= Double(sign: .plus, exponent: -Int(old), significand: 1)
        if old == 0 { counters[index].empty -= 1 }
    }
}
