/// Hashes of words that can be joined: the hash of two words one behind the other follows from theirs.
///
/// A polynomial with a factor that is drawn at each start: whoever writes topics and keys cannot know which of them meet
/// in a table.
struct TermHash: Sendable {
    /// The longest term, in bytes.
    static var longest: Int { 63 }

    /// The factor to the power of 0 to `longest`.
    private let powers: [UInt64]
    /// Odd.
    let factor: UInt64

    init(seed: UInt64) {
        factor = seed | 1
        var powers: [UInt64] = [1]
        for _ in 0..<Self.longest { powers.append(powers[powers.count - 1] &* (seed | 1)) }
        self.powers = powers
    }

    /// The hash of what has `hash` and one more byte.
    func append(_ byte: UInt8, to hash: UInt64) -> UInt64 { hash &* factor &+ UInt64(byte) &+ 1 }

    /// The hash of two texts, of which the second has `length` bytes, at most `longest`.
    func join(_ first: UInt64, _ second: UInt64, length: Int) -> UInt64 { first &* powers[length] &+ second }

    /// The hash of the last `length` bytes of what has the hash `whole`, without a beginning that has `start`.
    func rest(of whole: UInt64, behind start: UInt64, length: Int) -> UInt64 { whole &- start &* powers[length] }

    /// The hash of a text.
    func of(_ text: some Sequence<UInt8>) -> UInt64 { text.reduce(0) { append($1, to: $0) } }

    /// A hash for the place in a table: all bits of a hash go into all bits of it.
    static func place(_ hash: UInt64) -> UInt64 {
        var mixed = hash
        mixed ^= mixed >> 32
        mixed = mixed &* 0xD6E8_FEB8_6659_FD93
        mixed ^= mixed >> 29
        return mixed
    }
}
