import Alerts
import Foundation
import Testing

/// What is told to somebody who watches.
@Suite struct FollowPolicyTests {
    private let start = Date(timeIntervalSince1970: 1_700_000_000)

    private func change(
        _ id: Int64, count: Int64, new: Bool = false, level: AlertLevel = .medium, seen: Int64 = 0
    ) -> FollowedAlert {
        var alert = sampleAlert(UInt64(id), level: level)
        alert.count = count
        alert.lastSeen += seen * 1_000_000
        return FollowedAlert(
            stored: StoredAlert(id: id, revision: count, runID: 1, sensor: "s", alert: alert), isNew: new)
    }

    /// A permitted reader whose row grows by one a second for fifteen minutes.
    @Test("One that grows every second") func oneThatGrowsEverySecond() {
        let policy = Watch(.notable)
        var told: [Int64] = policy.wants(change(1, count: 1, new: true), at: start) ? [1] : []
        for second in 1...900 {
            let now = start.addingTimeInterval(Double(second))
            let count = Int64(second) + 1
            if policy.wants(change(1, count: count, seen: Int64(second)), at: now) { told.append(count) }
            told += policy.due(at: now).map(\.alert.count)
        }
        // The first; that ten were passed, when the minute was over; a hundred, of which sixty were told.
        #expect(told.count == 3, "\(told)")
        #expect(told.first == 1 && told[1] >= 60 && told[1] < 63 && told[2] >= 100 && told[2] < 125, "\(told)")
    }

    @Test("A mark that nothing follows is told when its minute is over") func aMarkThatNothingFollows() {
        let policy = Watch(.notable)
        #expect(policy.wants(change(1, count: 1, new: true), at: start))
        #expect(!policy.wants(change(1, count: 15), at: start.addingTimeInterval(5)))
        #expect(policy.due(at: start.addingTimeInterval(59)).isEmpty)
        #expect(policy.due(at: start.addingTimeInterval(60)).map(\.alert.count) == [15])
        #expect(policy.due(at: start.addingTimeInterval(200)).isEmpty)
    }

    @Test("Worse, or after silence") func worseOrAfterSilence() {
        let policy = Watch(.notable)
        #expect(policy.wants(change(1, count: 1, new: true), at: start))
        #expect(policy.wants(change(1, count: 2, level: .high), at: start.addingTimeInterval(1)))
        #expect(!policy.wants(change(1, count: 3, level: .high), at: start.addingTimeInterval(2)))
        #expect(policy.wants(change(1, count: 4, level: .high, seen: 3700), at: start.addingTimeInterval(3)))
    }

    @Test("An alert that was there before the watch is told once") func anAlertThatWasThereBefore() {
        let policy = Watch(.notable)
        #expect(policy.wants(change(1, count: 400), at: start))
        #expect(!policy.wants(change(1, count: 401), at: start.addingTimeInterval(1)))
        let shown = Watch(.notable)
        shown.note([change(1, count: 400).stored], at: start)
        #expect(!shown.wants(change(1, count: 401), at: start.addingTimeInterval(1)), "it was printed already")
    }

    @Test("All, and new ones only") func allAndNewOnly() {
        let every = Watch(.every)
        let new = Watch(.new)
        for count in 1...5 as ClosedRange<Int64> {
            #expect(every.wants(change(1, count: count, new: count == 1), at: start))
            #expect(new.wants(change(1, count: count, new: count == 1), at: start) == (count == 1))
        }
        #expect(!new.wants(change(2, count: 7), at: start))
    }
}

/// A policy that an expectation can ask.
private final class Watch {
    private var policy: FollowPolicy

    init(_ detail: FollowPolicy.Detail) { policy = FollowPolicy(detail) }

    func wants(_ change: FollowedAlert, at now: Date) -> Bool { policy.wants(change, at: now) }

    func due(at now: Date) -> [StoredAlert] { policy.due(at: now) }

    func note(_ alerts: [StoredAlert], at now: Date) { policy.note(alerts, at: now) }
}
