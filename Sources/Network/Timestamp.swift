import Bytes

/// A point in capture time: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct Timestamp: BitwiseCopyable, Hashable, Comparable, Sendable {
    /// Nanoseconds since 1970 UTC.
    public var nanoseconds: Int64

    /// Makes a time from nanoseconds since 1970 UTC.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Makes a time from seconds since 1970 UTC and nanoseconds; what does not fit in 64 bits is clamped.
    public init(seconds: Int64, nanoseconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow2) = product.addingReportingOverflow(nanoseconds)
        self.nanoseconds = overflow || overflow2 ? (seconds < 0 ? .min : .max) : sum
    }

    /// 1970-01-01T00:00:00Z, which stands for a time that is not known yet.
    public static let zero = Timestamp(nanoseconds: 0)

    /// Microseconds since 1970 UTC, rounded down: the unit of the alert store.
    public var microseconds: Int64 {
        nanoseconds / 1000 - (nanoseconds % 1000 < 0 ? 1 : 0)
    }

    /// Whether one time is earlier than another.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Nanoseconds from `earlier` to here; clamped instead of overflowing.
    public func nanoseconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return overflow ? (nanoseconds < earlier.nanoseconds ? .min : .max) : difference
    }

    /// This time moved by `nanoseconds`; clamped instead of overflowing.
    public func advanced(byNanoseconds delta: Int64) -> Timestamp {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(delta)
        return Timestamp(nanoseconds: overflow ? (delta < 0 ? .min : .max) : sum)
    }
}

extension Timestamp {
    /// Appends RFC 3339 text in UTC, such as `2026-11-21T09:30:00.123456Z`: six digits of a second, nine where the
    /// time is finer than a microsecond.
    public func write(to text: inout [UInt8]) {
        let perSecond: Int64 = 1_000_000_000
        var seconds = nanoseconds / perSecond
        var fraction = nanoseconds % perSecond
        if fraction < 0 {
            fraction += perSecond
            seconds -= 1
        }
        var days = seconds / 86_400
        var ofDay = seconds % 86_400
        if ofDay < 0 {
            ofDay += 86_400
            days -= 1
        }
        let (year, month, day) = civilDate(daysSince1970: days)
        text.append(decimal: Int(year), width: 4)
        text.append(UInt8(ascii: "-"))
        text.append(decimal: Int(month), width: 2)
        text.append(UInt8(ascii: "-"))
        text.append(decimal: Int(day), width: 2)
        text.append(UInt8(ascii: "T"))
        text.append(decimal: Int(ofDay / 3600), width: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: Int(ofDay / 60 % 60), width: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: Int(ofDay % 60), width: 2)
        text.append(UInt8(ascii: "."))
        if fraction % 1000 == 0 {
            text.append(decimal: Int(fraction / 1000), width: 6)
        } else {
            text.append(decimal: Int(fraction), width: 9)
        }
        text.append(UInt8(ascii: "Z"))
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 text in UTC, as `write(to:)` appends it.
    public var description: String {
        var text: [UInt8] = []
        write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

/// Year, month and day of the proleptic Gregorian calendar (the era method: 400 years have 146,097 days).
private func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}
