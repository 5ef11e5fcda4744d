import Alerts

/// Why records could not be handed over.
struct DeliveryFailure: Error {
    /// A clause for people, without secrets.
    var reason: String
    /// Seconds that the far end wants to be left alone for.
    var retryAfter: Double?
    /// The records that are to be tried again, in their order; the others are confirmed.
    var remaining: [ForwardRecord]
    /// Those that the far end will never take.
    var deadLetters: [DeadLetter] = []

    init(
        _ reason: String, retryAfter: Double? = nil, remaining: [ForwardRecord], deadLetters: [DeadLetter] = []
    ) {
        self.reason = reason
        self.retryAfter = retryAfter
        self.remaining = remaining
        self.deadLetters = deadLetters
    }
}

/// A place to which records go.
///
/// One thread owns it.
protocol ForwardTarget: AnyObject {
    /// Hands records over, and returns when all of them are confirmed, but for those that it returns: these will never be taken.
    ///
    /// - Throws: `DeliveryFailure` with those that are to be tried again.
    func deliver(_ records: [ForwardRecord], _ summary: RecordSummary?) throws(DeliveryFailure) -> [DeadLetter]

    /// Opens anew what somebody may have renamed.
    func reopen()

    /// Does what is due while there is nothing to hand over.
    func idle()

    /// Tries the way there with one record, and tells in words what was asked and answered.
    func test(_ record: ForwardRecord) throws(DeliveryFailure) -> String
}

extension ForwardTarget {
    func reopen() {}
    func idle() {}

    /// Hands over two halves one after the other, where all of them together are refused; what is told as a number goes with the
    /// first.
    func deliverHalves(
        _ records: [ForwardRecord], _ summary: RecordSummary? = nil
    ) throws(DeliveryFailure) -> [DeadLetter] {
        let middle = records.count / 2
        var dead: [DeadLetter] = []
        do throws(DeliveryFailure) { dead += try deliver(Array(records[..<middle]), summary) } catch {
            throw DeliveryFailure(
                error.reason, retryAfter: error.retryAfter, remaining: error.remaining + records[middle...],
                deadLetters: error.deadLetters)
        }
        do throws(DeliveryFailure) { dead += try deliver(Array(records[middle...]), nil) } catch {
            throw DeliveryFailure(
                error.reason, retryAfter: error.retryAfter, remaining: error.remaining,
                deadLetters: dead + error.deadLetters)
        }
        return dead
    }

    func test(_ record: ForwardRecord) throws(DeliveryFailure) -> String {
        let letters = try deliver([record], nil)
        return letters.first.map { "refused: \($0.reason)" } ?? "delivered"
    }
}

/// How many records beyond those that are told one by one, by the titles of their rules.
struct RecordSummary: Sendable {
    private(set) var count = 0
    private(set) var byRule: [String: Int] = [:]

    /// Adds a record that is not told by itself.
    mutating func add(_ record: ForwardRecord) {
        count += 1
        let title = record.alert?.stored.alert.ruleTitle ?? record.kind.rawValue
        if byRule[title] != nil || byRule.count < 100 { byRule[title, default: 0] += 1 }
    }

    /// `1,204 more of 3 rules`, and which they are, the most frequent first.
    var text: String {
        let named = byRule.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5)
        let parts = named.map { "\(Self.grouped($0.value)) x \($0.key)" }.joined(separator: "; ")
        return "\(Self.grouped(count)) more of \(byRule.count) \(byRule.count == 1 ? "rule" : "rules"): \(parts)"
    }

    private static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
