import Tables

/// What the matcher tells the correlator: that an event met a rule, or comes into a correlation by one of its inputs.
///
/// This is all that passes between the two. It is plain data: nothing of the message is needed any more, and nothing of it
/// is referred to.
struct MatchRecord: BitwiseCopyable, Sendable {
    /// What was met.
    enum Kind: UInt8, BitwiseCopyable, Sendable {
        /// A rule on single events; `number` is the rule.
        case rule
        /// A rule that a correlation counts; `number` is the correlation input.
        case input
        /// The same, which counts only if the correlations behind that input are completed by this event.
        case chainedInput
    }

    /// Capture time of the event, in nanoseconds since 1970.
    var time: Int64
    /// What the caller calls the event; 0 where it has no name for it.
    var token: UInt64
    /// Hash of the fields that the correlation groups by.
    var group = Hash128(high: 0, low: 0)
    /// Hash of the fields that tell the alert rows of the rule apart.
    var row = Hash128(high: 0, low: 0)
    /// A hash of the values that the row counts the different ones of; only if `hasDistinct`.
    var distinct = Hash128(high: 0, low: 0)
    /// What the row adds up.
    var bytes: Int64 = 0
    /// The keywords that the row names, a bit for each (`KeywordTable`).
    var kinds: UInt64 = 0
    /// The rule or the correlation input.
    var number: Int32
    /// The values that it brings, as a stretch of those of the event.
    var values = IndexRange(0..<0)
    var kind: Kind
    /// Whether the event has all the fields that the correlation groups by.
    var hasGroup = true
    /// Whether the event has all the fields of which the row counts the different values.
    var hasDistinct = false
    /// The step that the event raises the row to; 0 is none.
    var step: UInt8 = 0
}

/// A value that comes into a correlation: the hash of one that is counted, or one or two numbers.
struct MatchValue: BitwiseCopyable, Sendable {
    /// The upper half of a hash; of a ratio, what it divides by.
    var high: UInt64
    /// The lower half of a hash; else the number.
    var low: UInt64

    init(_ hash: Hash128) {
        high = hash.high
        low = hash.low
    }

    init(_ number: Int64, over divisor: Int64 = 0) {
        high = UInt64(bitPattern: divisor)
        low = UInt64(bitPattern: number)
    }

    var number: Int64 { Int64(bitPattern: low) }
    var divisor: Int64 { Int64(bitPattern: high) }
}

/// A stretch of an array, in half the room of a `Range<Int>`.
struct IndexRange: Hashable, BitwiseCopyable, Sendable {
    var lowerBound: Int32
    var upperBound: Int32

    init(_ range: Range<Int>) {
        lowerBound = Int32(truncatingIfNeeded: range.lowerBound)
        upperBound = Int32(truncatingIfNeeded: range.upperBound)
    }

    /// The same as a range to loop over.
    var indices: Range<Int> { Int(lowerBound)..<Int(upperBound) }
}
