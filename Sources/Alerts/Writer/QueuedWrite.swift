import Foundation
import Inventory

/// What the sensor hands to the writer.
public enum AlertChange: Hashable, Sendable {
    /// A new alert.
    case insert(Alert)
    /// Another match of an alert of this run.
    ///
    /// - Parameters:
    ///   - firstSeen: capture time in microseconds, where the match is older than the first one that was told.
    ///   - lastSeen: capture time in microseconds.
    ///   - count: of all matches.
    ///   - evidence: the frames of the match; all of them are kept, or none.
    ///   - leftOut: how many frames it came in besides.
    ///   - tally: what all matches come to.
    ///   - rise: where the match makes the row worse, the alert as it is from now on; its level, title and summary count.
    case repeated(
        serial: UInt64, firstSeen: Int64? = nil, lastSeen: Int64, count: Int64, evidence: [EvidenceFrame] = [],
        leftOut: Int = 0, tally: AlertTally? = nil, rise: Alert? = nil)
}

/// A run of this process or of one whose spill file was found.
final class RunHandle: Sendable {
    /// Names the run in spill files and in the store.
    let uuid: String
    let start: RunStart
    /// Whether this process runs it.
    let isLive: Bool

    init(_ start: RunStart, uuid: String = UUID().uuidString, isLive: Bool) {
        self.start = start
        self.uuid = uuid
        self.isLive = isLive
    }
}

/// Another match of an alert.
struct Repetition: Codable, Hashable, Sendable {
    var serial: UInt64
    var lastSeen: Int64
    var count: Int64
    var evidence: [EvidenceFrame]
    var firstSeen: Int64?
    var leftOut: Int?
    var tally: AlertTally?
    var rise: Rise?

    /// What a row is from now on.
    struct Rise: Codable, Hashable, Sendable {
        var level: AlertLevel
        var title: String
        var summary: String
        /// The rule that made it so.
        var ruleID: String
        var rule: RuleRecord?
        var history: [HistoryEntry]?
    }
}

/// One change on its way to the database.
struct QueuedWrite: Sendable {
    /// What is to be done.
    enum Change: Sendable {
        case insert(Alert, rule: RuleRecord?)
        case repeated(Repetition)
        case summary(RunSummary)
        case inventory(InventoryChanges)
    }

    let run: RunHandle
    var change: Change

    /// What it takes in memory, roughly, in bytes.
    var cost: Int {
        switch change {
        case .insert(let alert, _):
            600 + alert.event.utf8.count + alert.summary.utf8.count + Self.cost(of: alert.evidence)
                + Self.cost(of: alert.history) + Self.cost(of: alert.tally?.values)
        case .repeated(let repetition):
            120 + Self.cost(of: repetition.evidence) + Self.cost(of: repetition.rise?.history)
                + Self.cost(of: repetition.tally?.values)
        case .summary(let summary): 200 + summary.stats.utf8.count
        case .inventory(let changes): 200 + changes.count * 1500
        }
    }

    /// Whether somebody may be waiting to see it: a new alert, or one that becomes worse.
    var isUrgent: Bool {
        switch change {
        case .insert: true
        case .repeated(let repetition): repetition.rise != nil
        case .summary, .inventory: false
        }
    }

    /// Whether it counts as an alert in the counters.
    var isAlert: Bool {
        switch change {
        case .insert, .repeated: true
        case .summary, .inventory: false
        }
    }

    private static func cost(of history: [HistoryEntry]?) -> Int {
        history?.reduce(0) { $0 + MemoryLayout<HistoryEntry>.stride + $1.text.utf8.count } ?? 0
    }

    private static func cost(of values: [String]?) -> Int { values?.reduce(0) { $0 + 16 + $1.utf8.count } ?? 0 }

    private static func cost(of evidence: [EvidenceFrame]) -> Int {
        evidence.reduce(0) { $0 + 64 + $1.bytes.count }
    }

    /// Takes up a later repetition of the same alert, and its frames while fewer than `limit` are there.
    mutating func merge(_ later: Repetition, evidenceLimit limit: Int) {
        // Taken out of its place first: what is changed while the place holds it too is copied, arrays and all.
        let current = change
        change = .repeated(later)
        switch consume current {
        case .insert(var alert, var rule):
            alert.count = max(alert.count, later.count)
            alert.lastSeen = max(alert.lastSeen, later.lastSeen)
            alert.firstSeen = min(alert.firstSeen, later.firstSeen ?? alert.firstSeen)
            alert.tally = alert.tally.merged(later.tally)
            if let rise = later.rise {
                alert.level = rise.level
                alert.ruleTitle = rise.title
                alert.summary = rise.summary
                alert.ruleID = rise.ruleID
                if rise.rule != nil { rule = rise.rule }
                alert.history = rise.history ?? alert.history
            }
            if alert.evidence.count < limit || later.rise != nil {
                alert.evidence += later.evidence
                if let leftOut = later.leftOut { alert.evidenceLeftOut = (alert.evidenceLeftOut ?? 0) + leftOut }
            }
            change = .insert(alert, rule: rule)
        case .repeated(var repetition):
            repetition.count = max(repetition.count, later.count)
            repetition.lastSeen = max(repetition.lastSeen, later.lastSeen)
            repetition.firstSeen = [repetition.firstSeen, later.firstSeen].compactMap(\.self).min()
            repetition.tally = repetition.tally.merged(later.tally)
            repetition.rise = later.rise ?? repetition.rise
            if repetition.evidence.count < limit || later.rise != nil {
                repetition.evidence += later.evidence
                if let leftOut = later.leftOut { repetition.leftOut = (repetition.leftOut ?? 0) + leftOut }
            }
            change = .repeated(repetition)
        case .summary(let summary): change = .summary(summary)
        case .inventory(let changes): change = .inventory(changes)
        }
    }
}

extension AlertTally? {
    /// A tally with a later one of the same row.
    fileprivate func merged(_ later: AlertTally?) -> AlertTally? {
        guard let later else { return self }
        guard var result = self else { return later }
        result.merge(later)
        return result
    }
}
