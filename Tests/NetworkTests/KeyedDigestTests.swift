import Bytes
import Testing

@testable import Network

private func hex(_ digest: SHA256Digest) -> String {
    var text: [UInt8] = []
    digest.writeHex(to: &text)
    return String(decoding: text, as: UTF8.self)
}

private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

@Suite struct KeyedDigestTests {
    /// RFC 4231, 4.2 to 4.5: those of its keys that are no longer than ours, filled up with zeros, which makes the same block
    /// (RFC 2104, 2).
    @Test(
        "Hmac",
        arguments: [
            (
                String(repeating: "0b", count: 20), "4869205468657265",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                "0102030405060708090a0b0c0d0e0f10111213141516171819", String(repeating: "cd", count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
        ])
    func hmac(_ key: String, _ message: String, _ expected: String) throws {
        let known = bytes(key)
        let key = known + [UInt8](repeating: 0, count: KeyedDigest.keyLength - known.count)
        let made = KeyedDigest(key: key.span.bytes)
        let digest = try #require(made)
        let message = bytes(message)
        #expect(hex(digest.full(message.span.bytes)) == expected)
        var text: [UInt8] = []
        digest.code(message.span.bytes).write(to: &text)
        #expect(String(decoding: text, as: UTF8.self) == String(expected.prefix(32)))
    }

    @Test("Only keys of the right length", arguments: [0, 16, 31, 33, 64]) func onlyKeysOfTheRightLength(_ count: Int) {
        let key = [UInt8](repeating: 1, count: count)
        #expect(KeyedDigest(key: key.span.bytes) == nil)
    }
}
