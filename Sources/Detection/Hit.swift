/// A match that became an alert, or that adds to one.
public struct Hit: Hashable, Sendable {
    /// The rule, as an index into `CompiledRules.rules`.
    public var rule: Int
    /// Serial number of the alert row, from 1.
    public var alert: UInt64
    /// Whether the row begins with this match; if not, only its count and its last time change.
    public var isNew: Bool
    /// How many matches the row stands for, this one included.
    public var count: Int64
    /// For a correlation the count, or the sum, that met its condition; 1 for other rules.
    ///
    /// An `event_count` or `value_count` is counted no further than one more than the largest threshold.
    public var matched: Int64
    /// Whether `matched` stopped there, so that the real count may be larger.
    public var isCountCut: Bool
}

/// How much state an engine may keep. What does not fit pushes out what was used longest ago.
public struct DetectionLimits: Hashable, Sendable {
    /// Alert rows that repetitions can still be added to; about 80 bytes each.
    public var suppressions = 65_536
    /// Groups of all correlations together; about 100 bytes each.
    public var groups = 65_536
    /// Events and distinct values in the windows of all groups together; 32 bytes each, distinct values 60.
    public var windowEntries = 524_288

    /// The limits of an ordinary sensor: at most some 45 MiB.
    public init() {}
}

/// What an engine counted since it was made.
public struct DetectionCounters: Hashable, Sendable {
    /// Events that were evaluated.
    public internal(set) var events: UInt64 = 0
    /// Conditions of rules that were evaluated.
    public internal(set) var evaluations: UInt64 = 0
    /// Alert rows that were begun.
    public internal(set) var alerts: UInt64 = 0
    /// Groups that were pushed out while their window still held something.
    public internal(set) var groupsEvicted: UInt64 = 0
    /// Alert rows that can no longer be added to, although their time was not over.
    public internal(set) var suppressionsEvicted: UInt64 = 0
    /// Matches that no correlation counted because a field of `group-by` was absent.
    public internal(set) var eventsWithoutGroup: UInt64 = 0
    /// Searches that Vectorscan gave up.
    public internal(set) var patternErrors: UInt64 = 0
}
