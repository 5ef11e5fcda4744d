import Testing

@testable import Detection

/// What the matcher keeps of patterns, and how times are written.
@Suite struct TableTests {
    @Test func aPatternOverManyLiteralsKeepsItsScratch() throws {
        let one = try Pattern("needle", [])
        let other = try Pattern("(?:^x\\z)|(?:y+)", [.ignoresCase])
        let scratch = PatternScratch(for: [one, other])
        let text = Array("a needle, Y".utf8)
        #expect(scratch.matches(one.database, text.span.bytes) == true)
        #expect(scratch.matches(other.database, text.span.bytes) == true)
        #expect(scratch.matches(other.database, [UInt8]().span.bytes) == false)
    }

    @Test func timesOfRules() {
        #expect(durationText(90_000_000_000) == "90s")
        #expect(durationText(3_600_000_000_000) == "1h")
        #expect(durationText(172_800_000_000_000) == "2d")
        #expect(durationText(1_500_000) == "1500us")
    }
}
