import Events
import Sigma
import TestSupport
import Testing

@testable import Detection

/// Random conditions over rules against a recomputation of every window from all events.
@Suite struct RulesConditionModelTests {
    private struct Seen {
        var time: Int64
        var client: Int
        var rules: [Int]
    }

    private static let names = ["a", "b", "c", "d"]

    private static func random(_ depth: Int, _ random: inout SeededGenerator) -> Condition {
        switch depth == 0 ? 0 : Int.random(in: 0..<6, using: &random) {
        case 0, 1: .selection(Int.random(in: 0..<names.count, using: &random))
        case 2: .not(Self.random(depth - 1, &random))
        case 3: .or((0..<2).map { _ in Self.random(depth - 1, &random) })
        default: .and((0..<Int.random(in: 2...3, using: &random)).map { _ in Self.random(depth - 1, &random) })
        }
    }

    private static func temporal(_ id: String, _ kind: SigmaCorrelation.Kind, _ timespan: Int64) -> SigmaCorrelation? {
        let document = correlation(id, kind, of: names, by: ["mqtt.clientid"], seconds: timespan, [.init(.gte, 4)])
        guard case .correlation(let tree) = document else { return nil }
        return tree
    }

    @Test("random temporal conditions agree with a naive evaluation", arguments: 0..<40)
    func conditionsEqualTheNaiveOnes(_ run: Int) throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        let timespan = Int64.random(in: 2...12, using: &random)
        let condition = Self.random(3, &random)
        let comparison = SigmaCorrelation.Comparison.allCases.randomElement(using: &random) ?? .eq
        let bound = SigmaCorrelation.Bound(comparison, Int64.random(in: 0...4, using: &random))
        var any = try #require(Self.temporal("any", .temporal, timespan))
        var ordered = try #require(Self.temporal("ordered", .temporalOrdered, timespan))
        var counted = try #require(Self.temporal("counted", .temporalOrdered, timespan))
        (any.bounds, any.condition) = ([], condition)
        (ordered.bounds, ordered.condition) = ([], condition)
        counted.bounds = [bound, .init(.lte, 4)]
        let rules = Self.names.map { rule($0, "mqtt", [[test("mqtt.topic|cased", [.string(SigmaString($0))])]]) }
        let box = DetectionEngineBox(
            rules + [.correlation(any), .correlation(ordered), .correlation(counted)], seed: seed)
        #expect(box.diagnostics.isEmpty, "seed \(seed)")
        var history: [Seen] = []
        var now: Int64 = 1_000_000_000_000
        for step in 0..<300 {
            now += [0, 250_000_000, 1_000_000_000, 3_000_000_000].randomElement(using: &random) ?? 0
            let seen = Seen(
                time: now, client: Int.random(in: 0..<3, using: &random),
                rules: Self.names.indices.filter { _ in Int.random(in: 0..<5, using: &random) == 0 })
            if !seen.rules.isEmpty { history.append(seen) }
            box.evaluate(
                FakeEvent(
                    .mqtt, 0,
                    [
                        "mqtt.clientid": [.text("client \(seen.client)")],
                        "mqtt.topic": seen.rules.map { .text(Self.names[$0]) },
                    ]), context(at: 0, nanoseconds: now))
            let start = now - timespan * 1_000_000_000
            let window = history.filter { $0.client == seen.client && $0.time >= start }
            let wanted = seen.rules.isEmpty ? [] : Self.expected(window, condition, counted.bounds)
            let found = box.engine.hits.map { $0.rule - Self.names.count }.filter { $0 >= 0 }.sorted()
            #expect(found == wanted, "seed \(seed), step \(step), timespan \(timespan), \(condition), \(bound)")
            if found != wanted { return }
        }
    }

    /// The same of events that come late. Of rules in order, all windows that end with an event are looked at; of rules in any
    /// order, those in which one is seen first or last. With `not`, that may leave one out: then what is raised must be true.
    @Test("Conditions of late events equal the naive ones", arguments: 0..<40)
    func conditionsOfLateEventsEqualTheNaiveOnes(_ run: Int) throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        let timespan = Int64.random(in: 1...8, using: &random)
        let condition = Self.random(3, &random)
        let bounds = [SigmaCorrelation.Bound(.gte, Int64.random(in: 0...3, using: &random)), .init(.lte, 4)]
        var any = try #require(Self.temporal("any", .temporal, timespan))
        var ordered = try #require(Self.temporal("ordered", .temporalOrdered, timespan))
        var counted = try #require(Self.temporal("counted", .temporalOrdered, timespan))
        (any.bounds, any.condition) = ([], condition)
        (ordered.bounds, ordered.condition) = ([], condition)
        counted.bounds = bounds
        let rules = Self.names.map { rule($0, "mqtt", [[test("mqtt.topic|cased", [.string(SigmaString($0))])]]) }
        let box = DetectionEngineBox(
            rules + [.correlation(any), .correlation(ordered), .correlation(counted)], seed: seed)
        var history: [Seen] = []
        var now: Int64 = 1_000_000_000_000
        for step in 0..<300 {
            now += [0, 250_000_000, 1_000_000_000].randomElement(using: &random) ?? 0
            let isLate = Int.random(in: 0..<3, using: &random) == 0
            let seen = Seen(
                time: now - (isLate ? Int64.random(in: 0...14, using: &random) * 250_000_000 : 0),
                client: Int.random(in: 0..<2, using: &random),
                rules: Self.names.indices.filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
            if !seen.rules.isEmpty { history.append(seen) }
            box.evaluate(
                FakeEvent(
                    .mqtt, 0,
                    [
                        "mqtt.clientid": [.text("client \(seen.client)")],
                        "mqtt.topic": seen.rules.map { .text(Self.names[$0]) },
                    ]), context(at: 0, nanoseconds: seen.time))
            let own = history.filter { $0.client == seen.client }.sorted { $0.time < $1.time }
            var wanted: Set<Int> = []
            for end in own.map(\.time) where end >= seen.time && end <= seen.time + timespan * 1_000_000_000 {
                let window = own.filter { $0.time >= end - timespan * 1_000_000_000 && $0.time <= end }
                if !seen.rules.isEmpty { wanted.formUnion(Self.expected(window, condition, bounds)) }
            }
            var found = Set(box.engine.hits.map { $0.rule - Self.names.count }.filter { $0 >= 0 })
            if "\(condition)".contains("not") {
                #expect(!found.contains(0) || wanted.contains(0), "seed \(seed), step \(step)")
                found.remove(0)
                wanted.remove(0)
            }
            #expect(found == wanted, "seed \(seed), step \(step), timespan \(timespan), \(condition), \(bounds)")
            if found != wanted { return }
        }
    }

    private static func expected(
        _ window: [Seen], _ condition: Condition, _ bounds: [SigmaCorrelation.Bound]
    ) -> [Int] {
        let present = Set(window.flatMap(\.rules))
        var result: [Int] = []
        if isTrue(condition, runs: present, present) { result.append(0) }
        let sets = (0..<(1 << names.count)).map { set in names.indices.filter { set >> $0 & 1 == 1 } }
        if sets.contains(where: { hasRun(window, $0) && isTrue(condition, runs: Set($0), present) }) {
            result.append(1)
        }
        let isCount = bounds.allSatisfy { MeasureBound($0).holds(Int64(present.count)) }
        if isCount, hasRun(window, present.sorted()) { result.append(2) }
        return result
    }

    /// Whether it is true where a rule that must match is one of `runs`, and one that must not is none of `present`.
    private static func isTrue(
        _ condition: Condition, runs: Set<Int>, _ present: Set<Int>, negated: Bool = false
    ) -> Bool {
        switch condition {
        case .selection(let rule): return negated ? !present.contains(rule) : runs.contains(rule)
        case .not(let inner): return isTrue(inner, runs: runs, present, negated: !negated)
        case .and(let parts), .or(let parts):
            let answers = parts.map { isTrue($0, runs: runs, present, negated: negated) }
            var isAnd = false
            if case .and = condition { isAnd = true }
            return isAnd != negated ? !answers.contains(false) : answers.contains(true)
        }
    }

    /// Whether matches of these rules follow each other, each later than the one before.
    private static func hasRun(_ window: [Seen], _ rules: [Int]) -> Bool {
        var time = Int64.min
        for rule in rules {
            guard let next = window.first(where: { $0.rules.contains(rule) && $0.time > time }) else { return false }
            time = next.time
        }
        return true
    }
}
