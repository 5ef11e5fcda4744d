import Network

/// A time taken apart, in UTC.
struct CalendarTime {
    /// The date, such as `2026-11-21`.
    let date: String
    /// The time of the day, such as `09:30:00`.
    let clock: String
    /// 0 to 999,999.
    let microsecond: Int
    /// `11/21/2026`, the order of Suricata's fast.log.
    let monthFirstDate: String

    /// Takes apart microseconds since 1970 UTC; beyond what 64 bits of nanoseconds hold it is clamped.
    init(microseconds: Int64) {
        let text = Timestamp(microseconds: microseconds).description
        let fields = text.split(whereSeparator: { "T.Z".contains($0) }).map(String.init)
        date = fields[0]
        clock = fields[1]
        microsecond = Int(fields[2].prefix(6)) ?? 0
        let parts = date.split(separator: "-")
        monthFirstDate = parts.count == 3 ? "\(parts[1])/\(parts[2])/\(parts[0])" : date
    }
}

extension Timestamp {
    /// A time from microseconds since 1970 UTC; beyond what 64 bits of nanoseconds hold it is clamped.
    init(microseconds: Int64) {
        let (product, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
        self.init(nanoseconds: overflow ? (microseconds < 0 ? .min : .max) : product)
    }
}

/// A number with zeros in front up to `width` digits.
func digits(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
}
