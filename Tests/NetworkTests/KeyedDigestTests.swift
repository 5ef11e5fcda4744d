import Bytes
import Testing

@testable import Network

private func hex(_ words: SHA256.Words) -> String {
    var text: [UInt8] = []
    for index in 0..<8 {
        for place in 0..<4 { text.append(hex: UInt8(truncatingIfNeeded: words[index] >> UInt32(24 - place * 8))) }
    }
    return String(decoding: text, as: UTF8.self)
}

private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

@Suite struct SHA256Tests {
    /// The examples of NIST for SHA-256 ("abc", two blocks, a million of "a") and the empty message.
    @Test(arguments: [
        ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
        ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func examples(_ text: String, _ times: Int, _ expected: String) {
        var hash = SHA256()
        let message = Array(text.utf8)
        for _ in 0..<times { hash.update(message.span.bytes) }
        #expect(hex(hash.finish()) == expected)
    }

    /// However it is cut.
    @Test func parts() {
        let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var whole = SHA256()
        whole.update(message.span.bytes)
        let expected = hex(whole.finish())
        for cut in 0...300 {
            var hash = SHA256()
            hash.update(message.span.bytes.extracting(0..<cut))
            hash.update(message.span.bytes.extracting(cut..<300))
            #expect(hex(hash.finish()) == expected)
        }
    }
}

@Suite struct KeyedDigestTests {
    /// RFC 4231, 4.2 to 4.5: those of its keys that are no longer than ours, filled up with zeros, which makes the same block
    /// (RFC 2104, 2).
    @Test(arguments: [
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

    @Test(arguments: [0, 16, 31, 33, 64]) func onlyKeysOfTheRightLength(_ count: Int) {
        let key = [UInt8](repeating: 1, count: count)
        #expect(KeyedDigest(key: key.span.bytes) == nil)
    }
}
