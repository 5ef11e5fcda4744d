import Bytes
import Patterns
import TestSupport
import Testing

@testable import Detection

/// Text matching against slow and simple recomputation, on random bytes.
@Suite struct TextModelTests {
    @Test("wildcards match as a recursive matcher says") func wildcardsEqualARecursiveMatcher() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            var literals: [UInt8] = []
            var parts: [GlobPart] = []
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                switch Int.random(in: 0..<4, using: &random) {
                case 0: parts.append(.anyOne)
                case 1 where parts.last != .anyRun: parts.append(.anyRun)
                default:
                    let text = Array(["a", "B", "ab", "ä", "€"].randomElement(using: &random)?.utf8 ?? "".utf8)
                    parts.append(.literal(ByteRange(offset: literals.count, count: text.count)))
                    literals += text.map(folded)
                }
            }
            let pieces: [[UInt8]] = [[0x61], [0x42], [0xC3, 0xA4], [0xE2, 0x82, 0xAC], [0xFF], [0xE2]]
            let text = (0..<Int.random(in: 0...8, using: &random)).flatMap { _ in
                pieces.randomElement(using: &random) ?? []
            }
            let found = text.span.bytes.fits(parts, 0..<parts.count, literals: literals.span.bytes, cased: false)
            #expect(found == naive(parts[...], characters(text)[...], literals), "seed \(seed), \(parts), \(text)")
        }
    }

    private func characters(_ text: [UInt8]) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var offset = 0
        while offset < text.count {
            let length = text.span.bytes.characterLength(at: offset)
            result.append(Array(text[offset..<offset + length]))
            offset += length
        }
        return result
    }

    private func naive(_ parts: ArraySlice<GlobPart>, _ text: ArraySlice<[UInt8]>, _ literals: [UInt8]) -> Bool {
        guard let part = parts.first else { return text.isEmpty }
        let rest = parts.dropFirst()
        switch part {
        case .anyOne: return !text.isEmpty && naive(rest, text.dropFirst(), literals)
        case .anyRun: return (0...text.count).contains { naive(rest, text.dropFirst($0), literals) }
        case .literal(let range):
            let wanted = characters(Array(literals[range.offset..<range.end]))
            return text.prefix(wanted.count).map { $0.map(folded) } == wanted
                && naive(rest, text.dropFirst(wanted.count), literals)
        }
    }

    /// Short texts are searched by a loop and long ones by Vectorscan: both must find the same.
    @Test("the loop and Vectorscan find the same texts", arguments: [false, true]) func bothSearchesFindTheSame(
        _ cased: Bool
    ) throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let alphabet: [UInt8] = [0x61, 0x41, 0x62, 0x5B, 0x7B, 0x00, 0xC3, 0xA4, 0x2E, 0x0A]
            let raw = (0..<Int.random(in: 1...4, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0
            }
            let word = cased ? raw : raw.map(folded)
            let expression = word.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            let pattern = try Pattern(expression, cased ? [] : [.ignoresCase])
            let scratch = PatternScratch(for: [pattern])
            for _ in 0..<100 {
                let text = (0..<Int.random(in: 0...90, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? 0
                }
                let found = text.span.bytes.contains(word.span.bytes, cased: cased)
                let fitting = text.indices.contains { start in
                    let part = text[start...].prefix(word.count)
                    return cased ? Array(part) == word : part.map(folded) == word
                }
                #expect(found == fitting, "seed \(seed)")
                #expect(scratch.matches(pattern.database, text.span.bytes) == fitting, "seed \(seed), \(expression)")
            }
        }
    }

    /// Expressions with which AVX-512 code of Vectorscan 5.4.9 passed over matches.
    @Test(
        "Every place is searched",
        arguments: [
            ("b", "b"), ("b|zq", "b"), (".*b", "b"), ("cx?", "c"), (#"\{.*\}"#, "{1}"), ("x[^x]*x", "x1x"),
            (#"(?:passw(?:or)?d|secret)\s*[:=]"#, "passwd ="),
        ])
    func everyPlaceIsSearched(_ expression: String, _ found: String) throws {
        let pattern = try Pattern(expression, [])
        let scratch = PatternScratch(for: [pattern])
        for length in 0..<200 {
            for place in [0, length / 2, length] {
                let text = Array(repeating: UInt8(ascii: "-"), count: place) + Array(found.utf8)
                let whole = text + Array(repeating: UInt8(ascii: "-"), count: length - place)
                #expect(scratch.matches(pattern.database, whole.span.bytes) == true, "\(place) of \(length)")
            }
            let nothing = Array(repeating: UInt8(ascii: "-"), count: length)
            #expect(scratch.matches(pattern.database, nothing.span.bytes) == false)
        }
    }
}
