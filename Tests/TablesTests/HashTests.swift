import Network
import Tables
import TestSupport
import Testing

/// A cell as a table of packet identifiers has them: the key is the tag.
private struct NumberCell: HashCell {
    var number: UInt16
    var value = 0

    static var free: NumberCell { NumberCell(number: 0) }
    var isFree: Bool { number == 0 }
    var tag: UInt32 { UInt32(number) }
}

extension HashCells<NumberCell> {
    fileprivate func position(_ number: UInt16) -> Int? {
        guard count > 0 else { return nil }
        var position = start(UInt32(number))
        while !isFree(position) {
            if self[position].number == number { return position }
            position = after(position)
        }
        return nil
    }
}

@Suite struct HashTests {
    @Test("Cells agree with a dictionary, whatever is inserted, removed and forgotten")
    func cellsAgreeWithADictionary() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var cells = HashCells<NumberCell>()
        var model: [UInt16: Int] = [:]
        for step in 0..<20_000 {
            // Numbers in steps of 64 want few homes, those from 1 on one each.
            let number = UInt16.random(in: 0..<40, using: &random) * (Bool.random(using: &random) ? 64 : 1) + 1
            let position = cells.position(number)
            #expect((position == nil) == (model[number] == nil), "seed \(seed), step \(step)")
            if let position {
                #expect(cells[position].value == model[number], "seed \(seed), step \(step)")
                if Int.random(in: 0..<3, using: &random) == 0 {
                    cells.remove(at: position)
                    model[number] = nil
                } else {
                    cells[position].value = step
                    model[number] = step
                }
            } else {
                cells.insert(NumberCell(number: number, value: step))
                model[number] = step
            }
            if Int.random(in: 0..<2000, using: &random) == 0 {
                cells.removeAll(keeping: 64)
                model = [:]
            }
            #expect(cells.count == model.count, "seed \(seed), step \(step)")
            #expect(cells.count * 2 <= max(8, cells.capacity))
        }
    }

    @Test("An index agrees with a dictionary of lists, where few tags make long chains")
    func indexAgreesWithADictionary() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var index = HashIndex()
        var model: [UInt32: Set<Int>] = [:]
        for step in 0..<20_000 {
            let tag = UInt32.random(in: 0..<30, using: &random) << UInt32.random(in: 0..<3, using: &random)
            let slot = Int.random(in: 0..<12, using: &random)
            if model[tag, default: []].contains(slot) {
                let wasThere = index.remove(tag, slot: slot)
                #expect(wasThere, "seed \(seed), step \(step)")
                model[tag]?.remove(slot)
            } else {
                let wasThere = index.remove(tag, slot: slot)
                #expect(!wasThere, "seed \(seed), step \(step)")
                index.insert(tag, slot: slot)
                model[tag, default: []].insert(slot)
            }
            let asked = UInt32.random(in: 0..<120, using: &random)
            var found: [Int] = []
            var position = index.start(asked)
            while let slot = index.next(asked, &position) { found.append(slot) }
            #expect(Set(found) == model[asked, default: []], "seed \(seed), step \(step)")
            #expect(found.count == Set(found).count && index.count == model.values.reduce(0) { $0 + $1.count })
        }
    }

    @Test("Keys made to collide without the seed are spread by it, and cost no more probes than others")
    func floodOfHashes() {
        let seed = testSeed()
        let hash = SeededHash(seed: seed)
        var table = LRUTable<UInt64, Void>(limit: 20_000)
        var unseeded = LRUTable<UInt64, Void>(limit: 2_000)
        // What an attacker chooses: words that are equal in all lower bits.
        for number in 0..<20_000 as Range<UInt64> {
            table.insert(hash.mix(number << 32, 0), ())
            if number < 2_000 { unseeded.insert(number << 32, ()) }
        }
        let probes = (0..<20_000 as Range<UInt64>).map { table.probes(hash.mix($0 << 32, 0)) }
        // A table that is at most half full has runs of about 2.5 cells; the longest of 20,000 stays far below this.
        #expect(probes.max().map { $0 < 200 } == true, "seed \(seed)")
        #expect(probes.reduce(0, +) < 20_000 * 8, "seed \(seed)")
        #expect(unseeded.probes(0) == 2_000)
    }

    @Test("Packet identifiers are their own tags: the worst choice of them is bounded by their 16 bits")
    func floodOfNumbers() {
        var worst = 0
        for limit in [8, 64, 256, 512, 1024] {
            var cells = HashCells<NumberCell>()
            // Every number of one home of the table's final size, then of the homes behind it.
            let size = limit * 2
            var next = 0
            while cells.count < limit {
                let number = UInt16(truncatingIfNeeded: size + next % (65_536 / size) * size + next / (65_536 / size))
                next += 1
                if number != 0, cells.position(number) == nil { cells.insert(NumberCell(number: number)) }
            }
            #expect(cells.capacity == size)
            worst = max(worst, (0..<size).map { cells.probes(UInt32($0)) }.max() ?? 0)
        }
        #expect(worst <= 1024)
    }
}
