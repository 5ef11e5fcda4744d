import Tables
import TestSupport
import Testing

/// The list's slots from the one used longest ago to the one used last.
private func members(_ list: LRUList) -> [Int] {
    var result: [Int] = []
    var next = list.oldest
    while let slot = next {
        result.append(slot)
        next = list.newer(than: slot)
    }
    return result
}

@Suite struct ListTests {
    @Test("A list hands out and orders slots as an array does that is searched through")
    func agreesWithAnArray() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var list = LRUList()
        var model = OrderModel()
        for step in 0..<10_000 {
            let member = model.slots.randomElement(using: &random)
            switch (Int.random(in: 0..<4, using: &random), member) {
            case (0, let member?):
                list.release(member)
                model.remove(member)
            case (1, let member?), (2, let member?):
                list.touch(member)
                model.touch(member)
            default:
                guard model.slots.count < 60 else { continue }
                let known = list.slotCount
                let slot = list.allocate()
                #expect(!model.slots.contains(slot), "seed \(seed), step \(step)")
                // A slot is used again before another is numbered.
                #expect(list.slotCount == max(known, model.slots.count + 1), "seed \(seed), step \(step)")
                model.slots.append(slot)
            }
            #expect(members(list) == model.slots, "seed \(seed), step \(step)")
            #expect(list.newest == model.slots.last && list.count == model.slots.count)
        }
        #expect(list.slotCount <= 60)
    }

    @Test("A slot that its owner numbers may be in two lists at once")
    func twoListsOverTheSameSlots() {
        var (first, second) = (LRUList(), LRUList())
        for slot in 0..<4 { first.add(slot) }
        for slot in [3, 1] { second.add(slot) }
        first.remove(1)
        second.touch(3)
        #expect(members(first) == [0, 2, 3])
        #expect(members(second) == [1, 3])
        #expect(second.older(than: 3) == 1 && second.older(than: 1) == nil)
        first.add(1)
        #expect(members(first) == [0, 2, 3, 1])
    }
}
