/// Numbers that look random: the same seed gives the same ones on every machine (SplitMix64).
struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// One of `0 ..< limit`.
    mutating func below(_ limit: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(limit)).high)
    }

    mutating func among(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// True so many times in a thousand.
    mutating func happens(_ permille: Int) -> Bool { below(1000) < permille }

    mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: next() >> 32) }

    /// The place in `weights` that a throw falls on; what the weights leave of a thousand falls on none.
    mutating func pick(_ weights: [Int]) -> Int? {
        var left = below(1000)
        for (place, weight) in weights.enumerated() {
            if left < weight { return place }
            left -= weight
        }
        return nil
    }
}
