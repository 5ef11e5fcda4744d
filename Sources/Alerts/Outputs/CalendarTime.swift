import Foundation
import Network

/// A time taken apart.
public struct CalendarTime {
    /// The date, such as `2026-11-21`.
    public let date: String
    /// The time of the day, such as `09:30:00`.
    public let clock: String
    /// 0 to 999,999.
    public let microsecond: Int
    /// `11/21/2026`, the order of Suricata's fast.log.
    let monthFirstDate: String

    /// Takes apart microseconds since 1970 UTC; beyond what 64 bits of nanoseconds hold it is clamped.
    ///
    /// - Parameters:
    ///   - microseconds: the time.
    ///   - zone: the zone in which it is told.
    public init(microseconds: Int64, zone: TimeZone = .gmt) {
        let offset =
            zone == .gmt ? 0 : zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(microseconds) / 1e6))
        let (local, overflow) = microseconds.addingReportingOverflow(Int64(offset) * 1_000_000)
        let text = Timestamp(microseconds: overflow ? microseconds : local).description
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
