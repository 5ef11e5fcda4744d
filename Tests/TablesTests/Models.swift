import Tables
import TestSupport

/// A key that many others share a tag with.
func crowdedKey(_ number: Int) -> Hash128 { Hash128(high: UInt64(number), low: UInt64(number % 7) << 5 | 3) }

/// Slots in the order of use, the oldest first, kept the slow way.
struct OrderModel {
    var slots: [Int] = []

    mutating func touch(_ slot: Int) {
        slots.removeAll { $0 == slot }
        slots.append(slot)
    }

    mutating func remove(_ slot: Int) { slots.removeAll { $0 == slot } }
}
