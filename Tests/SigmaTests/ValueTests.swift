import Testing

@testable import Sigma

/// What the modifiers of text make of a value. Expectations are of RFC 4648, of the Unicode standard's encoding schemes,
/// and of pySigma 1.5.1.
@Suite struct ValueTests {
    private func patterns(_ text: String, _ modifiers: [SigmaModifier]) -> [String]? {
        BytePattern(SigmaString(text)).applying(modifiers)?.map { pattern in
            pattern.parts.map { part in
                switch part {
                case .literal(let bytes): String(decoding: bytes, as: UTF8.self)
                case .anyRun: "*"
                case .anyOne: "?"
                }
            }.joined()
        }
    }

    private func bytes(_ text: String, _ modifiers: [SigmaModifier]) -> [UInt8]? {
        guard let parts = BytePattern(SigmaString(text)).applying(modifiers)?.first?.parts, parts.count == 1,
            case .literal(let bytes) = parts[0]
        else { return nil }
        return bytes
    }

    /// The test vectors of RFC 4648, section 10, but for the empty one.
    @Test(
        "Base64",
        arguments: [
            ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(text: String, expected: String) { #expect(patterns(text, [.base64]) == [expected]) }

    /// As pySigma encodes them.
    @Test(
        "Base64 of every offset",
        arguments: [
            ("http://", ["aHR0cDovL", "h0dHA6Ly", "odHRwOi8v"]),
            ("foobar", ["Zm9vYmFy", "Zvb2Jhc", "mb29iYX"]),
            ("ab", ["YW", "Fi", "hY"]),
        ])
    func base64OfEveryOffset(text: String, expected: [String]) {
        #expect(patterns(text, [.base64offset]) == expected)
    }

    /// Whatever stands around it, one of the three stands in the encoded text.
    @Test("base64offset: a text at each of the three offsets is found") func theThreeOffsetsAreEnough() {
        for before in 0..<7 {
            for after in 0..<7 {
                let text = String(repeating: "\u{7F}", count: before) + "secret" + String(repeating: "~", count: after)
                let encoded = patterns(text, [.base64])?.first ?? ""
                #expect(patterns("secret", [.base64offset])?.contains { encoded.contains($0) } == true)
            }
        }
    }

    /// The examples of the appendix *Sigma Modifiers*, Encoding; and a character beyond the first plane.
    @Test(
        "Utf16",
        arguments: [
            ("cmd", [.utf16le], [0x63, 0, 0x6D, 0, 0x64, 0]), ("cmd", [.wide], [0x63, 0, 0x6D, 0, 0x64, 0]),
            ("cmd", [.utf16be], [0, 0x63, 0, 0x6D, 0, 0x64]),
            ("cmd", [.utf16], [0xFF, 0xFE, 0x63, 0, 0x6D, 0, 0x64, 0]),
            ("\u{1F600}", [.utf16be], [0xD8, 0x3D, 0xDE, 0x00]), ("é", [.utf16le], [0xE9, 0]),
        ] as [(String, [SigmaModifier], [UInt8])])
    func utf16(text: String, modifiers: [SigmaModifier], expected: [UInt8]) {
        #expect(bytes(text, modifiers) == expected)
    }

    @Test("Encodings follow each other") func encodingsFollowEachOther() {
        // pySigma: SigmaWideModifier, then SigmaBase64Modifier.
        #expect(patterns("ping", [.wide, .base64]) == ["cABpAG4AZwA="])
        #expect(patterns("a*b", [.base64]) == nil)
    }

    /// As pySigma writes dashes: only those before a word, and not behind one.
    @Test("Dashes") func dashes() {
        #expect(
            patterns("-param-name", [.windash]) == [
                "-param-name", "/param-name", "\u{2013}param-name", "\u{2014}param-name", "\u{2015}param-name",
            ])
        #expect(patterns("a-b", [.windash]) == ["a-b"])
        #expect(patterns(" -f /g", [.windash])?.count == 25)
        #expect(patterns("*-f", [.windash])?.last == "*\u{2015}f")
        #expect(patterns(String(repeating: " -a", count: 9), [.windash]) == nil)
    }

    private let lists = Placeholders(["users": ["root", "adm*"], "none": [], "many": (0..<300).map { "\($0)" }])

    private func expanded(_ text: String) throws -> [String] {
        try SigmaString(text).expanding(lists).map { value in
            value.parts.map { part in
                switch part {
                case .literal(let text): text
                case .anyRun: "<*>"
                case .anyOne: "<?>"
                }
            }.joined()
        }
    }

    @Test("Placeholders stand for lists") func placeholdersStandForLists() throws {
        #expect(try expanded("%users%") == ["root", "adm<*>"])
        #expect(try expanded("*\\%users%") == ["<*>%users%"])
        #expect(try expanded("a%users%?b") == ["aroot<?>b", "aadm<*><?>b"])
        #expect(try expanded("%users%-%users%") == ["root-root", "root-adm<*>", "adm<*>-root", "adm<*>-adm<*>"])
        #expect(try expanded("%users%*") == ["root<*>", "adm<*>"])
        #expect(try expanded("x%none%") == [])
        #expect(try expanded("50% of") == ["50% of"])
        #expect(try expanded("%%") == ["%%"])
        #expect(try SigmaString("^%users%$").expanding(lists).map(\.raw) == ["^root$", "^adm*$"])
        #expect(throws: UnknownPlaceholder(name: "user")) { try expanded("%user%") }
        #expect(throws: UnknownPlaceholder(name: "many", isTooMany: true)) { try expanded("%many%%many%%many%") }
    }
}
