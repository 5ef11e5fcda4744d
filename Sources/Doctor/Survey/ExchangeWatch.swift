import Network

/// Questions and answers of a protocol that come in pairs, by the number that an answer repeats: where one half is
/// missing, the frame that had it is.
///
/// This is the only measure of loss where nothing is acknowledged but messages, as CoAP over UDP does. A frame in a
/// hundred that is lost on its way to the sensor breaks two exchanges in a hundred into halves; a question that is sent
/// again was lost in the network itself, or nobody is there, and says nothing about the sensor's port.
struct ExchangeWatch: Sendable {
    /// What an exchange is known by.
    struct Key: Hashable, Sendable {
        /// The end that asks, and the one that answers.
        var asker: Endpoint
        var answerer: Endpoint
        /// The kind of question within its protocol.
        var kind: UInt8
        var number: UInt16
    }

    /// What was seen of the exchanges with a server.
    struct Halves: Hashable, Sendable {
        var whole: UInt64 = 0
        var questionsOnly: UInt64 = 0
        var answersOnly: UInt64 = 0
        /// Questions that were sent again, which the network lost or nobody answered.
        var repeated: UInt64 = 0

        var total: UInt64 { whole + questionsOnly + answersOnly }

        /// Halves that were lost on the way to the sensor.
        ///
        /// There is no answer without a question, but a question without an answer may be one that nobody answers. A
        /// mirror loses both alike, so that no more of these count than go with those.
        var lost: UInt64 { answersOnly + min(questionsOnly, 2 * answersOnly + 1) }

        /// The share of messages that were lost.
        var lossShare: Double { total > 0 ? Double(lost) / Double(lost + 2 * whole) : 0 }

        static func + (one: Halves, other: Halves) -> Halves {
            Halves(
                whole: one.whole + other.whole, questionsOnly: one.questionsOnly + other.questionsOnly,
                answersOnly: one.answersOnly + other.answersOnly, repeated: one.repeated + other.repeated)
        }
    }

    private struct Exchange {
        var server: Endpoint
        var time: Timestamp
        var hasQuestion: Bool
        var hasAnswer = false
        var isRepeated = false
    }

    private static let limit = 16_384
    private static let serverLimit = 1024
    /// How long an exchange is open for copies of its messages: what comes later under its number is another.
    private static let lifetime: Int64 = 30_000_000_000
    /// What comes again sooner is a copy that the mirror made.
    private static let shortestRepetition: Int64 = 100_000_000
    /// An answer takes so long at most, for a question at the end of the sample to count.
    private static let patience: Int64 = 2_500_000_000

    /// By server; those beyond the limit are left out, and their messages counted.
    private(set) var servers: [Endpoint: Halves] = [:]
    /// Exchanges of which nothing is counted for lack of room.
    private(set) var unjudged: UInt64 = 0
    private var open: [Key: Exchange] = [:]
    /// The keys in the order in which their exchanges began.
    private var order: [Key] = []
    private var oldest = 0
    private var begin: Timestamp?
    private let reusesNumbers: Bool

    /// No exchanges yet; `reusesNumbers` says whether a number is free again once it was answered.
    init(reusesNumbers: Bool) { self.reusesNumbers = reusesNumbers }

    /// Takes a question.
    mutating func noteQuestion(_ key: Key, server: Endpoint, at time: Timestamp) {
        expire(time)
        guard open[key] != nil else {
            return add(key, Exchange(server: server, time: time, hasQuestion: true))
        }
        guard let known = open[key], known.hasQuestion else {
            // The question comes behind its answer where two interfaces saw them.
            open[key]?.hasQuestion = true
            return
        }
        if known.hasAnswer, reusesNumbers {
            count(known, end: nil)
            open[key] = Exchange(server: server, time: time, hasQuestion: true)
        } else if !known.hasAnswer, time.nanoseconds(since: known.time) > Self.shortestRepetition {
            open[key]?.isRepeated = true
        }
    }

    /// Takes an answer; one that `mayBeAlone` may answer what is no question.
    mutating func noteAnswer(_ key: Key, server: Endpoint, at time: Timestamp, mayBeAlone: Bool = false) {
        expire(time)
        guard open[key] == nil, !mayBeAlone else {
            open[key]?.hasAnswer = true
            return
        }
        var exchange = Exchange(server: server, time: time, hasQuestion: false)
        exchange.hasAnswer = true
        add(key, exchange)
    }

    private mutating func add(_ key: Key, _ exchange: Exchange) {
        if begin == nil { begin = exchange.time }
        if open.count >= Self.limit { closeOldest(end: nil) }
        open[key] = exchange
        order.append(key)
    }

    private mutating func expire(_ time: Timestamp) {
        while oldest < order.count, let exchange = open[order[oldest]],
            time.nanoseconds(since: exchange.time) > Self.lifetime
        {
            closeOldest(end: nil)
        }
    }

    private mutating func closeOldest(end: Timestamp?) {
        guard oldest < order.count else { return }
        let key = order[oldest]
        oldest += 1
        if oldest > Self.limit {
            order.removeFirst(oldest)
            oldest = 0
        }
        guard let exchange = open.removeValue(forKey: key) else { return }
        count(exchange, end: end)
    }

    /// Counts an exchange that is over, or may not be where `end` is soon after it.
    private mutating func count(_ exchange: Exchange, end: Timestamp?) {
        guard servers[exchange.server] != nil || servers.count < Self.serverLimit else { return unjudged += 1 }
        // What began before the sample or ends after it is no half; nor is its other half whole.
        let start = begin ?? exchange.time
        if let end {
            let rest = min(Self.patience, end.nanoseconds(since: start) / 4)
            if end.nanoseconds(since: exchange.time) < rest { return }
        }
        if !exchange.hasQuestion, exchange.time.nanoseconds(since: start) < Self.patience / 5 { return }
        switch (exchange.hasQuestion, exchange.hasAnswer) {
        case (true, true): servers[exchange.server, default: Halves()].whole += 1
        case (true, false) where exchange.isRepeated: servers[exchange.server, default: Halves()].repeated += 1
        case (true, false): servers[exchange.server, default: Halves()].questionsOnly += 1
        default: servers[exchange.server, default: Halves()].answersOnly += 1
        }
    }

    /// Counts everything, at the end of the sample.
    mutating func settle(at end: Timestamp) {
        while oldest < order.count { closeOldest(end: end) }
        order.removeAll()
        oldest = 0
    }
}

/// Numbers that a sender counts up by one, so that a number that is missing is a message that is.
struct SequenceWatch: Sendable {
    private struct Series {
        var last: UInt32
        var received: UInt64 = 0
        var skipped: UInt64 = 0
        var steps: UInt64 = 0
    }

    private var series: [UInt64: Series] = [:]
    private static let limit = 4096
    /// A jump that is no loss.
    private static let longestJump: UInt32 = 64

    /// Takes the next number of a series, which counts modulo `modulus`.
    mutating func note(_ key: UInt64, _ number: UInt32, modulus: UInt32) {
        guard var known = series[key] else {
            if series.count < Self.limit { series[key] = Series(last: number) }
            return
        }
        let step = (number &- known.last) & (modulus &- 1)
        // Repeated, or late.
        guard step > 0, step < modulus / 2 else { return }
        known.last = number
        if step <= Self.longestJump {
            known.received += 1
            known.skipped += UInt64(step - 1)
            if step == 1 { known.steps += 1 }
        }
        series[key] = known
    }

    /// Numbers that came and numbers that were skipped, of those series that go up by one as a rule.
    var totals: (received: UInt64, skipped: UInt64) {
        var totals: (received: UInt64, skipped: UInt64) = (0, 0)
        for known in series.values where known.received >= 8 && known.steps * 10 >= known.received * 6 {
            totals.received += known.received
            totals.skipped += known.skipped
        }
        return totals
    }
}
