/// A topic or a resource of a server, as a template: numbers and identifiers in its name are collapsed.
///
/// Placeholders are `{n}` for numbers, `{id}` for identifiers, `{mac}`, `{uuid}` and `{ip}`. What MQTT and CoAP share is here;
/// what only resources have stays empty for topics.
public struct TopicRecord: Codable, Hashable, Sendable {
    /// The protocol: the name of the events' category.
    public var proto: String
    /// The key of the server.
    public var server: String
    /// The template.
    public var template: String
    /// Names as they were seen, the first.
    public var examples: [String] = []
    /// How many different names the template stands for.
    public var distinct = 1
    /// Whether `distinct` is an estimate.
    public var isEstimate = false
    /// Who publishes or writes, by the names of their kinds, with messages.
    public var publishers = NameCounts()
    /// Whose records were delivered, or who reads, by the names of their kinds, with messages.
    public var readers = NameCounts()
    /// When it was seen.
    public var seen: Sightings
    /// Whether the server keeps its records for those who come later, as far as was seen.
    public var isRetained = false
    /// The highest quality of service of its records.
    public var qos: Int = 0
    /// Messages with a record, copies aside, once whether published or delivered.
    public var messages: Int64 = 0
    /// Bytes of these records.
    public var bytes: Int64 = 0
    /// Bytes of the shortest record; `nil` where none was seen.
    public var shortest: Int?
    /// Bytes of the longest record.
    public var longest: Int?
    /// The formats of the records, with messages.
    public var formats = NameCounts()
    /// The classes of the records (`payload.category`), with messages.
    public var categories = NameCounts()
    /// Other kinds of content, each under the last part of its field's name: `secret.jwt`, `personal.mail`, `firmware.elf`.
    public var kinds = NameCounts()
    /// Keys in the records (`payload.keys`).
    public var keys = NameCounts()
    /// The numbers that the records state, where each is one number; `nil` where none was.
    public var number: NumberBand?
    /// The time between records of one name and publisher; `nil` where there were not two.
    public var interval: IntervalBand?
    /// Whether it commands: by its name, or by what its records carry.
    public var isCommand = false
    /// Whether one name of it was published by two clients; `nil` where that was not seen.
    public var isShared: Bool?

    /// What is asked of a resource, with how often.
    public var methods = NameCounts()
    /// How requests ended.
    public var outcomes = NameCounts()
    /// Whether a directory lists it.
    public var isListed = false
    /// Resource types and interfaces that a directory states.
    public var types: [String] = []
    /// Whether it was observed.
    public var isObserved = false
    /// The highest factor of bytes sent back over bytes asked with.
    public var amplification: Double?

    /// A topic or resource that was just seen.
    public init(proto: String, server: String, template: String, seen: Sightings) {
        self.proto = proto
        self.server = server
        self.template = template
        self.seen = seen
    }

    /// What names it.
    public var key: String { "\(server) \(template)" }
    /// Whether it stands for many names that one client made up; then the template is `{n names} from CLIENT`.
    public var isFold: Bool { template.hasPrefix("{names} ") }
}

/// The numbers that were seen in records.
public struct NumberBand: Codable, Hashable, Sendable {
    /// How many there were.
    public var count: Int64
    /// The least.
    public var least: Double
    /// The greatest.
    public var greatest: Double
    /// The mean.
    public var mean: Double
    /// The sum of the squares of the distances from the mean (Welford).
    public var squares: Double
    /// The longest run of one and the same value of one name.
    public var longestRun: Int
    /// How many records of one name came from the first to the last of more than a few that were looked at and had one value,
    /// at most; 1 where there were none, `nil` in rows of before.
    public var stretch: Int?
    /// How many that were looked at had the value of the one looked at before of the same name; `nil` in rows of before.
    public var repeats: Int64?
    /// Whether all are whole.
    public var isWhole: Bool
    /// The different values, while there are few; `nil` where there are more.
    public var values: [Double]?

    /// So many values that repeat the one before may do so by chance.
    public static let fewRepeats = 5

    /// How many different values are kept.
    public static let mostValues = 16

    /// One number.
    public init(_ value: Double) {
        count = 1
        (least, greatest, mean, squares) = (value, value, value, 0)
        longestRun = 1
        (stretch, repeats) = (1, 0)
        isWhole = value == value.rounded()
        values = [value]
    }

    /// The standard deviation of what was seen; 0 of fewer than two.
    public var deviation: Double { count > 1 ? (squares / Double(count - 1)).squareRoot() : 0 }

    /// Takes up another number; one that is none is left out.
    public mutating func note(_ value: Double) {
        guard value.isFinite else { return }
        count += 1
        least = min(least, value)
        greatest = max(greatest, value)
        let distance = value - mean
        // Of numbers near the end of what there is neither difference nor square has a number of its own.
        mean += value / Double(count) - mean / Double(count)
        let sum = squares + distance * (value - mean)
        squares = sum.isFinite ? max(0, sum) : .greatestFiniteMagnitude
        isWhole = isWhole && value == value.rounded()
        guard var known = values, !known.contains(value) else { return }
        known.append(value)
        values = known.count > Self.mostValues ? nil : known
    }
}

/// The times between records of one name and publisher, in microseconds.
public struct IntervalBand: Codable, Hashable, Sendable {
    /// How many there were.
    public var count: Int64
    /// The shortest.
    public var shortest: Int64
    /// The longest.
    public var longest: Int64
    /// The sum of all.
    public var sum: Int64
    /// How many there were of each length: two steps for each doubling, from a millisecond on; `nil` in rows of before.
    public var lengths: [UInt32]?

    /// One interval.
    public init(_ interval: Int64) {
        count = 1
        (shortest, longest, sum) = (interval, interval, interval)
        lengths = Array(repeating: 0, count: Self.steps)
        lengths?[Self.step(interval)] = 1
    }

    /// Up to half a year.
    private static let steps = 68

    /// The step of a length.
    private static func step(_ interval: Int64) -> Int {
        let milliseconds = UInt64(max(1, interval / 1000))
        let doublings = 63 - milliseconds.leadingZeroBitCount
        // The upper half of an octave begins at the root of 2, which is about 181 of 128.
        let isUpper = doublings < 50 && milliseconds * 128 >= UInt64(181) << UInt64(doublings)
        return min(2 * doublings + (isUpper ? 1 : 0), steps - 1)
    }

    /// The length that so large a part of the intervals do not go beyond, in microseconds; the longest where that is not
    /// known.
    ///
    /// A pause of the whole capture is longer than all others, and says nothing of those.
    public func quantile(_ share: Double) -> Int64 {
        guard let lengths else { return longest }
        let all = lengths.reduce(UInt64(0)) { $0 + UInt64($1) }
        var left = UInt64((Double(all) * (1 - share)).rounded(.down))
        for step in lengths.indices.reversed() where lengths[step] > 0 {
            guard UInt64(lengths[step]) <= left else { return min(longest, Self.end(of: step)) }
            left -= UInt64(lengths[step])
        }
        return longest
    }

    /// The longest of those that are no longer than `most`, in microseconds, a step more at most; 0 where there is none.
    public func longest(upTo most: Int64) -> Int64 {
        guard let lengths, most < longest else { return longest }
        for step in lengths.indices.reversed() where lengths[step] > 0 && Self.end(of: step) <= most {
            return Self.end(of: step)
        }
        return 0
    }

    /// Where a step ends, in microseconds.
    private static func end(of step: Int) -> Int64 {
        let end = Int64(1) << Int64(step / 2 + 1)
        return (step % 2 == 1 ? end : end * 91 / 128) * 1000
    }

    /// The mean.
    public var mean: Int64 { sum / max(1, count) }

    /// Takes up another interval.
    public mutating func note(_ interval: Int64) {
        count += 1
        shortest = min(shortest, interval)
        longest = max(longest, interval)
        let (sum, isTooMuch) = self.sum.addingReportingOverflow(interval)
        self.sum = isTooMuch ? .max : sum
        let step = Self.step(interval)
        if lengths?[step] != .max { lengths?[step] += 1 }
    }
}
