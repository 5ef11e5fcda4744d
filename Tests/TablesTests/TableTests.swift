import Tables
import TestSupport
import Testing

@Suite struct TableTests {
    @Test("A table agrees with a dictionary and a list in the order of use", arguments: [1, 2, 7, 64, 500])
    func tableAgreesWithAModel(limit: Int) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var table = LRUTable<Hash128, Int>(limit: limit)
        var values: [Int: Int] = [:]
        var order = OrderModel()
        var evictions: UInt64 = 0
        for step in 0..<4000 {
            let number = Int.random(in: 0..<limit * 2, using: &random)
            let key = crowdedKey(number)
            let slot = table.find(key)
            #expect(slot.map { table[$0] } == values[number], "seed \(seed), step \(step)")
            #expect(slot.map { table.key(at: $0) == key } != false)
            #expect(table.isFull == (order.slots.count == limit))
            switch (Int.random(in: 0..<5, using: &random), slot) {
            case (0, let slot?):
                table.remove(slot)
                values[number] = nil
                order.remove(number)
            case (1, let slot?):
                table[slot] += 1
                values[number]? += 1
            case (2, let slot?):
                let used = table.use(key)
                #expect(used == slot)
                order.touch(number)
            case (3, nil):
                let isThere = table.remove(key: key) || table.use(key) != nil
                #expect(!isThere, "seed \(seed), step \(step)")
            default:
                if slot == nil, order.slots.count == limit {
                    values[order.slots.removeFirst()] = nil
                    evictions += 1
                }
                let isNew = table.store(step, for: key)
                #expect(isNew == (slot == nil), "seed \(seed), step \(step)")
                values[number] = step
                order.touch(number)
            }
            #expect(table.count == values.count && table.evictions == evictions, "seed \(seed), step \(step)")
            #expect(table.oldest.map { table.key(at: $0) } == order.slots.first.map(crowdedKey), "seed \(seed)")
            #expect(table.newest.map { table.key(at: $0) } == order.slots.last.map(crowdedKey), "seed \(seed)")
            #expect(table.slotCount <= limit)
        }
        for (number, value) in values { #expect(table.find(crowdedKey(number)).map { table[$0] } == value) }
        for number in Array(values.keys) {
            let wasThere = table.remove(key: crowdedKey(number))
            #expect(wasThere)
        }
        #expect(table.count == 0 && table.oldest == nil)
    }

    @Test("A table grows to its limit, takes memory in proportion, and takes no more from then on")
    func tableGrowsToItsLimit() {
        var table = LRUTable<UInt64, UInt64>(limit: 1000)
        #expect(table.bytes == 0)
        for key in 0..<1000 as Range<UInt64> { table.store(key, for: key &* 0x9E37_79B9_7F4A_7C15) }
        let full = table.bytes
        // 16 bytes an entry, 8 a link, 8 a cell at half load; arrays double.
        #expect(full >= 1000 * 40 && full <= 2048 * 40 + 256)
        for key in 1000..<1500 as Range<UInt64> { table.store(key, for: key &* 0x9E37_79B9_7F4A_7C15) }
        #expect(table.count == 1000 && table.evictions == 500 && table.bytes == full)
        #expect(table.find(0) == nil)
        for key in 500..<1500 as Range<UInt64> {
            #expect(table.find(key &* 0x9E37_79B9_7F4A_7C15).map { table[$0] } == key)
        }
    }

    private enum Tag {}

    @Test("Slots agree with a model: names of what is closed mean nothing, values of used slots stay")
    func slotsAgreeWithAModel() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var table = SlotTable<[Int], Tag>(limit: 20, reserving: [-1])
        var open: [SlotID<Tag>: [Int]] = [:]
        var order: [SlotID<Tag>] = []
        var closed: [SlotID<Tag>] = []
        for step in 0..<10_000 {
            switch (Int.random(in: 0..<3, using: &random), order.randomElement(using: &random)) {
            case (0, let id?):
                guard let slot = table.slot(of: id) else {
                    Issue.record("seed \(seed), step \(step)")
                    return
                }
                if Bool.random(using: &random) {
                    table.touch(slot)
                    order.removeAll { $0 == id }
                    order.append(id)
                } else {
                    table.close(slot)
                    order.removeAll { $0 == id }
                    open[id] = nil
                    closed.append(id)
                }
            default:
                #expect((table.victim != nil) == (order.count == 20), "seed \(seed), step \(step)")
                if let victim = table.victim {
                    let id = order.removeFirst()
                    #expect(table.id(victim) == id, "seed \(seed), step \(step)")
                    table.close(victim, isEvicted: true)
                    open[id] = nil
                    closed.append(id)
                }
                let known = table.slotCount
                let slot = table.open([step])
                if slot < known { #expect(!table[slot].isEmpty) }
                table[slot].removeAll(keepingCapacity: true)
                table[slot].append(step)
                let id = table.id(slot)
                #expect(open[id] == nil && !closed.contains(id) && id.index != 0, "seed \(seed), step \(step)")
                open[id] = [step]
                order.append(id)
            }
            #expect(table.count == order.count && table.oldest.map { table.id($0) } == order.first, "seed \(seed)")
            for (id, value) in open { #expect(table.slot(of: id).map { table[$0] } == value, "seed \(seed)") }
            for id in closed.suffix(40) { #expect(table.slot(of: id) == nil, "seed \(seed), step \(step)") }
        }
        #expect(table.slotCount <= 21 && table[0] == [-1])
        #expect(table.evictions > 0)
    }

    @Test("A name survives as a number that is not negative; a number that no name has names nothing")
    func namesAsNumbers() {
        var table = SlotTable<Int, Tag>(limit: 4)
        let id = table.id(table.open(0))
        #expect(SlotID<Tag>(rawValue: id.rawValue) == id)
        let last = SlotID<Tag>(index: .max, generation: .max)
        #expect(last.rawValue >= 0 && SlotID<Tag>(rawValue: last.rawValue) == last)
        for number in [-1, Int64.min, Int64.min | id.rawValue, 1, .max] {
            #expect(table.slot(of: SlotID(rawValue: number)) == nil, "\(number)")
        }
        #expect(MemoryLayout<SlotID<Tag>>.size == 8)
    }
}
