import Testing

@testable import Sigma

@Suite struct DurationTests {
    static let spans: [(String, Int64?)] = [
        ("15s", 15_000_000_000), ("30m", 1_800_000_000_000), ("2h", 7_200_000_000_000), ("7d", 604_800_000_000_000),
        ("90m", 5_400_000_000_000), ("1s", 1_000_000_000), ("007s", 7_000_000_000),
        ("106751d", 9_223_286_400_000_000_000),
        ("106752d", nil), ("9223372036854775807s", nil), ("99999999999999999999s", nil), ("0s", nil), ("-1s", nil),
        ("+1s", nil),
        ("500ms", nil), ("1w", 604_800_000_000_000), ("1M", 2_629_746_000_000_000), ("1y", 31_556_952_000_000_000),
        ("300y", nil), ("1W", nil), ("1Y", nil), ("1H", nil), ("h", nil), ("", nil), ("1", nil),
        ("1 h", nil),
        ("1h30m", nil), ("1.5h", nil), ("\u{661}s", nil), ("1s\u{301}", nil),
    ]

    @Test("Spans are read", arguments: spans) func spansAreRead(text: String, expected: Int64?) {
        #expect(nanoseconds(ofDuration: text) == expected)
    }

    static let texts: [(Int64, String)] = [
        (0, "0s"), (1, "1ns"), (1500, "1500ns"), (2000, "2us"), (1_500_000_000, "1500ms"), (15_000_000_000, "15s"),
        (5_400_000_000_000, "90m"), (3_600_000_000_000, "1h"), (604_800_000_000_000, "7d"), (-1_000_000_000, "-1s"),
        (.min, "-9223372036854775808ns"),
    ]

    @Test("Spans are written", arguments: texts) func spansAreWritten(nanoseconds: Int64, expected: String) {
        #expect(durationText(nanoseconds: nanoseconds) == expected)
    }
}
