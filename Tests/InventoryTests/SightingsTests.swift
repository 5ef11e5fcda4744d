import Inventory
import Testing

@Suite struct SightingsTests {
    private static let day: Int64 = 86_400_000_000

    @Test("days are counted once each") func days() {
        var seen = Sightings(at: 10 * Self.day + 5, frame: 1)
        seen.note(10 * Self.day + 6, frame: 2)
        seen.note(11 * Self.day, frame: 3)
        seen.note(14 * Self.day, frame: 4)
        seen.note(10 * Self.day, frame: 5)
        #expect(seen.days == 3 && seen.count == 5 && seen.frame == 5)
        #expect(seen.first == 10 * Self.day && seen.last == 14 * Self.day)
    }

    @Test("what two places saw is put together, in either order") func merging() {
        var one = Sightings(at: Self.day, frame: 7)
        one.note(2 * Self.day, frame: 8)
        let other = Sightings(at: 5 * Self.day, frame: 1)
        var both = one
        both.merge(other)
        var reversed = other
        reversed.merge(one)
        #expect(both == reversed)
        #expect(both.count == 3 && both.days == 3 && both.frame == 7)
        #expect(both.first == Self.day && both.last == 5 * Self.day)
    }

    @Test("a band knows its mean and its spread") func bands() {
        var band = NumberBand(2)
        for value in [4.0, 4, 4, 5, 5, 7, 9, .nan] { band.note(value) }
        #expect(band.count == 8 && band.mean == 5 && band.least == 2 && band.greatest == 9)
        // The squares of the distances are 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32.
        #expect(abs(band.squares - 32) < 1e-9 && abs(band.deviation - (32.0 / 7).squareRoot()) < 1e-9)
        #expect(band.isWhole && band.values == [2, 4, 5, 7, 9])
    }
}
