import Patterns
import Testing

@testable import Detection

/// What the matcher keeps of patterns, and how times are written.
@Suite struct TableTests {
    @Test("A pattern over many literals keeps its scratch") func aPatternOverManyLiteralsKeepsItsScratch() throws {
        let one = try Pattern("needle", [])
        let other = try Pattern("(?:^x\\z)|(?:y+)", [.ignoresCase])
        let scratch = PatternScratch(for: [one, other])
        let text = Array("a needle, Y".utf8)
        #expect(scratch.matches(one.database, text.span.bytes) == true)
        #expect(scratch.matches(other.database, text.span.bytes) == true)
        #expect(scratch.matches(other.database, [UInt8]().span.bytes) == false)
    }

    @Test("Eight bytes are folded as one is") func eightBytesAreFoldedAsOneIs() {
        for byte in UInt8.min...UInt8.max {
            for neighbour in [0, 0x40, 0x41, 0x5A, 0x5B, 0x7F, 0x80, 0xC1, 0xFF] as [UInt8] {
                let bytes = (0..<8).map { $0 % 2 == 0 ? byte : neighbour }
                let wanted = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64(folded($1)) }
                #expect(folded(bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) == wanted)
            }
        }
    }

    @Test("Times of rules") func timesOfRules() {
        #expect(durationText(90_000_000_000) == "90s")
        #expect(durationText(3_600_000_000_000) == "1h")
        #expect(durationText(172_800_000_000_000) == "2d")
        #expect(durationText(1_500_000) == "1500us")
    }
}
