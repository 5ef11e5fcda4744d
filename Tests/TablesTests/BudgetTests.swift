import Tables
import TestSupport
import Testing

@Test("A budget knows what all owners hold, and who of them last grew longest ago")
func budgetAgreesWithAModel() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var budget = MemoryBudget(limit: 5000)
    var holdings: [Int: Int] = [:]
    var order = OrderModel()
    var evictions: UInt64 = 0
    for step in 0..<10_000 {
        let owner = Int.random(in: 0..<60, using: &random)
        let bytes = Int.random(in: 0..<4, using: &random) == 0 ? 0 : Int.random(in: 1..<300, using: &random)
        if bytes == 0 { order.remove(owner) } else if bytes > holdings[owner, default: 0] { order.touch(owner) }
        holdings[owner] = bytes == 0 ? nil : bytes
        budget.set(owner, bytes: bytes)
        #expect(budget.bytes(of: owner) == bytes)
        while let victim = budget.victim {
            #expect(victim == order.slots.first, "seed \(seed), step \(step)")
            let isLoss = Bool.random(using: &random)
            if isLoss { evictions += 1 }
            budget.evict(victim, isLoss: isLoss)
            holdings[victim] = nil
            order.remove(victim)
        }
        #expect(budget.bytes == holdings.values.reduce(0, +) && budget.bytes <= 5000, "seed \(seed), step \(step)")
        #expect(budget.isFull == (budget.bytes >= 5000) && budget.evictions == evictions)
        #expect(budget.oldest == order.slots.first, "seed \(seed), step \(step)")
    }
    #expect(evictions > 0)
}

@Test("An owner that alone holds too much gives way as well, in the end")
func budgetOfOne() {
    var budget = MemoryBudget(limit: 100)
    budget.set(3, bytes: 40)
    budget.set(7, bytes: 500)
    var victims: [Int] = []
    while let victim = budget.victim {
        victims.append(victim)
        budget.evict(victim, isLoss: true)
    }
    #expect(victims == [3, 7] && budget.bytes == 0 && budget.evictions == 2)
}
