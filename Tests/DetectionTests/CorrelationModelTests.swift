import Detection
import Events
import Sigma
import TestSupport
import Testing

/// Correlations against a recomputation of every window from all events.
@Suite struct CorrelationModelTests {
    private struct Seen {
        var time: Int64
        var client: Int
        var user: Int?
        var codes: [Int64]
    }

    @Test("windows over random events equal those of a naive model", arguments: 0..<12) func windowsEqualTheNaiveOnes(
        _ run: Int
    ) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        let timespan = Int64.random(in: 1...20, using: &random)
        let threshold = Int64.random(in: 1...6, using: &random)
        let clients = Int.random(in: 1...5, using: &random)
        let bounds: [SigmaCorrelation.Bound] = [
            [.init(.gte, threshold)], [.init(.lt, threshold)], [.init(.gt, threshold), .init(.neq, threshold + 2)],
        ][run % 3]
        let group = ["mqtt.clientid"]
        let box = DetectionEngineBox(
            [
                rule("base", "mqtt", [[test("mqtt.type", ["X"])]]),
                correlation("count", .eventCount, of: ["base"], by: group, seconds: timespan, bounds),
                correlation(
                    "values", .valueCount, of: ["base"], by: group, seconds: timespan, bounds, field: "mqtt.username"),
                correlation(
                    "sum", .valueSum, of: ["base"], by: group, seconds: timespan, bounds, field: "mqtt.reason_code"),
            ], seed: seed)
        #expect(box.diagnostics.isEmpty, "seed \(seed)")
        let cap = (bounds.map(\.threshold).max() ?? 0) + 1
        var history: [Seen] = []
        var now: Int64 = 1_000_000_000_000
        for step in 0..<400 {
            now += [0, 1, 250_000_000, 1_000_000_000, 3_000_000_000].randomElement(using: &random) ?? 0
            let seen = Seen(
                time: now, client: Int.random(in: 0..<clients, using: &random),
                user: Bool.random(using: &random) ? Int.random(in: 0..<9, using: &random) : nil,
                codes: (0..<Int.random(in: 0...2, using: &random)).map { _ in Int64.random(in: -2...4, using: &random) }
            )
            history.append(seen)
            box.evaluate(
                FakeEvent(
                    .mqtt, 0,
                    [
                        "mqtt.type": ["X"], "mqtt.clientid": [.text("client \(seen.client)")],
                        "mqtt.username": seen.user.map { [.text("user \($0)")] } ?? [],
                        "mqtt.reason_code": seen.codes.map { .int($0) },
                    ]), context(at: 0, nanoseconds: now))

            let window = history.filter { $0.client == seen.client && $0.time >= now - timespan * 1_000_000_000 }
            let count = Int64(window.count)
            let values = Int64(Set(window.compactMap(\.user)).count)
            let numbers = window.flatMap(\.codes)
            let expected: [(Int, Int64?)] = [
                (1, min(count, cap)), (2, min(values, cap)), (3, numbers.isEmpty ? nil : numbers.reduce(0, +)),
            ]
            let wanted = expected.compactMap { rule, measure -> String? in
                guard let measure, bounds.allSatisfy({ naive($0, measure) }) else { return nil }
                return "\(rule): \(measure)"
            }
            let found = box.engine.hits.map { "\($0.rule): \($0.matched)" }
            #expect(found == wanted, "seed \(seed), step \(step)")
            if found != wanted { return }
        }
    }

    private func naive(_ bound: SigmaCorrelation.Bound, _ count: Int64) -> Bool {
        switch bound.comparison {
        case .gt: count > bound.threshold
        case .gte: count >= bound.threshold
        case .lt: count < bound.threshold
        case .lte: count <= bound.threshold
        case .eq: count == bound.threshold
        case .neq: count != bound.threshold
        }
    }

    /// A sum over more events than are kept one by one lets an event go at most 1/128 of the timespan early.
    @Test("a sum over more events than are kept errs by at most 1/128 of the timespan") func longSumsAreAlmostExact() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let box = DetectionEngineBox([
            rule("base", "mqtt", [[test("mqtt.type", ["X"])]]),
            correlation(
                "sum", .valueSum, of: ["base"], by: [], seconds: 128, [.init(.gte, 1)], field: "mqtt.reason_code"),
        ])
        var history: [(time: Int64, number: Int64)] = []
        var now: Int64 = 0
        for step in 0..<4000 {
            now += Int64.random(in: 0...200_000_000, using: &random)
            let number = Int64.random(in: 1...9, using: &random)
            history.append((now, number))
            box.evaluate(
                FakeEvent(.mqtt, 0, ["mqtt.type": ["X"], "mqtt.reason_code": [.int(number)]]),
                context(at: 0, nanoseconds: now))
            let most = history.filter { $0.time >= now - 128_000_000_000 }.reduce(0) { $0 + $1.number }
            let least = history.filter { $0.time >= now - 127_000_000_000 }.reduce(0) { $0 + $1.number }
            let found = box.engine.hits.first?.matched ?? 0
            #expect((least...most).contains(found), "seed \(seed), step \(step)")
            if !(least...most).contains(found) { return }
        }
    }
}
