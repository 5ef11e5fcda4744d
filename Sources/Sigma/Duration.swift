/// The units of a span of time (correlation rules specification, *Time Selection*), in nanoseconds, longest first.
private let durationUnits: [(letter: Character, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
]

/// The length of a span such as `15s`, `30m`, `2h` or `7d` in nanoseconds.
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
    let units = durationUnits.map { (String($0.letter), $0.nanoseconds) } + [("ms", 1_000_000), ("us", 1000)]
    for (name, length) in units where nanoseconds != 0 && nanoseconds % length == 0 {
        return "\(nanoseconds / length)\(name)"
    }
    return nanoseconds == 0 ? "0s" : "\(nanoseconds)ns"
}
