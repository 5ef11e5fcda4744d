import Alerts
import Foundation
import TestSupport
import Testing

@Suite struct TerminalSafeTests {
    /// Every code point that must never reach a terminal, by the lists of Unicode 15.
    static let forbidden: [UInt32] =
        Array(0x00...0x1F) + Array(0x7F...0x9F) + [0x061C, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029]
        + Array(0x202A...0x202E) + Array(0x2060...0x2064) + Array(0x2066...0x2069) + [0xFEFF, 0x00AD, 0x180E]
        + Array(0xFFF9...0xFFFB) + [0xE0001, 0xE0020, 0xE007F, 0xFE0F, 0x3164]

    @Test("Is shown escaped", arguments: forbidden)
    func isShownEscaped(value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        let hexadecimal = String(value, radix: 16)
        let escape = value < 0x80 ? "\\x" + (value < 16 ? "0" : "") + hexadecimal : "\\u{\(hexadecimal)}"
        #expect(terminalSafe("a\(Character(scalar))b") == "a\(escape)b")
        #expect(terminalSafe(Array(String(Character(scalar)).utf8)) == escape)
    }

    @Test(
        "Text",
        arguments: [
            ("", ""), ("plain", "plain"), ("käse 温度 🌡", "käse 温度 🌡"), ("a\\b", "a\\\\b"),
            // What looks like an escape cannot be taken for one.
            ("\\x1b[2J", "\\\\x1b[2J"), ("\u{1B}[2J", "\\x1b[2J"), ("\\u{202e}", "\\\\u{202e}"), ("\\\\", "\\\\\\\\"),
            ("\\\u{1B}", "\\\\\\x1b"), ("a\r\nb", "a\\x0d\\x0ab"), ("\u{9B}31m", "\\u{9b}31m"),
        ])
    func text(input: String, expected: String) {
        #expect(terminalSafe(input) == expected)
    }

    @Test(
        "Bytes that are no text",
        arguments: [
            ([0xFF], "\u{FFFD}"), ([0xC0, 0x80], "\u{FFFD}\u{FFFD}"), ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0x61, 0xE2, 0x82], "a\u{FFFD}\u{FFFD}"), ([0x9B, 0x41], "\u{FFFD}A"), ([0xC2, 0x9B], "\\u{9b}"),
            ([0xF4, 0x90, 0x80, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"), ([0xE2, 0x80, 0xAE], "\\u{202e}"),
        ] as [([UInt8], String)])
    func bytesThatAreNoText(input: [UInt8], expected: String) {
        #expect(terminalSafe(input) == expected)
    }

    /// Two texts that differ are shown differently: no escape can be forged.
    @Test("Is injective") func isInjective() {
        var seed = testSeed()
        let first = seed
        let pieces = ["\\", "x", "1", "b", "\u{1B}", "u", "{", "}", "\u{202E}", "2", "0", "e", "\u{0}", "n", "\n"]
        var shown: [String: String] = [:]
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<6 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(seed >> 33) % pieces.count]
            }
            let safe = terminalSafe(text)
            if let other = shown[safe] {
                #expect(other.unicodeScalars.elementsEqual(text.unicodeScalars), "seed \(first)")
            }
            shown[safe] = text
        }
    }

    /// A group key has its backslashes doubled already.
    @Test("Backslashes that are doubled already") func backslashesThatAreDoubledAlready() {
        #expect(terminalSafe("a=\\\\b\\|c\u{1B}", doublingBackslashes: false) == "a=\\\\b\\|c\\x1b")
    }
}
