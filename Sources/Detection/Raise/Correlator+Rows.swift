import Network
import Tables

extension Correlator {
    /// How long a row stands that many are folded into, in nanoseconds.
    static let foldDuration: Int64 = 3_600_000_000_000
    /// Tells the key of such a row from those of others of its rule.
    private static let foldMark: UInt64 = 0x666F_6C64

    /// Begins the alert row that a match belongs to, or adds to it.
    ///
    /// `hit` has all but the row.
    mutating func raise(_ hit: Hit, _ record: MatchRecord) {
        let plan = plans.rows[hit.rule]
        var match = SuppressionRows.Match(
            time: record.time, event: hit.missed == nil ? number : 0, step: max(record.step, plan.step),
            ruleStep: plan.step, bytes: record.bytes, kinds: record.kinds)
        if record.hasDistinct { match.value = record.distinct }
        var hit = hit
        hit.owner = Int(plan.owner)
        let key = below(record.row, plan.hash)
        let mayBegin = ceiling.hasRoom(hit.owner, now: record.time)
        if plan.duration < 0 {
            guard mayBegin else { return fold(&hit, below(key, number), plan, match) }
            ceiling.begin(hit.owner, now: record.time)
            return finish(&hit, suppressions.begin(match), key)
        }
        guard let row = suppressions.add(key, duration: plan.duration, match, mayBegin: mayBegin) else {
            return fold(&hit, key, plan, match)
        }
        if row.isNew { ceiling.begin(hit.owner, now: record.time) }
        finish(&hit, row, key)
    }

    /// Adds a match to the row of all that its rule would have begun beyond its ceiling: their number and the newest are told.
    private mutating func fold(
        _ hit: inout Hit, _ key: Hash128, _ plan: CorrelationPlans.Row, _ match: SuppressionRows.Match
    ) {
        var match = match
        match.value = key
        var owner = KeyHash(hash, plan.hash)
        owner.add(Self.foldMark)
        guard let row = suppressions.add(owner.key, duration: Self.foldDuration, match, mayBegin: true) else { return }
        hit.isFolded = true
        finish(&hit, row, owner.key)
    }

    private mutating func finish(_ hit: inout Hit, _ row: SuppressionRows.Row, _ key: Hash128) {
        hit.alert = row.alert
        hit.isNew = row.isNew
        hit.count = row.count
        hit.earliest = Timestamp(nanoseconds: row.earliest)
        hit.latest = Timestamp(nanoseconds: row.latest)
        hit.step = Int(row.step)
        hit.earlierStep = Int(row.earlierStep)
        hit.hasRisen = row.hasRisen
        hit.values = row.values
        hit.hasNewValue = row.hasNewValue
        hit.isValuesEstimate = row.isEstimate
        hit.bytes = row.bytes
        hit.kinds = row.kinds
        hit.hasNewKind = row.hasNewKind
        hit.key = RowKey(high: key.high, low: key.low)
        if row.isFirstOfRule { rowsByRule[hit.rule] &+= 1 }
        guard let place = hits.firstIndex(where: { $0.alert == hit.alert }) else { return hits.append(hit) }
        join(hit, place)
    }

    /// Makes one hit of two that an event has on the same row: that of the rule that made it worse.
    private mutating func join(_ hit: Hit, _ place: Int) {
        let earlier = hits[place]
        var joined = hit.hasRisen ? hit : earlier
        if joined.evidence.isEmpty { joined.evidence = hit.hasRisen ? earlier.evidence : hit.evidence }
        joined.isNew = earlier.isNew
        joined.earlierStep = earlier.hasRisen ? earlier.earlierStep : hit.earlierStep
        joined.hasRisen = (earlier.hasRisen || hit.hasRisen) && !earlier.isNew
        joined.hasNewValue = earlier.hasNewValue || hit.hasNewValue
        (joined.step, joined.count, joined.values, joined.bytes) = (hit.step, hit.count, hit.values, hit.bytes)
        (joined.earliest, joined.latest) = (hit.earliest, hit.latest)
        joined.isValuesEstimate = hit.isValuesEstimate
        joined.kinds = earlier.kinds | hit.kinds
        joined.hasNewKind = earlier.hasNewKind || hit.hasNewKind
        hits[place] = joined
    }
}

/// How many alert rows each rule has begun in the last hour: one that begins too many has the rest folded into one.
struct RowCeiling: Sendable {
    private let rows: Int
    private let rules: [String]
    /// Of each rule when its latest rows began, as a ring; empty until there is one.
    private var times: [[Int64]]
    private var next: [Int]

    /// Makes a ceiling for rules of those ids.
    init(rules: [String], rows: Int) {
        self.rows = max(1, rows)
        self.rules = rules
        times = Array(repeating: [], count: rules.count)
        next = Array(repeating: 0, count: rules.count)
    }

    /// Takes over what is known of rules of the same id.
    mutating func takeOver(_ old: RowCeiling) {
        guard old.rows == rows else { return }
        for (place, id) in old.rules.enumerated() {
            guard let own = rules.firstIndex(of: id) else { continue }
            times[own] = old.times[place]
            next[own] = old.next[place]
        }
    }

    /// Whether a rule may begin another row.
    func hasRoom(_ rule: Int, now: Int64) -> Bool {
        times[rule].count < rows
            || difference(now, times[rule][next[rule]]).magnitude >= UInt64(Correlator.foldDuration)
    }

    /// Notes that it has begun one.
    mutating func begin(_ rule: Int, now: Int64) {
        if times[rule].count < rows {
            times[rule].append(now)
            return
        }
        times[rule][next[rule]] = now
        next[rule] = (next[rule] + 1) % rows
    }
}
