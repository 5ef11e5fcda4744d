import Events
import Sigma
import TestSupport
import Testing

@testable import Detection

/// Correlations over several rules, and of ranked values, against a recomputation of every window from all events.
@Suite struct TemporalModelTests {
    private struct Seen {
        var time: Int64
        var client: Int
        /// The rules that match: 0, 1, 2.
        var rules: [Int]
        var value: Int64
    }

    private static let names = ["a", "b", "c"]

    private func documents(_ timespan: Int64, _ percent: Int) -> [SigmaDocument] {
        let group = ["mqtt.clientid"]
        func over(
            _ id: String, _ kind: SigmaCorrelation.Kind, _ bounds: [SigmaCorrelation.Bound], field: String? = nil,
            percentile: Int = 50
        ) -> SigmaDocument {
            correlation(
                id, kind, of: Self.names, by: group, seconds: timespan, bounds, field: field, percentile: percentile)
        }
        return Self.names.map { rule($0, "mqtt", [[test("mqtt.topic|cased", [.string(SigmaString($0))])]]) } + [
            over("all", .temporal, [.init(.gte, 3)]),
            over("two", .temporal, [.init(.eq, 2)]),
            over("ordered", .temporalOrdered, [.init(.gte, 3)]),
            over("pair", .temporalOrdered, [.init(.gt, 1)]),
            over("mean", .valueAvg, [.init(.gte, 2)], field: "mqtt.reason_code"),
            over("median", .valueMedian, [.init(.gte, 2)], field: "mqtt.reason_code"),
            over("percentile", .valuePercentile, [.init(.lt, 3)], field: "mqtt.reason_code", percentile: percent),
        ]
    }

    @Test("windows over random events equal those of a naive model", arguments: 0..<10) func windowsEqualTheNaiveOnes(
        _ run: Int
    ) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        let timespan = Int64.random(in: 2...12, using: &random)
        let percent = [0, 5, 25, 90, 100].randomElement(using: &random) ?? 0
        let box = DetectionEngineBox(documents(timespan, percent), seed: seed)
        #expect(box.diagnostics.isEmpty, "seed \(seed)")
        var history: [Seen] = []
        var now: Int64 = 1_000_000_000_000
        for step in 0..<400 {
            now += [0, 250_000_000, 1_000_000_000, 3_000_000_000].randomElement(using: &random) ?? 0
            let seen = Seen(
                time: now, client: Int.random(in: 0..<3, using: &random),
                rules: (0..<3).filter { _ in Int.random(in: 0..<5, using: &random) == 0 },
                value: Int64.random(in: -3...6, using: &random))
            if !seen.rules.isEmpty { history.append(seen) }
            box.evaluate(
                FakeEvent(
                    .mqtt, 0,
                    [
                        "mqtt.clientid": [.text("client \(seen.client)")],
                        "mqtt.topic": seen.rules.map { .text(Self.names[$0]) }, "mqtt.reason_code": [.int(seen.value)],
                    ]), context(at: 0, nanoseconds: now))
            let start = now - timespan * 1_000_000_000
            let window = history.filter { $0.client == seen.client && $0.time >= start }
            let wanted = seen.rules.isEmpty ? [] : expected(window, percent)
            let found = box.engine.hits.filter { $0.rule >= 3 }.map { "\($0.rule - 3): \($0.measure)" }.sorted()
            #expect(found == wanted.sorted(), "seed \(seed), step \(step), timespan \(timespan)")
            if found != wanted.sorted() { return }
        }
    }

    /// The same of events that come up to 3.5 seconds late, with their own time: after each arrival, whether there is a window
    /// in which the condition is true, of those that the event is in and that end with an event of the group which has arrived
    /// so far. What is raised is what the earliest such window measures.
    ///
    /// `two` asks for exactly two rules, which more can break: of that, what is raised must be true.
    @Test("Windows of late events equal the naive ones", arguments: 0..<24) func windowsOfLateEventsEqualTheNaiveOnes(
        _ run: Int
    ) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        let timespan = Int64.random(in: 1...8, using: &random)
        let percent = [0, 5, 25, 90, 100].randomElement(using: &random) ?? 0
        let box = DetectionEngineBox(documents(timespan, percent), seed: seed)
        var history: [Seen] = []
        var now: Int64 = 1_000_000_000_000
        for step in 0..<300 {
            now += [0, 250_000_000, 1_000_000_000].randomElement(using: &random) ?? 0
            let isLate = Int.random(in: 0..<3, using: &random) == 0
            let seen = Seen(
                time: now - (isLate ? Int64.random(in: 0...14, using: &random) * 250_000_000 : 0),
                client: Int.random(in: 0..<2, using: &random),
                rules: (0..<3).filter { _ in Int.random(in: 0..<4, using: &random) == 0 },
                value: Int64.random(in: -3...6, using: &random))
            if !seen.rules.isEmpty { history.append(seen) }
            box.evaluate(
                FakeEvent(
                    .mqtt, 0,
                    [
                        "mqtt.clientid": [.text("client \(seen.client)")],
                        "mqtt.topic": seen.rules.map { .text(Self.names[$0]) }, "mqtt.reason_code": [.int(seen.value)],
                    ]), context(at: 0, nanoseconds: seen.time))
            let own = history.filter { $0.client == seen.client }.sorted { $0.time < $1.time }
            let ends = Set(own.map(\.time)).sorted().filter {
                $0 >= seen.time && $0 <= seen.time + timespan * 1_000_000_000
            }
            var wanted: [Substring: String] = [:]
            for end in ends.reversed() where !seen.rules.isEmpty {
                let window = own.filter { $0.time >= end - timespan * 1_000_000_000 && $0.time <= end }
                for line in expected(window, percent) { wanted[line.prefix(1)] = line }
            }
            var found = Dictionary(
                uniqueKeysWithValues: box.engine.hits.filter { $0.rule >= 3 }.map {
                    (Substring("\($0.rule - 3)"), "\($0.rule - 3): \($0.measure)")
                })
            if let two = found["1"] { #expect(wanted["1"] == two, "seed \(seed), step \(step)") }
            (found["1"], wanted["1"]) = (nil, nil)
            #expect(found == wanted, "seed \(seed), step \(step), timespan \(timespan), late by \(now - seen.time)")
            if found != wanted { return }
        }
    }

    private func expected(_ window: [Seen], _ percent: Int) -> [String] {
        var result: [String] = []
        let kinds = Double(Set(window.flatMap(\.rules)).count)
        if kinds >= 3 { result.append("0: \(kinds)") }
        if kinds == 2 { result.append("1: \(kinds)") }
        if hasRun(window, [0, 1, 2]) { result.append("2: 3.0") }
        if [[0, 1], [0, 2], [1, 2]].contains(where: { hasRun(window, $0) }) { result.append("3: 2.0") }
        let values = window.map { Double($0.value) }.sorted()
        let mean = values.reduce(0, +) / Double(values.count)
        if mean >= 2 { result.append("4: \(mean)") }
        let median = ranked(values, 50)
        if median >= 2 { result.append("5: \(median)") }
        let other = ranked(values, percent)
        if other < 3 { result.append("6: \(other)") }
        return result
    }

    /// Whether matches of these rules follow each other, each later than the one before.
    private func hasRun(_ window: [Seen], _ rules: [Int]) -> Bool {
        var time = Int64.min
        for rule in rules {
            guard let next = window.first(where: { $0.rules.contains(rule) && $0.time > time }) else { return false }
            time = next.time
        }
        return true
    }

    /// The value at that part of the way through the sorted ones, between two of them by the distance to each.
    private func ranked(_ values: [Double], _ percent: Int) -> Double {
        let position = Double(values.count - 1) * Double(percent) / 100
        let low = values[Int(position.rounded(.down))]
        let high = values[Int(position.rounded(.up))]
        let fraction = position - position.rounded(.down)
        return low * (1 - fraction) + high * fraction
    }
}

@Suite struct SortTests {
    @Test("Sorting in place equals sorting") func sortingInPlaceEqualsSorting() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for count in 0..<200 {
            var numbers = (0..<count).map { _ in Int64.random(in: -20...20, using: &random) }
            let wanted = numbers.sorted()
            numbers.sortInPlace()
            #expect(numbers == wanted, "seed \(seed)")
        }
    }
}
