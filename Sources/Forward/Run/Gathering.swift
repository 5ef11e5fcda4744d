import Alerts

/// Records that are on their way to a target, as its thread holds them: a bounded number one by one, and, where the target
/// wants that, the rest as numbers.
struct Gathering {
    /// Those that go one by one.
    var records: [ForwardRecord] = []
    /// Those beyond them; `nil` for none.
    var summary: RecordSummary?
    /// When the first of them came.
    private(set) var since: ContinuousClock.Instant?

    private let limit: Int
    private let summarises: Bool

    init(_ settings: TargetSettings) {
        limit = settings.batchLimit
        summarises = settings.summarises
    }

    var isEmpty: Bool { records.isEmpty && summary == nil }

    /// How many more are wanted now.
    var room: Int { summarises ? limit : max(0, limit - records.count) }

    /// Whether all that may go at once is there.
    var isFull: Bool { records.count >= limit }

    /// Whether something is there that does not wait for company.
    var isUrgent: Bool { records.contains { $0.level == .critical || $0.kind == .gap } }

    mutating func add(_ record: ForwardRecord) {
        if since == nil { since = ContinuousClock.now }
        guard records.count >= limit, summarises else { return records.append(record) }
        // What is urgent takes the place of what is not.
        if record.level == .critical, let place = records.lastIndex(where: { $0.level != .critical }) {
            let other = records.remove(at: place)
            records.append(record)
            return count(other)
        }
        count(record)
    }

    private mutating func count(_ record: ForwardRecord) {
        var sum = summary ?? RecordSummary()
        sum.add(record)
        summary = sum
    }

    mutating func clear() {
        records = []
        summary = nil
        since = nil
    }
}
