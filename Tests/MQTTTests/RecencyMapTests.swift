import TestSupport
import Testing

@testable import MQTT

@Suite struct RecencyMapTests {
    /// Against a list that does the same slowly.
    @Test("the recency map agrees with a plain list") func agreesWithAPlainList() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var map = RecencyMap<Int>(limit: 50)
        var list: [(key: UInt64, value: Int)] = []
        var evictions = 0
        for step in 0..<20_000 {
            // Few low bits, so that many keys share a home.
            let key = UInt64.random(in: 0..<90, using: &random) << 3
            let index = list.firstIndex { $0.key == key }
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                if let index {
                    list.remove(at: index)
                } else if list.count == 50 {
                    list.removeFirst()
                    evictions += 1
                }
                list.append((key, step))
                #expect(map.store(step, for: key) == (index == nil), "seed \(seed)")
            case 2:
                #expect(map.find(key) == index.map { list[$0].value }, "seed \(seed)")
                if let index { list.append(list.remove(at: index)) }
            default:
                #expect(map.remove(key) == (index != nil), "seed \(seed)")
                if let index { list.remove(at: index) }
            }
            #expect(map.count == list.count, "seed \(seed)")
            #expect(map.evictions == UInt64(evictions), "seed \(seed)")
        }
    }

    @Test func growsToItsLimit() {
        var map = RecencyMap<UInt64>(limit: 1000)
        for key in 0..<1500 as Range<UInt64> { map.store(key, for: key &* 0x9E37_79B9_7F4A_7C15) }
        #expect(map.count == 1000)
        #expect(map.evictions == 500)
        #expect(map.find(0) == nil)
        for key in 500..<1500 as Range<UInt64> { #expect(map.find(key &* 0x9E37_79B9_7F4A_7C15) == key) }
    }
}
