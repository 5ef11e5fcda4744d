import Events
import Network
import Sigma
import Tables
import TestSupport
import Testing

@testable import Detection

/// Counts of many distinct values, and what the state of correlations takes.
@Suite struct SketchTests {
    private let key = Hash128(high: 1, low: 2)

    /// The standard error is 2.3 %; five of them are never seen.
    @Test(
        "the estimated number of distinct values is within five standard errors",
        arguments: [100, 1000, 4096, 5000, 20_000, 200_000]) func estimatesAreNear(_ count: Int)
    {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var sketches = DistinctSketches(limit: 1)
        sketches.open(key, timespan: 1_000_000, time: 0)
        for step in 0..<count {
            let value = Hash128(high: random.next(), low: random.next())
            for _ in 0..<2 { sketches.add(value, to: key, time: Int64(step % 1000)) }
        }
        let found = sketches.count(key, time: 1000) ?? 0
        #expect(abs(Double(found - count)) <= 0.115 * Double(count), "seed \(seed): \(found)")
    }

    @Test("a sketch forgets values older than the timespan") func whatIsOlderThanTheTimespanIsForgotten() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var sketches = DistinctSketches(limit: 1)
        sketches.open(key, timespan: 700, time: 0)
        for _ in 0..<10_000 { sketches.add(Hash128(high: random.next(), low: 0), to: key, time: 50) }
        for _ in 0..<1000 { sketches.add(Hash128(high: random.next(), low: 0), to: key, time: 400) }
        let counts = [700, 850, 1300, Int64.max].map { sketches.count(key, time: $0) ?? -1 }
        #expect(abs(counts[0] - 11_000) < 1300, "seed \(seed)")
        #expect(abs(counts[1] - 1000) < 130, "a slice more than the timespan, seed \(seed)")
        #expect(counts[2...] == [0, 0], "seed \(seed)")
    }

    @Test("a full table evicts the sketch used longest ago") func theOneUsedLongestAgoGoes() {
        var sketches = DistinctSketches(limit: 2)
        for number in 0..<3 { sketches.open(Hash128(high: UInt64(number), low: 0), timespan: 10, time: 0) }
        let kept = (0..<3).map { sketches.holds(Hash128(high: UInt64($0), low: 0)) }
        #expect(kept == [false, true, true])
        #expect(sketches.made == 3)
        #expect(sketches.bytes < 2 * 20 * 1024 + 4096)
    }

    /// Exact to the limit, then estimated, and said so.
    @Test("large value_count thresholds use an estimate") func aLargeThresholdIsDecidedByAnEstimate() throws {
        var limits = DetectionLimits()
        limits.exactValues = 256
        let box = DetectionEngineBox(
            [
                rule("base", "mqtt", [[test("mqtt.type", ["X"])]]),
                correlation(
                    "many", .valueCount, of: ["base"], by: [], seconds: 3600, [.init(.gte, 3000)],
                    field: "mqtt.clientid", summary: "{count} clients"),
            ], limits: limits)
        var first: Int?
        for step in 0..<4000 {
            let event = FakeEvent(.mqtt, 0, ["mqtt.type": ["X"], "mqtt.clientid": [.text("client \(step)")]])
            box.evaluate(event, context(at: 1_700_000_000 + Int64(step / 100)))
            guard let hit = box.engine.hits.first, first == nil else { continue }
            first = step
            #expect(hit.isEstimate)
            #expect(!hit.isCountCut)
            let nothing: [UInt8] = []
            #expect(
                box.engine.summary(of: hit, event, context(), message: nothing.span.bytes)
                    == "about \(hit.matched) clients")
        }
        let step = try #require(first)
        #expect((2700...3300).contains(step))
        #expect(box.engine.counters.sketchesMade == 1)
    }

    /// Groups by the thousand stay within the memory that the limits name.
    @Test("Many groups stay within their bound") func manyGroupsStayWithinTheirBound() {
        var limits = DetectionLimits(bytes: 4 << 20)
        limits.rowsAnHour = .max
        let box = DetectionEngineBox(
            [
                rule("base", "mqtt", [[test("mqtt.type", ["X"])]]),
                correlation("c", .eventCount, of: ["base"], by: ["mqtt.clientid"], seconds: 60, [.init(.gte, 1)]),
            ], limits: limits)
        var largest = 0
        for step in 0..<30_000 {
            box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.type": ["X"], "mqtt.clientid": [.text("client \(step)")]]))
            if step % 1000 == 0 { largest = max(largest, box.engine.counters.stateBytes) }
        }
        #expect(largest < 4 << 20, "\(largest) bytes")
        #expect(box.engine.counters.groupsEvicted == UInt64(30_000 - limits.groups))
        #expect(box.engine.counters.suppressionsEvicted == UInt64(30_000 - limits.suppressions))
    }

    /// Every table full: a sensor's memory stays within what the limits say.
    @Test("Full tables stay within their bound") func fullTablesStayWithinTheirBound() {
        let bytes = 8 << 20
        let text = """
            title: Silent
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0002
            level: medium
            logsource: {product: earshot, category: mqtt}
            detection:
              s: {mqtt.type: X}
              condition: s
            earshot:
              absence: {by: [mqtt.clientid], timespan: 1h, after: 2}

            """
        let box = DetectionEngineBox(
            read(text) + [
                rule("base", "mqtt", [[test("mqtt.type", ["X"])]]), rule("other", "mqtt", [[test("mqtt.qos", [1])]]),
                correlation("c", .eventCount, of: ["base"], by: ["mqtt.clientid"], seconds: 1, [.init(.gte, 30)]),
                correlation(
                    "v", .valueCount, of: ["base"], by: ["mqtt.clientid"], seconds: 60, [.init(.gte, 30)],
                    field: "mqtt.username"),
                correlation(
                    "o", .temporalOrdered, of: ["base", "other"], by: ["mqtt.clientid"], seconds: 60, [.init(.gte, 2)]),
            ], limits: DetectionLimits(bytes: bytes))
        var largest = 0
        let frame = [UInt8](repeating: 1, count: 1500)
        for step in 0..<60_000 {
            let time = Int64(step) * 20_000_000 - (step % 5 == 0 ? 3_000_000_000 : 0)
            box.evaluate(
                FakeEvent(
                    .mqtt, 0,
                    [
                        "mqtt.type": ["X"], "mqtt.qos": [.int(Int64(step % 3))],
                        "mqtt.clientid": [.text("client \(step % 7 == 0 ? step : step % 500)")],
                        "mqtt.username": [.text("user \(step % 97)")],
                    ]), context(at: 0, nanoseconds: time))
            box.engine.keep(
                frame.span.bytes,
                LastFrame.Place(
                    number: UInt64(step), timestamp: .zero, linkType: 1, originalLength: frame.count, leftOut: 0))
            if step % 5000 == 0 { largest = max(largest, box.engine.counters.stateBytes) }
        }
        largest = max(largest, box.engine.counters.stateBytes)
        #expect(largest < bytes, "\(largest) bytes")
        #expect(largest > bytes / 4, "\(largest) bytes")
    }
}
