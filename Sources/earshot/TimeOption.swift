import Foundation

/// Times as people write them at a terminal.
struct TimeOption {
    /// What is understood, for help and errors.
    static let forms = "90s, 15m, 2h, 7d, 2w, now, today, yesterday, 10:21, 2026-11-21, '2026-11-21 10:21', RFC 3339"

    private let calendar: Calendar
    private let now: Date

    /// A reader of times in a zone.
    init(zone: TimeZone, now: Date = Date()) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.calendar = calendar
        self.now = now
    }

    /// Microseconds since 1970 UTC of a text; `nil` where it is no time.
    ///
    /// A day stands for its beginning, or its end where `isEnd`.
    func microseconds(_ text: String, isEnd: Bool = false) -> Int64? {
        let text = text.trimmingCharacters(in: .whitespaces).lowercased()
        if let date = ago(text) ?? day(text, isEnd) ?? clock(text) ?? stamp(text) {
            return Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
        }
        return nil
    }

    private func ago(_ text: String) -> Date? {
        if text == "now" { return now }
        var text = Substring(text)
        if text.hasSuffix(" ago") { text = text.dropLast(4) }
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number >= 0 else {
            return nil
        }
        // Further back than there are alerts is as far back as it gets.
        return now.addingTimeInterval(-min(number * unit, 1e10))
    }

    private func day(_ text: String, _ isEnd: Bool) -> Date? {
        let start: Date?
        switch text {
        case "today": start = calendar.startOfDay(for: now)
        case "yesterday": start = calendar.date(byAdding: .day, value: -1, to: calendar.startOfDay(for: now))
        default:
            guard let numbers = Self.numbers(text, "-"), text.count == 10, numbers.count == 3 else { return nil }
            start = date(numbers, [0, 0, 0])
        }
        guard isEnd, let start else { return start }
        return calendar.date(byAdding: .day, value: 1, to: start)?.addingTimeInterval(-0.000_001)
    }

    /// The latest time of that clock: today's, or yesterday's where today's is still to come.
    private func clock(_ text: String) -> Date? {
        guard let clock = Self.clock(text) else { return nil }
        let today = calendar.dateComponents([.year, .month, .day], from: now)
        guard let date = date([today.year ?? 0, today.month ?? 0, today.day ?? 0], clock) else { return nil }
        return date <= now ? date : calendar.date(byAdding: .day, value: -1, to: date)
    }

    private func stamp(_ text: String) -> Date? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "t" }).map(String.init)
        if parts.count == 2, let numbers = Self.numbers(parts[0], "-"), numbers.count == 3,
            let clock = Self.clock(parts[1])
        {
            return date(numbers, clock)
        }
        let formatter = ISO8601DateFormatter()
        for options: ISO8601DateFormatter.Options in [
            [.withInternetDateTime], [.withInternetDateTime, .withFractionalSeconds],
        ] {
            formatter.formatOptions = options
            if let date = formatter.date(from: text.uppercased().replacing(" ", with: "T")) { return date }
        }
        return nil
    }

    /// A date that exists: the calendar would make 1 March of 30 February.
    private func date(_ day: [Int], _ clock: [Int]) -> Date? {
        let wanted = DateComponents(
            year: day[0], month: day[1], day: day[2], hour: clock[0], minute: clock[1], second: clock[2])
        guard let date = calendar.date(from: wanted) else { return nil }
        let found = calendar.dateComponents([.year, .month, .day], from: date)
        return found.year == day[0] && found.month == day[1] && found.day == day[2] ? date : nil
    }

    private static func clock(_ text: String) -> [Int]? {
        guard let numbers = numbers(text, ":"), (2...3).contains(numbers.count), (0...23).contains(numbers[0]),
            numbers.dropFirst().allSatisfy({ (0...59).contains($0) })
        else { return nil }
        return numbers.count == 3 ? numbers : numbers + [0]
    }

    private static func numbers(_ text: String, _ separator: Character) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in part.allSatisfy(\.isNumber) ? Int(part) : nil }
        return parts.count > 1 && numbers.count == parts.count ? numbers : nil
    }
}
