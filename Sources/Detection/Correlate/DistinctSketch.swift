import Tables

/// Estimates of how many distinct values some groups saw within their timespan: HyperLogLog over slices of time.
///
/// Each slice has registers of its own; those of a window are the largest over its slices. A window is as exact as a slice is
/// long: it reaches back between the timespan and a slice more.
struct DistinctSketches: ~Copyable {
    private struct Sketch: BitwiseCopyable, Sendable {
        var timespan: Int64
        /// When the current slice began.
        var start: Int64
        /// The current slice.
        var slice = 0

        var sliceLength: Int64 { max(1, timespan / Int64(DistinctSketches.slices - 1)) }
    }

    private static let registerCount = HyperLogLog.registerCount
    private static let slices = 8
    /// The slices, and behind them the largest over all of them.
    private static let stride = registerCount * (slices + 1)
    /// How many registers hold each rank, so that the estimate needs no walk over them.
    private static let ranks = 64

    private var table: LRUTable<Hash128, Sketch>
    private var registers: [UInt8] = []
    private var histograms: [UInt16] = []
    /// How many sketches were begun.
    private(set) var made: UInt64 = 0

    init(limit: Int) { table = LRUTable(limit: limit) }

    /// Whether there is any.
    var isUsed: Bool { table.count > 0 }

    /// The memory that it has taken, in bytes.
    var bytes: Int { table.bytes + registers.capacity + 2 * histograms.capacity }

    /// Whether a group has a sketch, which then counts as used.
    mutating func holds(_ key: Hash128) -> Bool { table.use(key) != nil }

    /// Begins the sketch of a group; the one that was used longest ago goes where there are too many.
    mutating func open(_ key: Hash128, timespan: Int64, time: Int64) {
        let place = table.insert(key, Sketch(timespan: timespan, start: time))
        made += 1
        if registers.count < (place + 1) * Self.stride {
            registers += Array(repeating: 0, count: (place + 1) * Self.stride - registers.count)
            histograms += Array(repeating: 0, count: (place + 1) * Self.ranks - histograms.count)
        }
        for index in 0..<Self.stride { registers[place * Self.stride + index] = 0 }
        for index in 0..<Self.ranks { histograms[place * Self.ranks + index] = 0 }
        histograms[place * Self.ranks] = UInt16(Self.registerCount)
    }

    /// Counts a value of a group that has a sketch; does nothing for others.
    mutating func add(_ value: Hash128, to key: Hash128, time: Int64) {
        guard let place = table.use(key) else { return }
        advance(place, to: time)
        let (index, rank) = HyperLogLog.place(of: value.high)
        let own = place * Self.stride + slice(of: time, table[place]) * Self.registerCount + index
        guard registers[own] < rank else { return }
        registers[own] = rank
        let largest = place * Self.stride + Self.slices * Self.registerCount + index
        let old = registers[largest]
        guard old < rank else { return }
        registers[largest] = rank
        histograms[place * Self.ranks + Int(old)] -= 1
        histograms[place * Self.ranks + Int(rank)] += 1
    }

    /// About how many values a group saw; `nil` where it has no sketch.
    mutating func count(_ key: Hash128, time: Int64) -> Int? {
        guard let place = table.use(key) else { return nil }
        advance(place, to: time)
        var sum = 0.0
        var weight = 1.0
        for rank in 0..<Self.ranks {
            sum += Double(histograms[place * Self.ranks + rank]) * weight
            weight /= 2
        }
        return HyperLogLog.estimate(sum: sum, empty: Int(histograms[place * Self.ranks]))
    }

    /// The slice that a time lies in: the current one, or of a value that comes late one before it.
    private func slice(of time: Int64, _ sketch: Sketch) -> Int {
        let back = difference(sketch.start, time)
        guard back > 0 else { return sketch.slice }
        let steps = Int(min((back - 1) / sketch.sliceLength + 1, Int64(Self.slices - 1)))
        return (sketch.slice + Self.slices - steps) % Self.slices
    }

    /// Goes on to the slice that `time` lies in, and forgets those that have left the window.
    private mutating func advance(_ place: Int, to time: Int64) {
        var sketch = table[place]
        let length = sketch.sliceLength
        let steps = difference(time, sketch.start) / length
        guard steps > 0 else { return }
        for _ in 0..<min(steps, Int64(Self.slices)) {
            sketch.slice = (sketch.slice + 1) % Self.slices
            let first = place * Self.stride + sketch.slice * Self.registerCount
            for index in first..<(first + Self.registerCount) { registers[index] = 0 }
        }
        sketch.start =
            sketch.start.addingReportingOverflow(steps.multipliedReportingOverflow(by: length).partialValue)
            .partialValue
        table[place] = sketch
        joinSlices(place)
    }

    private mutating func joinSlices(_ place: Int) {
        let start = place * Self.stride
        for index in 0..<Self.ranks { histograms[place * Self.ranks + index] = 0 }
        for index in 0..<Self.registerCount {
            var largest: UInt8 = 0
            for slice in 0..<Self.slices {
                largest = max(largest, registers[start + slice * Self.registerCount + index])
            }
            registers[start + Self.slices * Self.registerCount + index] = largest
            histograms[place * Self.ranks + Int(largest)] += 1
        }
    }
}
