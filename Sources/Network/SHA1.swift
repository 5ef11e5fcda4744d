import Bytes

/// SHA-1 (RFC 3174), fed byte by byte; allocates nothing.
///
/// Here because the floors below the sensor use no Foundation, on which swift-crypto rests; the Community ID and the
/// opening handshake of WebSocket ask for it as a checksum, not as a safeguard.
public struct SHA1: Sendable {
    /// The words of the schedule; the bytes of a block fill the first sixteen.
    private var words = InlineArray<80, UInt32>(repeating: 0)
    private var count = 0
    private var state = SHA1Digest()

    /// An empty message.
    public init() {}

    /// Appends bytes.
    public mutating func append(_ bytes: RawSpan) {
        for offset in 0..<bytes.byteCount { append(bytes.byte(at: offset)) }
    }

    /// Appends the low bytes of a word, most significant first.
    public mutating func append(_ word: UInt64, bytes: Int) {
        for index in 0..<bytes { append(UInt8(truncatingIfNeeded: word >> UInt64(8 * (bytes - 1 - index)))) }
    }

    private mutating func append(_ byte: UInt8) {
        let place = count & 63
        if place == 0 { for index in 0..<16 { words[index] = 0 } }
        words[place >> 2] |= UInt32(byte) << UInt32(24 - 8 * (place & 3))
        count &+= 1
        if place == 63 { compress() }
    }

    /// The digest of what was appended.
    public consuming func digest() -> SHA1Digest {
        let bitCount = UInt64(count) &* 8
        append(0x80)
        while count & 63 != 56 { append(0) }
        append(bitCount, bytes: 8)
        return state
    }

    private mutating func compress() {
        for index in 16..<80 {
            words[index] = (words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]).rotated(1)
        }
        var (a, b, c, d, e) = (state.a, state.b, state.c, state.d, state.e)
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
        state = SHA1Digest(
            a: state.a &+ a, b: state.b &+ b, c: state.c &+ c, d: state.d &+ d, e: state.e &+ e)
    }
}

/// The five words of a SHA-1 digest; at first those that it begins with.
public struct SHA1Digest: Hashable, Sendable {
    var a: UInt32 = 0x6745_2301
    var b: UInt32 = 0xEFCD_AB89
    var c: UInt32 = 0x98BA_DCFE
    var d: UInt32 = 0x1032_5476
    var e: UInt32 = 0xC3D2_E1F0

    /// Appends the 20 bytes as base64 with padding (RFC 4648, 4): 28 characters.
    public func writeBase64(to text: inout [UInt8]) {
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
