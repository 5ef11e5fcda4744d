import Bytes
import TestSupport
import Testing

@Suite struct UTF8Tests {
    static func findings(_ bytes: [UInt8]) -> UTF8Findings { UTF8Findings(bytes.span.bytes) }

    /// Whether Swift's own validation takes the bytes.
    static func isValid(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

    @Test("Every combination of two bytes") func everyCombinationOfTwoBytes() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let bytes = [first, second]
                if Self.findings(bytes).contains(.illFormed) == Self.isValid(bytes) { Issue.record("\(bytes)") }
            }
        }
    }

    /// Lead bytes that want three or four, with each second byte and the last bytes at their bounds, whole and cut.
    @Test("Longer sequences") func longerSequences() {
        let bounds: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        for first in UInt8(0xE0)...0xFF {
            for second in UInt8.min...UInt8.max {
                for third in bounds {
                    for last in first < 0xF0 ? [[]] : bounds.map({ [$0] }) + [[]] {
                        let bytes = [first, second, third] + last
                        if Self.findings(bytes).contains(.illFormed) == Self.isValid(bytes) { Issue.record("\(bytes)") }
                    }
                }
            }
        }
    }

    /// All of the first planes' scripts and symbols, and the surroundings of each border.
    @Test("Scalars") func scalars() {
        for value in UInt32(0)...0x10FFFF {
            let isNearBorder = value % 0x1000 < 0x10 || value % 0x1000 >= 0xFF0 || (0xFD00...0xFE00).contains(value)
            guard value < 0x3000 || isNearBorder, let scalar = Unicode.Scalar(value) else { continue }
            let isControl = (1...0x1F).contains(value) || (0x7F...0x9F).contains(value)
            let isNonCharacter = (0xFDD0...0xFDEF).contains(value) || value % 0x1_0000 >= 0xFFFE
            let expected: UTF8Findings =
                value == 0 ? .null : isControl ? .control : isNonCharacter ? .nonCharacter : []
            let bytes = Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            if Self.findings(bytes) != expected { Issue.record("U+\(String(value, radix: 16))") }
            if utf8SequenceLength(bytes.span.bytes, at: 0) != bytes.count { Issue.record("U+\(value) length") }
        }
    }

    // Unicode 15, section 3.9: table 3-7 and the examples of ill-formed sequences in tables 3-8 to 3-11.
    static let vectors: [([UInt8], UTF8Findings)] = [
        ([], []),
        (Array("sensors/Küche/温度/🌡".utf8), []),
        ([0x61, 0x00], .null),
        ([0x0A], .control),
        ([0x7F], .control),
        ([0xC2, 0x85], .control),
        ([0xC2, 0xA0], []),
        ([0xEF, 0xBF, 0xBE], .nonCharacter),
        ([0xF4, 0x8F, 0xBF, 0xBF], .nonCharacter),
        ([0xC0, 0xAF], .illFormed),
        ([0xE0, 0x80, 0xBF], .illFormed),
        ([0xF0, 0x81, 0x82, 0x41], .illFormed),
        ([0xED, 0xA0, 0x80], .illFormed),
        ([0xED, 0xBF, 0xBF], .illFormed),
        ([0xF4, 0x91, 0x92, 0x93], .illFormed),
        ([0xFF, 0x41, 0x80, 0xBF, 0x42], .illFormed),
        ([0xE1, 0x80, 0xE2, 0xF0, 0x91, 0x92, 0xF1, 0xBF, 0x41], .illFormed),
        ([0xC3], .illFormed),
        ([0xF0, 0x9F, 0x8C], .illFormed),
        // What follows an ill-formed byte is still looked at.
        ([0xC3, 0x00, 0x01, 0xEF, 0xBF, 0xBF], [.illFormed, .null, .control, .nonCharacter]),
    ]

    @Test("Vector", arguments: vectors) func vector(_ bytes: [UInt8], _ expected: UTF8Findings) {
        #expect(Self.findings(bytes) == expected)
    }

    @Test("Seeded bytes") func seededBytes() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        // Bytes that are often part of a sequence, so that many are well-formed.
        let likely: [UInt8] = [0x41, 0x80, 0x9F, 0xA0, 0xBF, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4]
        for _ in 0..<50_000 {
            let bytes = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
                likely.randomElement(using: &generator) ?? 0
            }
            if Self.findings(bytes).contains(.illFormed) == Self.isValid(bytes) {
                Issue.record("seed \(seed): \(bytes)")
            }
        }
    }
}
