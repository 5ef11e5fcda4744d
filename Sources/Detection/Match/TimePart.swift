import Network

/// A part of a time that can be compared (appendix *Sigma Modifiers*, Time Modifiers), in UTC.
enum TimePart: String, Hashable, Sendable {
    case minute, hour, day, week, month, year

    /// The number that this part of a time is.
    func value(of time: Timestamp) -> Int64 {
        let seconds = floorDivision(time.nanoseconds, 1_000_000_000)
        let days = floorDivision(seconds, 86_400)
        let ofDay = seconds - days * 86_400
        switch self {
        case .minute: return ofDay / 60 % 60
        case .hour: return ofDay / 3600
        case .day: return CalendarDay(daysSince1970: days).day
        case .month: return CalendarDay(daysSince1970: days).month
        case .year: return CalendarDay(daysSince1970: days).year
        case .week: return isoWeek(days)
        }
    }
}

/// A day of the proleptic Gregorian calendar.
private struct CalendarDay {
    var year: Int64
    var month: Int64
    var day: Int64

    init(daysSince1970 days: Int64) {
        // Years are counted from March, so that the leap day is the last one.
        let shifted = days + 719_468
        let era = floorDivision(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        day = ofYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}

/// The week of ISO 8601: week 1 is the one with the first Thursday of the year.
private func isoWeek(_ days: Int64) -> Int64 {
    // 1970-01-01 was a Thursday; `weekday` is 0 on Mondays.
    let weekday = floorModulo(days + 3, 7)
    let thursday = days - weekday + 3
    let year = CalendarDay(daysSince1970: thursday).year
    return (thursday - daysSince1970(year, 1, 1)) / 7 + 1
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar.
func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

private func floorDivision(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}

private func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
    value - floorDivision(value, divisor) * divisor
}
