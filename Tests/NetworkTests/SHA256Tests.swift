import Bytes
import Network
import TestSupport
import Testing

private func digest(_ pieces: [[UInt8]]) -> String {
    var hash = SHA256()
    for piece in pieces { hash.update(piece.span.bytes) }
    var text: [UInt8] = []
    hash.finish().writeHex(to: &text)
    return String(decoding: text, as: UTF8.self)
}

/// The examples of NIST for FIPS 180-4: no bytes, one block, two blocks, a million bytes.
@Test(
    "SHA-256 of examples",
    arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
func sha256OfExamples(text: String, expected: String) {
    #expect(digest([Array(text.utf8)]) == expected)
}

@Test("SHA-256 of a million") func sha256OfAMillion() {
    let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    #expect(
        digest(Array(repeating: piece, count: 1000))
            == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
}

/// However it is cut, the digest is that of the whole; finishing in between changes nothing.
@Test("SHA-256 of pieces") func sha256OfPieces() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
        let whole = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        var hash = SHA256()
        var rest = whole[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(Int.random(in: 1...140, using: &random)))
            hash.update(piece.span.bytes)
            _ = hash.finish()
            rest = rest.dropFirst(piece.count)
        }
        var text: [UInt8] = []
        hash.finish().writeHex(to: &text)
        #expect(String(decoding: text, as: UTF8.self) == digest([whole]), "seed \(seed)")
        var raw: [UInt8] = []
        hash.finish().write(to: &raw)
        var again: [UInt8] = []
        again.append(hexOf: raw.span.bytes)
        #expect(again == text && hash.count == UInt64(whole.count), "seed \(seed)")
    }
}
