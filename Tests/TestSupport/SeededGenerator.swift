/// A generator of random numbers that repeats for a seed (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts from a seed: see `testSeed`.
    public init(seed: UInt64) { state = seed }

    /// Starts a run of a test that runs several times with one seed. Every run has numbers of its own, and a failure is
    /// played again by the same seed.
    public init(seed: UInt64, run: Int) {
        var mixer = Self(seed: UInt64(run))
        state = seed ^ mixer.next()
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
