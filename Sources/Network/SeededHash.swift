import Bytes

/// A fast keyed hash for tables that outsiders fill.
///
/// Each process draws its own seed, so that nobody can prepare keys that collide. Not a cryptographic hash; every table
/// that uses it has a limit as well.
public struct SeededHash: Sendable {
    /// Both factors of a multiplication are masked by a secret of their own: whoever knew one of them could choose words
    /// that make it 0, and with it every product.
    private let seed: UInt64
    private let secondSeed: UInt64

    /// Draws its seeds from the system's random source.
    public init() {
        seed = UInt64.random(in: .min ... .max)
        secondSeed = UInt64.random(in: .min ... .max)
    }

    /// Uses a given seed: for tests that must repeat.
    public init(seed: UInt64) {
        self.seed = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        secondSeed = (seed ^ 0xD6E8_FEB8_6659_FD93) &* 0xBF58_476D_1CE4_E5B9 | 1
    }

    /// Mixes two words into one: multiply to 128 bits, fold.
    public func mix(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let product = (first ^ seed).multipliedFullWidth(by: second ^ secondSeed)
        return product.high ^ product.low
    }

    /// Hashes five words, such as a flow key.
    public func hash(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64, _ e: UInt64) -> UInt64 {
        mix(mix(mix(a, b), c), mix(mix(d, e), seed))
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
