/// UTF-8 as UTF-16, without a byte order mark.
///
/// Ill-formed bytes become U+FFFD.
func utf16(_ bytes: [UInt8], bigEndian: Bool) -> [UInt8] {
    String(decoding: bytes, as: UTF8.self).utf16.flatMap { unit -> [UInt8] in
        let (high, low) = (UInt8(truncatingIfNeeded: unit >> 8), UInt8(truncatingIfNeeded: unit))
        return bigEndian ? [high, low] : [low, high]
    }
}

private let base64Alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// Bytes in Base64 with padding (RFC 4648, section 4).
func base64(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        bits <<= UInt32(8 * (3 - group.count))
        for index in 0..<4 {
            let digit = Int(bits >> UInt32(18 - 6 * index)) & 0x3F
            result.append(index <= group.count ? base64Alphabet[digit] : UInt8(ascii: "="))
        }
    }
    return result
}

/// What is always the same of bytes in Base64 where `offset` other bytes (0 to 2) stand before them, and any after.
func base64(_ bytes: [UInt8], offset: Int) -> [UInt8] {
    let encoded = base64([UInt8](repeating: UInt8(ascii: " "), count: offset) + bytes)
    // Each digit that shares bits with a byte that is not ours can be anything.
    let start = [0, 2, 3][offset]
    let end = [0, 3, 2][(bytes.count + offset) % 3]
    return Array(encoded.dropFirst(start).dropLast(end))
}
