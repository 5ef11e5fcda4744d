import Network
import Tables

/// A topic or resource as a template, smaller than the record that is made of it: there are many.
struct TopicEntry: AssetEntry {
    let proto: String
    let server: String
    let template: String
    var mark = StoreMark()
    var seen: Sightings
    /// The client that brought it.
    var creator: Hash128
    var examples: [String] = []
    var names = DistinctCount()
    var publishers = NameTally()
    var readers = NameTally()
    var formats = NameTally()
    var categories = NameTally()
    var isRetained = false
    var isCommand = false
    /// Whether one of its names was published by two clients.
    var isShared = false
    /// Whether the server has it, as far as somebody was answered.
    var isProven = true
    var qos: UInt8 = 0
    var messages: Int64 = 0
    var bytes: Int64 = 0
    var shortest = Int.max
    var longest = 0
    var number: NumberBand?
    var interval: IntervalBand?
    var keys = NameTally()
    /// What was found in records, where that was nothing but a format and classes: the first few.
    private var findings: [PlainFinding] = []
    /// What most do not have.
    var rest: [Rest] = []

    /// What only resources and topics with unusual records have.
    struct Rest: Sendable {
        var kinds = NameTally()
        var methods = NameTally()
        var outcomes = NameTally()
        var types: [String] = []
        var isListed = false
        var isObserved = false
        var amplification: Double?
    }

    init(proto: String, server: String, template: String, seen: Sightings, creator: Hash128) {
        self.proto = proto
        self.server = server
        self.template = template
        self.seen = seen
        self.creator = creator
    }

    var isPassing: Bool { seen.count <= 2 }
    var storeKey: String { "\(server) \(template)" }
    var isFold: Bool { template.hasPrefix("{names} ") }

    /// Changes what most do not have.
    mutating func withRest(_ change: (inout Rest) -> Void) {
        if rest.isEmpty { rest.append(Rest()) }
        change(&rest[0])
    }

    /// Takes up the length of a record.
    mutating func noteLength(_ length: Int) {
        bytes &+= Int64(length)
        shortest = min(shortest, length)
        longest = max(longest, length)
    }

    /// Takes up the time between two records of one publisher, in microseconds.
    mutating func noteInterval(_ time: Int64) {
        if interval == nil { interval = IntervalBand(time) } else { interval?.note(time) }
    }

    /// Counts a record in which the same was found as in one that was counted before; false where that is not so.
    mutating func noteAgain(_ number: UInt32?) -> Bool {
        guard let number, let known = findings.first(where: { $0.number == number }) else { return false }
        formats.count(at: Int(known.format), times: 1)
        var left = known.categories
        while left != 0 {
            categories.count(at: left.trailingZeroBitCount, times: 1)
            left &= left &- 1
        }
        return true
    }

    /// Keeps what was found in a record, and where it was counted.
    mutating func remember(_ finding: PlainFinding) { if findings.count < 8 { findings.append(finding) } }

    /// What the store keeps.
    var shown: TopicRecord {
        var shown = TopicRecord(proto: proto, server: server, template: template, seen: seen)
        shown.examples = examples
        shown.distinct = max(1, names.count)
        shown.isEstimate = names.isEstimate
        shown.publishers = publishers.shown
        shown.readers = readers.shown
        shown.isRetained = isRetained
        shown.qos = Int(qos)
        shown.messages = messages
        shown.bytes = bytes
        if longest >= shortest { (shown.shortest, shown.longest) = (shortest, longest) }
        shown.formats = formats.shown
        shown.categories = categories.shown
        shown.keys = keys.shown
        shown.number = number
        shown.interval = interval
        shown.isCommand = isCommand
        shown.isShared = isShared ? true : nil
        if let rest = rest.first {
            shown.kinds = rest.kinds.shown
            shown.methods = rest.methods.shown
            shown.outcomes = rest.outcomes.shown
            shown.types = rest.types
            shown.isListed = rest.isListed
            shown.isObserved = rest.isObserved
            shown.amplification = rest.amplification
        }
        return shown
    }

    /// Goes on from what a store knows.
    init(_ record: TopicRecord, _ hash: (String) -> UInt64) {
        self.init(
            proto: record.proto, server: record.server, template: record.template, seen: record.seen,
            creator: Hash128(high: 0, low: 0))
        mark = StoreMark(isDirty: false, isStored: true)
        examples = record.examples
        names = DistinctCount(before: record.distinct)
        publishers = NameTally(record.publishers, hash)
        readers = NameTally(record.readers, hash)
        formats = NameTally(record.formats, hash)
        categories = NameTally(record.categories, hash)
        keys = NameTally(record.keys, hash)
        isRetained = record.isRetained
        isCommand = record.isCommand
        isShared = record.isShared ?? false
        qos = UInt8(clamping: record.qos)
        messages = record.messages
        bytes = record.bytes
        shortest = record.shortest ?? .max
        longest = record.longest ?? 0
        number = record.number
        interval = record.interval
        let hasRest =
            !record.kinds.counts.isEmpty || !record.methods.counts.isEmpty || !record.outcomes.counts.isEmpty
            || record.isListed || record.isObserved || !record.types.isEmpty || record.amplification != nil
        guard hasRest else { return }
        withRest {
            $0.kinds = NameTally(record.kinds, hash)
            $0.methods = NameTally(record.methods, hash)
            $0.outcomes = NameTally(record.outcomes, hash)
            $0.types = record.types
            $0.isListed = record.isListed
            $0.isObserved = record.isObserved
            $0.amplification = record.amplification
        }
    }
}

/// A name of a record as it is.
struct NameEntry: Sendable {
    var topic: EntryReference
    /// Records that it had, whether published or delivered.
    var records: Int64 = 0
    /// The client that was seen to publish it first; 0 where nobody was.
    var publisher: UInt64 = 0
    /// The value that came last, how often in a row, and the record that it came with first.
    var value = Double.nan
    var run = 0
    var valueSince: Int64 = 0
}

/// A format and classes of a record, and where they stand in the tallies of its topic.
struct PlainFinding: Sendable {
    /// As messages state it.
    var number: UInt32
    /// The place of the format; -1 for none.
    var format: Int8
    /// The places of the classes, a bit each.
    var categories: UInt16
}

/// A name and a client that publishes or reads it.
struct PairEntry: Sendable {
    /// When it came last, in microseconds.
    var latest: Int64
    /// How many.
    var count: Int64 = 0
}

/// How many entries one client or one address brought.
struct BirthEntry: Sendable {
    var count = 0
    /// At how many those that came once only are put together.
    var limit: Int
    /// What they were put together to.
    var fold: EntryReference?
}
