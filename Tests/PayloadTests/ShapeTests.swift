import Bytes
import TestSupport
import Testing

@testable import Payload

/// Hashes of what is the same in payloads that differ in numbers only, against a plain model of it.
@Suite("Shapes of payloads") struct ShapeTests {
    private static let key: UInt64 = 0x5851_F42D_4C95_7F2D

    private static func shape(_ text: [UInt8]) -> UInt64? { text.span.bytes.shapeHash(key) }
    private static func template(_ text: String) -> UInt64 { Array(text.utf8).span.bytes.templateHash(key) }

    @Test(
        "What counts of a number is about how long it is",
        arguments: [
            (#"{"t":21}"#, #"{"t":22}"#, true), (#"{"t":2}"#, #"{"t":22}"#, true), (#"{"t":22}"#, #"{"t":222}"#, false),
            (#"{"t":222}"#, #"{"t":22222}"#, true), (#"{"t":222222}"#, #"{"t":2222222}"#, false),
            (#"{"t":0}"#, #"{"t":1}"#, false), (#"{"t":0}"#, #"{"t":00000}"#, true), ("4a5f", "123b", true),
            ("4a5f", "1234", false), ("4a5g", "123g", false), ("abcdefgh1", "abcdefgh2", true),
            ("abcdefgh1abcdefghi", "abcdefgh22abcdefghi", true), ("abcdefghi", "abcdefgh\0", false),
            ("ab", "ab\0", false), ("1700000000007", "1700000000123", true),
            ("\u{80}\u{80}\u{80}\u{80}", "\u{81}\u{80}\u{80}\u{80}", false), ("1a", "1b", true), ("", " ", false),
        ])
    func numbers(_ one: String, _ other: String, _ isSame: Bool) throws {
        #expect((try #require(Self.shape(Array(one.utf8))) == #require(Self.shape(Array(other.utf8)))) == isSame)
    }

    @Test(
        "What may be a card or an account has no shape",
        arguments: [
            ("4111111111111111", true), ("4111 1111 1111 1111", true), ("4111-1111--1111 1111", true),
            ("4111,1111,1111,1111", false),
            ("a 4111 b 1111 c 1111 d 1111", false), ("DE89370400440532013000", true), ("x 370400440532", false),
            ("1700000000000", false), ("        4111 1111 1111 1", true), ("0000000000000", false),
        ])
    func checked(_ text: String, _ mayBeChecked: Bool) {
        #expect((Self.shape(Array(text.utf8)) == nil) == mayBeChecked)
    }

    @Test(
        "Topics that differ in numbers and identifiers are one template",
        arguments: [
            ("site/12/dev/000a69", "site/3/dev/000360", true), ("a/co2", "a/co3", false),
            ("a/pump12/t", "a/pump13/t", true),
            ("a/pump12/t", "a/pump22/t", false), ("/3303/0/5700", "/3304/0/5700", false), ("3303/0", "3304/0", false),
            ("site/a", "site/b", false), ("site/longer/than/eight/1", "site/longer/than/eight/22", true),
            ("", "1", false),
        ])
    func topics(_ one: String, _ other: String, _ isSame: Bool) {
        #expect((Self.template(one) == Self.template(other)) == isSame)
    }

    @Test("Two payloads have one hash where a plain reading says the same of them, and else not", arguments: 0..<4)
    func model(_ run: Int) throws {
        var generator = SeededGenerator(seed: testSeed(), run: run)
        var hashes: [[String]: UInt64] = [:]
        var shapes: [UInt64: [String]] = [:]
        let alphabet = Array("0190aefgz{: -\0\u{7F}".utf8) + [0x80, 0xB0, 0xFF]
        for _ in 0..<4000 {
            let text = (0..<Int.random(in: 0...26, using: &generator)).map { _ in
                Bool.random(using: &generator) ? UInt8(ascii: "1") : alphabet.randomElement(using: &generator) ?? 0
            }
            guard let hash = Self.shape(text) else { continue }
            let parts = Self.parts(text)
            #expect(hashes[parts] ?? hash == hash, "\(text)")
            #expect(shapes[hash] ?? parts == parts, "\(text)")
            hashes[parts] = hash
            shapes[hash] = parts
        }
        #expect(shapes.count > 500)
    }

    /// The shape of a text, read octet by octet.
    private static func parts(_ text: [UInt8]) -> [String] {
        var parts: [String] = []
        var rest = text[...]
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        while let first = rest.first {
            guard isDigit(first) else {
                parts.append("\(first)")
                rest.removeFirst()
                continue
            }
            let digits = rest.prefix(while: isDigit)
            let run = rest.prefix { isDigit($0) || (0x61...0x66).contains($0) }
            let next = rest.dropFirst(run.count).first
            let isOpen = next.map { !(isDigit($0) || (0x41...0x5A).contains($0 & 0xDF)) || $0 >= 0x80 } ?? true
            if run.count > digits.count, isOpen {
                parts.append("identifier of \(run.count <= 2 ? 2 : run.count <= 5 ? 3 : run.count)")
                rest = rest.dropFirst(run.count)
            } else {
                let isZero = digits.allSatisfy { $0 == 0x30 }
                parts.append("number of \(isZero ? 1 : digits.count <= 2 ? 2 : digits.count <= 5 ? 3 : digits.count)")
                rest = rest.dropFirst(digits.count)
            }
        }
        return parts
    }
}
