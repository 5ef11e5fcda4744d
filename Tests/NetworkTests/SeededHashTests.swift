import Network
import Testing

@Suite struct SeededHashTests {
    @Test("Same seed same hash") func sameSeedSameHash() {
        let bytes = Array("sensors/kitchen/temperature".utf8)
        let one = SeededHash(seed: 7)
        let other = SeededHash(seed: 7)
        #expect(one.hash(bytes.span.bytes) == other.hash(bytes.span.bytes))
        #expect(one.hash(1, 2, 3, 4, 5) == other.hash(1, 2, 3, 4, 5))
        #expect(one.hash(bytes.span.bytes) != SeededHash(seed: 9).hash(bytes.span.bytes))
        #expect(one.hash(bytes.span.bytes, initial: 1) != one.hash(bytes.span.bytes))
    }

    @Test("Every length and every bit count") func everyLengthAndEveryBitCount() {
        let hash = SeededHash(seed: 1)
        var seen: Set<UInt64> = []
        // Zeros of different lengths differ, and so does each bit.
        for count in 0...40 {
            let zeros = [UInt8](repeating: 0, count: count)
            #expect(seen.insert(hash.hash(zeros.span.bytes)).inserted)
            for bit in 0..<(8 * count) {
                var bytes = zeros
                bytes[bit / 8] = 1 << UInt8(bit % 8)
                #expect(seen.insert(hash.hash(bytes.span.bytes)).inserted)
            }
        }
    }

    @Test("Each word counts") func eachWordCounts() {
        let hash = SeededHash(seed: 1)
        var seen: Set<UInt64> = [hash.hash(0, 0, 0, 0, 0)]
        for bit in UInt64(0)..<64 {
            let word = UInt64(1) << bit
            for value in [
                hash.hash(word, 0, 0, 0, 0), hash.hash(0, word, 0, 0, 0), hash.hash(0, 0, word, 0, 0),
                hash.hash(0, 0, 0, word, 0), hash.hash(0, 0, 0, 0, word),
            ] { #expect(seen.insert(value).inserted) }
        }
    }

    /// No word that can be known from outside wipes out the words beside it.
    @Test("No word wipes out others") func noWordWipesOutOthers() {
        let hash = SeededHash(seed: 11)
        // The constants of the source among them.
        let words: [UInt64] = [0, 1, .max, 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93, 0xBF58_476D_1CE4_E5B9]
        for word in words {
            #expect(hash.hash(1, word, 0, 0, 0) != hash.hash(2, word, 0, 0, 0))
            #expect(hash.hash(1, 0, word, 0, 0) != hash.hash(2, 0, word, 0, 0))
            #expect(hash.hash(0, 1, word, 0, 0) != hash.hash(0, 2, word, 0, 0))
            #expect(hash.hash(0, 0, 0, 1, word) != hash.hash(0, 0, 0, 2, word))
            #expect(hash.mix(1, word) != hash.mix(2, word))
            #expect(hash.mix(word, 1) != hash.mix(word, 2))
        }
    }

    /// Flow keys that differ little fill 1024 slots about evenly: no slot gets four times its share of 64.
    @Test("Similar keys spread") func similarKeysSpread() {
        let hash = SeededHash(seed: 3)
        var slots = [Int](repeating: 0, count: 1024)
        for key in UInt64(0)..<65_536 { slots[Int(hash.hash(0, 0x0A00_0001, 0, 0x0A00_0002, key) % 1024)] += 1 }
        #expect((slots.max() ?? 0) < 256)
        #expect((slots.min() ?? 0) > 16)
    }

    @Test("Processes draw their own seed") func processesDrawTheirOwnSeed() {
        #expect(SeededHash().hash(1, 2, 3, 4, 5) != SeededHash().hash(1, 2, 3, 4, 5))
    }
}
