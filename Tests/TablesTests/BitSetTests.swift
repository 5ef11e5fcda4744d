import Tables
import TestSupport
import Testing

/// Any raw value is an element.
private struct Number: RawRepresentable, Hashable, Sendable {
    var rawValue: UInt8
}

/// Holds a set against one of the standard library.
private func compare<Storage: BitStorage>(_ storage: Storage.Type) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var set = BitSet<Number, Storage>()
    var other = BitSet<Number, Storage>()
    var model: Set<UInt8> = []
    var otherModel: Set<UInt8> = []
    for step in 0..<5000 {
        let number = UInt8.random(in: 0..<UInt8(truncatingIfNeeded: Storage.capacity), using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0...2:
            set.insert(Number(rawValue: number))
            model.insert(number)
        case 3...4:
            set.remove(Number(rawValue: number))
            model.remove(number)
        case 5:
            let first = set.popFirst()?.rawValue
            #expect(first == model.min(), "seed \(seed), step \(step)")
            if let first = model.min() { model.remove(first) }
        case 6:
            other = BitSet(Number(rawValue: number))
            otherModel = [number]
            #expect(set.intersects(other) == model.contains(number), "seed \(seed), step \(step)")
        default:
            set.formUnion(other)
            model.formUnion(otherModel)
        }
        var elements: [UInt8] = []
        set.forEach { elements.append($0.rawValue) }
        #expect(elements == model.sorted(), "seed \(seed), step \(step)")
        #expect(set.count == model.count && set.isEmpty == model.isEmpty, "seed \(seed), step \(step)")
        #expect(set.contains(Number(rawValue: number)) == model.contains(number), "seed \(seed), step \(step)")
    }
}

@Test("A set of bits agrees with a set of numbers, whatever its storage")
func bitSets() {
    compare(UInt32.self)
    compare(UInt64.self)
    compare(UInt128.self)
    compare(UInt192Bits.self)
    #expect(MemoryLayout<BitSet<Number, UInt192Bits>>.size == 24)
    #expect(MemoryLayout<BitSet<Number, UInt32>>.size == 4)
}
