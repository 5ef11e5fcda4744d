/// The units of a span of time (correlation rules specification, *Time Selection*), in nanoseconds, longest first.
///
/// The specification has `d`, `h`, `m` and `s`. Weeks, months and years are pySigma's: a year is the mean one of the
/// Gregorian calendar, a month a twelfth of it.
private let durationUnits: [(letter: Character, nanoseconds: Int64)] = [
    ("y", 31_556_952_000_000_000), ("M", 2_629_746_000_000_000), ("w", 604_800_000_000_000),
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
]

/// The length of a span such as `15s`, `30m`, `2h`, `7d`, `2w`, `1M` or `1y` in nanoseconds.
///
/// - Returns: `nil` for anything else, for nothing at all (`0s`), and for more than 292 years, which do not fit.
public func nanoseconds(ofDuration text: String) -> Int64? {
    guard let letter = text.last, let unit = durationUnits.first(where: { $0.letter == letter }) else { return nil }
    let digits = text.utf8.dropLast()
    guard !digits.isEmpty, digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
        let count = Int64(text.dropLast()), count > 0
    else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit.nanoseconds)
    return overflow ? nil : product
}

/// A span of time as a person would write it: `90m`, `1h`, `1500ms`; the longest unit that needs no fraction.
public func durationText(nanoseconds: Int64) -> String {
    let units =
        durationUnits.dropFirst(3).map { (String($0.letter), $0.nanoseconds) } + [("ms", 1_000_000), ("us", 1000)]
    for (name, length) in units where nanoseconds != 0 && nanoseconds % length == 0 {
        return "\(nanoseconds / length)\(name)"
    }
    return nanoseconds == 0 ? "0s" : "\(nanoseconds)ns"
}
