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
        var word: UInt64 = 0
        for offset in 0..<bytes.byteCount {
            word = word << 8 | UInt64(folded(bytes.byte(at: offset)))
            if offset & 7 == 7 {
                add(word)
                word = 0
            }
        }
        if bytes.byteCount & 7 != 0 { add(word) }
    }
}
