import Bytes
import Network
import Tables

/// Makes the 128 bits of a `Hash128`, word by word.
struct KeyHash {
    private let hash: SeededHash
    private var high: UInt64
    private var low: UInt64

    /// Starts with what kind of key it is, such as a hash of the rule's id.
    init(_ hash: SeededHash, _ kind: UInt64) {
        self.hash = hash
        high = hash.mix(kind, 0xA076_1D64_78BD_642F)
        low = hash.mix(kind, 0xE703_7ED1_A0B4_28DB)
    }

    /// Starts with a key that this one is to be below of.
    init(_ hash: SeededHash, below key: Hash128) {
        self.hash = hash
        high = key.high
        low = key.low
    }

    var key: Hash128 { Hash128(high: high, low: low) }

    mutating func add(_ word: UInt64) {
        high = hash.mix(high ^ word, 0x8EBC_6AF0_9C88_C6E3)
        low = hash.mix(low ^ word, 0x5899_65CC_7537_4CC3)
    }

    /// Adds bytes, capitals as small letters: Sigma compares without case, and so do its groups.
    mutating func add(folding bytes: RawSpan) {
        add(UInt64(bytes.byteCount))
        var offset = 0
        while bytes.byteCount &- offset >= 8 {
            add(folded(bytes.uint64(at: offset)))
            offset &+= 8
        }
        var word: UInt64 = 0
        while offset < bytes.byteCount {
            word = word << 8 | UInt64(folded(bytes.byte(at: offset)))
            offset &+= 1
        }
        if bytes.byteCount & 7 != 0 { add(word) }
    }
}

/// Eight bytes with ASCII capitals made small, as `folded` does with one.
func folded(_ word: UInt64) -> UInt64 {
    // The top bit of each byte says whether its lower seven are at least `A`, and whether they are above `Z`.
    let low = word & 0x7F7F_7F7F_7F7F_7F7F
    let isFromA = low &+ 0x3F3F_3F3F_3F3F_3F3F
    let isAboveZ = low &+ 0x2525_2525_2525_2525
    return word | (isFromA & ~isAboveZ & ~word & 0x8080_8080_8080_8080) >> 2
}
