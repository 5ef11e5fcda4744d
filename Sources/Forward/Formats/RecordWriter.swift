import Alerts
import Foundation

/// Writes records for a target in its format.
struct RecordWriter: Sendable {
    /// How records are written.
    let format: RecordFormat
    /// Bytes of a record at most.
    let limit: Int
    /// Bytes that a value of an event may have before it is cut.
    let valueLimit = 8 << 10

    init(_ settings: TargetSettings) {
        format = settings.effectiveFormat
        limit = settings.messageLimit
    }

    /// One line without a line feed; `nil` where the format has no word for such a record.
    func line(_ record: ForwardRecord) -> String? {
        switch format {
        case .eve: return bounded(record) { eve($0) }
        case .ecs: return bounded(record) { ecs($0) }
        case .ocsf: return bounded(record) { ocsf($0) }
        case .fast: return record.kind == .triage ? nil : record.alert.map { FastOutput().line($0.stored) }
        case .cef: return cef(record)
        case .text: return text(record)
        }
    }

    /// What is longer than a message may be goes without its frames, then without its event: ids stay, and it is said.
    private func bounded(_ record: ForwardRecord, _ write: (ForwardRecord) -> String) -> String {
        let whole = write(record)
        guard whole.utf8.count > limit else { return whole }
        var smaller = record
        smaller.evidence = nil
        let withoutFrames = write(smaller)
        guard withoutFrames.utf8.count > limit else { return withoutFrames }
        smaller.alert?.stored.alert.event = #"{"truncated":true}"#
        let withoutEvent = write(smaller)
        guard withoutEvent.utf8.count > limit else { return withoutEvent }
        // What is left of attackers' texts: names of clients, groups, summaries.
        let room = max(64, limit / 16)
        if var alert = smaller.alert?.stored.alert {
            alert.summary = cut(alert.summary, room)
            alert.clientID = alert.clientID.map { cut($0, room) }
            alert.groupKey = alert.groupKey.map { cut($0, room) }
            if var tally = alert.tally {
                tally.values = nil
                tally.first = tally.first.map { cut($0, room) }
                tally.latest = tally.latest.map { cut($0, room) }
                alert.tally = tally
            }
            smaller.alert?.stored.alert = alert
        }
        if let note = smaller.triage?.note { smaller.triage?.note = cut(note, room) }
        if (smaller.detail?.utf8.count ?? 0) > limit / 2 { smaller.detail = #"{"truncated":true}"# }
        return write(smaller)
    }
}

/// Text that is cut to so many bytes, between characters; a cut is marked.
func cut(_ text: String, _ limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    let mark = "…[cut]"
    var bytes = Array(text.utf8.prefix(max(0, limit - mark.utf8.count)))
    // Not within a character: a byte 10xxxxxx goes on with one.
    if let start = bytes.lastIndex(where: { $0 & 0xC0 != 0x80 }) {
        let wanted = bytes[start] >= 0xF0 ? 4 : bytes[start] >= 0xE0 ? 3 : bytes[start] >= 0xC0 ? 2 : 1
        if bytes.count - start < wanted { bytes.removeSubrange(start...) }
    }
    return String(decoding: bytes, as: UTF8.self) + mark
}

/// Microseconds since 1970 UTC as RFC 3339, with fraction and `Z`.
func rfc3339(_ microseconds: Int64) -> String {
    let time = CalendarTime(microseconds: microseconds)
    let fraction = String(time.microsecond)
    return "\(time.date)T\(time.clock).\(String(repeating: "0", count: max(0, 6 - fraction.count)))\(fraction)Z"
}

/// Wall clock, microseconds since 1970 UTC.
func microsecondsNow() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }
