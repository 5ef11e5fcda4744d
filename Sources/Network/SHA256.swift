import Bytes

/// SHA-256 (FIPS 180-4, 6.2) of bytes that come piece by piece; allocates nothing.
///
/// Here because the floors below the sensor use no Foundation, on which swift-crypto rests.
public struct SHA256: Sendable {
    private var state = SHA256Digest.initial
    /// The bytes that do not fill a block yet, as words.
    private var words = InlineArray<16, UInt32>(repeating: 0)
    /// Bytes so far; a message has less than 2^61.
    public private(set) var count: UInt64 = 0

    /// The digest of nothing so far.
    public init() {}

    /// Appends bytes.
    public mutating func update(_ bytes: RawSpan) {
        var offset = 0
        while offset < bytes.byteCount, count & 63 != 0 {
            append(bytes.byte(at: offset))
            offset &+= 1
        }
        while bytes.byteCount &- offset >= 64 {
            for index in 0..<16 { words[index] = bytes.uint32(at: offset &+ 4 &* index) }
            compress()
            offset &+= 64
            count &+= 64
        }
        while offset < bytes.byteCount {
            append(bytes.byte(at: offset))
            offset &+= 1
        }
    }

    /// The digest of what was appended; more may be appended afterwards.
    public func finish() -> SHA256Digest {
        var copy = self
        copy.append(0x80)
        while copy.count & 63 != 56 { copy.append(0) }
        let bits = count &* 8
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            copy.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
        return copy.state
    }

    private mutating func append(_ byte: UInt8) {
        let place = Int(truncatingIfNeeded: count & 63)
        let word = place &>> 2
        if place & 3 == 0 { words[word] = 0 }
        words[word] |= UInt32(byte) << UInt32(24 &- 8 &* (place & 3))
        count &+= 1
        if count & 63 == 0 { compress() }
    }

    /// Works the block in `words` into the state.
    private mutating func compress() {
        var w = words
        var (a, b, c, d) = (state.a, state.b, state.c, state.d)
        var (e, f, g, h) = (state.e, state.f, state.g, state.h)
        for round in 0..<64 {
            let place = round & 15
            if round >= 16 {
                let first = w[(round &+ 1) & 15]
                let last = w[(round &+ 14) & 15]
                let sigma0 = first.turned(7) ^ first.turned(18) ^ first &>> 3
                let sigma1 = last.turned(17) ^ last.turned(19) ^ last &>> 10
                w[place] = w[place] &+ sigma0 &+ w[(round &+ 9) & 15] &+ sigma1
            }
            let sum1 = e.turned(6) ^ e.turned(11) ^ e.turned(25)
            let one = h &+ sum1 &+ ((e & f) ^ (~e & g)) &+ roundConstants[round] &+ w[place]
            let sum0 = a.turned(2) ^ a.turned(13) ^ a.turned(22)
            let two = sum0 &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ one, c, b, a, one &+ two)
        }
        state.add(a, b, c, d, e, f, g, h)
    }
}

/// A SHA-256 digest: eight words, the first most significant.
public struct SHA256Digest: Hashable, Sendable {
    fileprivate var a, b, c, d, e, f, g, h: UInt32

    /// What hashing begins with (FIPS 180-4, 5.3.3).
    fileprivate static var initial: SHA256Digest {
        SHA256Digest(
            a: 0x6A09_E667, b: 0xBB67_AE85, c: 0x3C6E_F372, d: 0xA54F_F53A, e: 0x510E_527F, f: 0x9B05_688C,
            g: 0x1F83_D9AB, h: 0x5BE0_CD19)
    }

    fileprivate mutating func add(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: UInt32
    ) {
        self.a &+= a
        self.b &+= b
        self.c &+= c
        self.d &+= d
        self.e &+= e
        self.f &+= f
        self.g &+= g
        self.h &+= h
    }

    /// Appends the 32 bytes.
    public func write(to bytes: inout [UInt8]) {
        for index in 0..<8 {
            let word = word(index)
            for shift in stride(from: UInt32(24), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
    }

    /// Appends 64 lower-case hexadecimal digits.
    public func writeHex(to text: inout [UInt8]) {
        for index in 0..<8 {
            let word = word(index)
            for shift in stride(from: UInt32(24), through: 0, by: -8) {
                text.append(hex: UInt8(truncatingIfNeeded: word >> shift))
            }
        }
    }

    /// The word at `index`, 0 to 7.
    func word(_ index: Int) -> UInt32 {
        switch index {
        case 0: a
        case 1: b
        case 2: c
        case 3: d
        case 4: e
        case 5: f
        case 6: g
        default: h
        }
    }
}

extension UInt32 {
    fileprivate func turned(_ bits: UInt32) -> UInt32 { self &>> bits | self &<< (32 &- bits) }
}

/// FIPS 180-4, 4.2.2.
private let roundConstants: InlineArray<64, UInt32> = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
]
