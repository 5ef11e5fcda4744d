import Alerts

/// Which changes of an alert are worth a record: it has become worse, was closed and grew again, has ten times the matches that
/// were told last, or a minute has passed since.
///
/// What is not told now waits for its minute; time is that of a clock that nobody sets.
struct GrowthPolicy {
    // What was told of an alert.
    private struct Told {
        var count: Int64
        var level: AlertLevel
        var isReopened: Bool
        var at: ContinuousClock.Instant
    }

    /// How long an alert is left alone.
    static let pause = Duration.seconds(60)
    /// How many alerts are remembered.
    private static let limit = 50_000

    private var told: [Int64: Told] = [:]

    /// Remembers what a record says.
    mutating func tell(_ stored: StoredAlert, at now: ContinuousClock.Instant) {
        told[stored.id] = Told(
            count: stored.alert.count, level: stored.alert.level, isReopened: stored.triage?.isReopened ?? false,
            at: now)
        guard told.count > Self.limit else { return }
        // The older half: one that was silent for so long is told at its next change.
        for (id, _) in told.sorted(by: { $0.value.at < $1.value.at }).prefix(Self.limit / 2) { told[id] = nil }
    }

    /// Whether a change is told now.
    func wants(_ stored: StoredAlert, at now: ContinuousClock.Instant) -> Bool {
        guard let before = told[stored.id] else { return true }
        if stored.alert.level > before.level || (stored.triage?.isReopened ?? false) && !before.isReopened {
            return true
        }
        let (mark, overflow) = before.count.multipliedReportingOverflow(by: 10)
        return !overflow && stored.alert.count >= mark || isDue(stored.id, at: now)
    }

    /// Whether an alert whose growth was held back may be told.
    func isDue(_ id: Int64, at now: ContinuousClock.Instant) -> Bool {
        told[id].map { now - $0.at >= Self.pause } ?? true
    }
}
