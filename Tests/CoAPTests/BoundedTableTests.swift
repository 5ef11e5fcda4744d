import TestSupport
import Testing

@testable import CoAP

private func key(_ number: UInt64) -> HashedKey { HashedKey(high: number, low: number &* 0x9E37_79B9_7F4A_7C15) }

/// Held against a dictionary and a list in order of use, over random operations.
@Test("the bounded table agrees with a dictionary and a list", arguments: [1, 2, 7, 64, 500])
func tableAgainstModel(limit: Int) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var table = BoundedTable<Int>(limit: limit)
    var values: [UInt64: Int] = [:]
    var order: [UInt64] = []
    var evictions: UInt64 = 0
    for round in 0..<4000 {
        let number = UInt64.random(in: 0..<UInt64(limit * 2), using: &random)
        let slot = table.find(key(number))
        #expect(slot.map { table[$0] } == values[number], "seed \(seed)")
        if let slot {
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                table.remove(slot)
                values[number] = nil
                order.removeAll { $0 == number }
            case 1:
                table.touch(slot)
                order.removeAll { $0 == number }
                order.append(number)
            default:
                table[slot] += 1
                values[number]? += 1
            }
        } else {
            if order.count == limit {
                values[order.removeFirst()] = nil
                evictions += 1
            }
            let new = table.insert(key(number), round)
            #expect(new < table.slotCount && table[new] == round, "seed \(seed)")
            values[number] = round
            order.append(number)
        }
        #expect(table.count == values.count && table.evictions == evictions, "seed \(seed)")
        #expect(table.oldest.map { table[$0] } == order.first.flatMap { values[$0] }, "seed \(seed)")
        #expect(table.slotCount <= limit, "seed \(seed)")
    }
    for (number, value) in values { #expect(table.find(key(number)).map { table[$0] } == value, "seed \(seed)") }
}

/// Keys that all want the same place in the index are still told apart, also when some are removed.
@Test func collidingKeys() {
    var table = BoundedTable<UInt64>(limit: 100)
    for number in UInt64(0)..<100 { _ = table.insert(HashedKey(high: number, low: 5), number) }
    for number in stride(from: UInt64(0), to: 100, by: 2) {
        if let slot = table.find(HashedKey(high: number, low: 5)) { table.remove(slot) }
    }
    for number in UInt64(0)..<100 {
        let found = table.find(HashedKey(high: number, low: 5)).map { table[$0] }
        #expect(found == (number % 2 == 0 ? nil : number))
    }
    #expect(table.count == 50 && table.evictions == 0)
}
