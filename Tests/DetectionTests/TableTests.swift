import TestSupport
import Testing

@testable import Detection

/// The tables against the ones of the standard library.
@Suite struct TableTests {
    @Test("the key index agrees with a dictionary") func keyIndexEqualsADictionary() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var index = KeyIndex()
        var model: [TableKey: Int32] = [:]
        for step in 0..<20_000 {
            // Few different low words make long chains.
            let key = TableKey(
                high: UInt64.random(in: 0..<20, using: &random), low: UInt64.random(in: 0..<30, using: &random))
            if model[key] != nil, Bool.random(using: &random) {
                index.remove(key)
                model[key] = nil
            } else if model[key] == nil {
                index.insert(key, place: Int32(step))
                model[key] = Int32(step)
            }
            let probe = TableKey(
                high: UInt64.random(in: 0..<20, using: &random), low: UInt64.random(in: 0..<30, using: &random))
            #expect(index.place(of: probe) == model[probe] ?? -1, "seed \(seed), step \(step)")
            #expect(index.count == model.count, "seed \(seed)")
        }
    }

    @Test("the recency table evicts in order of use") func recentTableForgetsInOrderOfUse() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var table = RecentTable<UInt64>(limit: 10)
        var model: [(key: TableKey, value: UInt64)] = []
        for step in 0..<5000 {
            let key = TableKey(high: 0, low: UInt64.random(in: 0..<25, using: &random))
            let place = table.find(key)
            if let found = model.firstIndex(where: { $0.key == key }) {
                #expect(place >= 0 && table[place] == model[found].value, "seed \(seed), step \(step)")
                let entry = model.remove(at: found)
                model.append(entry)
                if Int.random(in: 0..<5, using: &random) == 0 {
                    table.remove(place)
                    model.removeLast()
                }
            } else {
                #expect(place == -1, "seed \(seed), step \(step)")
                #expect(table.isFull == (model.count == 10), "seed \(seed)")
                if table.isFull {
                    #expect(table[table.oldest] == model[0].value, "seed \(seed), step \(step)")
                    table.remove(table.oldest)
                    model.removeFirst()
                }
                _ = table.insert(key, UInt64(step))
                model.append((key, UInt64(step)))
            }
            #expect(table.count == model.count, "seed \(seed)")
        }
    }

    @Test func aPatternOverManyLiteralsKeepsItsScratch() throws {
        let one = try Pattern("needle", [])
        let other = try Pattern("(?:^x\\z)|(?:y+)", [.ignoresCase])
        let scratch = PatternScratch(for: [one, other])
        let text = Array("a needle, Y".utf8)
        #expect(scratch.matches(one.database, text.span.bytes) == true)
        #expect(scratch.matches(other.database, text.span.bytes) == true)
        #expect(scratch.matches(other.database, [UInt8]().span.bytes) == false)
    }

    @Test func timesOfRules() {
        #expect(durationText(90_000_000_000) == "90s")
        #expect(durationText(3_600_000_000_000) == "1h")
        #expect(durationText(172_800_000_000_000) == "2d")
        #expect(durationText(1_500_000) == "1500us")
    }
}
