import Foundation

/// Which changes of alerts are worth a line to somebody who watches.
///
/// A new alert is told at once, and one that became worse, was closed and grew again, or begins again after an hour of
/// silence. Other repetitions are told when their number passes ten, a hundred, a thousand and so on, and no alert more often
/// than once a minute.
public struct FollowPolicy {
    /// What somebody wants to see.
    public enum Detail: Sendable {
        /// Each change.
        case every
        /// What is worth a line.
        case notable
        /// New alerts only.
        case new
    }

    // What was told of an alert.
    private struct Told {
        var count: Int64
        var level: AlertLevel
        var isReopened: Bool
        var lastSeen: Int64
        var at: Date
    }

    private static let pause: TimeInterval = 60
    private static let silence: Int64 = 3_600_000_000
    private static let limit = 100_000

    private let detail: Detail
    private var told: [Int64: Told] = [:]
    /// What passed a mark and waits for its minute to be over.
    private var waiting: [Int64: StoredAlert] = [:]

    /// A policy that has told nothing yet.
    public init(_ detail: Detail) { self.detail = detail }

    /// Takes up alerts that were printed before the watch began.
    public mutating func note(_ alerts: [StoredAlert], at now: Date) {
        for stored in alerts { remember(stored, at: now) }
    }

    /// Whether a change is to be printed now.
    public mutating func wants(_ change: FollowedAlert, at now: Date) -> Bool {
        let stored = change.stored
        guard detail != .every else { return true }
        guard let before = told[stored.id] else {
            // One that was there before, and of which nothing was shown yet.
            let isShown = change.isNew || detail == .notable
            remember(stored, at: isShown ? now : .distantPast)
            return isShown
        }
        guard detail == .notable else { return false }
        let isReopened = stored.triage?.isReopened ?? false
        if stored.alert.level > before.level || isReopened && !before.isReopened
            || stored.alert.lastSeen - before.lastSeen >= Self.silence
        {
            remember(stored, at: now)
            return true
        }
        told[stored.id]?.lastSeen = max(before.lastSeen, stored.alert.lastSeen)
        told[stored.id]?.isReopened = isReopened
        guard stored.alert.count >= Self.mark(above: before.count) else { return false }
        guard now.timeIntervalSince(before.at) >= Self.pause else {
            waiting[stored.id] = stored
            return false
        }
        remember(stored, at: now)
        return true
    }

    /// What waited for its minute and is to be printed now.
    public mutating func due(at now: Date) -> [StoredAlert] {
        let due = waiting.values.filter { now.timeIntervalSince(told[$0.id]?.at ?? .distantPast) >= Self.pause }
        for stored in due { remember(stored, at: now) }
        return due.sorted { $0.revision < $1.revision }
    }

    /// The next power of ten.
    private static func mark(above count: Int64) -> Int64 {
        var mark: Int64 = 10
        while mark <= count, mark < .max / 10 { mark *= 10 }
        return mark
    }

    private mutating func remember(_ stored: StoredAlert, at now: Date) {
        waiting[stored.id] = nil
        told[stored.id] = Told(
            count: stored.alert.count, level: stored.alert.level, isReopened: stored.triage?.isReopened ?? false,
            lastSeen: stored.alert.lastSeen, at: now)
        guard told.count > Self.limit else { return }
        // The older half: an alert that was silent for long is told like one that begins again.
        let ids = told.sorted { $0.value.at < $1.value.at }.prefix(Self.limit / 2).map(\.key)
        for id in ids { told[id] = nil }
    }
}
