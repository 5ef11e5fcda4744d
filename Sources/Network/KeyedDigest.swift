import Bytes

/// Codes that tell secrets apart without giving them away: HMAC-SHA-256 (RFC 2104, FIPS 180-4), cut to its first 128 bits
/// (RFC 2104, 5).
///
/// Who does not have the key can neither find a secret by its code nor test a guess.
public struct KeyedDigest: Sendable {
    /// A code of 128 bits.
    public struct Code: Hashable, Sendable {
        let high: UInt64
        let low: UInt64

        /// Appends it as 32 lower-case hexadecimal digits.
        public func write(to text: inout [UInt8]) {
            for word in [high, low] {
                for place in 0..<8 { text.append(hex: UInt8(truncatingIfNeeded: word >> UInt64(56 - place * 8))) }
            }
        }
    }

    /// The bytes of a key.
    public static let keyLength = 32

    /// The hashes of the key's two blocks, to go on from.
    private let inner: SHA256
    private let outer: SHA256

    /// Takes a key of `keyLength` bytes; `nil` for any other length.
    public init?(key: RawSpan) {
        guard key.byteCount == Self.keyLength else { return nil }
        inner = Self.block(key, 0x36)
        outer = Self.block(key, 0x5C)
    }

    /// Draws a key from the system's random source: its codes can be compared with each other, and with no others.
    public init() {
        var key: [UInt8] = []
        for _ in 0..<Self.keyLength { key.append(UInt8.random(in: .min ... .max)) }
        inner = Self.block(key.span.bytes, 0x36)
        outer = Self.block(key.span.bytes, 0x5C)
    }

    /// The hash of the key, filled up to a block with zeros, each byte XOR `pad`.
    private static func block(_ key: RawSpan, _ pad: UInt8) -> SHA256 {
        var block: [UInt8] = []
        for offset in 0..<64 { block.append((offset < key.byteCount ? key.byte(at: offset) : 0) ^ pad) }
        var hash = SHA256()
        hash.update(block.span.bytes)
        return hash
    }

    /// The code of some bytes.
    public func code(_ bytes: RawSpan) -> Code {
        let digest = full(bytes)
        let words = (0..<4).map { UInt64(digest.word($0)) }
        return Code(high: words[0] << 32 | words[1], low: words[2] << 32 | words[3])
    }

    /// All 256 bits.
    func full(_ bytes: RawSpan) -> SHA256Digest {
        var hash = inner
        hash.update(bytes)
        var digest: [UInt8] = []
        hash.finish().write(to: &digest)
        var second = outer
        second.update(digest.span.bytes)
        return second.finish()
    }
}
