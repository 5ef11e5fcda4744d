import Tables
import TestSupport
import Testing

@Suite("Rates") struct RateTests {
    /// Counts what came in the steps of the window, from a list of all that came.
    private func model(_ times: [Int64], at time: Int64, step: Int64) -> UInt32 {
        UInt32(times.filter { $0 / step > time / step - 4 && $0 / step <= time / step }.count)
    }

    @Test("a key alone is counted as a list is", arguments: 1...20 as ClosedRange<UInt64>) func alone(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = RateTable(places: 1, step: 250)
        var times: [Int64] = []
        var now: Int64 = 1_000_000
        for count in 1...4000 {
            now += Int64.random(in: 0...(Bool.random(using: &random) ? 3 : 40), using: &random)
            if Int.random(in: 0..<400, using: &random) == 0 { now += Int64.random(in: 0...3000, using: &random) }
            times.append(now)
            let expected = count % 32 == 0 ? model(times, at: now, step: 250) : 0
            #expect(table.add(7, at: now) == expected, "seed \(seed), \(count)")
        }
    }

    @Test("what comes often keeps its place among many, and is never counted too high") func heavy() {
        var random = SeededGenerator(seed: 3)
        var table = RateTable(places: 64, step: 1000)
        var highest: UInt32 = 0
        var (came, highestOfOthers) = (0, 0 as UInt32)
        for time in 0..<4000 as Range<Int64> {
            for _ in 0..<2 {
                came += 1
                highest = max(highest, table.add(1, at: time))
            }
            highestOfOthers = max(highestOfOthers, table.add(UInt64.random(in: 2...100_000, using: &random), at: time))
        }
        #expect(highest > 7500 && Int(highest) <= came)
        #expect(highestOfOthers < 100)
    }

    @Test("a clock that goes back, and the ends of time") func clocks() {
        var table = RateTable(places: 1, step: 250)
        for _ in 0..<31 { _ = table.add(7, at: 10_000) }
        // A little back: still within the window.
        #expect(table.add(7, at: 9_600) == 32)
        // Far back: begins anew.
        for _ in 0..<31 { _ = table.add(7, at: 0) }
        #expect(table.add(7, at: 0) == 32)
        for time in [Int64.max, .min, .max, 0, -1] { _ = table.add(7, at: time) }
        #expect(table.bytes == RateTable.bytesPerPlace)
    }
}
