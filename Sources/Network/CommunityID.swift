import Bytes

/// A Community ID, version 1: the name of a flow that is the same in every tool, from
/// https://github.com/corelight/community-id-spec. Base64 of a SHA-1 over the ordered 5-tuple.
public struct CommunityID: Sendable {
    private let digest: [UInt8]

    /// The identifier of a TCP or UDP flow, the same for both directions; other tools use seed 0 unless told.
    public init(_ one: Endpoint, _ other: Endpoint, _ transport: Transport, seed: UInt16 = 0) {
        let isOrdered = one.address != other.address ? one.address < other.address : one.port <= other.port
        let (first, second) = isOrdered ? (one, other) : (other, one)
        var input: [UInt8] = [UInt8(seed >> 8), UInt8(seed & 0xFF)]
        for address in [first.address, second.address] {
            for index in 0..<(address.isIPv4 ? 4 : 16) { input.append(address.octet(index)) }
        }
        input += [transport.rawValue, 0]
        for port in [first.port, second.port] { input += [UInt8(port >> 8), UInt8(port & 0xFF)] }
        digest = sha1(input)
    }

    /// Appends `1:` and the base64 text.
    public func write(to text: inout [UInt8]) {
        text.append(text: "1:")
        appendBase64(digest, to: &text)
    }
}

/// SHA-1 (RFC 3174). Here because the floors below the sensor use no Foundation, on which swift-crypto rests; the
/// Community ID asks for it as a checksum, not as a safeguard.
func sha1(_ message: [UInt8]) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    let bitCount = UInt64(message.count) * 8
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
        padded.append(UInt8(truncatingIfNeeded: bitCount >> shift))
    }
    for block in stride(from: 0, to: padded.count, by: 64) {
        var words = (0..<16).map { padded.span.bytes.uint32(at: block + 4 * $0) }
        for index in 16..<80 {
            words.append((words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]).rotated(1))
        }
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for (index, word) in words.enumerated() {
            let (function, constant): (UInt32, UInt32) =
                switch index {
                case 0..<20: ((b & c) | (~b & d), 0x5A82_7999)
                case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case 40..<60: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = a.rotated(5) &+ function &+ e &+ constant &+ word
            (a, b, c, d, e) = (next, a, b.rotated(30), c, d)
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
        state[4] &+= e
    }
    return state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
}

extension UInt32 {
    fileprivate func rotated(_ bits: UInt32) -> UInt32 { self << bits | self >> (32 - bits) }
}

/// Base64 with padding (RFC 4648, 4).
private func appendBase64(_ bytes: [UInt8], to text: inout [UInt8]) {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for position in 0..<4 {
            text.append(position <= group.count ? alphabet[bits >> (18 - 6 * position) & 63] : UInt8(ascii: "="))
        }
    }
}
