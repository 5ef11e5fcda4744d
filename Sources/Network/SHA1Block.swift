import Bytes

/// SHA-1 (RFC 3174) of a message of at most 55 octets, which one block holds; allocates nothing.
///
/// Here because the floors below the sensor use no Foundation, on which swift-crypto rests; the Community ID asks for it
/// as a checksum, not as a safeguard.
struct SHA1Block {
    /// The longest message that leaves room for its end mark and its length.
    static let longestMessage = 55

    /// The words of the schedule; a message fills the first sixteen.
    private var words = InlineArray<80, UInt32>(repeating: 0)
    private var count = 0

    /// An empty message.
    init() {}

    /// Appends the low octets of a word, most significant first; those that no longer fit are dropped.
    mutating func append(_ word: UInt64, octets: Int) {
        for index in 0..<octets {
            guard count < Self.longestMessage else { return }
            set(UInt8(truncatingIfNeeded: word >> UInt64(8 * (octets - 1 - index))))
        }
    }

    private mutating func set(_ octet: UInt8) {
        words[count >> 2] |= UInt32(octet) << UInt32(24 - 8 * (count & 3))
        count += 1
    }

    /// The digest of what was appended.
    consuming func digest() -> SHA1Digest {
        let bitCount = UInt32(count) * 8
        set(0x80)
        words[15] = bitCount
        for index in 16..<80 {
            words[index] = (words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]).rotated(1)
        }
        let start = SHA1Digest()
        var (a, b, c, d, e) = (start.a, start.b, start.c, start.d, start.e)
        for index in 0..<80 {
            let (function, constant): (UInt32, UInt32) =
                switch index {
                case 0..<20: ((b & c) | (~b & d), 0x5A82_7999)
                case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case 40..<60: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = a.rotated(5) &+ function &+ e &+ constant &+ words[index]
            (a, b, c, d, e) = (next, a, b.rotated(30), c, d)
        }
        return SHA1Digest(
            a: start.a &+ a, b: start.b &+ b, c: start.c &+ c, d: start.d &+ d, e: start.e &+ e)
    }
}

/// The five words of a SHA-1 digest; at first those that it begins with.
struct SHA1Digest: Hashable, Sendable {
    var a: UInt32 = 0x6745_2301
    var b: UInt32 = 0xEFCD_AB89
    var c: UInt32 = 0x98BA_DCFE
    var d: UInt32 = 0x1032_5476
    var e: UInt32 = 0xC3D2_E1F0

    /// Appends the 20 octets as base64 with padding (RFC 4648, 4): 28 characters.
    func writeBase64(to text: inout [UInt8]) {
        // 160 bits in groups of six: the words follow one another in a window of 64 bits.
        var window: UInt64 = 0
        var bits: UInt64 = 0
        append(a, &window, &bits, &text)
        append(b, &window, &bits, &text)
        append(c, &window, &bits, &text)
        append(d, &window, &bits, &text)
        append(e, &window, &bits, &text)
        // Four bits are left, which two zeros fill up.
        text.append(base64Character(UInt8(truncatingIfNeeded: window << 2) & 63))
        text.append(UInt8(ascii: "="))
    }

    private func append(_ word: UInt32, _ window: inout UInt64, _ bits: inout UInt64, _ text: inout [UInt8]) {
        window = window << 32 | UInt64(word)
        bits += 32
        while bits >= 6 {
            bits -= 6
            text.append(base64Character(UInt8(truncatingIfNeeded: window >> bits) & 63))
        }
    }
}

private func base64Character(_ value: UInt8) -> UInt8 {
    switch value {
    case 0..<26: UInt8(ascii: "A") + value
    case 26..<52: UInt8(ascii: "a") + (value - 26)
    case 52..<62: UInt8(ascii: "0") + (value - 52)
    case 62: UInt8(ascii: "+")
    default: UInt8(ascii: "/")
    }
}

extension UInt32 {
    fileprivate func rotated(_ bits: UInt32) -> UInt32 { self << bits | self >> (32 - bits) }
}
