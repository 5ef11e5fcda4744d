import Bytes

/// A fast keyed hash for tables that outsiders fill.
///
/// Each process draws its own seed, so that nobody can prepare keys that collide. Not a cryptographic hash; every table
/// that uses it has a limit as well.
public struct SeededHash: Sendable {
    private let seed: UInt64
    private let second: UInt64

    /// Draws a seed from the system's random source.
    public init() { self.init(seed: UInt64.random(in: .min ... .max)) }

    /// Uses a given seed: for tests that must repeat.
    public init(seed: UInt64) {
        self.seed = scrambled(seed) | 1
        second = scrambled(~seed)
    }

    /// Mixes two words into one: multiply to 128 bits, fold.
    ///
    /// Both factors are blinded: were one known from outside, a word that makes it zero would wipe out the other.
    public func mix(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let product = (first ^ seed).multipliedFullWidth(by: second ^ self.second)
        return product.high ^ product.low
    }

    /// Hashes five words, such as a flow key.
    public func hash(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64, _ e: UInt64) -> UInt64 {
        mix(mix(mix(a, b), c) ^ seed, mix(mix(d, e), seed))
    }

    /// Hashes bytes, eight at a time; the length counts.
    public func hash(_ bytes: RawSpan, initial: UInt64 = 0) -> UInt64 {
        var state = mix(initial, UInt64(bytes.byteCount) ^ seed)
        var offset = 0
        while bytes.byteCount &- offset >= 8 {
            state = mix(state ^ bytes.uint64(at: offset), seed)
            offset &+= 8
        }
        var tail: UInt64 = 0
        while offset < bytes.byteCount {
            tail = tail << 8 | UInt64(bytes.byte(at: offset))
            offset &+= 1
        }
        return mix(state ^ tail, seed ^ 0xD6E8_FEB8_6659_FD93)
    }
}

/// Spreads each bit of a seed over the word (the finaliser of splitmix64), so that small seeds serve as well.
private func scrambled(_ seed: UInt64) -> UInt64 {
    var value = seed &+ 0x9E37_79B9_7F4A_7C15
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
}
