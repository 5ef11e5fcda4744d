import Glibc
import Network
import TestSupport
import Testing

@Suite struct TimestampTests {
    // Dates and their seconds as `date --utc --date=@SECONDS` gives them.
    static let dates: [(Int64, Int64, String)] = [
        (0, 0, "1970-01-01T00:00:00.000000Z"),
        (0, 1, "1970-01-01T00:00:00.000000001Z"),
        (0, 1000, "1970-01-01T00:00:00.000001Z"),
        (1_000_000_000, 123_456_789, "2001-09-09T01:46:40.123456789Z"),
        (951_782_400, 0, "2000-02-29T00:00:00.000000Z"),
        (951_868_799, 999_999_999, "2000-02-29T23:59:59.999999999Z"),
        (951_868_800, 0, "2000-03-01T00:00:00.000000Z"),
        (1_709_164_800, 0, "2024-02-29T00:00:00.000000Z"),
        (1_677_628_799, 999_999_000, "2023-02-28T23:59:59.999999Z"),
        (1_677_628_800, 0, "2023-03-01T00:00:00.000000Z"),
        (4_107_542_400, 0, "2100-03-01T00:00:00.000000Z"),
        (4_107_542_399, 0, "2100-02-28T23:59:59.000000Z"),
        (4_294_967_295, 0, "2106-02-07T06:28:15.000000Z"),
        (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
        (-1, 0, "1969-12-31T23:59:59.000000Z"),
        (-86_400, 0, "1969-12-31T00:00:00.000000Z"),
        (-2_203_891_200, 0, "1900-03-01T00:00:00.000000Z"),
        (-2_203_891_201, 0, "1900-02-28T23:59:59.000000Z"),
        (9_223_372_036, 854_775_807, "2262-04-11T23:47:16.854775807Z"),
        (-9_223_372_036, 0, "1677-09-21T00:12:44.000000Z"),
    ]

    @Test("Text", arguments: dates) func text(_ seconds: Int64, _ nanoseconds: Int64, _ expected: String) {
        #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds).description == expected)
    }

    @Test("Same dates as the system") func sameDatesAsTheSystem() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let value = Timestamp(nanoseconds: Int64.random(in: .min ... .max, using: &generator))
            let part = value.nanoseconds % 1_000_000_000
            var seconds = time_t(value.nanoseconds / 1_000_000_000 - (part < 0 ? 1 : 0))
            var parts = tm()
            gmtime_r(&seconds, &parts)
            let fields = [
                Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday), Int(parts.tm_hour),
                Int(parts.tm_min), Int(parts.tm_sec),
            ]
            let digits = value.description.split { !("0"..."9").contains($0) }.map { Int($0) ?? -1 }
            if Array(digits.prefix(6)) != fields { Issue.record("seed \(seed): \(value.nanoseconds)") }
        }
    }

    @Test("Extremes") func extremes() {
        #expect(Timestamp(nanoseconds: .min).description == "1677-09-21T00:12:43.145224192Z")
        #expect(Timestamp(nanoseconds: .max).description == "2262-04-11T23:47:16.854775807Z")
        #expect(Timestamp(seconds: .max, nanoseconds: 0).nanoseconds == .max)
        #expect(Timestamp(seconds: .min, nanoseconds: 0).nanoseconds == .min)
        #expect(Timestamp(seconds: 9_223_372_036, nanoseconds: 900_000_000).nanoseconds == .max)
    }

    static let micros: [(Int64, Int64)] = [
        (0, 0), (999, 0), (1000, 1), (1999, 1), (-1, -1), (-999, -1), (-1000, -1), (-1001, -2),
        (.max, 9_223_372_036_854_775), (.min, -9_223_372_036_854_776), (.min + 1, -9_223_372_036_854_776),
    ]

    @Test("Microseconds", arguments: micros) func microseconds(_ nanoseconds: Int64, _ expected: Int64) {
        #expect(Timestamp(nanoseconds: nanoseconds).microseconds == expected)
    }

    @Test("Differences are clamped") func differencesAreClamped() {
        let low = Timestamp(nanoseconds: .min)
        let high = Timestamp(nanoseconds: .max)
        #expect(high.nanoseconds(since: low) == .max)
        #expect(low.nanoseconds(since: high) == .min)
        #expect(Timestamp(nanoseconds: 5).nanoseconds(since: Timestamp(nanoseconds: 7)) == -2)
        #expect(high.advanced(byNanoseconds: 1) == high)
        #expect(low.advanced(byNanoseconds: -1) == low)
        #expect(Timestamp.zero.advanced(byNanoseconds: -1).nanoseconds == -1)
        #expect(low < .zero && .zero < high)
    }
}
