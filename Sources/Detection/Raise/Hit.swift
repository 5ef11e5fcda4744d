import Bytes
import Events
import Network

/// A match that became an alert, or that adds to one.
public struct Hit: Hashable, Sendable {
    /// The rule, as an index into `CompiledRules.rules`.
    public var rule: Int
    /// The rule whose row it is: another where the match is a step of that rule's rows.
    public var owner: Int
    /// Serial number of the alert row, from 1.
    public var alert: UInt64
    /// Whether the row begins with this match; if not, only its count and its last time change.
    public var isNew: Bool
    /// How many matches the row stands for, this one included.
    public var count: Int64
    /// For a correlation the count, or the sum, that met its condition; 1 for other rules.
    ///
    /// What has a fraction is rounded.
    ///
    /// An `event_count` or `value_count` is counted no further than one more than the largest threshold. Of an absence it
    /// is how many times in a row the key had come.
    public var matched: Int64
    /// Whether `matched` stopped there, so that the real count may be larger.
    public var isCountCut: Bool
    /// The same as `matched`, with its fraction: an average, a percentile, a ratio.
    public var measure: Double
    /// Whether `measure` is near the real one only: a sketch of many distinct values, or values put together.
    public var isEstimate = false
    /// For an absence its place in `DetectionEngine.missed`; `nil` for all that the present event raised.
    public var missed: Int?
    /// The earliest of the matches that the row stands for: one that comes late may be earlier than those before it.
    public var earliest = Timestamp.zero
    /// The latest of the matches that the row stands for.
    public var latest = Timestamp.zero
    /// The step that the row stands at, as an index into the rule's `steps`; 0 is the rule itself.
    public var step = 0
    /// The step that it stood at before; the same where it was not raised.
    public var earlierStep = 0
    /// Whether this match raised the row to that step; not told of the match that a row begins with.
    public var hasRisen = false
    /// How many different values of the rule's `distinct` the row has had in this run; 0 where the rule does not ask.
    public var values: Int64 = 0
    /// Whether this match brought a new one of them.
    public var hasNewValue = false
    /// Whether `values` is an estimate.
    public var isValuesEstimate = false
    /// What the values of the rule's `bytes` come to in the row.
    public var bytes: Int64 = 0
    /// The keywords of the rule's `kinds` that the row has had, for `DetectionEngine.kindNames`.
    public var kinds: UInt64 = 0
    /// Whether this match brought another of them.
    public var hasNewKind = false
    /// Whether the row stands for several that the rule would have raised, had it not raised so many already.
    public var isFolded = false
    /// What tells the row apart, as a hash.
    public var key = RowKey(high: 0, low: 0)
    /// For a correlation the events that made it, oldest first: a stretch of `DetectionEngine.evidenceTokens`.
    ///
    /// At most 10, the newest of its window; one for each rule of a `temporal` or `temporal_ordered` one; of an absence, the
    /// last that came. What other correlations handed on stands in the order of the tokens. Empty for rules on single
    /// events, and where events have no tokens.
    public var evidence = 0..<0

    init(rule: Int, alert: UInt64 = 0, isNew: Bool = true, count: Int64 = 1, matched: Int64, isCountCut: Bool = false) {
        self.rule = rule
        owner = rule
        self.alert = alert
        self.isNew = isNew
        self.count = count
        self.matched = matched
        self.isCountCut = isCountCut
        measure = Double(matched)
    }
}

/// What tells alert rows apart, as a hash that is the same in all runs with the same seed.
public struct RowKey: Hashable, Sendable {
    /// The upper half.
    public var high: UInt64
    /// The lower half.
    public var low: UInt64

    /// Makes a key of its halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads what `bytes` gave; `nil` for anything else.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        func word(_ part: ArraySlice<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: word(bytes[..<8]), low: word(bytes[8...]))
    }

    /// The key as 16 bytes, to be kept with an alert.
    public var bytes: [UInt8] {
        [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) } }
    }
}

/// A key that stays away, as it was when it was seen last.
public struct MissedKey: Sendable {
    /// What surrounded its latest message.
    public var lastSeen: EventContext
    /// The one-line summary of the rule, filled in when the key had become regular.
    public var summary: String
    /// `field=value` pairs of the key, joined by `|`.
    public var groupKey: String
    /// The frame that completed its latest message, as far as it is kept.
    public var lastFrame = LastFrame()
}

/// The beginning of a frame, kept with a key for as long as that is waited for: an alert about what is missing may be raised
/// long after its last message has left the ring of evidence.
public struct LastFrame: Sendable {
    /// Bytes of a frame that are kept: the headers and the beginning of the message.
    public static let byteLimit = 512

    /// Where a frame was captured.
    public struct Place: Sendable {
        /// Number of the frame in its source, from 1.
        public var number: UInt64
        /// Capture time.
        public var timestamp: Timestamp
        /// The LINKTYPE number that says what the bytes begin with.
        public var linkType: UInt32
        /// Length on the wire, in bytes.
        public var originalLength: Int
        /// How many frames of its message there are besides.
        public var leftOut: Int

        /// Describes a frame.
        public init(number: UInt64, timestamp: Timestamp, linkType: UInt32, originalLength: Int, leftOut: Int) {
            self.number = number
            self.timestamp = timestamp
            self.linkType = linkType
            self.originalLength = originalLength
            self.leftOut = leftOut
        }
    }

    /// Where it was captured; `nil` where there is no frame.
    public private(set) var place: Place?
    /// Its first bytes.
    public private(set) var bytes: [UInt8] = []

    /// The memory beside its own, in bytes.
    var memory: Int { bytes.capacity }

    mutating func replace(with frame: RawSpan, _ place: Place) {
        self.place = place
        let count = min(frame.byteCount, Self.byteLimit)
        // Not twice as much as before, as an array would grow by itself.
        if bytes.capacity < count { bytes = [] }
        bytes.removeAll(keepingCapacity: true)
        bytes.append(copying: frame.extracting(0..<count))
    }
}

/// How much state an engine may keep.
///
/// What does not fit pushes out what was used longest ago.
public struct DetectionLimits: Hashable, Sendable {
    /// Alert rows that repetitions can still be added to, each with the one before it; about 260 bytes each.
    public var suppressions = 65_536
    /// Bytes that the different values of alert rows may take together; more of them are estimated.
    public var rowValueBytes = 8 << 20
    /// Alert rows that one rule may begin in an hour: more of them are folded into one.
    public var rowsAnHour = 50
    /// Groups of all correlations together; about 130 bytes each.
    public var groups = 65_536
    /// Events and distinct values in the windows of all groups together; 56 bytes each, distinct values 80.
    ///
    /// A quarter of them may be what has left its window and is kept for events that come late.
    public var windowEntries = 524_288

    /// Distinct values of a group that are counted exactly; a larger threshold is decided by an estimate.
    public var exactValues = 4096
    /// Groups whose distinct values are estimated; 20 KiB each.
    public var sketches = 128
    /// Keys of all `absence` rules together; about 400 bytes each, and 512 of its last frame.
    public var absences = 16_384
    /// Groups of all `temporal_ordered` correlations together; about 1 KiB each.
    ///
    /// A correlation that follows so many runs of rules that it needs more has fewer groups by as much.
    public var sequences = 16_384

    /// Bytes of the frames that correlations may want as evidence, and of the tables for them.
    public var evidenceBytes = 16 << 20

    /// Bytes of what is kept of the latest messages between two ends.
    public var historyBytes = 4 << 20

    /// The limits of an ordinary sensor: some 110 MiB when every table is full.
    ///
    /// `DetectionCounters.stateBytes` tells what they have taken so far.
    public init() {}

    /// Limits for tables that take at most about that many bytes together, beside the frames for evidence.
    public init(bytes: Int) {
        let share = max(0.001, Double(bytes) / Double(100 << 20))
        func scaled(_ count: Int) -> Int { max(16, Int(min(Double(count) * share, 1e9))) }
        suppressions = scaled(suppressions)
        rowValueBytes = max(1 << 16, scaled(rowValueBytes))
        groups = scaled(groups)
        windowEntries = scaled(windowEntries)
        sketches = scaled(sketches)
        absences = scaled(absences)
        sequences = scaled(sequences)
    }
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
    /// Groups whose distinct values are no longer counted but estimated.
    public internal(set) var sketchesMade: UInt64 = 0
    /// Keys that were missed by an `absence`.
    public internal(set) var keysMissed: UInt64 = 0
    /// The memory that windows, groups and alert rows have taken, in bytes.
    public internal(set) var stateBytes: Int = 0
    /// Searches that Vectorscan gave up.
    public internal(set) var patternErrors: UInt64 = 0
}
